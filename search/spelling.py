"""Correction of words the index does not know, by Damerau distance over its vocabulary."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import Token
from search.syntax import ParsedText

_SHORTEST: Final = 4
# Two faults are believed in long words only: shorter ones have too many neighbours.
_SHORTEST_FOR_TWO: Final = 8
_MOST_CANDIDATES: Final = 50


class Vocabulary(Protocol):
    """The words of an index."""

    def knows(self, token: Token) -> bool:
        """Tell whether any entry has this word under any of its forms."""
        ...

    def words_of_length(self, shortest: int, longest: int) -> Iterable[Sequence[str]]:
        """Return the folded words whose lengths lie between two bounds, in lists."""
        ...

    def frequency(self, word: str) -> int:
        """Return in how many entries the folded word is."""
        ...

    def written(self, word: str) -> str:
        """Return the folded word as an entry writes it, accents included."""
        ...


def corrected_text(
    parsed: ParsedText, vocabulary: Vocabulary, in_time: Callable[[], bool] = lambda: True
) -> str | None:
    """Return the text with its unknown words corrected, or ``None`` when none can be."""
    pieces: list[str] = []
    at = 0
    for token in parsed.words:
        if token.start < at or vocabulary.knows(token) or not in_time():
            continue
        better = nearest_word(token.folded, vocabulary)
        if better is not None:
            pieces += [parsed.text[at : token.start], vocabulary.written(better)]
            at = token.end
    return "".join([*pieces, parsed.text[at:]]) if pieces else None


def nearest_word(word: str, vocabulary: Vocabulary) -> str | None:
    """Return the known word at least distance, the most frequent of equals, or ``None``."""
    if len(word) < _SHORTEST or not word.isalpha():
        return None
    allowed = 1 if len(word) < _SHORTEST_FOR_TWO else 2
    found = [
        (int(distance), -frequency, known)
        for words in vocabulary.words_of_length(len(word) - allowed, len(word) + allowed)
        for known, distance, _ in process.extract(
            word, words, scorer=OSA.distance, score_cutoff=allowed, limit=_MOST_CANDIDATES
        )
        if (frequency := vocabulary.frequency(known))
    ]
    return min(found)[2] if found else None
