"""Writes the mails about wishes, in the worker: one for all that a participant does not know."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session, joinedload

from extensions.mailbox import write_mail
from extensions.participation_links import participation_url
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.meetup_notes import attendee_recipients
from services.meetup_wish_notes import (
    expire_wishes,
    is_written_to,
    take_news,
    take_reminders,
)
from services.meetup_wish_reserve import lock_wishes
from services.meetup_wish_rules import wishes_close_at

_OWN = "participation_wishes.index"
_RECEIVED = "participation_requests.index"


def write_wish_news(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Tell a participant whatever it was not told: requests, answers, withdrawals; or nothing."""
    participant = _participant(session, payload)
    if participant is None:
        return
    news = take_news(session, participant, now=now)
    if news:
        page = _RECEIVED if news.received else _OWN
        _write(session, participant, "news", page, {"news": news})


def follow_wishes(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """End what a participant left without answer, and remind it of what comes to its end."""
    participant = _participant(session, payload)
    if participant is None:
        return
    expire_wishes(session, participant, now=now)
    wishes = take_reminders(session, participant, now=now)
    if wishes:
        _write(session, participant, "reminder", _RECEIVED, {"wishes": wishes})


def _participant(session: Session, payload: Mapping[str, Any]) -> MeetupParticipant | None:
    """Return the participant, nothing for one that is gone or does not come any more."""
    key = payload["participant_id"]
    found = session.get(MeetupParticipant, key, options=[joinedload(MeetupParticipant.day)])
    if found is None or not is_written_to(found):
        return None
    lock_wishes(session, found.day)
    return found


def _write(
    session: Session,
    participant: MeetupParticipant,
    template: str,
    page: str,
    context: Mapping[str, Any],
) -> None:
    day = participant.day
    for person in attendee_recipients(session, participant):
        attendee = (
            session.get(MeetupAttendee, person.attendee_id)
            if person.attendee_id is not None
            else None
        )
        told = {
            **context,
            "day": day,
            "participant": participant,
            "closes_at": wishes_close_at(day),
            "link": participation_url(participant, page, attendee=attendee),
        }
        write_mail(session, person.email, person.language, f"meetup_wishes/{template}", told)
