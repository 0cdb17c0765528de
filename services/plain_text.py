"""Plain text of the limited Markdown of profiles: for the index, excerpts and exports."""

import textwrap
from collections.abc import Iterator
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

# The rules of extensions.template_context: what pages draw as markup is dropped here.
_markdown = MarkdownIt("zero", {"html": False, "breaks": True}).enable(
    ["emphasis", "list", "link", "newline", "escape", "autolink"]
)
_BREAKS: Final = frozenset({"softbreak", "hardbreak"})
SUMMARY_LENGTH: Final = 220


def plain_text(markdown: str) -> str:
    """Return the words of ``markdown`` without its markup, one paragraph or item a line."""
    blocks = (token for token in _markdown.parse(markdown) if token.type == "inline")
    return "\n".join("".join(_words(block.children or [])) for block in blocks)


def summary(markdown: str, length: int = SUMMARY_LENGTH) -> str:
    """Return the beginning of ``markdown`` as plain text on one line, cut between words."""
    return textwrap.shorten(plain_text(markdown), length, placeholder=" …")


def _words(tokens: list[Token]) -> Iterator[str]:
    for token in tokens:
        yield "\n" if token.type in _BREAKS else token.content
