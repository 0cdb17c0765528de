"""What the addresses of meetup days name, for the access matrix."""

from typing import Any

from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from tests.factories.meetups import make_day, make_slots, make_tables

# Their addresses name the day and nothing else.
_OF_THE_DAY = ("meetup_console.show", "meetups.show")


def matrix_day(session: Session) -> MeetupDay:
    """Add the meetup day of the matrix: open, with tables and slots."""
    day = make_day(session, "Rencontre")
    make_tables(session, day, 2)
    make_slots(session, day, 3)
    return day


def meetup_day_examples(day: MeetupDay) -> dict[str, dict[str, Any]]:
    """Return the values that the addresses of the day take."""
    return {endpoint: {"slug": day.slug} for endpoint in _OF_THE_DAY}
