"""Why a wish has no place in a plan: sorted at once for all of them, explained for a few."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from meetups.board import Board, board_of
from meetups.problem import Held
from meetups.why import Alternative, WhyCode, why_unplaced
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.meetup_planning import DayToPlan, placements_of
from services.meetup_reading import read_day

# Beyond, the rows of a plan would weigh more than its meetings.
MOST_KEPT: Final = 1_500


class WhyGroup(StrEnum):
    """What mainly keeps a wished meeting out of a plan."""

    NO_COMMON_SLOT = "no-common-slot"
    CAP = "cap"
    """A participant has as many meetings as it accepts, or one in every slot it is there."""
    TABLES = "tables"
    """Where both are free, every table is taken."""
    OUTBID = "outbid"
    """Where a table is free, one of them meets somebody else."""


@dataclass(frozen=True, slots=True)
class UnplacedMeeting:
    """A wished meeting that a plan does not hold."""

    key: str
    participants: tuple[int, ...]
    worth: int
    group: WhyGroup
    people: tuple[int, ...]
    """The participants that the reason is about."""

    @property
    def can_be_imposed(self) -> bool:
        """Tell whether imposing it could give it a place at all."""
        return self.group is not WhyGroup.NO_COMMON_SLOT


@dataclass(frozen=True, slots=True)
class ExplainedReason:
    """One reason: whom it is about, and how many meetings are held instead."""

    code: WhyCode
    person: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Price:
    """What it takes to hold a meeting after all; meetings by their keys."""

    slot_id: int
    moved: tuple[tuple[str, int], ...]
    """Meeting, and the slot it goes to."""
    dropped: tuple[str, ...]
    below_least: tuple[int, ...]
    """Participants left with fewer meetings than guaranteed."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """All that stands in the way of a meeting, and the cheapest way to hold it."""

    reasons: tuple[ExplainedReason, ...]
    price: Price | None


def reasons_as_data(read: DayToPlan, slots: Sequence[int | None]) -> dict[str, Any]:
    """Return what mainly keeps out each wish without a place, worth most first, to keep."""
    board = board_of(read.wished, slots)
    found = [_summary(read, board, index) for index, slot in enumerate(slots) if slot is None]
    found.sort(key=lambda one: (-one.worth, one.key))
    return {
        "count": len(found),
        "wishes": [
            [one.key, list(one.participants), one.worth, one.group.value, list(one.people)]
            for one in found[:MOST_KEPT]
        ],
    }


def unplaced_meetings(plan: MeetupPlan) -> Iterator[UnplacedMeeting]:
    """Yield the wishes that a plan does not hold, what is worth most first."""
    for key, participants, worth, group, people in plan.unplaced.get("wishes", ()):
        yield UnplacedMeeting(key, tuple(participants), worth, WhyGroup(group), tuple(people))


def _summary(read: DayToPlan, board: Board, index: int) -> UnplacedMeeting:
    candidate = read.wished.candidates[index]
    full = [one for one in candidate.participants if _is_full(board, one)]
    group, about = WhyGroup.OUTBID, list(candidate.participants)
    if not board.allowed[index]:
        group = WhyGroup.NO_COMMON_SLOT
    elif full:
        group, about = WhyGroup.CAP, full
    elif board.free_slots(index):
        group, about = WhyGroup.TABLES, []
    return UnplacedMeeting(
        read.keys[index],
        tuple(read.participants[one] for one in candidate.participants),
        candidate.worth,
        group,
        tuple(read.participants[one] for one in about),
    )


def _is_full(board: Board, person: int) -> bool:
    day, busy = board.day, board.busy[person]
    is_capped = busy.bit_count() >= day.most[person]
    return is_capped or not day.available[person] & board.rows.open_slots & ~busy


def read_plan(session: Session, day: MeetupDay, plan: MeetupPlan) -> tuple[DayToPlan, Held]:
    """Return a day as it now stands, and where a plan puts its meetings."""
    held = placements_of(session, plan.id)
    read = read_day(session, day, held=held)
    known = [
        one
        for one in held
        if one.key in read.candidate_of
        and one.slot_id in read.slot_of
        and one.table_id in read.table_of
    ]
    return read, Held(*read.numbers(known))


def explain_in(read: DayToPlan, held: Held, keys: Iterable[str]) -> Mapping[str, Explanation]:
    """Explain a few meetings of a plan that has been read."""
    return {
        key: _explanation(read, held, read.candidate_of[key])
        for key in keys
        if key in read.candidate_of
    }


def _explanation(read: DayToPlan, held: Held, index: int) -> Explanation:
    found = why_unplaced(read.wished, held, index)
    reasons = tuple(
        ExplainedReason(
            one.code,
            None if one.participant is None else read.participants[one.participant],
            len(one.meetings),
        )
        for one in found.reasons
    )
    return Explanation(reasons, _price(read, found.alternative))


def _price(read: DayToPlan, found: Alternative | None) -> Price | None:
    if found is None:
        return None
    return Price(
        read.slots[found.slot],
        tuple((read.keys[one], read.slots[slot]) for one, slot in found.moved),
        tuple(read.keys[one] for one in found.dropped),
        tuple(read.participants[one] for one in found.below_least),
    )
