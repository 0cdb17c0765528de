"""Why a wish has no place in a plan: kept with the plan as codes, worded by the pages."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from meetups.board import Board, board_of
from meetups.problem import slots_of
from models.meetup_plan import MeetupPlan
from services.meetup_planning import DayToPlan

# Beyond, the rows of a plan would weigh more than its meetings.
MOST_KEPT: Final = 1_500


class WhyCode(StrEnum):
    """What keeps a wished meeting out of a plan."""

    NO_COMMON_SLOT = "no-common-slot"
    CAP = "cap"
    """A participant has as many meetings as they accept, or as the day allows."""
    TABLES = "tables"
    """Where both are free, every table is taken."""
    OUTBID = "outbid"
    """Where a table is free, one of them meets somebody else."""


@dataclass(frozen=True, slots=True)
class UnplacedMeeting:
    """A wished meeting that a plan does not hold, and why."""

    key: str
    participants: tuple[int, ...]
    worth: int
    code: WhyCode
    people: tuple[int, ...]
    """The participants that the reason is about."""
    rivals: tuple[str, ...]
    """The meetings that would have to give way, at the slot where they are worth least."""
    slot_id: int | None
    """That slot."""

    @property
    def can_be_imposed(self) -> bool:
        """Tell whether imposing it could give it a place at all."""
        return self.code is not WhyCode.NO_COMMON_SLOT


def reasons_as_data(read: DayToPlan, slots: Sequence[int | None]) -> dict[str, Any]:
    """Return why each wish without a place has none, what is worth most first, to keep."""
    board = board_of(read.wished, slots)
    found = [_why(read, board, index) for index, slot in enumerate(slots) if slot is None]
    found.sort(key=lambda one: (-one.worth, one.key))
    return {
        "count": len(found),
        "wishes": [
            [
                one.key,
                list(one.participants),
                one.worth,
                one.code.value,
                list(one.people),
                list(one.rivals),
                one.slot_id,
            ]
            for one in found[:MOST_KEPT]
        ],
    }


def unplaced_meetings(plan: MeetupPlan) -> Iterator[UnplacedMeeting]:
    """Yield the wishes that a plan does not hold, what is worth most first."""
    for key, participants, worth, code, people, rivals, slot_id in plan.unplaced.get("wishes", ()):
        yield UnplacedMeeting(
            key, tuple(participants), worth, WhyCode(code), tuple(people), tuple(rivals), slot_id
        )


def _why(read: DayToPlan, board: Board, index: int) -> UnplacedMeeting:
    candidate = read.wished.candidates[index]
    persons = candidate.participants
    full = [one for one in persons if board.busy[one].bit_count() >= read.wished.most[one]]
    slot, rivals = _cheapest(board, index)
    code, about = WhyCode.OUTBID, tuple(persons)
    if not board.allowed[index]:
        code = WhyCode.NO_COMMON_SLOT
    elif full:
        code, about = WhyCode.CAP, tuple(full)
    elif board.free_slots(index):
        code, about = WhyCode.TABLES, ()
    else:
        about = tuple(one for one in persons if _meets_in(board, one, rivals))
    return UnplacedMeeting(
        read.keys[index],
        tuple(read.participants[one] for one in persons),
        candidate.worth,
        code,
        tuple(read.participants[one] for one in about),
        tuple(read.keys[one] for one in rivals),
        None if slot is None else read.slots[slot],
    )


def _cheapest(board: Board, index: int) -> tuple[int | None, tuple[int, ...]]:
    """Return the slot where what gives way is worth least, and what that is."""
    best: tuple[int, int, tuple[int, ...]] | None = None
    for slot in slots_of(board.allowed[index]):
        rivals = _rivals(board, index, slot)
        worth = sum(board.day.candidates[one].worth for one in rivals)
        if best is None or worth < best[0]:
            best = worth, slot, rivals
    return (None, ()) if best is None else (best[1], best[2])


def _rivals(board: Board, index: int, slot: int) -> tuple[int, ...]:
    """Return what would leave ``slot``: what its people hold there, or else the least of all."""
    own = {board.at[one][slot] for one in board.people[index]} - {-1}
    if own or board.has_table(index, slot):
        return tuple(sorted(own))
    held = (one for one in board.held() if board.slot[one] == slot)
    return (min(held, key=lambda one: (board.day.candidates[one].worth, one)),)


def _meets_in(board: Board, person: int, rivals: Sequence[int]) -> bool:
    return any(person in board.people[one] for one in rivals)
