"""What the addresses of meetup days name, for the access matrix."""

from typing import Any

from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from tests.factories.meetups import NOW, make_day, make_session, make_slots, make_tables
from vocabulary.meetups import SessionKind

# Their addresses name the day and nothing else.
_OF_THE_DAY = (
    "meetup_console.show",
    "meetup_programme.add",
    "meetup_programme.index",
    "meetup_rooms.create",
    "meetup_setup.cancel",
    "meetup_setup.close",
    "meetup_setup.delete",
    "meetup_setup.edit",
    "meetup_setup.hall",
    "meetup_slots.edit",
    "meetup_slots.generate",
    "meetups.event",
    "meetups.show",
)
HALL_KEY = "0123456789abcdef"


def matrix_day(session: Session) -> MeetupDay:
    """Add the meetup day of the matrix: open, with tables, slots and a part of a programme."""
    day = make_day(session, "Rencontre", hall_key=HALL_KEY, created_at=NOW)
    make_tables(session, day, 2)
    make_slots(session, day, 3)
    make_session(session, day, "Atelier de la matrice", kind=SessionKind.WORKSHOP)
    return day


def meetup_day_examples(day: MeetupDay) -> dict[str, dict[str, Any]]:
    """Return the values that the addresses of the day take."""
    own = {"slug": day.slug}
    room = {**own, "room_id": day.rooms[0].id}
    part = {**own, "session_id": day.sessions[0].id}
    return {
        **dict.fromkeys(_OF_THE_DAY, own),
        **{f"meetup_rooms.{name}": room for name in ("edit", "add", "remove")},
        **{f"meetup_programme.{name}": part for name in ("edit", "remove")},
        "meetup_setup.act": {**own, "action": "fermer"},
        "meetup_hall.show": {**own, "cle": HALL_KEY},
    }
