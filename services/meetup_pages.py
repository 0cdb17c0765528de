"""What the public pages of meetup days show: the days, who comes for all to see, the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.meetup import MeetupDay, MeetupSession, MeetupSlot
from models.meetup_participant import MeetupParticipant
from services.meetup_clock import date_at_place, is_past, is_today, takes_registrations
from vocabulary.exchanges import Side
from vocabulary.meetups import DayState, ParticipantState, ParticipantVisibility


class DayStanding(StrEnum):
    """Where a day stands for somebody who may come."""

    ANNOUNCED = "announced"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    TODAY = "today"
    CANCELLED = "cancelled"
    PAST = "past"


@dataclass(frozen=True, slots=True)
class DaysToList:
    """The public days, the next one first; then those over, the last one first."""

    coming: tuple[MeetupDay, ...]
    past: tuple[MeetupDay, ...]


@dataclass(frozen=True, slots=True)
class Attendance:
    """How many come, and those who let everybody see it, by side."""

    count: int
    shown: dict[Side, tuple[MeetupParticipant, ...]]

    @property
    def named(self) -> int:
        """Return how many are named."""
        return sum(len(found) for found in self.shown.values())


def days_to_list(session: Session, *, now: datetime) -> DaysToList:
    """Return the public days; a day is over when its date is, at its place."""
    days = session.scalars(
        MeetupDay.public()
        .options(joinedload(MeetupDay.commune))
        .order_by(MeetupDay.held_on, MeetupDay.id)
    ).all()
    coming = tuple(day for day in days if not is_past(day, now))
    past = tuple(reversed([day for day in days if is_past(day, now)]))
    return DaysToList(coming, past)


def standing_of(day: MeetupDay, *, confirmed: int, now: datetime) -> DayStanding:
    """Return where the day stands; a full one still takes people on its waiting list."""
    if day.state is DayState.CANCELLED:
        return DayStanding.CANCELLED
    if is_past(day, now):
        return DayStanding.PAST
    if takes_registrations(day, now):
        is_full = day.capacity is not None and confirmed >= day.capacity
        return DayStanding.FULL if is_full else DayStanding.OPEN
    if is_today(day, now):
        return DayStanding.TODAY
    return DayStanding.ANNOUNCED if day.state is DayState.ANNOUNCED else DayStanding.CLOSED


def confirmed_by_day(session: Session, days: Sequence[MeetupDay]) -> dict[int, int]:
    """Return by day how many participants come."""
    counted = (
        select(MeetupParticipant.day_id, func.count())
        .where(
            MeetupParticipant.day_id.in_([day.id for day in days]),
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
        .group_by(MeetupParticipant.day_id)
    )
    return dict(session.execute(counted).all())


def attendance_of(session: Session, day: MeetupDay) -> Attendance:
    """Return who comes: all are counted, and only those who let everybody see it are named."""
    participants = session.scalars(
        select(MeetupParticipant)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
            MeetupParticipant.visibility == ParticipantVisibility.EVERYONE,
        )
        .options(joinedload(MeetupParticipant.organization))
        .order_by(MeetupParticipant.name_key, MeetupParticipant.id)
    ).all()
    shown = {side: tuple(one for one in participants if one.side is side) for side in Side}
    return Attendance(confirmed_by_day(session, [day]).get(day.id, 0), shown)


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """A day as an event: from its first part to its last, or its whole date."""

    day: MeetupDay
    starts_at: datetime | None
    ends_at: datetime | None

    @property
    def next_date(self) -> date:
        """Return the date on which an event of the whole day is over."""
        return self.day.held_on + timedelta(days=1)


def calendar_days(session: Session, days: Sequence[MeetupDay]) -> list[CalendarDay]:
    """Return the days as events, with their hours; two queries."""
    numbers = [day.id for day in days]
    spans: dict[int, tuple[datetime, datetime]] = {}
    for part in (MeetupSlot, MeetupSession):
        rows = session.execute(
            select(part.day_id, func.min(part.starts_at), func.max(part.ends_at))
            .where(part.day_id.in_(numbers))
            .group_by(part.day_id)
        )
        for day_id, start, end in rows:
            first, last = spans.get(day_id, (start, end))
            spans[day_id] = min(first, start), max(last, end)
    return [CalendarDay(day, *spans.get(day.id, (None, None))) for day in days]


def days_of_feed(session: Session, *, now: datetime) -> Sequence[MeetupDay]:
    """Return the public days of the calendar: to come, and those of the past year."""
    days = session.scalars(
        MeetupDay.public()
        .where(MeetupDay.held_on >= (now - timedelta(days=366)).date())
        .options(joinedload(MeetupDay.commune))
        .order_by(MeetupDay.held_on, MeetupDay.id)
    ).all()
    return [day for day in days if day.held_on >= date_at_place(day, now) - timedelta(days=365)]
