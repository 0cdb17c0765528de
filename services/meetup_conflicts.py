"""What is imposed on a day and cannot hold together, kept with the plan as codes."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from meetups.board import Board
from models.meetup_plan import MeetupPlan
from services.meetup_planning import DayToPlan


class ClashCode(StrEnum):
    """What clashes."""

    NO_SLOT = "no-slot"
    """An imposed meeting has no slot in which all its people can be met."""
    TOO_MANY = "too-many"
    """More meetings are imposed on a participant than it can attend."""
    SAME_SLOT = "same-slot"
    """Two meetings of one participant are fixed in the same slot."""
    TABLES = "tables"
    """More meetings are fixed in a slot than it has tables."""
    TOGETHER = "together"
    """No two of them clash, yet they do not all fit."""


@dataclass(frozen=True, slots=True)
class Clash:
    """One clash, with what it is about."""

    code: ClashCode
    meetings: tuple[tuple[str, tuple[int, ...]], ...]
    """Key and participants of each."""
    person: int | None
    slot_id: int | None


def clashes_of(plan: MeetupPlan) -> Iterator[Clash]:
    """Yield what clashes in a plan that is not possible."""
    for code, meetings, person, slot_id in plan.conflicts.get("clashes", ()):
        named = tuple((key, tuple(people)) for key, people in meetings)
        yield Clash(ClashCode(code), named, person, slot_id)


def conflicts_of(read: DayToPlan) -> dict[str, Any]:
    """Return the clashes among what is imposed on a day, to keep with its plan."""
    required = [index for index, one in enumerate(read.wished.candidates) if one.is_required]
    allowed = Board(read.wished).allowed
    found = [
        *_without_slot(read, required, allowed),
        *_too_many(read, required),
        *_fixed_twice(read, required, allowed),
        *_over_tables(read, required, allowed),
    ]
    if not found:
        found = [(ClashCode.TOGETHER, required, None, None)]
    return {
        "clashes": [
            [code.value, [_named(read, one) for one in meetings], person, slot_id]
            for code, meetings, person, slot_id in found
        ]
    }


_Found = tuple[ClashCode, list[int], int | None, int | None]


def _named(read: DayToPlan, index: int) -> list[Any]:
    people = read.wished.candidates[index].participants
    return [read.keys[index], [read.participants[one] for one in people]]


def _without_slot(read: DayToPlan, required: list[int], allowed: list[int]) -> Iterator[_Found]:
    for index in required:
        if not allowed[index]:
            fixed = read.wished.candidates[index].slots
            slot_id = read.slots[fixed.bit_length() - 1] if fixed.bit_count() == 1 else None
            yield ClashCode.NO_SLOT, [index], None, slot_id


def _too_many(read: DayToPlan, required: list[int]) -> Iterator[_Found]:
    for person, available in enumerate(read.wished.available):
        own = [one for one in required if person in read.wished.candidates[one].participants]
        if len(own) > min(read.wished.most[person], available.bit_count()):
            yield ClashCode.TOO_MANY, own, read.participants[person], None


def _fixed(required: list[int], allowed: list[int]) -> dict[int, list[int]]:
    """Return the imposed meetings that have one slot only, by slot."""
    found: dict[int, list[int]] = {}
    for index in required:
        if allowed[index].bit_count() == 1:
            found.setdefault(allowed[index].bit_length() - 1, []).append(index)
    return found


def _fixed_twice(read: DayToPlan, required: list[int], allowed: list[int]) -> Iterator[_Found]:
    for slot, meetings in _fixed(required, allowed).items():
        by_person: dict[int, list[int]] = {}
        for index in meetings:
            for person in read.wished.candidates[index].participants:
                by_person.setdefault(person, []).append(index)
        for person, own in by_person.items():
            if len(own) > 1:
                yield ClashCode.SAME_SLOT, own, read.participants[person], read.slots[slot]


def _over_tables(read: DayToPlan, required: list[int], allowed: list[int]) -> Iterator[_Found]:
    for slot, meetings in _fixed(required, allowed).items():
        if len(meetings) > read.wished.tables[slot]:
            yield ClashCode.TABLES, meetings, None, read.slots[slot]
