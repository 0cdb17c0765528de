"""Highlighting: the title, and the passage of the body that says most of what was asked."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from search.analysis import fold_word, stem
from search.query import Segment

EXCERPT_LENGTH: Final = 240
_READ_LENGTH: Final = 6000
_PIECE = re.compile(r"\w+")
# A word with what joins its parts, to find « éco-quartier » under « écoquartier ».
_JOINED = re.compile(r"\w+(?:[-‐‑.]\w+)+")
_BLANK = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Marks:
    """What to mark: stems of words, beginnings of words."""

    stems: frozenset[str]
    prefixes: tuple[str, ...] = ()

    def wants(self, word: str) -> bool:
        """Tell whether ``word`` is one of those asked."""
        folded = fold_word(word)
        return stem(folded) in self.stems or bool(
            self.prefixes and folded.startswith(self.prefixes)
        )


def highlight(text: str, marks: Marks) -> tuple[Segment, ...]:
    """Return the whole text in segments."""
    return tuple(_segments(text, list(_spans(text, marks)), 0, len(text)))


def excerpt(text: str, marks: Marks) -> tuple[Segment, ...]:
    """Return the passage with most distinct words asked, cut between words."""
    read = text[:_READ_LENGTH]
    spans = list(_spans(read, marks))
    start, end = _window(read, spans)
    segments = list(_segments(read, spans, start, end))
    if start > 0:
        segments.insert(0, Segment("… ", is_match=False))
    if end < len(text):
        segments.append(Segment(" …", is_match=False))
    return tuple(segments)


def _spans(text: str, marks: Marks) -> Iterator[tuple[int, int]]:
    if not marks.stems and not marks.prefixes:
        return
    joined_end = 0
    joined = {match.start(): match for match in _JOINED.finditer(text)}
    for match in _PIECE.finditer(text):
        start, end = match.span()
        if start < joined_end:
            continue
        whole = joined.get(start)
        if whole is not None and marks.wants("".join(_PIECE.findall(whole.group()))):
            joined_end = whole.end()
            yield whole.span()
        elif marks.wants(match.group()):
            yield start, end


def _window(text: str, spans: Collection[tuple[int, int]]) -> tuple[int, int]:
    if len(text) <= EXCERPT_LENGTH:
        return 0, len(text)
    starts = [max(0, start - EXCERPT_LENGTH // 4) for start, _ in spans] or [0]
    best = max(starts, key=lambda start: (_distinct_words(text, spans, start), -start))
    start = min(best, len(text) - EXCERPT_LENGTH)
    return _word_start(text, start), _word_end(text, start + EXCERPT_LENGTH)


def _distinct_words(text: str, spans: Collection[tuple[int, int]], start: int) -> int:
    inside = {text[a:b].lower() for a, b in spans if a >= start and b <= start + EXCERPT_LENGTH}
    return len(inside)


def _word_start(text: str, at: int) -> int:
    if at == 0:
        return 0
    blank = _BLANK.search(text, at)
    return blank.end() if blank and blank.end() < at + EXCERPT_LENGTH // 4 else at


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    blank = text.rfind(" ", at - EXCERPT_LENGTH // 4, at)
    return blank if blank > 0 else at


def _segments(
    text: str, spans: Collection[tuple[int, int]], start: int, end: int
) -> Iterator[Segment]:
    at = start
    for first, last in spans:
        if first < at or last > end:
            continue
        if first > at:
            yield Segment(text[at:first], is_match=False)
        yield Segment(text[first:last], is_match=True)
        at = last
    if at < end:
        yield Segment(text[at:end], is_match=False)
