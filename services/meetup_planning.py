"""What the planner's numbers stand for: a day read for it, and where a plan puts each meeting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from sqlalchemy import literal, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from meetups.problem import WishedDay
from models.meetup import MeetupDay, MeetupRoom, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, PlannedMeeting, PlannedSeat
from models.meetup_wish import MeetupGroup, MeetupPairRule
from vocabulary.meetups import PairRule, ParticipantState


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
    locked: frozenset[int] = frozenset()
    """Candidates that keep their slot and their table."""
    told: Mapping[int, int] = field(default_factory=dict)
    """Tables that candidates have in the plan to stay close to."""

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
        """Return where the planner puts what it holds."""
        return tuple(
            Placement(
                key,
                tuple(self.participants[person] for person in candidate.participants),
                self.slots[slot],
                self.tables[table],
                index in self.locked,
            )
            for index, (key, candidate, slot, table) in enumerate(
                zip(self.keys, self.wished.candidates, slots, tables, strict=True)
            )
            if slot is not None and table is not None
        )

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
