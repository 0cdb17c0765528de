"""Writes the mails about a meetup day itself, in the worker: moved, cancelled, held after all."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session, joinedload

from extensions.mailbox import public_address, write_mail
from extensions.meetup_agenda_mail import attach_agenda
from extensions.participation_links import participation_url
from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.meetup_day_notes import DayEvent
from vocabulary.meetups import DayState


def write_day_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail to one person; what is no longer true is not mailed."""
    event = DayEvent(payload["event"])
    day = session.get(MeetupDay, payload["day_id"], options=[joinedload(MeetupDay.commune)])
    participant = session.get(MeetupParticipant, payload["participant_id"])
    if day is None or participant is None or not _is_still_true(day, event):
        return
    reader = _reader(session, payload)
    if reader is None:
        return
    email, name, language, attendee = reader
    own = attendee if attendee and attendee.participant_id == participant.id else None
    context = {
        "day": day,
        "name": name,
        "page": public_address("meetups.show", slug=day.slug),
        "link": participation_url(participant, attendee=own),
    }
    mail = write_mail(session, email, language, f"meetups/day_{event.value}", context)
    if event in {DayEvent.CANCELLED, DayEvent.RESTORED}:
        attach_agenda(session, mail, participant, language)


def _is_still_true(day: MeetupDay, event: DayEvent) -> bool:
    is_cancelled = day.state is DayState.CANCELLED
    return is_cancelled if event is DayEvent.CANCELLED else day.is_public and not is_cancelled


def _reader(
    session: Session, payload: Mapping[str, Any]
) -> tuple[str, str, str, MeetupAttendee | None] | None:
    """Return the address, name and language of the person; nothing when they left since."""
    attendee = (
        session.get(MeetupAttendee, payload["attendee_id"]) if payload["attendee_id"] else None
    )
    if attendee is not None and attendee.email:
        return attendee.email, attendee.name, attendee.language, attendee
    if payload["attendee_id"] is not None or payload["user_id"] is None:
        return None
    user = session.get(User, payload["user_id"])
    if user is None or not user.active:
        return None
    return user.email, user.public_name, user.language, None
