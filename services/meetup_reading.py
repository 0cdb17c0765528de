"""A meetup day read for the planner: its rows turned into numbers, in a dozen queries."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from meetups.problem import Candidate, SlotSet, Table, WishedDay, slot_set
from models.meetup import MeetupDay, MeetupSlot
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupGroup
from services.meetup_availability import free_slots
from services.meetup_planning import (
    DayToPlan,
    Placement,
    ReadNames,
    group_key,
    pair_key,
    plannable_participants,
    tables_of,
)
from services.meetup_wish_worth import pair_worths
from vocabulary.exchanges import Side

# A meeting that nobody wishes for any more, and one of a group: they count all the same.
UNWISHED_WORTH: Final = 1


def read_day(
    session: Session,
    day: MeetupDay,
    *,
    seed: int = 0,
    locked: Collection[Placement] = (),
    held: Collection[Placement] = (),
    before: Collection[Placement] = (),
) -> DayToPlan:
    """Return a day as the planner takes it, in a dozen queries whatever its size.

    Args:
        session: where to read.
        day: the day.
        seed: what decides between equals.
        locked: meetings kept in their slot and at their table.
        held: meetings of a plan to look at: they count as wished even if nobody wishes them now.
        before: meetings of a plan to stay close to: where those still wished were.
    """
    reading = _Reading(session, day)
    reading.add_wished_pairs()
    reading.add_groups()
    reading.add_held(held)
    reading.lock(locked)
    return reading.day_to_plan(seed, before, held)


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
        self._table_of = {table.id: index for index, table in enumerate(self._tables)}
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

    def day_to_plan(
        self, seed: int, before: Collection[Placement], held: Collection[Placement]
    ) -> DayToPlan:
        """Return what was gathered, in the order of the keys' rows."""
        keys = tuple(self._found)
        numbers = {key: index for index, key in enumerate(keys)}
        now_at = {one.key: one.slot_id for one in (*before, *held)}
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
                    Table(
                        seats=table.seats,
                        is_accessible=table.is_step_free,
                        has_loop=table.has_hearing_loop,
                    )
                    for table in self._tables
                ),
                keeps_table=frozenset(self._numbers_of(lambda one: one.side is Side.TERRITORY)),
                needs_access=frozenset(self._numbers_of(lambda one: one.needs_step_free)),
                needs_loop=frozenset(self._numbers_of(lambda one: one.needs_hearing_loop)),
            ),
            participants=tuple(one.id for one in self._people),
            slots=tuple(slot.id for slot in self._slots),
            tables=tuple(table.id for table in self._tables),
            keys=keys,
            names=ReadNames(self._people, self._tables, self._groups),
            locked=frozenset(numbers[key] for key in self._locked_tables),
            told={
                numbers[one.key]: self._table_of[one.table_id]
                for one in before
                if one.key in numbers and one.table_id in self._table_of
            },
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
                table=self._table_of.get(self._locked_tables.get(key, -1)),
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
