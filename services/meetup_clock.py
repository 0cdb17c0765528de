"""What the clocks of a meetup day's place say: whether it is past, held today, open."""

from datetime import date, datetime

from models.meetup import MeetupDay
from vocabulary.meetups import DayState


def date_at_place(day: MeetupDay, now: datetime) -> date:
    """Return the date that the place lives at the instant ``now``."""
    return now.astimezone(day.zone).date()


def is_past(day: MeetupDay, now: datetime) -> bool:
    """Tell whether the date of the day is over at its place."""
    return day.held_on < date_at_place(day, now)


def is_today(day: MeetupDay, now: datetime) -> bool:
    """Tell whether the place lives the date of the day."""
    return day.held_on == date_at_place(day, now)


def takes_registrations(day: MeetupDay, now: datetime) -> bool:
    """Tell whether anybody may register at the instant ``now``."""
    closes_at = day.registration_closes_at
    return (
        day.state is DayState.OPEN
        and not is_past(day, now)
        and (closes_at is None or now < closes_at)
    )


def takes_wishes(day: MeetupDay, now: datetime) -> bool:
    """Tell whether participants may still say whom they wish to meet."""
    is_running = day.state in {DayState.OPEN, DayState.CLOSED}
    closes_at = day.wishes_close_at
    return is_running and not is_past(day, now) and (closes_at is None or now < closes_at)
