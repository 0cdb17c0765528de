"""Lists: a need against every offer, an actor's offers against every need, page by page.

Gates and components are evaluated by column; only the pairs of the page are explained. A list
goes by level, then by points: a « forte » never comes below a « moyenne ». Ties are
ordered by a number drawn from the seed and the identifier, so that they rotate from one seed to
the next and any list can be replayed from its seed (equal treatment, DOMAIN §6).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.column_scores import ColumnScores, score_needs, score_offers
from matching.columns import Basis, Booleans, Integers, NeedColumns, OfferColumns
from matching.explain import Explanation, explain
from matching.filters import NeedFilters, OfferFilters, kept_needs, kept_offers
from matching.gates import GateCode
from matching.profiles import NeedProfile, OfferProfile
from matching.score import PairScore, ScoringContext, score_pair
from matching.weights import Direction

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Match:
    """One line of a list: the pair, its score both ways, and why."""

    need: NeedProfile
    offer: OfferProfile
    score: PairScore
    """In the viewer's direction; the list is ordered by its level, then its points."""
    mirror: PairScore
    """In the other direction."""
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Ranking:
    """One page of a list and what is needed to read and replay it."""

    direction: Direction
    matches: tuple[Match, ...]
    total: int
    """Lines of the whole list."""
    excluded: Mapping[GateCode, int]
    """How many entries each gate keeps out; one entry may fail several."""
    unrelated: int
    """Entries that pass the gates and the filters but share neither theme nor words."""
    seed: int
    weights_version: str


@dataclass(frozen=True, slots=True)
class Page:
    """Which lines to explain, and the seed by which ties rotate."""

    limit: int = 20
    offset: int = 0
    seed: int = 0


@dataclass(frozen=True, slots=True)
class _Candidates:
    """The eligible rows of a list, best first, with the counts shown beside it."""

    rows: Rows
    excluded: Mapping[GateCode, int]
    unrelated: int


_FIRST_PAGE = Page()
_ALL_OFFERS = OfferFilters()
_ALL_NEEDS = NeedFilters()


def rank_offers(
    need: NeedProfile,
    columns: OfferColumns,
    *,
    context: ScoringContext,
    page: Page = _FIRST_PAGE,
    filters: OfferFilters = _ALL_OFFERS,
) -> Ranking:
    """Rank the offers for a need, best first."""
    return rank_offers_for_any(
        (need,), columns, context=context, page=page, filters=filters, by_organization=False
    )


def rank_organizations(
    need: NeedProfile,
    columns: OfferColumns,
    *,
    context: ScoringContext,
    page: Page = _FIRST_PAGE,
    filters: OfferFilters = _ALL_OFFERS,
) -> Ranking:
    """Rank the actors for a need by the best offer of each; every line shows that offer."""
    return rank_offers_for_any(
        (need,), columns, context=context, page=page, filters=filters, by_organization=True
    )


def rank_offers_for_any(
    needs: Sequence[NeedProfile],
    columns: OfferColumns,
    *,
    context: ScoringContext,
    page: Page = _FIRST_PAGE,
    filters: OfferFilters = _ALL_OFFERS,
    by_organization: bool = False,
) -> Ranking:
    """Rank the offers, or the actors, for several needs: each by the need it answers best.

    Every line is one pair, with that pair's own score and reasons; of equal needs the first is
    named. A gate counts an offer when every need closes it.
    """
    if not needs:
        return _ranking(Direction.NEED_TO_OFFER, (), _NOTHING, context, page)
    scores = [score_offers(need, columns, context) for need in needs]
    merged, chosen = _best_of(scores)
    found = _candidates(merged, columns.ids, kept_offers(columns, filters), page.seed)
    if by_organization:
        found = _first_of_each(found, columns.organization_ids)
    lines = tuple(
        _match(
            Direction.NEED_TO_OFFER,
            needs[chosen[row]],
            columns.offers[row],
            scores[chosen[row]].text_of(row),
            context,
            columns.basis,
        )
        for row in _shown(found, page)
    )
    return _ranking(Direction.NEED_TO_OFFER, lines, found, context, page)


def rank_needs(
    offers: Sequence[OfferProfile],
    columns: NeedColumns,
    *,
    context: ScoringContext,
    page: Page = _FIRST_PAGE,
    filters: NeedFilters = _ALL_NEEDS,
    by_territory: bool = False,
) -> Ranking:
    """Rank the needs for one offer or for all the offers of an actor.

    Each line is the need with the offer that scores best for it; the first of equals. With
    ``by_territory``, only the best need of each territory is kept: the line says which. A gate
    counts a need when every offer fails it.
    """
    kept = kept_needs(columns, filters)
    if not offers:
        return _ranking(Direction.OFFER_TO_NEED, (), _NOTHING, context, page)
    scores = [score_needs(offer, columns, context) for offer in offers]
    merged, chosen = _best_of(scores)
    found = _candidates(merged, columns.ids, kept, page.seed)
    if by_territory:
        found = _first_of_each(found, columns.territory_ids)
    lines = tuple(
        _match(
            Direction.OFFER_TO_NEED,
            columns.needs[row],
            offers[chosen[row]],
            scores[chosen[row]].text_of(row),
            context,
            columns.basis,
        )
        for row in _shown(found, page)
    )
    return _ranking(Direction.OFFER_TO_NEED, lines, found, context, page)


def tie_order(ids: Integers, seed: int) -> NDArray[np.uint64]:
    """Return a well-mixed number per identifier that depends on the seed alone.

    The mixer is splitmix64 (Steele, Lea and Flood, 2014): no state, the same on every machine.
    """
    with np.errstate(over="ignore"):
        mixed = ids.astype(np.uint64) + np.uint64(seed % 2**64) * np.uint64(0x9E3779B97F4A7C15)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


_NOTHING = _Candidates(np.zeros(0, dtype=np.intp), {}, 0)


def _candidates(scores: ColumnScores, ids: Integers, kept: Booleans, seed: int) -> _Candidates:
    passed = scores.passed & kept
    rows = np.flatnonzero(passed & scores.related)
    order = np.lexsort((ids[rows], tie_order(ids[rows], seed), -scores.order[rows]))
    return _Candidates(
        rows=rows[order],
        excluded={
            code: count
            for code, failed in scores.failed.items()
            if (count := int(np.count_nonzero(failed & kept)))
        },
        unrelated=int(np.count_nonzero(passed & ~scores.related)),
    )


def _best_of(scores: Sequence[ColumnScores]) -> tuple[ColumnScores, Rows]:
    """Merge the scores of several offers, or needs: for each row, the best that may be listed."""
    usable = [np.where(one.passed & one.related, one.order, -1) for one in scores]
    chosen = np.argmax(np.stack(usable), axis=0)
    picked = (chosen, np.arange(chosen.size))
    merged = ColumnScores(
        points=np.stack([one.points for one in scores])[picked],
        levels=np.stack([one.levels for one in scores])[picked],
        text=np.stack([one.text for one in scores])[picked],
        failed={
            code: np.logical_and.reduce([one.failed[code] for one in scores])
            for code in scores[0].failed
        },
        passed=np.logical_or.reduce([one.passed for one in scores]),
        related=np.logical_or.reduce([one.passed & one.related for one in scores]),
    )
    return merged, chosen


def _first_of_each(found: _Candidates, keys: Integers) -> _Candidates:
    """Keep the best row of each key, in the order of the list."""
    _, firsts = np.unique(keys[found.rows], return_index=True)
    return _Candidates(found.rows[np.sort(firsts)], found.excluded, found.unrelated)


def _shown(found: _Candidates, page: Page) -> list[int]:
    rows: list[int] = found.rows[page.offset : page.offset + page.limit].tolist()
    return rows


def _match(
    direction: Direction,
    need: NeedProfile,
    offer: OfferProfile,
    text: int | None,
    context: ScoringContext,
    basis: Basis,
) -> Match:
    both = {
        way: score_pair(need, offer, direction=way, text=text, context=context) for way in Direction
    }
    score = both.pop(direction)
    (mirror,) = both.values()
    return Match(
        need=need,
        offer=offer,
        score=score,
        mirror=mirror,
        explanation=explain(need, offer, score, context=context, statistics=basis.statistics),
    )


def _ranking(
    direction: Direction,
    lines: tuple[Match, ...],
    found: _Candidates,
    context: ScoringContext,
    page: Page,
) -> Ranking:
    return Ranking(
        direction=direction,
        matches=lines,
        total=len(found.rows),
        excluded=found.excluded,
        unrelated=found.unrelated,
        seed=page.seed,
        weights_version=context.weights.version,
    )
