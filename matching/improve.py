"""What the author of an offer could state or add that would raise its score for one need.

Each gain is computed by scoring the changed offer. Where the answer is the author's to give (a
maturity, a price), the gain is the best it could be, and says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from matching.profiles import NeedProfile, OfferProfile
from matching.score import PairScore, ScoringContext, component_parts, contribution
from matching.weights import Component
from vocabulary.kinds import (
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    Maturity,
    PriceRange,
)


class ImprovementCode(StrEnum):
    """One thing an author could do."""

    ADD_THEME = "add-theme"
    STATE_MATURITY = "state-maturity"
    STATE_ROUTES = "state-routes"
    ACCEPT_ROUTE = "accept-route"
    STATE_PRICE = "state-price"
    STATE_AVAILABILITY = "state-availability"
    ADD_REFERENCE = "add-reference"
    CONFIRM_REFERENCE = "confirm-reference"
    CONFIRM_ENTRY = "confirm-entry"


# The author decides what it says; the others are done or not.
_AUTHORS_CHOICE: Final = frozenset(
    {
        ImprovementCode.STATE_MATURITY,
        ImprovementCode.STATE_ROUTES,
        ImprovementCode.STATE_PRICE,
        ImprovementCode.STATE_AVAILABILITY,
    }
)


@dataclass(frozen=True, slots=True)
class Improvement:
    """A change, the component it moves and the points gained."""

    code: ImprovementCode
    component: Component
    points: int
    is_exact: bool
    """False when ``points`` is the most the change could bring."""
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class _Change:
    code: ImprovementCode
    component: Component
    candidates: tuple[OfferProfile, ...]
    theme: str | None = None


def improvements(
    need: NeedProfile, offer: OfferProfile, score: PairScore, context: ScoringContext
) -> tuple[Improvement, ...]:
    """Return the changes that raise ``score``, the greatest gain first, ties by code and theme."""
    direction = score.direction
    current = {part.component: part for part in score.contributions}
    found = []
    for change in _changes(need, offer, context):
        if change.component not in current:
            continue
        best = max(
            contribution(
                change.component,
                direction,
                component_parts(change.component, need, candidate, direction, None, context),
                context.weights,
            ).points
            for candidate in change.candidates
        )
        gain = best - current[change.component].points
        if gain > 0:
            exact = change.code not in _AUTHORS_CHOICE
            found.append(Improvement(change.code, change.component, gain, exact, change.theme))
    return tuple(sorted(found, key=lambda gain: (-gain.points, gain.code, gain.theme or "")))


def _changes(need: NeedProfile, offer: OfferProfile, context: ScoringContext) -> Iterator[_Change]:
    for theme in sorted((need.themes & context.rarity.keys()) - offer.themes):
        wider = replace(offer, themes=offer.themes | {theme})
        yield _Change(ImprovementCode.ADD_THEME, Component.THEMES, (wider,), theme)
    for propose in _PROPOSALS:
        yield from propose(need, offer, context)


def _maturity(need: NeedProfile, offer: OfferProfile, _: ScoringContext) -> Iterator[_Change]:
    if offer.maturity is None and need.appetite and offer.type in TYPES_WITH_MATURITY:
        stated = tuple(replace(offer, maturity=maturity) for maturity in Maturity)
        yield _Change(ImprovementCode.STATE_MATURITY, Component.MATURITY, stated)


def _routes(need: NeedProfile, offer: OfferProfile, _: ScoringContext) -> Iterator[_Change]:
    if offer.type in TYPES_WITH_ROUTES and need.routes and not offer.routes & need.routes:
        shared = (replace(offer, routes=offer.routes | need.routes),)
        code = ImprovementCode.ACCEPT_ROUTE if offer.routes else ImprovementCode.STATE_ROUTES
        yield _Change(code, Component.CONTRACT, shared)


def _price(_: NeedProfile, offer: OfferProfile, __: ScoringContext) -> Iterator[_Change]:
    if offer.price_range is None and offer.type in TYPES_WITH_PRICE:
        stated = tuple(replace(offer, price_range=price) for price in PriceRange)
        yield _Change(ImprovementCode.STATE_PRICE, Component.CONTRACT, stated)


def _availability(need: NeedProfile, offer: OfferProfile, _: ScoringContext) -> Iterator[_Change]:
    if offer.available_from is None and need.starts_on:
        ready = (replace(offer, available_from=need.starts_on),)
        yield _Change(ImprovementCode.STATE_AVAILABILITY, Component.CALENDAR, ready)


def _references(_: NeedProfile, offer: OfferProfile, __: ScoringContext) -> Iterator[_Change]:
    cited = offer.references
    more = replace(cited, declared=cited.declared + 1)
    yield _Change(
        ImprovementCode.ADD_REFERENCE, Component.EVIDENCE, (replace(offer, references=more),)
    )
    if cited.declared:
        sure = replace(cited, declared=cited.declared - 1, confirmed=cited.confirmed + 1)
        yield _Change(
            ImprovementCode.CONFIRM_REFERENCE,
            Component.EVIDENCE,
            (replace(offer, references=sure),),
        )


def _freshness(_: NeedProfile, offer: OfferProfile, context: ScoringContext) -> Iterator[_Change]:
    confirmed = (replace(offer, confirmed_on=context.today),)
    yield _Change(ImprovementCode.CONFIRM_ENTRY, Component.FRESHNESS, confirmed)


_Proposal = Callable[[NeedProfile, OfferProfile, ScoringContext], Iterator[_Change]]
_PROPOSALS: Final[tuple[_Proposal, ...]] = (
    _maturity,
    _routes,
    _price,
    _availability,
    _references,
    _freshness,
)
