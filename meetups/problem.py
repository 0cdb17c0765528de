"""What a day asks of the planner and what the planner answers, as plain numbers.

Participants, meetings and slots are numbered from 0. A set of slots is an integer whose bit ``t``
stands for slot ``t``. Names and rules follow Bofill et al., JAIR 74:263-301 (2022).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

SlotSet = int


def slot_set(slots: Iterable[int]) -> SlotSet:
    """Return the set of ``slots``."""
    found = 0
    for slot in slots:
        found |= 1 << slot
    return found


def slots_of(slots: SlotSet) -> Iterator[int]:
    """Yield the slots of a set, in order."""
    while slots:
        lowest = slots & -slots
        yield lowest.bit_length() - 1
        slots ^= lowest


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that is to be held: two participants, or three to eight of a working group."""

    participants: tuple[int, ...]
    slots: SlotSet
    """Where it may be put: session asked for, fixed slot, lock."""
    after: frozenset[int] = frozenset()
    """Meetings that must be held in an earlier slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """Meetings to put in slots, all of them: the problem of the paper, with groups."""

    slot_count: int
    tables: tuple[int, ...]
    """Meetings that can be held at once, slot by slot."""
    available: tuple[SlotSet, ...]
    """When each participant can meet."""
    meetings: tuple[Meeting, ...]
    fairness: int | None = None
    """Largest difference between the breaks of two participants; none: unlimited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A meeting that somebody wishes for, and what holding it is worth."""

    participants: tuple[int, ...]
    worth: int
    """Above 0; what priorities and both sides' wishes add up to."""
    slots: SlotSet
    is_required: bool = False
    """Held whatever it costs: fixed by the organisers, locked, or of a working group."""
    slot: int | None = None
    """Where it is now, for a day already planned; nothing: not placed yet."""
    table: int | None = None
    """The table at which it is locked; nothing: any that fits."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of the room."""

    seats: int = 2
    is_accessible: bool = False
    """Somebody in a wheelchair can sit there."""
    has_loop: bool = False
    """Somebody who wears a hearing aid hears better there."""
    closed: SlotSet = 0
    """When it cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WishedDay:
    """A day to plan from wishes: which meetings to hold, and when."""

    slot_count: int
    tables: tuple[int, ...]
    available: tuple[SlotSet, ...]
    least: tuple[int, ...]
    """Meetings guaranteed to each participant, where the wishes and the slots allow."""
    most: tuple[int, ...]
    """Meetings that each participant accepts at most."""
    candidates: tuple[Candidate, ...]
    seed: int = 0
    room: tuple[Table, ...] = ()
    """The tables, in the order of their numbers; nothing: tables of eight, all alike."""
    keeps_table: frozenset[int] = frozenset()
    """Participants who keep their table all day where they can: the others come to them."""
    needs_access: frozenset[int] = frozenset()
    """Participants who asked for an accessible table: without one, they meet nobody."""
    needs_loop: frozenset[int] = frozenset()
    """Participants who asked for a hearing loop: they have one while there is one to give."""
    are_loops_sure: bool = False
    """No slot may hold more of their meetings than it has tables with a loop."""


class HeldPlan(Protocol):
    """A plan as far as its meetings go: where each candidate is held, if at all."""

    @property
    def slots(self) -> tuple[int | None, ...]:
        """Return the slot of each candidate; candidates added since have none."""
        ...

    @property
    def tables(self) -> tuple[int | None, ...]:
        """Return the table of each candidate."""
        ...


@dataclass(frozen=True, slots=True)
class Held:
    """The simplest plan: slots and tables as they are stored."""

    slots: tuple[int | None, ...]
    tables: tuple[int | None, ...]


class SolveStatus(StrEnum):
    """What is known of an answer."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"
