"""What to propose when nothing is found: fewer conditions with their counts, nearby themes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from rapidfuzz import fuzz, process
from sqlalchemy.orm import Session

from search.analysis import clean, folded_words
from search.backend import SearchBackend
from search.query import SearchQuery
from services.documents import THEME
from services.indexing import withdrawn_ids
from services.theme_detection import detect_themes
from vocabulary.themes import all_themes, axes

SHOWN_THEMES: Final = 6
SHORTEST_WORD: Final = 4
# Of 100: « trotinette » is at 95 of « trottinette », « velos » at 89 of « vélo ».
NEAR_ENOUGH: Final = 80.0


@dataclass(frozen=True, slots=True)
class Wider:
    """A question with fewer conditions: which text and filters stay, how many results it has."""

    text: str
    filters: Mapping[str, frozenset[str]]
    total: int


@dataclass(frozen=True, slots=True)
class Advice:
    """``themes`` are pairs of a code and a count; ``are_near`` says that the text led to them."""

    wider: tuple[Wider, ...]
    themes: tuple[tuple[str, int], ...]
    are_near: bool


def advise(session: Session, backend: SearchBackend, query: SearchQuery) -> Advice:
    """Return what finds something where ``query`` found nothing."""
    plain = replace(
        query, offset=0, limit=1, facets=(), excerpts=False, excluded=withdrawn_ids(session)
    )
    totals = ((fewer, backend.search(fewer).total) for fewer in _with_fewer_conditions(plain))
    every = backend.search(replace(plain, text="", filters={}, facets=(THEME,)))
    counts = every.facets.get(THEME, {})
    near = [code for code in near_themes(query.text) if code in counts]
    shown = near or sorted(
        (axis.code for axis in axes() if axis.code in counts), key=lambda code: -counts[code]
    )
    return Advice(
        wider=tuple(Wider(fewer.text, fewer.filters, total) for fewer, total in totals if total),
        themes=tuple((code, counts[code]) for code in shown[:SHOWN_THEMES]),
        are_near=bool(near),
    )


def _with_fewer_conditions(query: SearchQuery) -> Iterator[SearchQuery]:
    """Yield the question without one filter, then without any, then without its text."""
    if len(query.filters) > 1:
        for facet in query.filters:
            kept = {name: values for name, values in query.filters.items() if name != facet}
            yield replace(query, filters=kept)
    if query.text and query.filters:
        yield replace(query, filters={})
        yield replace(query, text="")


def near_themes(text: str) -> list[str]:
    """Return the themes that ``text`` names, then those with a word spelt nearly the same."""
    named = sorted(detect_themes(text))
    scores: dict[str, float] = {}
    for word in _long_words(text):
        found = process.extract(
            word, list(_vocabulary()), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH, limit=10
        )
        for wording, score, _ in found:
            for code in _vocabulary()[wording]:
                scores[code] = max(scores.get(code, 0.0), score)
    spelt_nearly = sorted(scores, key=lambda code: (-scores[code], code))
    return list(dict.fromkeys([*named, *spelt_nearly]))


@cache
def _vocabulary() -> Mapping[str, tuple[str, ...]]:
    """Return the themes by each folded word of their labels and synonyms."""
    themes_of: dict[str, list[str]] = {}
    for theme in all_themes().values():
        for word in sorted(set().union(*map(_long_words, (theme.label, *theme.synonyms)))):
            themes_of.setdefault(word, []).append(theme.code)
    return {word: tuple(codes) for word, codes in themes_of.items()}


def _long_words(text: str) -> frozenset[str]:
    return frozenset(word for word in folded_words(clean(text)) if len(word) >= SHORTEST_WORD)
