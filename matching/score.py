"""The score of one pair, in either direction, as contributions that add up to it exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from matching.components import (
    Fact,
    Part,
    amount_fit,
    deadline_fit,
    evidence,
    freshness,
    maturity_fit,
    mean_value,
    nature_fit,
    phase_fit,
    route_fit,
    start_fit,
    text_fit,
    theme_coverage,
)
from matching.profiles import NeedProfile, OfferProfile
from matching.rarity import theme_parents
from matching.weights import FULL, Component, Direction, Level, Weights, default_weights

SUBJECT: Final = frozenset({Component.THEMES, Component.TEXT})
"""What says that a pair is about the same thing; the others are circumstances."""


@dataclass(frozen=True, slots=True)
class ScoringContext:
    """What a score depends on beside the two profiles: weights, rarity of themes, the day."""

    today: date
    rarity: Mapping[str, int]
    """Integer weight of each theme code; see ``matching.rarity``."""
    parents: Mapping[str, str] = field(default_factory=theme_parents)
    weights: Weights = field(default_factory=default_weights)


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one component brings to a score."""

    component: Component
    points: int
    """Its share of the score."""
    weight: int
    """The most it could bring."""
    neutral: int
    """What it brings when nothing is known."""
    value: int
    """Its value per ten thousand."""
    parts: tuple[Part, ...]

    @property
    def signed(self) -> int:
        """Return the points above or below neutral, for a bar that goes both ways."""
        return self.points - self.neutral

    @property
    def missing(self) -> tuple[Fact, ...]:
        """Return the facts that were not stated."""
        return tuple(fact for part in self.parts for fact in part.missing)

    @property
    def is_unknown(self) -> bool:
        """Tell whether the whole component is neutral for want of a stated fact."""
        return bool(self.missing) and not any(part.is_known for part in self.parts)

    @property
    def is_applicable(self) -> bool:
        """Tell whether the question has a sense for this type of offer."""
        return any(part.applies for part in self.parts)


@dataclass(frozen=True, slots=True)
class PairScore:
    """A score out of 1,000 with its contributions and the version of its weights."""

    direction: Direction
    points: int
    level: Level
    contributions: tuple[Contribution, ...]
    weights_version: str

    @property
    def baseline(self) -> int:
        """Return what a pair of which nothing is known scores: score = baseline + signed parts."""
        return sum(contribution.neutral for contribution in self.contributions)


def score_pair(
    need: NeedProfile,
    offer: OfferProfile,
    *,
    direction: Direction,
    text: int | None,
    context: ScoringContext,
) -> PairScore:
    """Score one pair, gates apart.

    Args:
        need: the need or territory.
        offer: the offer.
        direction: who is looking; it selects the weights.
        text: value of ``matching.text`` per ten thousand, ``None`` when unknown.
        context: weights, rarity and day.

    Returns:
        The score, equal to the sum of its contributions.
    """
    contributions = tuple(
        contribution(
            component,
            direction,
            component_parts(component, need, offer, direction, text, context),
            context.weights,
        )
        for component in context.weights.points[direction]
    )
    points = sum(part.points for part in contributions)
    subject = [part for part in contributions if part.component in SUBJECT and not part.is_unknown]
    return PairScore(
        direction=direction,
        points=points,
        level=level_of(
            points,
            subject=sum(part.points for part in subject),
            subject_weight=sum(part.weight for part in subject),
            weights=context.weights,
        ),
        contributions=contributions,
        weights_version=context.weights.version,
    )


def contribution(
    component: Component, direction: Direction, parts: tuple[Part, ...], weights: Weights
) -> Contribution:
    """Turn the parts of a component into points."""
    value = mean_value(tuple(part.value for part in parts))
    weight = weights.points[direction][component]
    return Contribution(
        component=component,
        points=points_of(value, weight),
        weight=weight,
        neutral=points_of(weights.neutral, weight),
        value=value,
        parts=parts,
    )


def points_of(value: int, weight: int) -> int:
    """Return the points of a value per ten thousand, halves rounded up; integers only."""
    return (2 * weight * value + FULL) // (2 * FULL)


def level_of(points: int, *, subject: int, subject_weight: int, weights: Weights) -> Level:
    """Return the level of a score whose known subject components obtained ``subject`` points.

    A pair whose subject is unknown is partial: circumstances alone never make a match.
    """
    if not subject_weight:
        return Level.PARTIAL
    for threshold in weights.levels:
        enough = subject * FULL >= threshold.subject * subject_weight
        if points >= threshold.score and enough:
            return threshold.level
    return Level.PARTIAL


def component_parts(
    component: Component,
    need: NeedProfile,
    offer: OfferProfile,
    direction: Direction,
    text: int | None,
    context: ScoringContext,
) -> tuple[Part, ...]:
    """Return the parts of one component of a pair."""
    weights = context.weights
    match component:
        case Component.THEMES:
            parents, rarity = context.parents, context.rarity
            parts = (theme_coverage(need.themes, offer.themes, rarity, parents, weights),)
        case Component.TEXT:
            parts = (text_fit(text, weights),)
        case Component.MATURITY:
            parts = (maturity_fit(offer.type, offer.maturity, need.appetite, weights),)
        case Component.CONTRACT:
            return contract_parts(need, offer, weights)
        case Component.CALENDAR:
            return calendar_parts(need, offer, direction, context)
        case Component.EVIDENCE:
            parts = (evidence(offer.references, weights),)
        case Component.FRESHNESS:
            parts = (freshness_part(need, offer, direction, context),)
    return parts


def contract_parts(need: NeedProfile, offer: OfferProfile, weights: Weights) -> tuple[Part, ...]:
    """Return how the purchase fits: its nature, a shared route, the orders of price."""
    return (
        nature_fit(need.nature, offer.type, weights),
        route_fit(offer.type, offer.routes, need.routes, weights),
        amount_fit(offer.type, offer.price_range, (need.amount_min, need.amount_max), weights),
    )


def calendar_parts(
    need: NeedProfile, offer: OfferProfile, direction: Direction, context: ScoringContext
) -> tuple[Part, ...]:
    """Return what each side looks at: a start in time, or time left and an early phase."""
    if direction is Direction.NEED_TO_OFFER:
        return (start_fit(offer.available_from, need.starts_on, context.weights),)
    return (
        deadline_fit(need.closes_on, context.today, context.weights),
        phase_fit(need.phase, context.weights),
    )


def freshness_part(
    need: NeedProfile, offer: OfferProfile, direction: Direction, context: ScoringContext
) -> Part:
    """Return how recent the entry looked at is: the offer's for a need, the need's for an offer."""
    if direction is Direction.NEED_TO_OFFER:
        return freshness(offer.confirmed_on, context.today, context.weights, Fact.OFFER_DATE)
    return freshness(need.updated_on, context.today, context.weights, Fact.NEED_DATE)
