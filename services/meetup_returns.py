"""Giving up a meetup day and coming after all, as calendars are told of it.

A calendar keeps an event until one of a higher number comes (RFC 5545 §3.8.7.4), whatever the plan
says meanwhile. So each participant's events are numbered above those of the plan by an offset that
never falls: odd while a place was given up, even otherwise.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import update
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSession
from models.meetup_participant import MeetupParticipant
from services.meetup_absences import lift_absence
from services.outbox import post_message

AGENDA_MAIL: Final = "meetup.agenda_mail"
# A cancelled day shows the parts of its programme one above their own number.
_ABOVE_CANCELLED: Final = 2


def has_given_up(participant: MeetupParticipant) -> bool:
    """Tell whether a participant had a place and has none any more."""
    return participant.calendar_offset % 2 == 1


def note_giving_up(participant: MeetupParticipant) -> None:
    """Cancel the events of a participant that loses its place."""
    if not has_given_up(participant):
        participant.calendar_offset += 1


def note_return(session: Session, participant: MeetupParticipant, *, now: datetime) -> bool:
    """Expect somebody again who had given up; return whether it had. To be called with a place.

    What was noted of its absence is taken back. Its agenda is to be told as if for the first time:
    with the next publication, unless ``tell_agenda`` asks for it now.
    """
    if not has_given_up(participant):
        return False
    participant.calendar_offset += 1
    participant.agenda_told_at = None
    session.flush()
    lift_absence(session, participant, now=now)
    return True


def tell_agenda(session: Session, participant: MeetupParticipant, *, now: datetime) -> None:
    """Ask the worker for the agenda of one participant, if there is a plan to tell of."""
    if participant.day.published_plan_id is not None:
        named = {"day_id": participant.day_id, "participant_id": participant.id}
        post_message(session, AGENDA_MAIL, named, now=now)


def renumber_programme(session: Session, day: MeetupDay) -> None:
    """Number the parts of the programme above their cancellation; meetings have versions."""
    session.execute(
        update(MeetupSession)
        .where(MeetupSession.day_id == day.id)
        .values(sequence=MeetupSession.sequence + _ABOVE_CANCELLED)
    )
