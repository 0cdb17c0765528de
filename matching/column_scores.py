"""Gates and components of one need against all offers, or of one offer against all needs.

The functions of ``components`` and ``gates`` are applied to the distinct values of each column,
so that a list agrees with ``score_pair`` and ``failed_gates`` by construction.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from matching.columns import Booleans, Integers, NeedColumns, OfferColumns
from matching.components import (
    Fact,
    amount_fit,
    deadline_fit,
    evidence,
    freshness,
    maturity_fit,
    nature_fit,
    phase_fit,
    route_fit,
    start_fit,
    theme_credit,
)
from matching.gates import GateCode, covers, is_need_open
from matching.profiles import NeedProfile, OfferProfile
from matching.score import ScoringContext
from matching.weights import FULL, Component, Direction

UNKNOWN_TEXT: Final = -1


@dataclass(frozen=True, slots=True)
class ColumnScores:
    """One row per offer, or per need: its points, and whether it may and should be listed."""

    points: Integers
    text: Integers
    """Text values per ten thousand; ``UNKNOWN_TEXT`` where the need has no known word."""
    failed: Mapping[GateCode, Booleans]
    passed: Booleans
    related: Booleans
    levels: Integers
    """How strong the pair reads, 0 for the weakest: what a list is ordered by first."""

    @property
    def order(self) -> Integers:
        """Return one number a row: the level, and inside a level the points."""
        return self.levels * (FULL + 1) + self.points

    def text_of(self, row: int) -> int | None:
        """Return the text value of one row."""
        value = int(self.text[row])
        return None if value == UNKNOWN_TEXT else value


def score_offers(need: NeedProfile, columns: OfferColumns, context: ScoringContext) -> ColumnScores:
    """Score every offer for one need, as the need's side sees it."""
    weights = context.weights
    themes, themes_known = _offer_coverage(need, columns, context)
    text = _offer_text(need, columns)
    amount = (need.amount_min, need.amount_max)
    contract = (
        columns.types.spread(lambda kind: nature_fit(need.nature, kind, weights).value)
        + columns.routes.spread(lambda key: route_fit(*key, need.routes, weights).value)
        + columns.prices.spread(lambda key: amount_fit(*key, amount, weights).value)
    ) // 3
    values = {
        Component.THEMES: themes,
        Component.TEXT: np.where(text == UNKNOWN_TEXT, weights.neutral, text),
        Component.MATURITY: columns.maturities.spread(
            lambda key: maturity_fit(*key, need.appetite, weights).value
        ),
        Component.CONTRACT: contract,
        Component.CALENDAR: columns.availabilities.spread(
            lambda day: start_fit(day, need.starts_on, weights).value
        ),
        Component.EVIDENCE: columns.references.spread(lambda cited: evidence(cited, weights).value),
        Component.FRESHNESS: columns.confirmations.spread(
            lambda day: freshness(day, context.today, weights, Fact.OFFER_DATE).value
        ),
    }
    failed = _offer_failures(need, columns, context)
    known = {Component.THEMES: themes_known, Component.TEXT: text != UNKNOWN_TEXT}
    points = _points(values, Direction.NEED_TO_OFFER, context)
    return ColumnScores(
        points=points,
        levels=_levels(
            points, values, known, context.weights.points[Direction.NEED_TO_OFFER], context
        ),
        text=text,
        failed=failed,
        passed=_none_of(failed),
        related=_related(themes, themes_known, text, context),
    )


def score_needs(offer: OfferProfile, columns: NeedColumns, context: ScoringContext) -> ColumnScores:
    """Score every need for one offer, as the offer's side sees it."""
    weights = context.weights
    themes, themes_known = _need_coverage(offer, columns, context)
    text = _need_text(offer, columns)
    kind = offer.type
    contract = (
        columns.natures.spread(lambda nature: nature_fit(nature, kind, weights).value)
        + columns.routes.spread(lambda sought: route_fit(kind, offer.routes, sought, weights).value)
        + columns.amounts.spread(
            lambda amount: amount_fit(kind, offer.price_range, amount, weights).value
        )
    ) // 3
    calendar = (
        columns.deadlines.spread(lambda day: deadline_fit(day, context.today, weights).value)
        + columns.phases.spread(lambda phase: phase_fit(phase, weights).value)
    ) // 2
    values = {
        Component.THEMES: themes,
        Component.TEXT: np.where(text == UNKNOWN_TEXT, weights.neutral, text),
        Component.MATURITY: columns.appetites.spread(
            lambda appetite: maturity_fit(kind, offer.maturity, appetite, weights).value
        ),
        Component.CONTRACT: contract,
        Component.CALENDAR: calendar,
        Component.EVIDENCE: np.full(
            len(columns.needs), evidence(offer.references, weights).value, dtype=np.int64
        ),
        Component.FRESHNESS: columns.updates.spread(
            lambda day: freshness(day, context.today, weights, Fact.NEED_DATE).value
        ),
    }
    failed = _need_failures(offer, columns, context)
    known = {Component.THEMES: themes_known, Component.TEXT: text != UNKNOWN_TEXT}
    points = _points(values, Direction.OFFER_TO_NEED, context)
    return ColumnScores(
        points=points,
        levels=_levels(
            points, values, known, context.weights.points[Direction.OFFER_TO_NEED], context
        ),
        text=text,
        failed=failed,
        passed=_none_of(failed),
        related=_related(themes, themes_known, text, context),
    )


def _points(
    values: Mapping[Component, Integers], direction: Direction, context: ScoringContext
) -> Integers:
    total = np.zeros(len(values[Component.THEMES]), dtype=np.int64)
    for component, weight in context.weights.points[direction].items():
        total += _weighed(values[component], weight)
    return total


def _weighed(values: Integers, weight: int) -> Integers:
    """Return ``matching.score.points_of`` of every row."""
    return (2 * weight * values + FULL) // (2 * FULL)


def _levels(
    points: Integers,
    values: Mapping[Component, Integers],
    known: Mapping[Component, Booleans],
    worth: Mapping[Component, int],
    context: ScoringContext,
) -> Integers:
    """Return ``matching.score.level_of`` of every row, as the place of its level."""
    subject = np.zeros(len(points), dtype=np.int64)
    most = np.zeros(len(points), dtype=np.int64)
    for component, is_known in known.items():
        subject += np.where(is_known, _weighed(values[component], worth[component]), 0)
        most += np.where(is_known, worth[component], 0)
    levels = np.zeros(len(points), dtype=np.int64)
    for place, threshold in enumerate(reversed(context.weights.levels), start=1):
        reached = (points >= threshold.score) & (subject * FULL >= threshold.subject * most)
        levels[reached & (most > 0)] = place
    return levels


def _related(
    themes: Integers, themes_known: Booleans, text: Integers, context: ScoringContext
) -> Booleans:
    text_known = text != UNKNOWN_TEXT
    related: Booleans = themes_known & (themes > 0)
    related |= text_known & (text >= context.weights.text.related)
    related |= ~(themes_known | text_known)
    return related


def _none_of(failed: Mapping[GateCode, Booleans]) -> Booleans:
    any_failed: Booleans = np.logical_or.reduce(list(failed.values()))
    return ~any_failed


def _offer_coverage(
    need: NeedProfile, columns: OfferColumns, context: ScoringContext
) -> tuple[Integers, Booleans]:
    rows = len(columns.offers)
    wanted = {code: context.rarity[code] for code in need.themes if context.rarity.get(code)}
    total = sum(wanted.values())
    if not total:
        neutral = np.full(rows, context.weights.neutral, dtype=np.int64)
        return neutral, np.zeros(rows, dtype=np.bool_)
    gained = np.zeros(rows, dtype=np.int64)
    for code, weight in wanted.items():
        gained += weight * _credit_column(code, columns, context)
    return gained // total, np.ones(rows, dtype=np.bool_)


def _credit_column(code: str, columns: OfferColumns, context: ScoringContext) -> Integers:
    """Return ``theme_credit`` of every offer for one wanted theme."""
    worth = context.weights.themes
    axis = context.parents.get(code)
    if axis is None:
        farther = np.where(columns.axes[code], worth.axis_wanted, 0)
    else:
        sibling = np.where(columns.axes[axis], worth.sibling, 0)
        farther = np.where(columns.themes[axis], worth.axis_offered, sibling)
    return np.where(columns.themes[code], worth.same, farther).astype(np.int64)


def _offer_text(need: NeedProfile, columns: OfferColumns) -> Integers:
    words = columns.basis.statistics.need_words(need.tokens, need.related)
    if not words.ideal:
        return np.full(len(columns.offers), UNKNOWN_TEXT, dtype=np.int64)
    return np.minimum(FULL * columns.words.totals(words.counts) // words.ideal, FULL)


def _offer_failures(
    need: NeedProfile, columns: OfferColumns, context: ScoringContext
) -> dict[GateCode, Booleans]:
    rows = len(columns.offers)
    carrier = need.organization_id
    no_row = np.zeros(rows, dtype=np.bool_)
    excluded = np.array(sorted(need.excluded_organization_ids), dtype=np.int64)
    is_open = is_need_open(need.closes_on, context.today)
    return {
        GateCode.OFFER_UNPUBLISHED: ~columns.published,
        GateCode.NEED_UNPUBLISHED: np.full(rows, not need.is_published),
        GateCode.NEED_CLOSED: np.full(rows, not is_open),
        GateCode.CONSENT: ~columns.consented,
        GateCode.AREA: ~columns.areas.where(
            lambda area: covers(*area, need.region_code, need.department_code)
        ),
        GateCode.SAME_ORGANIZATION: no_row
        if carrier is None
        else columns.organization_ids == carrier,
        GateCode.EXCLUDED_BY_NEED: np.isin(columns.organization_ids, excluded),
        GateCode.EXCLUDED_BY_OFFER: no_row
        if carrier is None
        else columns.exclusions.where(lambda ids: carrier in ids),
        GateCode.KIND: columns.kinds.where(
            lambda kind: bool(need.wanted_kinds) and kind not in need.wanted_kinds
        ),
    }


def _need_coverage(
    offer: OfferProfile, columns: NeedColumns, context: ScoringContext
) -> tuple[Integers, Booleans]:
    worth, parents = context.weights.themes, context.parents
    credit = {code: theme_credit(code, offer.themes, parents, worth) for code in context.rarity}
    known = columns.theme_totals > 0
    gained = columns.themes.totals(credit) // np.maximum(columns.theme_totals, 1)
    return np.where(known, gained, context.weights.neutral), known


def _need_text(offer: OfferProfile, columns: NeedColumns) -> Integers:
    totals = columns.words.totals(columns.basis.statistics.impacts(offer.tokens))
    values = np.minimum(FULL * totals // np.maximum(columns.ideals, 1), FULL)
    return np.where(columns.ideals > 0, values, UNKNOWN_TEXT)


def _need_failures(
    offer: OfferProfile, columns: NeedColumns, context: ScoringContext
) -> dict[GateCode, Booleans]:
    rows = len(columns.needs)
    refused = offer.excluded_organization_ids
    return {
        GateCode.OFFER_UNPUBLISHED: np.full(rows, not offer.is_published),
        GateCode.NEED_UNPUBLISHED: ~columns.published,
        GateCode.NEED_CLOSED: ~columns.deadlines.where(
            lambda day: is_need_open(day, context.today)
        ),
        GateCode.CONSENT: np.full(rows, not offer.has_consented),
        GateCode.AREA: ~columns.places.where(
            lambda place: covers(offer.area_level, offer.area_codes, *place)
        ),
        GateCode.SAME_ORGANIZATION: columns.carriers.where(
            lambda carrier: carrier == offer.organization_id
        ),
        GateCode.EXCLUDED_BY_NEED: columns.exclusions.where(
            lambda ids: offer.organization_id in ids
        ),
        GateCode.EXCLUDED_BY_OFFER: columns.carriers.where(lambda carrier: carrier in refused),
        GateCode.KIND: columns.wanted_kinds.where(
            lambda kinds: bool(kinds) and offer.organization_kind not in kinds
        ),
    }
