"""The versioned weights of the score, read from ``weights.toml`` and checked."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

from vocabulary.kinds import ExperimentAppetite, Maturity, NeedNature, OfferType, ProjectPhase

WEIGHTS_FILE: Final = Path(__file__).resolve().parent / "weights.toml"
FULL: Final = 10_000
"""The value of a component that is entirely satisfied."""
HIGHEST_SCORE: Final = 1_000


class Direction(StrEnum):
    """Who is looking: a territory at offers, or an innovator at needs."""

    NEED_TO_OFFER = "need-to-offer"
    OFFER_TO_NEED = "offer-to-need"


class Component(StrEnum):
    """What a score is made of."""

    THEMES = "themes"
    TEXT = "text"
    MATURITY = "maturity"
    CONTRACT = "contract"
    CALENDAR = "calendar"
    EVIDENCE = "evidence"
    FRESHNESS = "freshness"


class Level(StrEnum):
    """How a score is worded on a card."""

    STRONG = "forte"
    MEDIUM = "moyenne"
    PARTIAL = "partielle"


@dataclass(frozen=True, slots=True)
class ThemeCredits:
    """How far an offered theme answers a wanted one, per ten thousand."""

    same: int
    axis_wanted: int
    axis_offered: int
    sibling: int


@dataclass(frozen=True, slots=True)
class TextParameters:
    """BM25 parameters and what counts as a full textual answer."""

    k1: float
    b: float
    repeat_cap: int
    telling_words: int
    theme_words: int
    related: int


@dataclass(frozen=True, slots=True)
class CalendarParameters:
    """Days and phases against which a calendar is judged."""

    late_days: int
    comfortable_days: int
    phase: Mapping[ProjectPhase, int]


@dataclass(frozen=True, slots=True)
class EvidenceParameters:
    """Value of one reference by grade, and of none."""

    declared: int
    confirmed: int
    official: int
    base: int


@dataclass(frozen=True, slots=True)
class FreshnessParameters:
    """Age, in days, at which an entry stops being fresh, and what is left when it is old."""

    full_days: int
    stale_days: int
    floor: int


@dataclass(frozen=True, slots=True)
class LevelThreshold:
    """Least score (points) and least subject share (per ten thousand) of a level."""

    level: Level
    score: int
    subject: int


@dataclass(frozen=True, slots=True)
class Weights:
    """Everything a score depends on beside the two profiles and the day."""

    version: str
    neutral: int
    points: Mapping[Direction, Mapping[Component, int]]
    themes: ThemeCredits
    text: TextParameters
    maturity: Mapping[ExperimentAppetite, Mapping[Maturity, int]]
    nature: Mapping[NeedNature, Mapping[OfferType, int]]
    calendar: CalendarParameters
    evidence: EvidenceParameters
    freshness: FreshnessParameters
    levels: tuple[LevelThreshold, ...]


@cache
def default_weights() -> Weights:
    """Return the weights in force."""
    return read_weights(WEIGHTS_FILE)


def read_weights(path: Path) -> Weights:
    """Read and check a weights file.

    Raises:
        ValueError: the points of a direction do not add up to 1,000, or a value leaves its range.
        KeyError: a figure is missing.
    """
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    weights = Weights(
        version=raw["version"],
        neutral=raw["neutral"],
        points={way: _points(raw[way.value]) for way in Direction},
        themes=ThemeCredits(**_underscored(raw["themes"])),
        text=TextParameters(**_underscored(raw["text"])),
        maturity={
            appetite: {maturity: raw["maturity"][appetite][maturity] for maturity in Maturity}
            for appetite in ExperimentAppetite
        },
        nature={
            nature: {kind: raw["contract"]["nature"][nature][kind] for kind in OfferType}
            for nature in NeedNature
        },
        calendar=CalendarParameters(
            late_days=raw["calendar"]["late-days"],
            comfortable_days=raw["calendar"]["comfortable-days"],
            phase={
                phase: raw["calendar"]["phase"][phase]
                for phase in ProjectPhase
                if phase is not ProjectPhase.UNSTATED
            },
        ),
        evidence=EvidenceParameters(
            declared=raw["evidence"]["declaree"],
            confirmed=raw["evidence"]["confirmee"],
            official=raw["evidence"]["officielle"],
            base=raw["evidence"]["base"],
        ),
        freshness=FreshnessParameters(**_underscored(raw["freshness"])),
        levels=tuple(
            LevelThreshold(level, **raw["levels"][level.value])
            for level in (Level.STRONG, Level.MEDIUM)
        ),
    )
    _check(weights)
    return weights


def _underscored(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key.replace("-", "_"): value for key, value in table.items()}


def _points(table: Mapping[str, int]) -> dict[Component, int]:
    points = {component: table[component.value] for component in Component}
    if sum(points.values()) != HIGHEST_SCORE or min(points.values()) < 0:
        message = f"the points of a direction must add up to {HIGHEST_SCORE}"
        raise ValueError(message)
    return {component: worth for component, worth in points.items() if worth}


def _check(weights: Weights) -> None:
    credit = weights.themes
    if not credit.same >= credit.axis_offered >= credit.sibling >= 0:
        message = "a closer theme must never be worth less than a farther one"
        raise ValueError(message)
    values = [weights.neutral, credit.same, credit.axis_wanted, *weights.calendar.phase.values()]
    values += [value for row in weights.maturity.values() for value in row.values()]
    values += [value for row in weights.nature.values() for value in row.values()]
    if not all(0 <= value <= FULL for value in values):
        message = f"a value lies between 0 and {FULL}"
        raise ValueError(message)
