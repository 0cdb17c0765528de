"""The terms of one document, ready for any engine: frequencies, positions, lengths."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from search.analysis import Token, clean, units
from search.documents import SearchDocument
from search.ranking import ROOT_LENGTH, TITLE_WEIGHT

# Between two sections, more than any phrase can span.
_SECTION_GAP: Final = 1000


@dataclass(slots=True)
class DocumentTerms:
    """Weighted term frequencies of the three views, positions of stems, words of the title."""

    stems: Counter[str] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    roots: Counter[str] = field(default_factory=Counter)
    positions: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


def root_of(token: Token) -> str:
    """Return the first letters of the folded word, shared by its relatives."""
    return token.folded[:ROOT_LENGTH]


def document_terms(document: SearchDocument) -> DocumentTerms:
    """Analyse one document; what the title says counts ``TITLE_WEIGHT`` times."""
    terms = DocumentTerms()
    base = 0
    for text, weight in _sections(document):
        base = _add_section(terms, text, weight, base) + _SECTION_GAP
    return terms


def _sections(document: SearchDocument) -> Iterator[tuple[str, int]]:
    yield document.title, TITLE_WEIGHT
    for keyword in document.keywords:
        yield keyword, 1
    yield document.body, 1


def _add_section(terms: DocumentTerms, text: str, weight: int, base: int) -> int:
    last = base
    for unit in units(clean(text)):
        for token in unit.tokens():
            terms.stems[token.stem] += weight
            terms.words[token.folded] += weight
            last = base + token.position
            places = terms.positions[token.stem]
            if not places or places[-1] != last:  # « chant-e » has one stem twice at one place
                places.append(last)
        for part in unit.parts:
            terms.roots[root_of(part)] += weight
    return last
