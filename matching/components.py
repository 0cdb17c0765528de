"""The seven components of a score, each an integer value per ten thousand.

Every function works on facts of the two profiles alone, so that ``ranking`` can evaluate it once
per distinct fact and spread the value over ten thousand offers: a list and a single pair then
agree to the last point. Integers throughout: sums are exact whatever their order.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from matching.profiles import References
from matching.weights import FULL, ThemeCredits, Weights
from vocabulary.kinds import (
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    ContractRoute,
    ExperimentAppetite,
    Maturity,
    NeedNature,
    OfferType,
    PriceRange,
    ProjectPhase,
)


class Fact(StrEnum):
    """A fact that a component needs and that may not have been stated."""

    NEED_THEMES = "need-themes"
    NEED_TEXT = "need-text"
    NEED_APPETITE = "need-appetite"
    NEED_NATURE = "need-nature"
    NEED_ROUTES = "need-routes"
    NEED_AMOUNT = "need-amount"
    NEED_START = "need-start"
    NEED_DEADLINE = "need-deadline"
    NEED_PHASE = "need-phase"
    NEED_DATE = "need-date"
    OFFER_MATURITY = "offer-maturity"
    OFFER_ROUTES = "offer-routes"
    OFFER_PRICE = "offer-price"
    OFFER_AVAILABILITY = "offer-availability"
    OFFER_DATE = "offer-date"


@dataclass(frozen=True, slots=True)
class Part:
    """One value with the facts it lacks; ``applies`` is false where the question has no sense."""

    value: int
    missing: tuple[Fact, ...] = ()
    applies: bool = True

    @property
    def is_known(self) -> bool:
        """Tell whether the value rests on stated facts."""
        return self.applies and not self.missing


PRICES: Final[Mapping[PriceRange, tuple[int, int | None]]] = {
    PriceRange.FREE: (0, 0),
    PriceRange.UNDER_40K: (0, 40_000),
    PriceRange.FROM_40K_TO_100K: (40_000, 100_000),
    PriceRange.FROM_100K_TO_500K: (100_000, 500_000),
    PriceRange.OVER_500K: (500_000, None),
}
"""Bounds of each price range in euros before tax; ``None`` for no upper bound."""


def theme_credit(
    wanted: str,
    offered: AbstractSet[str],
    parents: Mapping[str, str],
    worth: ThemeCredits,
) -> int:
    """Return how far ``offered`` answers one ``wanted`` theme, per ten thousand.

    The closest offered theme counts: the theme itself, a theme under the wanted axis, the axis
    above the wanted theme, or another theme of that axis.
    """
    if wanted in offered:
        return worth.same
    axis = parents.get(wanted)
    if axis is None:
        return worth.axis_wanted if any(parents.get(code) == wanted for code in offered) else 0
    if axis in offered:
        return worth.axis_offered
    return worth.sibling if any(parents.get(code) == axis for code in offered) else 0


def theme_coverage(
    wanted: AbstractSet[str],
    offered: AbstractSet[str],
    rarity: Mapping[str, int],
    parents: Mapping[str, str],
    weights: Weights,
) -> Part:
    """Return the share of the wanted rarity that is offered.

    An offer without themes covers nothing, which is known: a neutral value would reward silence
    and make the first theme added lower a score.
    """
    total = sum(rarity.get(code, 0) for code in wanted)
    if not total:
        return Part(weights.neutral, (Fact.NEED_THEMES,))
    gained = sum(
        rarity.get(code, 0) * theme_credit(code, offered, parents, weights.themes)
        for code in wanted
    )
    return Part(gained // total)


def maturity_fit(
    kind: OfferType,
    maturity: Maturity | None,
    appetite: ExperimentAppetite | None,
    weights: Weights,
) -> Part:
    """Return how the maturity of an offer meets the appetite of a need for experiment."""
    if kind not in TYPES_WITH_MATURITY:
        return Part(weights.neutral, applies=False)
    if maturity is not None and appetite is not None:
        return Part(weights.maturity[appetite][maturity])
    return Part(
        weights.neutral,
        _missing({Fact.OFFER_MATURITY: maturity, Fact.NEED_APPETITE: appetite}),
    )


def nature_fit(nature: NeedNature | None, kind: OfferType, weights: Weights) -> Part:
    """Return whether an offer of this type can be bought as ``nature``."""
    if nature is None:
        return Part(weights.neutral, (Fact.NEED_NATURE,))
    return Part(weights.nature[nature][kind])


def route_fit(
    kind: OfferType,
    accepted: AbstractSet[ContractRoute],
    considered: AbstractSet[ContractRoute],
    weights: Weights,
) -> Part:
    """Return whether the two sides share a contract route."""
    if kind not in TYPES_WITH_ROUTES:
        return Part(weights.neutral, applies=False)
    if accepted and considered:
        return Part(FULL if accepted & considered else 0)
    return Part(
        weights.neutral,
        _missing({Fact.OFFER_ROUTES: accepted or None, Fact.NEED_ROUTES: considered or None}),
    )


def amount_fit(
    kind: OfferType,
    price: PriceRange | None,
    amount: tuple[int | None, int | None],
    weights: Weights,
) -> Part:
    """Return how an order of price fits an order of budget (both ends in euros before tax).

    Ranges that touch fit. Otherwise the value is the ratio of the two nearest ends, so that a
    first contract twice too dear, or a budget twice what is sold, is worth half.
    """
    low, high = amount
    if kind not in TYPES_WITH_PRICE:
        return Part(weights.neutral, applies=False)
    is_stated = low is not None or high is not None
    if price is None or not is_stated:
        return Part(
            weights.neutral,
            _missing({Fact.OFFER_PRICE: price, Fact.NEED_AMOUNT: is_stated or None}),
        )
    cheapest, dearest = PRICES[price]
    if high is not None and high < cheapest:
        return Part(FULL * max(high, 0) // cheapest)
    if low is not None and dearest and low > dearest:
        return Part(FULL * dearest // low)
    return Part(FULL)  # a free offer fits every budget


def start_fit(available_from: date | None, starts_on: date | None, weights: Weights) -> Part:
    """Return whether the actor can start by the wanted day; late starts lose value by the day."""
    if available_from is None or starts_on is None:
        return Part(
            weights.neutral,
            _missing({Fact.OFFER_AVAILABILITY: available_from, Fact.NEED_START: starts_on}),
        )
    late = max((available_from - starts_on).days, 0)
    return Part(FULL * max(weights.calendar.late_days - late, 0) // weights.calendar.late_days)


def deadline_fit(closes_on: date | None, today: date, weights: Weights) -> Part:
    """Return the time left to answer: the last day still counts for one day."""
    if closes_on is None:
        return Part(weights.neutral, (Fact.NEED_DEADLINE,))
    left = max((closes_on - today).days + 1, 0)
    comfortable = weights.calendar.comfortable_days
    return Part(FULL * min(left, comfortable) // comfortable)


def phase_fit(phase: ProjectPhase, weights: Weights) -> Part:
    """Return how early the renewal project is: partners are wanted from the design phase on."""
    if phase is ProjectPhase.UNSTATED:
        return Part(weights.neutral, (Fact.NEED_PHASE,))
    return Part(weights.calendar.phase[phase])


def evidence(references: References, weights: Weights) -> Part:
    """Return what the cited deployments are worth, capped; none is low but known."""
    worth = weights.evidence
    total = (
        worth.base
        + worth.declared * references.declared
        + worth.confirmed * references.confirmed
        + worth.official * references.official
    )
    return Part(min(total, FULL))


def freshness(last: date | None, today: date, weights: Weights, fact: Fact) -> Part:
    """Return how recent an entry is, between a floor and full; ``fact`` names a missing date."""
    if last is None:
        return Part(weights.neutral, (fact,))
    worth = weights.freshness
    age = min(max((today - last).days, worth.full_days), worth.stale_days)
    span = worth.stale_days - worth.full_days
    return Part(worth.floor + (FULL - worth.floor) * (worth.stale_days - age) // span)


def text_fit(value: int | None, weights: Weights) -> Part:
    """Return the text value computed elsewhere, or neutral when a side has no known word."""
    if value is None:
        return Part(weights.neutral, (Fact.NEED_TEXT,))
    return Part(value)


def mean_value(values: tuple[int, ...]) -> int:
    """Return the integer mean of the parts of a component, rounded down."""
    return sum(values) // len(values)


def _missing(facts: Mapping[Fact, object | None]) -> tuple[Fact, ...]:
    return tuple(fact for fact, value in facts.items() if value is None)
