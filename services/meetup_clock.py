"""What the clocks of a meetup day's place say: whether it is past, held today, open."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.meetup import MeetupDay
from services.errors import RuleViolation
from vocabulary.labels import N_
from vocabulary.meetups import DayState
from vocabulary.periods import french_hour


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


def instant_at_place(held_on: date, moment: time, zone: ZoneInfo, *, field: str) -> datetime:
    """Return the instant, in UTC, at which the clocks of a place show ``moment``.

    When they go back and show it twice, the first of the two.

    Raises:
        RuleViolation: the clocks go forward over it: the place never lives that hour.
    """
    local = datetime.combine(held_on, moment, tzinfo=zone)
    instant = local.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise RuleViolation(
            N_("%(hour)s n’existe pas ce jour-là : les horloges avancent d’une heure."),
            field=field,
            hour=french_hour(moment),
        )
    return instant


def carried_over(
    instant: datetime, before: tuple[date, ZoneInfo], after: tuple[date, ZoneInfo]
) -> datetime:
    """Return the instant at which the clocks of the second place show the same on its date.

    ``before`` and ``after`` are the date and the zone of a day, as it was and as it becomes.

    Raises:
        RuleViolation: the place never lives that hour on that date.
    """
    local = instant.astimezone(before[1])
    held_on = after[0] + timedelta(days=(local.date() - before[0]).days)
    return instant_at_place(held_on, local.time(), after[1], field="held_on")
