"""The dated rules of the contract routes: when a text holds, its amounts, what a route asks for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from vocabulary.contracts import BuyerKind, Duty, OpenPoint, Question, Remark, Step
from vocabulary.kinds import ContractRoute, NeedNature


@dataclass(frozen=True, slots=True)
class Provenance:
    """When a text holds, where it is, and who checked it when."""

    valid_from: date
    valid_until: date | None
    articles: tuple[str, ...]
    sources: tuple[str, ...]
    checked_on: date | None
    is_verified: bool

    def holds_on(self, day: date) -> bool:
        """Tell whether the text is in force on ``day``, both ends included."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount of a threshold, in euros before tax, for some natures and buyers."""

    natures: frozenset[NeedNature]
    buyers: frozenset[BuyerKind]
    euros: int


@dataclass(frozen=True, slots=True)
class Threshold:
    """One period of a named threshold."""

    name: str
    provenance: Provenance
    amounts: tuple[Amount, ...]

    def possible(self, nature: NeedNature | None, buyer: BuyerKind | None) -> tuple[int, ...]:
        """Return the amounts that may apply, lowest first: one when both answers are known."""
        fitting = {
            amount.euros
            for amount in self.amounts
            if nature in (None, *amount.natures) and buyer in (None, *amount.buyers)
        }
        return tuple(sorted(fitting))


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated version of what opens a route; an empty set of natures or buyers means all."""

    route: ContractRoute
    provenance: Provenance
    natures: frozenset[NeedNature]
    buyers: frozenset[BuyerKind]
    uncertain_buyers: frozenset[BuyerKind]
    below: str | None
    """Name of the threshold that the need must stay strictly under."""
    above: str | None
    """Name of the threshold that the need must strictly exceed."""
    mandatory_from: str | None
    """Name of the threshold from which a formal procedure is compulsory; it closes nothing."""
    requires: Mapping[Question, frozenset[str]]
    unchecked: tuple[OpenPoint, ...]
    steps: tuple[Step, ...]
    duties: tuple[Duty, ...]
    remarks: tuple[Remark, ...]
    longest_years: int | None
    burden: int
    """Sum of the weights of the steps: a route with less to do comes first."""

    @property
    def threshold_names(self) -> tuple[str, ...]:
        """Return the names of the thresholds the rule reads."""
        return tuple(name for name in (self.below, self.above, self.mandatory_from) if name)


@dataclass(frozen=True, slots=True)
class RuleBook:
    """Every rule and threshold, with the day from which they are described."""

    version: str
    since: date
    near_percent: int
    step_weights: Mapping[Step, int]
    rules: tuple[Rule, ...]
    thresholds: tuple[Threshold, ...]

    def rule_on(self, route: ContractRoute, day: date) -> Rule | None:
        """Return the version of a route in force on ``day``; none before ``since``."""
        return _in_force((rule for rule in self.rules if rule.route is route), day)

    def threshold_on(self, name: str, day: date) -> Threshold | None:
        """Return the period of a threshold in force on ``day``; none before ``since``."""
        return _in_force((found for found in self.thresholds if found.name == name), day)

    def change_days(self) -> tuple[date, ...]:
        """Return the days on which something changes, oldest first, ``since`` included."""
        dated: tuple[Rule | Threshold, ...] = (*self.rules, *self.thresholds)
        return tuple(sorted({item.provenance.valid_from for item in dated}))


Dated = TypeVar("Dated", Rule, Threshold)


def _in_force(dated: Iterable[Dated], day: date) -> Dated | None:
    return next((item for item in dated if item.provenance.holds_on(day)), None)
