"""The protocol every search engine follows; one contract suite checks them all."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from search.documents import SearchDocument
from search.query import Completion, ResultPage, SearchQuery


class IndexUnusable(Exception):  # noqa: N818 - a state of the index, named as callers say it
    """The index is missing, damaged or of another schema version: rebuild it."""


class IndexBusy(Exception):  # noqa: N818 - idem
    """Another process holds the right to write: try again later."""


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """State of an index: ``reason`` says in English why it is not usable."""

    usable: bool
    documents: int = 0
    generation: str = ""
    reason: str = ""


class SearchBackend(Protocol):
    """An engine.

    Reading methods raise ``IndexUnusable`` and nothing else, whatever the text; writing
    methods may also raise ``IndexBusy``, and then have changed nothing.
    """

    def index_batch(self, documents: Iterable[SearchDocument]) -> int:
        """Add or replace ``documents`` (last one wins on a repeated id); return how many."""
        ...

    def delete(self, identifiers: Collection[str]) -> None:
        """Remove documents by id; unknown ids are ignored."""
        ...

    def search(self, query: SearchQuery) -> ResultPage:
        """Answer one query within the time budget."""
        ...

    def suggest(self, text: str) -> str | None:
        """Return ``text`` with unknown words corrected, or ``None`` when nothing changes."""
        ...

    def complete(
        self, prefix: str, *, kinds: Collection[str] = (), limit: int = 8
    ) -> tuple[Completion, ...]:
        """Return titles having a word that starts as ``prefix``'s last word does.

        All the words of ``prefix`` must be in the title, the last one as a beginning; accents,
        case and hyphens do not count. ``kinds`` restricts the kinds of entries.
        """
        ...

    def rebuild(
        self,
        documents: Iterable[SearchDocument],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> int:
        """Replace the whole index while the old one still serves; return the count.

        ``progress`` is called with the number of documents read so far.
        """
        ...

    def health(self) -> IndexHealth:
        """Tell whether the index can serve; never raises."""
        ...

    def ids(self) -> frozenset[str]:
        """Return the id of every document of the index (for ``index check``)."""
        ...

    def stamps(self) -> dict[str, str]:
        """Return the fingerprint of every document by id (see ``fingerprint``)."""
        ...
