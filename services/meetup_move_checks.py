"""Where a meeting of a plan can go, and what stands in the way: what the grid shows live."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from services.meetup_availability import free_slots
from services.meetup_planning import Placement, fixed_slots, plannable_participants, tables_of
from services.meetup_reading import is_there


class Obstacle(StrEnum):
    """Why a meeting cannot go somewhere, or what to know before it does."""

    AWAY = "away"
    BUSY = "busy"
    LEFT = "left"
    FULL = "full"
    SEATS = "seats"
    TAKEN = "taken"
    LOCKED = "locked"
    STEPS = "steps"
    """A table with steps for somebody who asked for one without."""
    LOOP = "loop"
    """A table without a hearing loop for somebody who asked for one, while one with it is free."""
    FIXED = "fixed"
    """The organisers fixed it in another slot."""
    CAP = "cap"
    """A participant has as many meetings as it accepts."""


@dataclass(frozen=True, slots=True)
class Reason:
    """An obstacle, the participant it is about and the meeting in the way, if any."""

    obstacle: Obstacle
    participant_id: int | None = None
    key: str | None = None


class Verdict(StrEnum):
    """What dropping a meeting on a cell of the grid would do."""

    HERE = "here"
    FREE = "free"
    SWAP = "swap"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Check:
    """Whether a meeting can go to a table in a slot."""

    verdict: Verdict
    reasons: tuple[Reason, ...] = ()
    swapped: str | None = None
    """The meeting that would take its place in return."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A table in a slot."""

    slot_id: int
    table_id: int


class MoveBoard:
    """A plan as the grid shows it: who is where, who is free when."""

    def __init__(self, session: Session, day: MeetupDay, placements: Iterable[Placement]) -> None:
        """Read who can be met when, and put ``placements`` on the board."""
        self.day = day
        self.people: dict[int, MeetupParticipant] = {
            one.id: one for one in plannable_participants(session, day)
        }
        self.slots: dict[int, MeetupSlot] = {slot.id: slot for slot in day.slots}
        self.tables: dict[int, MeetupTable] = {one.id: one for one in tables_of(session, day)}
        self.fixed = fixed_slots(session, day)
        self._free: dict[int, frozenset[int]] = {}
        self.held: dict[str, Placement] = {}
        self.at: dict[Spot, str] = {}
        self.busy: dict[tuple[int, int], str] = {}
        self.load: dict[int, int] = {}
        self.counts: dict[int, int] = {}
        for one in placements:
            self._put(one)

    def _put(self, one: Placement) -> None:
        self.held[one.key] = one
        self.at[Spot(one.slot_id, one.table_id)] = one.key
        self.load[one.slot_id] = self.load.get(one.slot_id, 0) + 1
        for person in one.participants:
            self.busy[one.slot_id, person] = one.key
            self.counts[person] = self.counts.get(person, 0) + 1

    def free(self, person_id: int) -> frozenset[int]:
        """Return the slots in which a participant can be met."""
        if person_id not in self._free:
            person = self.people.get(person_id)
            self._free[person_id] = (
                frozenset(
                    number
                    for number in free_slots(self.day, person)
                    if is_there(person, self.slots[number])
                )
                if person
                else frozenset()
            )
        return self._free[person_id]

    def check(self, meeting: Placement, spot: Spot) -> Check:
        """Tell whether ``meeting`` can go to ``spot``; its own slot and table tell where it is."""
        held = self.held.get(meeting.key)
        if held is not None and spot == Spot(held.slot_id, held.table_id):
            return Check(Verdict.HERE)
        other = self.held.get(self.at.get(spot, ""))
        blocking = tuple(self._blocking(meeting, held, other, spot))
        if blocking:
            return Check(Verdict.REFUSED, blocking)
        if other is None:
            return Check(Verdict.FREE)
        return Check(Verdict.SWAP, swapped=other.key)

    def _blocking(
        self, meeting: Placement, held: Placement | None, other: Placement | None, spot: Spot
    ) -> Iterator[Reason]:
        ignored = {meeting.key} | ({other.key} if other else set())
        if held is not None and held.is_locked:
            yield Reason(Obstacle.LOCKED, key=held.key)
        if other is not None and held is None:
            yield Reason(Obstacle.TAKEN, key=other.key)
        if other is not None and other.is_locked:
            yield Reason(Obstacle.LOCKED, key=other.key)
        yield from self._obstacles(meeting, spot, ignored)
        if other is not None and held is not None:
            yield from self._obstacles(other, Spot(held.slot_id, held.table_id), ignored)
        if held is None:
            yield from self._caps(meeting)
        if other is None and (held is None or held.slot_id != spot.slot_id):
            yield from self._table_limit(spot.slot_id)

    def _obstacles(self, meeting: Placement, spot: Spot, ignored: set[str]) -> Iterator[Reason]:
        if len(meeting.participants) > self.tables[spot.table_id].seats:
            yield Reason(Obstacle.SEATS)
        if self.fixed.get(meeting.key, spot.slot_id) != spot.slot_id:
            yield Reason(Obstacle.FIXED, key=meeting.key)
        yield from self._steps(meeting, spot)
        yield from self._loops(meeting, spot)
        for person in meeting.participants:
            if person not in self.people:
                yield Reason(Obstacle.LEFT, person)
            elif spot.slot_id not in self.free(person):
                yield Reason(Obstacle.AWAY, person)
            else:
                busy_with = self.busy.get((spot.slot_id, person))
                if busy_with is not None and busy_with not in ignored:
                    yield Reason(Obstacle.BUSY, person, busy_with)

    def _table_limit(self, slot_id: int) -> Iterator[Reason]:
        limit = self.slots[slot_id].table_limit
        if limit is not None and self.load.get(slot_id, 0) >= limit:
            yield Reason(Obstacle.FULL)

    def _caps(self, meeting: Placement) -> Iterator[Reason]:
        for person in meeting.participants:
            own = self.people[person].most_meetings if person in self.people else None
            most = self.day.most_meetings if own is None else min(own, self.day.most_meetings)
            if self.counts.get(person, 0) >= most:
                yield Reason(Obstacle.CAP, person)

    def _steps(self, meeting: Placement, spot: Spot) -> Iterator[Reason]:
        if not self.tables[spot.table_id].is_step_free:
            for person in self._askers(meeting, lambda one: one.needs_step_free):
                yield Reason(Obstacle.STEPS, person)

    def _loops(self, meeting: Placement, spot: Spot) -> Iterator[Reason]:
        if self.tables[spot.table_id].has_hearing_loop:
            return
        askers = self._askers(meeting, lambda one: one.needs_hearing_loop)
        if askers and self._is_loop_free(meeting, spot.slot_id):
            for person in askers:
                yield Reason(Obstacle.LOOP, person)

    def _is_loop_free(self, meeting: Placement, slot_id: int) -> bool:
        """Tell whether a table with a hearing loop would do for a meeting, and is not taken."""
        needs_access = bool(self._askers(meeting, lambda one: one.needs_step_free))
        return any(
            table.has_hearing_loop
            and table.seats >= len(meeting.participants)
            and table.is_step_free >= needs_access
            and self.at.get(Spot(slot_id, table.id), meeting.key) == meeting.key
            for table in self.tables.values()
        )

    def _askers(self, meeting: Placement, asks: Callable[[MeetupParticipant], bool]) -> list[int]:
        """Return the people of a meeting who asked for something."""
        return [
            one for one in meeting.participants if one in self.people and asks(self.people[one])
        ]

    def faults(self, meeting: Placement) -> tuple[Reason, ...]:
        """Return what is wrong with a meeting where it is: somebody left, or cannot any more."""
        spot = Spot(meeting.slot_id, meeting.table_id)
        return tuple(self._obstacles(meeting, spot, {meeting.key}))
