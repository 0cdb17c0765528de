"""The private address that calendar programs poll: signed, without account, given up at will."""

import hmac
import secrets
from datetime import date

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session, joinedload

from extensions.mailbox import public_address
from extensions.participation_links import opens
from models.meetup_participant import MeetupParticipant


def open_feed(participant: MeetupParticipant) -> None:
    """Give the participant's calendar an address; a former one is worth nothing any more."""
    participant.calendar_key = secrets.token_hex(16)


def close_feed(participant: MeetupParticipant) -> None:
    """Take the address away: programs that poll it find nothing."""
    participant.calendar_key = ""


def feed_url(participant: MeetupParticipant) -> str:
    """Return the address of the participant's calendar, nothing when it has none."""
    if not participant.calendar_key:
        return ""
    token = str(_serializer().dumps([participant.id, participant.calendar_key]))
    return public_address("meetup_feeds.agenda", token=token)


def participant_of_feed(session: Session, token: str, *, today: date) -> MeetupParticipant | None:
    """Return whose calendar an address is, nothing for one that is wrong, given up or too old."""
    try:
        number, key = _serializer().loads(token)
        participant_id, said = int(number), str(key)
    except (BadSignature, ValueError, TypeError):
        return None
    participant = session.get(
        MeetupParticipant, participant_id, options=[joinedload(MeetupParticipant.day)]
    )
    if participant is None or not participant.calendar_key:
        return None
    if not hmac.compare_digest(participant.calendar_key, said):
        return None
    return participant if opens(participant.day, today) else None


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="meetup-calendar")
