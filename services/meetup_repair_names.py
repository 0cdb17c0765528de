"""How repairs name what they move: participants, tables, hours of the slots."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.meetup_planning import tables_of


@dataclass(frozen=True, slots=True)
class Names:
    """The words and hours behind the numbers of a day."""

    people: Mapping[int, str]
    tables: Mapping[int, str]
    starts: Mapping[int, datetime]
    zone: ZoneInfo


def names_of(session: Session, day: MeetupDay) -> Names:
    """Return the names of all the participants, tables and slots of a day, in three queries."""
    rows = session.execute(
        select(MeetupParticipant.id, MeetupParticipant.name).where(
            MeetupParticipant.day_id == day.id
        )
    )
    return Names(
        people={number: name for number, name in rows},  # noqa: C416 - typed rows
        tables={table.id: table.label for table in tables_of(session, day)},
        starts={slot.id: slot.starts_at for slot in day.slots},
        zone=day.zone,
    )
