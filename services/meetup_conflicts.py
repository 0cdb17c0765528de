"""Which rules of a day cannot hold together, kept with the plan that was not possible."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from meetups.conflicts import Conflict, ConflictKind, find_day_conflicts
from meetups.problem import SolveStatus
from models.meetup_plan import MeetupPlan
from services.meetup_planning import DayToPlan

SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Clash:
    """One rule of those that cannot hold together."""

    kind: ConflictKind
    person: int | None
    key: str | None
    """The meeting that it is about."""
    participants: tuple[int, ...]
    slot_id: int | None
    count: int
    """Tables of the slot, or meetings that the participant accepts at most."""


def conflicts_of(read: DayToPlan) -> dict[str, Any] | None:
    """Return a smallest set of rules in conflict, to keep; ``None``: none was found in time."""
    verdict = find_day_conflicts(read.wished, seconds=SECONDS)
    if verdict.status is not SolveStatus.INFEASIBLE:
        return None
    return {
        "is_smallest": verdict.is_smallest,
        "clashes": [_as_data(read, one) for one in verdict.conflicts],
    }


def _as_data(read: DayToPlan, one: Conflict) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": one.kind.value}
    if one.participant >= 0:
        found["person"] = read.participants[one.participant]
        found["count"] = read.wished.most[one.participant]
    if one.meeting >= 0:
        candidate = read.wished.candidates[one.meeting]
        found["key"] = read.keys[one.meeting]
        found["participants"] = [read.participants[each] for each in candidate.participants]
        if candidate.slots.bit_count() == 1:
            found["slot"] = read.slots[candidate.slots.bit_length() - 1]
    if one.slot >= 0:
        found["slot"] = read.slots[one.slot]
        found["count"] = read.wished.tables[one.slot]
    return found


def clashes_of(plan: MeetupPlan) -> Iterator[Clash]:
    """Yield the rules that cannot hold together in a plan that is not possible."""
    for one in plan.conflicts.get("clashes", ()):
        yield Clash(
            ConflictKind(one["kind"]),
            one.get("person"),
            one.get("key"),
            tuple(one.get("participants", ())),
            one.get("slot"),
            one.get("count", 0),
        )
