"""Highlighting: the title, and the passage of the body that says most of what was asked."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from search.analysis import fold_word, stem
from search.query import Segment

EXCERPT_LENGTH: Final = 240
_READ_LENGTH: Final = 6000
_PIECE = re.compile(r"\w+")
# A word with what joins its parts, to find « éco-quartier » under « écoquartier ».
_JOINED = re.compile(r"\w+(?:[-‐‑.]\w+)+")
_DOTTED = re.compile(r"\.\w")
_BLANK = re.compile(r"\s+")


class Marks(dict[str, bool]):
    """Whether to mark a word, by word: answers are kept, for a page repeats the same words."""

    def __init__(self, stems: frozenset[str], prefixes: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._stems = stems
        self._prefixes = prefixes

    def __missing__(self, word: str) -> bool:
        """Tell whether ``word`` has one of the stems or one of the beginnings asked."""
        folded = fold_word(word)
        wanted = stem(folded) in self._stems or folded.startswith(self._prefixes)
        self[word] = wanted
        return wanted

    def is_empty(self) -> bool:
        """Tell whether nothing was asked."""
        return not self._stems and not self._prefixes


def highlight(text: str, marks: Marks) -> tuple[Segment, ...]:
    """Return the whole text in segments."""
    return tuple(_segments(text, _spans(text, marks), 0, len(text)))


def excerpt(text: str, marks: Marks) -> tuple[Segment, ...]:
    """Return the passage with most distinct words asked, cut between words."""
    read = text[:_READ_LENGTH]
    spans = _spans(read, marks)
    start, end = _window(read, spans)
    segments = list(_segments(read, spans, start, end))
    if start > 0:
        segments.insert(0, Segment("… ", is_match=False))
    if end < len(text):
        segments.append(Segment(" …", is_match=False))
    return tuple(segments)


def _spans(text: str, marks: Marks) -> list[tuple[int, int]]:
    """Return the places of the words asked, in order and apart from one another."""
    if marks.is_empty():
        return []
    joined = [word for word in _joined_words(text) if marks[_without_joints(word)]]
    plain = [word for word in set(_PIECE.findall(text)) if marks[word]]
    found = [span for word in (*joined, *plain) for span in _places(text, word)]
    found.sort(key=lambda span: (span[0], -span[1]))
    apart: list[tuple[int, int]] = []
    for span in found:
        if not apart or span[0] >= apart[-1][1]:
            apart.append(span)
    return apart


def _joined_words(text: str) -> set[str]:
    """Return the hyphenated and dotted words; most texts have none, and are told fast."""
    if any(hyphen in text for hyphen in "-‐‑") or _DOTTED.search(text):
        return set(_JOINED.findall(text))
    return set()


def _without_joints(word: str) -> str:
    return "".join(_PIECE.findall(word))


def _places(text: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield where ``word`` stands alone: faster than a pattern made for each text."""
    at = text.find(word)
    while at >= 0:
        end = at + len(word)
        if not (at and _is_letter(text[at - 1])) and not (
            end < len(text) and _is_letter(text[end])
        ):
            yield at, end
        at = text.find(word, end)


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _window(text: str, spans: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if len(text) <= EXCERPT_LENGTH:
        return 0, len(text)
    starts = [max(0, start - EXCERPT_LENGTH // 4) for start, _ in spans] or [0]
    best = max(starts, key=lambda start: (_distinct_words(text, spans, start), -start))
    start = min(best, len(text) - EXCERPT_LENGTH)
    return _word_start(text, start), _word_end(text, start + EXCERPT_LENGTH)


def _distinct_words(text: str, spans: Sequence[tuple[int, int]], start: int) -> int:
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
    text: str, spans: Sequence[tuple[int, int]], start: int, end: int
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
