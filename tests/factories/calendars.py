"""Reading a calendar back: the events of a parser, with the types that tests compare."""

from datetime import datetime
from typing import Any

from icalendar import Calendar, Event


def read_calendar(content: Any) -> Calendar:
    """Return the calendar that ``content`` holds."""
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    return found


def sequence_of(event: Event) -> int:
    """Return the number of a version of an event."""
    return int(str(event["sequence"]))


def start_of(event: Event) -> datetime:
    """Return the instant at which an event starts, in the zone it names."""
    start = event.start
    assert isinstance(start, datetime)
    return start
