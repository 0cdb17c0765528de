"""Writes, in the worker, the mails that ask what came of the meetings of a day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from extensions.mailbox import write_mail
from extensions.participation_links import participation_url
from services.meetup_evenings import ask_what_is_due


def write_meeting_mails(session: Session, payload: Mapping[str, Any], *, now: datetime) -> None:
    """Write to each person, in one mail, about all the meetings of the participant it came for."""
    for due in ask_what_is_due(session, payload["day_id"], now=now):
        attendee, participant = due.attendee, due.participant
        context = {
            "attendee": attendee,
            "participant": participant,
            "day": participant.day,
            "meetings": due.meetings,
            "days_after": due.days_after,
            "link": participation_url(
                participant, "participation_outcomes.index", attendee=attendee
            ),
        }
        template = "meetups/outcomes"
        write_mail(session, attendee.email or "", attendee.language, template, context)
