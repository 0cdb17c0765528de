"""What was cancelled is on again: somebody who comes after all, a day that is held after all.

A calendar that was told of the cancellation keeps the events with a number one above the one they
had: what is on again needs a higher one (RFC 5545 §3.8.7.4).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSession
from models.meetup_participant import MeetupParticipant
from services.meetup_calendar import announce_agendas

_ABOVE_CANCELLED: Final = 2


def note_return(session: Session, participant: MeetupParticipant, *, now: datetime) -> None:
    """Expect somebody again who cancelled once a plan was published; otherwise do nothing.

    Its agenda is told as if for the first time. To be called when a place is given.
    """
    if participant.absent_at is None:
        return
    participant.absent_at = None
    if participant.agenda_told_at is None:
        return
    participant.agenda_told_at = None
    participant.calendar_offset += _ABOVE_CANCELLED
    if participant.day.published_plan_id is not None:
        announce_agendas(session, participant.day, now=now)


def renumber_programme(session: Session, day: MeetupDay) -> None:
    """Number the parts of the programme above their cancellation; meetings have versions."""
    session.execute(
        update(MeetupSession)
        .where(MeetupSession.day_id == day.id)
        .values(sequence=MeetupSession.sequence + _ABOVE_CANCELLED)
    )
