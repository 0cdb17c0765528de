"""A meetup day as the planner reads it: rows turned into its numbers, and the numbers back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from meetups.problem import Candidate, SlotSet, Table, WishedDay, slot_set
from models.meetup import MeetupDay, MeetupRoom, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, PlannedMeeting, PlannedSeat
from models.meetup_wish import MeetupGroup, MeetupPairRule
from services.meetup_availability import free_slots
from services.meetup_wish_worth import pair_worths
from vocabulary.exchanges import Side
from vocabulary.meetups import PairRule, ParticipantState

# A meeting that nobody wishes for any more, and one of a group: they count all the same.
UNWISHED_WORTH: Final = 1


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a plan puts a meeting; participants, slot and table by their numbers in the base."""

    key: str
    participants: tuple[int, ...]
    slot_id: int
    table_id: int
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class ReadNames:
    """The rows that a reading of a day loaded and that pages name."""

    people: Sequence[MeetupParticipant]
    tables: Sequence[MeetupTable]
    groups: Sequence[MeetupGroup]


@dataclass(frozen=True)
class DayToPlan:
    """The planner's day, and which row stands behind each of its numbers."""

    wished: WishedDay
    participants: tuple[int, ...]
    slots: tuple[int, ...]
    tables: tuple[int, ...]
    keys: tuple[str, ...]
    """One a candidate."""
    names: "ReadNames"
    locked_tables: Mapping[int, int] = field(default_factory=dict)
    """Table that a locked candidate keeps."""

    @cached_property
    def candidate_of(self) -> dict[str, int]:
        """Return the number of each candidate by its key."""
        return {key: index for index, key in enumerate(self.keys)}

    @cached_property
    def person_of(self) -> dict[int, int]:
        """Return the planner's number of each participant."""
        return {number: index for index, number in enumerate(self.participants)}

    @cached_property
    def slot_of(self) -> dict[int, int]:
        """Return the planner's number of each slot."""
        return {number: index for index, number in enumerate(self.slots)}

    @cached_property
    def table_of(self) -> dict[int, int]:
        """Return the planner's number of each table."""
        return {number: index for index, number in enumerate(self.tables)}

    def placements(
        self, slots: Sequence[int | None], tables: Sequence[int | None]
    ) -> tuple[Placement, ...]:
        """Return where the planner puts what it holds; locked meetings keep their table."""
        kept = self._with_locked_tables(slots, tables)
        locked = self.locked_tables
        return tuple(
            Placement(
                key,
                tuple(self.participants[person] for person in candidate.participants),
                self.slots[slot],
                self.tables[table],
                index in locked,
            )
            for index, (key, candidate, slot, table) in enumerate(
                zip(self.keys, self.wished.candidates, slots, kept, strict=True)
            )
            if slot is not None and table is not None
        )

    def _with_locked_tables(
        self, slots: Sequence[int | None], tables: Sequence[int | None]
    ) -> list[int | None]:
        """Exchange tables within a slot so that each locked meeting sits where it sat."""
        found = list(tables)
        at = {
            (slot, table): index
            for index, (slot, table) in enumerate(zip(slots, tables, strict=True))
        }
        for index, table_id in self.locked_tables.items():
            slot, table = slots[index], self.table_of.get(table_id)
            if slot is None or table is None or found[index] == table:
                continue
            other, own = at.get((slot, table)), found[index]
            if other is not None and other in self.locked_tables:
                continue
            found[index], at[slot, table] = table, index
            if other is not None:
                found[other], at[slot, own] = own, other
            else:
                del at[slot, own]
        return found

    def numbers(
        self, placements: Iterable[Placement]
    ) -> tuple[tuple[int | None, ...], tuple[int | None, ...]]:
        """Return slot and table of each candidate, as the planner numbers them."""
        slots: list[int | None] = [None] * len(self.keys)
        tables: list[int | None] = [None] * len(self.keys)
        for one in placements:
            index = self.candidate_of[one.key]
            slots[index], tables[index] = self.slot_of[one.slot_id], self.table_of[one.table_id]
        return tuple(slots), tuple(tables)


def pair_key(first: int, second: int) -> str:
    """Return the key of the meeting of two participants, whoever is named first."""
    return f"p{min(first, second)}-{max(first, second)}"


def group_key(group_id: int) -> str:
    """Return the key of the meeting of a group."""
    return f"g{group_id}"


def plannable_participants(session: Session, day: MeetupDay) -> list[MeetupParticipant]:
    """Return the confirmed participants with what their availability is read from, by number."""
    return list(
        session.scalars(
            select(MeetupParticipant)
            .where(
                MeetupParticipant.day_id == day.id,
                MeetupParticipant.state == ParticipantState.CONFIRMED,
            )
            .options(
                joinedload(MeetupParticipant.absences),
                joinedload(MeetupParticipant.session_seats),
            )
            .order_by(MeetupParticipant.id)
        ).unique()
    )


def fixed_slots(session: Session, day: MeetupDay) -> dict[str, int]:
    """Return the slot in which the organisers want each pair or group, where they want one."""
    pairs = select(MeetupPairRule.first_id, MeetupPairRule.second_id, MeetupPairRule.slot_id).where(
        MeetupPairRule.day_id == day.id,
        MeetupPairRule.rule == PairRule.REQUIRED,
        MeetupPairRule.slot_id.is_not(None),
    )
    groups = select(MeetupGroup.id, literal(0), MeetupGroup.slot_id).where(
        MeetupGroup.day_id == day.id, MeetupGroup.slot_id.is_not(None)
    )
    rows = session.execute(pairs.union_all(groups))
    return {
        pair_key(first, second) if second else group_key(first): slot_id
        for first, second, slot_id in rows
        if slot_id is not None
    }


def tables_of(session: Session, day: MeetupDay) -> list[MeetupTable]:
    """Return the tables of a day, room after room."""
    return list(
        session.scalars(
            select(MeetupTable)
            .join(MeetupRoom, MeetupRoom.id == MeetupTable.room_id)
            .where(MeetupRoom.day_id == day.id)
            .order_by(MeetupRoom.rank, MeetupRoom.id, MeetupTable.rank, MeetupTable.id)
            .options(contains_eager(MeetupTable.room))
        )
    )


def placements_of(session: Session, plan_id: int) -> list[Placement]:
    """Return what a plan holds, in one query."""
    rows = session.execute(
        select(
            MeetupMeeting.key,
            PlannedMeeting.slot_id,
            PlannedMeeting.table_id,
            PlannedMeeting.is_locked,
            PlannedSeat.participant_id,
        )
        .join(PlannedMeeting, PlannedMeeting.meeting_id == MeetupMeeting.id)
        .join(PlannedSeat, PlannedSeat.planned_id == PlannedMeeting.id)
        .where(PlannedMeeting.plan_id == plan_id)
        .order_by(PlannedMeeting.id, PlannedSeat.participant_id)
    )
    found: dict[tuple[str, int, int, bool], list[int]] = {}
    for key, slot_id, table_id, is_locked, participant_id in rows:
        found.setdefault((key, slot_id, table_id, is_locked), []).append(participant_id)
    return [
        Placement(key, tuple(people), slot_id, table_id, is_locked)
        for (key, slot_id, table_id, is_locked), people in found.items()
    ]


def read_day(
    session: Session,
    day: MeetupDay,
    *,
    seed: int = 0,
    locked: Collection[Placement] = (),
    held: Collection[Placement] = (),
) -> DayToPlan:
    """Return a day as the planner takes it, in a dozen queries whatever its size.

    Args:
        session: where to read.
        day: the day.
        seed: what decides between equals.
        locked: meetings kept in their slot and at their table.
        held: meetings of a plan to look at: they count as wished even if nobody wishes them now.
    """
    reading = _Reading(session, day)
    reading.add_wished_pairs()
    reading.add_groups()
    reading.add_held(held)
    reading.lock(locked)
    return reading.day_to_plan(seed, {one.key: one.slot_id for one in held})


class _Reading:
    """One reading of a day; the candidates are gathered by their key."""

    def __init__(self, session: Session, day: MeetupDay) -> None:
        self._session = session
        self._day = day
        self._people = plannable_participants(session, day)
        self._person_of = {one.id: index for index, one in enumerate(self._people)}
        self._slots = list(day.slots)
        self._slot_of = {slot.id: index for index, slot in enumerate(self._slots)}
        self._tables = tables_of(session, day)
        self._groups: Sequence[MeetupGroup] = ()
        self._all = (1 << len(self._slots)) - 1
        self._found: dict[str, Candidate] = {}
        self._locked_tables: dict[str, int] = {}

    def add_wished_pairs(self) -> None:
        """Take what is wished and what the organisers impose."""
        confirmed = self._person_of.keys()
        worths = pair_worths(self._session, self._day, confirmed=frozenset(confirmed))
        for (first, second), pair in worths.items():
            self._take(
                pair_key(first, second),
                (first, second),
                pair.worth,
                slot_id=pair.slot_id if pair.is_required else None,
                is_required=pair.is_required,
            )

    def _take(
        self,
        key: str,
        people: Sequence[int],
        worth: int,
        *,
        slot_id: int | None = None,
        is_required: bool = False,
    ) -> None:
        """Keep a candidate whose people all come."""
        persons = sorted(self._person_of[one] for one in people if one in self._person_of)
        if len(persons) != len(people):
            return
        slots = self._all if slot_id is None else self._only(slot_id)
        self._found[key] = Candidate(
            participants=tuple(persons),
            worth=max(worth, UNWISHED_WORTH),
            slots=slots,
            is_required=is_required,
        )

    def _only(self, slot_id: int) -> SlotSet:
        index = self._slot_of.get(slot_id)
        return self._all if index is None else 1 << index

    def add_groups(self) -> None:
        """Take the meetings of working groups: those of their members who come, and have come."""
        gone = {one.id for one in self._people if one.absent_at is not None}
        groups = self._session.scalars(
            select(MeetupGroup)
            .where(MeetupGroup.day_id == self._day.id)
            .options(joinedload(MeetupGroup.seats))
            .order_by(MeetupGroup.id)
        )
        self._groups = groups.unique().all()
        for group in self._groups:
            members = [
                seat.participant_id
                for seat in group.seats
                if seat.participant_id in self._person_of and seat.participant_id not in gone
            ]
            if len(members) > 1:
                self._take(
                    group_key(group.id),
                    members,
                    len(members),
                    slot_id=group.slot_id,
                    is_required=True,
                )

    def add_held(self, held: Iterable[Placement]) -> None:
        """Let the meetings of a plan count, wished or not."""
        for one in held:
            if one.key not in self._found:
                self._take(one.key, one.participants, UNWISHED_WORTH)

    def lock(self, locked: Iterable[Placement]) -> None:
        """Keep meetings where they are; those whose people no longer come are let go."""
        for one in locked:
            if one.slot_id not in self._slot_of:
                continue
            known = self._found.get(one.key)
            worth = known.worth if known else UNWISHED_WORTH
            self._take(one.key, one.participants, worth, slot_id=one.slot_id, is_required=True)
            if one.key in self._found:
                self._locked_tables[one.key] = one.table_id

    def day_to_plan(self, seed: int, now_at: Mapping[str, int]) -> DayToPlan:
        """Return what was gathered, in the order of the keys' rows."""
        keys = tuple(self._found)
        numbers = {key: index for index, key in enumerate(keys)}
        return DayToPlan(
            wished=WishedDay(
                slot_count=len(self._slots),
                tables=tuple(self._table_counts()),
                available=tuple(self._available()),
                least=tuple(self._limits(lambda _one, most: min(self._day.least_meetings, most))),
                most=tuple(self._limits(lambda _one, most: most)),
                candidates=tuple(self._candidates(now_at)),
                seed=seed,
                room=tuple(
                    Table(seats=table.seats, is_accessible=table.is_step_free)
                    for table in self._tables
                ),
                keeps_table=frozenset(self._numbers_of(lambda one: one.side is Side.TERRITORY)),
                needs_access=frozenset(self._numbers_of(lambda one: one.needs_step_free)),
            ),
            participants=tuple(one.id for one in self._people),
            slots=tuple(slot.id for slot in self._slots),
            tables=tuple(table.id for table in self._tables),
            keys=keys,
            names=ReadNames(self._people, self._tables, self._groups),
            locked_tables={numbers[key]: table for key, table in self._locked_tables.items()},
        )

    def _candidates(self, now_at: Mapping[str, int]) -> Iterator[Candidate]:
        for key, one in self._found.items():
            slot = self._slot_of.get(now_at[key]) if key in now_at else None
            yield Candidate(
                participants=one.participants,
                worth=one.worth,
                slots=one.slots,
                is_required=one.is_required,
                slot=slot,
            )

    def _table_counts(self) -> Iterator[int]:
        for slot in self._slots:
            limit = len(self._tables) if slot.table_limit is None else slot.table_limit
            yield min(limit, len(self._tables))

    def _available(self) -> Iterator[SlotSet]:
        for one in self._people:
            free = free_slots(self._day, one)
            yield slot_set(
                index
                for index, slot in enumerate(self._slots)
                if slot.id in free and is_there(one, slot)
            )

    def _limits(self, limit: Callable[[MeetupParticipant, int], int]) -> Iterator[int]:
        for one in self._people:
            own = one.most_meetings
            most = self._day.most_meetings
            yield limit(one, most if own is None else min(own, most))

    def _numbers_of(self, chosen: Callable[[MeetupParticipant], bool]) -> Iterator[int]:
        return (index for index, one in enumerate(self._people) if chosen(one))


def is_there(participant: MeetupParticipant, slot: MeetupSlot) -> bool:
    """Tell whether somebody still comes: who gave up keeps only what was over by then."""
    return participant.absent_at is None or slot.ends_at <= participant.absent_at
