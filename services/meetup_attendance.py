"""The attendance sheet (feuille d’émargement): who is expected in which half-day, who came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.meetup_availability import Timed, free_slots, is_morning
from services.meetup_presence import is_hour_known
from vocabulary.exchanges import Side
from vocabulary.labels import N_, LabelledEnum
from vocabulary.meetups import ParticipantState


class HalfDay(LabelledEnum):
    """The parts of a day that a sheet is signed for."""

    MORNING = "matin", N_("Matin")
    AFTERNOON = "apres-midi", N_("Après-midi")


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One person on the sheet; a body that named nobody has an empty line to write on."""

    name: str
    job_title: str
    body: str
    side: Side
    arrived_at: datetime | None
    has_hour: bool
    """Noted at the door; otherwise copied from a signed sheet."""
    is_walk_in: bool
    is_absent: bool
    expected: frozenset[HalfDay]
    """Half-days in which the body said it can be met; the others need no signature."""


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """The sheet of a day: its half-days and its people, by name of the body."""

    half_days: tuple[HalfDay, ...]
    lines: tuple[SheetLine, ...]

    @property
    def people(self) -> int:
        """Return how many people are named."""
        return sum(bool(line.name) for line in self.lines)

    @property
    def present(self) -> int:
        """Return how many have come."""
        return sum(line.arrived_at is not None for line in self.lines)


def attendance_sheet(session: Session, day: MeetupDay) -> AttendanceSheet:
    """Return the sheet of the registered bodies, in as many queries whatever their number."""
    participants = session.scalars(
        select(MeetupParticipant)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
        .options(
            joinedload(MeetupParticipant.day),
            selectinload(MeetupParticipant.attendees),
            selectinload(MeetupParticipant.absences),
            selectinload(MeetupParticipant.session_seats),
        )
        .order_by(MeetupParticipant.name_key)
    ).all()
    half_days = half_days_of(day)
    lines = (line for one in participants for line in _lines(day, one, half_days))
    return AttendanceSheet(half_days, tuple(lines))


def half_days_of(day: MeetupDay) -> tuple[HalfDay, ...]:
    """Return the half-days in which something of the day starts, the morning without anything."""
    parts: list[Timed] = [*day.slots, *day.sessions]
    found = {HalfDay.MORNING if is_morning(day, one) else HalfDay.AFTERNOON for one in parts}
    return tuple(half for half in HalfDay if half in found) or (HalfDay.MORNING,)


def _lines(
    day: MeetupDay, participant: MeetupParticipant, half_days: Sequence[HalfDay]
) -> Iterator[SheetLine]:
    expected = _expected(day, participant) or frozenset(half_days)
    people: Sequence[MeetupAttendee | None] = participant.attendees or [None]
    for person in sorted(people, key=lambda one: one.name if one else ""):
        arrived_at = person.arrived_at if person else None
        yield SheetLine(
            name=person.name if person else "",
            job_title=person.job_title if person else "",
            body=participant.name,
            side=participant.side,
            arrived_at=arrived_at,
            has_hour=arrived_at is not None and is_hour_known(day, arrived_at),
            is_walk_in=participant.is_walk_in,
            is_absent=participant.absent_at is not None and arrived_at is None,
            expected=expected,
        )


def _expected(day: MeetupDay, participant: MeetupParticipant) -> frozenset[HalfDay]:
    free = free_slots(day, participant)
    return frozenset(
        HalfDay.MORNING if is_morning(day, slot) else HalfDay.AFTERNOON
        for slot in day.slots
        if slot.id in free
    )
