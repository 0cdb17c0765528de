"""What differs between two plans of a day: meetings added, dropped, moved, and for whom."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.meetup_planning import Placement


class Difference(StrEnum):
    """What the second plan does to a meeting."""

    ADDED = "added"
    DROPPED = "dropped"
    MOVED = "moved"
    """To another slot; the table may change too."""
    RESEATED = "reseated"
    """To another table of the same slot."""


@dataclass(frozen=True, slots=True)
class MeetingDifference:
    """One meeting that is not the same in both plans."""

    difference: Difference
    before: Placement | None
    after: Placement | None

    @property
    def participants(self) -> tuple[int, ...]:
        """Return whom it concerns."""
        known = self.after or self.before
        return known.participants if known else ()


@dataclass(frozen=True, slots=True)
class PlanDifference:
    """All that differs between two plans."""

    meetings: tuple[MeetingDifference, ...]

    @property
    def counts(self) -> Mapping[Difference, int]:
        """Return how many meetings differ in each way."""
        return {kind: sum(one.difference is kind for one in self.meetings) for kind in Difference}

    @property
    def people(self) -> Mapping[int, tuple[MeetingDifference, ...]]:
        """Return what changes for each participant concerned."""
        found: dict[int, list[MeetingDifference]] = {}
        for one in self.meetings:
            for number in one.participants:
                found.setdefault(number, []).append(one)
        return {number: tuple(own) for number, own in found.items()}


def compare(before: Iterable[Placement], after: Sequence[Placement]) -> PlanDifference:
    """Return what differs from ``before`` to ``after``."""
    old = {one.key: one for one in before}
    new = {one.key: one for one in after}
    found = (_difference(old.get(key), new.get(key)) for key in {**old, **new})
    return PlanDifference(tuple(one for one in found if one is not None))


def _difference(before: Placement | None, after: Placement | None) -> MeetingDifference | None:
    if before is None:
        return MeetingDifference(Difference.ADDED, None, after)
    if after is None:
        return MeetingDifference(Difference.DROPPED, before, None)
    if before.slot_id != after.slot_id:
        return MeetingDifference(Difference.MOVED, before, after)
    if before.table_id != after.table_id:
        return MeetingDifference(Difference.RESEATED, before, after)
    return None
