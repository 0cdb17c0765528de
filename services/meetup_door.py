"""What the welcome desk reads: who is expected, who has come, who is late and who waits."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupAbsence, MeetupAttendee, MeetupParticipant
from models.meetup_plan import PlannedMeeting, PlannedSeat
from services.text_keys import name_key
from vocabulary.exchanges import Side
from vocabulary.meetups import ParticipantState

# One calls somebody late a little before they are: there is still time to ask around.
AHEAD: Final = timedelta(minutes=15)


class DoorView(StrEnum):
    """Which people the list shows."""

    EXPECTED = "attendus"
    ARRIVED = "arrives"
    ABSENT = "absents"
    ALL = "tous"


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLine:
    """One person at the door; a body that named nobody has a line of its own."""

    participant_id: int
    body: str
    side: Side
    attendee_id: int | None
    name: str
    job_title: str
    arrived_at: datetime | None
    absent_at: datetime | None
    is_walk_in: bool

    @property
    def view(self) -> DoorView:
        """Return the list that the person is of."""
        if self.arrived_at is not None:
            return DoorView.ARRIVED
        return DoorView.ABSENT if self.absent_at is not None else DoorView.EXPECTED

    def answers(self, words: Sequence[str]) -> bool:
        """Tell whether the person or the body has all the ``words`` looked for."""
        text = name_key(f"{self.name} {self.body}")
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class DoorCounts:
    """How many have come, of how many: people, and the bodies they come for."""

    people: int
    arrived: int
    bodies: int
    bodies_arrived: int
    absent: int

    @property
    def expected(self) -> int:
        """Return how many people are still to come."""
        return self.people - self.arrived


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The next meeting of a participant in the published plan, running or to come."""

    starts_at: datetime
    ends_at: datetime
    table: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Latecomer:
    """A body that is not there, and who sits at the table without it."""

    participant_id: int
    name: str
    meeting: NextMeeting
    is_missed: bool
    """The meeting has begun."""
    expected_at: datetime | None = None
    """The hour that the body has announced."""


def door_lines(session: Session, day: MeetupDay) -> list[DoorLine]:
    """Return the people of the registered bodies, by name of the body, in one query."""
    rows = session.execute(
        select(
            MeetupParticipant.id,
            MeetupParticipant.name,
            MeetupParticipant.side,
            MeetupAttendee.id,
            MeetupAttendee.name,
            MeetupAttendee.job_title,
            MeetupAttendee.arrived_at,
            MeetupParticipant.absent_at,
            MeetupParticipant.is_walk_in,
        )
        .outerjoin(MeetupAttendee, MeetupAttendee.participant_id == MeetupParticipant.id)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
        .order_by(MeetupParticipant.name_key, MeetupAttendee.name, MeetupAttendee.id)
    )
    return [
        DoorLine(
            participant_id=participant_id,
            body=body,
            side=side,
            attendee_id=attendee_id,
            name=name or "",
            job_title=job_title or "",
            arrived_at=arrived_at,
            absent_at=absent_at,
            is_walk_in=is_walk_in,
        )
        for (
            participant_id,
            body,
            side,
            attendee_id,
            name,
            job_title,
            arrived_at,
            absent_at,
            is_walk_in,
        ) in rows
    ]


def count_lines(lines: Iterable[DoorLine]) -> DoorCounts:
    """Count people and bodies."""
    whole = list(lines)
    people = [line for line in whole if line.attendee_id is not None]
    return DoorCounts(
        people=len(people),
        arrived=sum(line.arrived_at is not None for line in people),
        bodies=len({line.participant_id for line in whole}),
        bodies_arrived=len({line.participant_id for line in people if line.arrived_at}),
        absent=len({line.participant_id for line in whole if line.view is DoorView.ABSENT}),
    )


def chosen_lines(lines: Iterable[DoorLine], view: DoorView, asked: str) -> list[DoorLine]:
    """Return the lines of one list that have the words ``asked``."""
    words = name_key(asked).split()
    return [
        line
        for line in lines
        if (view is DoorView.ALL or line.view is view) and line.answers(words)
    ]


def next_meetings(session: Session, day: MeetupDay, *, now: datetime) -> dict[int, NextMeeting]:
    """Return the next meeting of each participant in the published plan, in two queries."""
    if day.published_plan_id is None:
        return {}
    placed = session.execute(
        select(
            PlannedMeeting.id,
            MeetupSlot.starts_at,
            MeetupSlot.ends_at,
            MeetupTable.label,
        )
        .join(MeetupSlot, MeetupSlot.id == PlannedMeeting.slot_id)
        .join(MeetupTable, MeetupTable.id == PlannedMeeting.table_id)
        .where(PlannedMeeting.plan_id == day.published_plan_id, MeetupSlot.ends_at > now)
        .order_by(MeetupSlot.starts_at, PlannedMeeting.id)
    ).all()
    seated = _seated(session, day.published_plan_id)
    found: dict[int, NextMeeting] = {}
    for planned_id, starts_at, ends_at, table in placed:
        people = seated.get(planned_id, {})
        for participant_id in people:
            if participant_id not in found:
                others = tuple(name for key, name in people.items() if key != participant_id)
                found[participant_id] = NextMeeting(starts_at, ends_at, table, others)
    return found


def _seated(session: Session, plan_id: int) -> Mapping[int, dict[int, str]]:
    rows = session.execute(
        select(PlannedSeat.planned_id, MeetupParticipant.id, MeetupParticipant.name)
        .join(MeetupParticipant, MeetupParticipant.id == PlannedSeat.participant_id)
        .where(PlannedSeat.plan_id == plan_id)
        .order_by(MeetupParticipant.name_key)
    )
    found: dict[int, dict[int, str]] = {}
    for planned_id, participant_id, name in rows:
        found.setdefault(planned_id, {})[participant_id] = name
    return found


def announced_hours(session: Session, day: MeetupDay, *, now: datetime) -> dict[int, datetime]:
    """Return the hour at which bodies said, on the day, that they arrive."""
    rows = session.execute(
        select(MeetupAbsence.participant_id, MeetupAbsence.ends_at)
        .join(MeetupParticipant, MeetupParticipant.id == MeetupAbsence.participant_id)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.arrived_at.is_(None),
            MeetupParticipant.absent_at.is_(None),
            MeetupAbsence.told_at.is_not(None),
            MeetupAbsence.ends_at > now,
        )
    )
    return {participant_id: ends_at for participant_id, ends_at in rows}  # noqa: C416 - typed rows


def latecomers(
    lines: Iterable[DoorLine],
    meetings: Mapping[int, NextMeeting],
    announced: Mapping[int, datetime],
    *,
    now: datetime,
) -> list[Latecomer]:
    """Return the bodies of which nobody is there though a meeting begins, the most urgent first."""
    whole = list(lines)
    there = {line.participant_id for line in whole if line.view is not DoorView.EXPECTED}
    names = {line.participant_id: line.body for line in whole if line.participant_id not in there}
    found = [
        Latecomer(
            participant_id,
            name,
            meeting,
            is_missed=meeting.starts_at <= now,
            expected_at=announced.get(participant_id),
        )
        for participant_id, name in names.items()
        if (meeting := meetings.get(participant_id)) and meeting.starts_at <= now + AHEAD
    ]
    return sorted(found, key=lambda one: (one.meeting.starts_at, name_key(one.name)))


def participants_of(
    session: Session, day: MeetupDay, numbers: Iterable[int]
) -> list[MeetupParticipant]:
    """Return the participants of the day that bear these numbers, by name."""
    return list(
        session.scalars(
            select(MeetupParticipant)
            .where(MeetupParticipant.day_id == day.id, MeetupParticipant.id.in_(set(numbers)))
            .order_by(MeetupParticipant.name_key)
        )
    )
