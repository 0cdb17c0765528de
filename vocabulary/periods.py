"""Days and weeks as the product counts them: in Paris, whatever the server's zone."""

from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

PARIS: Final = ZoneInfo("Europe/Paris")
# When the day's tasks start: before offices open, and never an hour that a clock change skips.
DAY_OPENS: Final = time(6)


def paris_day(instant: datetime) -> date:
    """Return the day of an aware instant in Paris."""
    return instant.astimezone(PARIS).date()


def opening_of(day: date) -> datetime:
    """Return the instant, aware, at which the tasks of ``day`` start."""
    return datetime.combine(day, DAY_OPENS, tzinfo=PARIS)


def next_opening(instant: datetime) -> datetime:
    """Return the first opening after ``instant``."""
    day = paris_day(instant)
    today = opening_of(day)
    return today if today > instant else opening_of(day + timedelta(days=1))


def week_opening(instant: datetime) -> datetime:
    """Return the last Monday's opening at or before ``instant``."""
    day = paris_day(instant)
    opening = opening_of(day - timedelta(days=day.weekday()))
    return opening if opening <= instant else opening_of(day - timedelta(days=day.weekday() + 7))


def french_hour(moment: time) -> str:
    """Return an hour as French writes it: « 9 h », « 9 h 05 », its blanks not to be broken."""
    minutes = f"\u00a0{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour}\u00a0h{minutes}"
