"""What the tests of setting up a day read: the day written, a count, a hidden field."""

import re
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay

BASE = "/pilotage/rencontres"
FIELDS: dict[str, Any] = {
    "title": "Journée de Nevers",
    "held_on": "2027-03-11",
    "time_zone": "Europe/Paris",
    "place": "Halle",
    "summary": "Se rencontrer.",
    "seats_per_organization": "3",
    "wish_days": "7",
    "wishes_per_participant": "12",
    "least_meetings": "3",
    "most_meetings": "10",
    "fairness": "2",
    "needs_approval": "y",
}


def day_of(session: Session, slug: str) -> MeetupDay:
    session.rollback()
    return session.scalars(select(MeetupDay).where(MeetupDay.slug == slug)).one()


def count(session: Session, column: Any) -> int:
    """Return how many rows there are now."""
    session.rollback()
    return session.scalar(select(func.count(column))) or 0


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return found[1]
