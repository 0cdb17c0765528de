"""Links mailed to those who come to a meetup day: signed, no account, into one's own pages."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload
from werkzeug.routing import BuildError

from extensions.mailbox import public_address
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupRequest
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from vocabulary.meetups import ParticipantState

HOME: Final = "participations.show"
# What came of the meetings is asked until six months after the day: the links hold a little longer.
LINK_LIFE: Final = timedelta(days=210)
_REQUEST: Final = "participation-request"
_OWN_PAGE_VALUES: Final = frozenset({"slug", "participant_id"})


@dataclass(frozen=True, slots=True)
class Grant:
    """What a link opens: the pages of one participant, for one of its people when it was theirs."""

    participant: MeetupParticipant
    badge_key: str
    endpoint: str
    values: Mapping[str, Any]


def participation_url(
    participant: MeetupParticipant,
    endpoint: str = HOME,
    *,
    attendee: MeetupAttendee | None = None,
    **values: object,
) -> str:
    """Return the address, absolute and signed, that opens a page of the participant's own space.

    Give the ``attendee`` to whom it is written: the link dies when this person no longer comes.
    ``values`` are those of the page beside its slug and the number of the participant.
    """
    # Not the number of the row: SQLite gives that of somebody taken off to who comes next.
    person = attendee.badge_key if attendee is not None else ""
    content = [participant.id, participant.link_key, person, endpoint, dict(values)]
    token = str(_serializer().dumps(content))
    return public_address("participation_access.enter", token=token)


def grant_of_link(session: Session, token: str, *, today: date) -> Grant | None:
    """Return what a link opens, nothing for one that is wrong, dead or too old."""
    try:
        number, key, person, endpoint, values = _serializer().loads(token)
        participant_id, said, badge_key = int(number), str(key), str(person)
    except (BadSignature, ValueError, TypeError):
        return None
    participant = granted_participant(session, participant_id, said, badge_key, today=today)
    if participant is None or not isinstance(values, dict):
        return None
    return Grant(participant, badge_key, str(endpoint), values)


def granted_participant(
    session: Session, participant_id: int, key: str, badge_key: str, *, today: date
) -> MeetupParticipant | None:
    """Return the participant that a link or a session still opens, nothing once it is dead.

    It dies with the registration, with a renewed key, with the person, and with time.
    """
    participant = session.get(
        MeetupParticipant, participant_id, options=[joinedload(MeetupParticipant.day)]
    )
    if participant is None or not hmac.compare_digest(participant.link_key, key):
        return None
    if participant.state == ParticipantState.CANCELLED or not opens(participant.day, today):
        return None
    if badge_key:
        attendee = session.scalar(
            select(MeetupAttendee).where(MeetupAttendee.badge_key == badge_key)
        )
        if attendee is None or attendee.participant_id != participant.id:
            return None
    return participant


def opens(day: MeetupDay, today: date) -> bool:
    """Tell whether the links of a day still open anything on ``today``."""
    return day.is_public and today <= day.held_on + LINK_LIFE


def page_of(grant: Grant) -> str:
    """Return the path of the page that a link leads to; the home of the space if it is gone."""
    adapter = current_app.url_map.bind("")
    own = {"slug": grant.participant.day.slug, "participant_id": grant.participant.id}
    others = {name: value for name, value in grant.values.items() if name not in _OWN_PAGE_VALUES}
    try:
        return str(adapter.build(grant.endpoint, {**others, **own}))
    except BuildError:
        return str(adapter.build(HOME, own))


def sign_request(request: MeetupRequest) -> str:
    """Return the token of a link that proves an address; it holds neither address nor name."""
    return str(_serializer(_REQUEST).dumps([request.id, request.nonce]))


def request_of_link(session: Session, token: str) -> MeetupRequest | None:
    """Return the request of a link, nothing for one that is wrong; its age is for the caller."""
    try:
        number, nonce = _serializer(_REQUEST).loads(token)
        key, said = int(number), str(nonce)
    except (BadSignature, ValueError, TypeError):
        return None
    found = session.get(MeetupRequest, key, options=[joinedload(MeetupRequest.day)])
    return found if found is not None and hmac.compare_digest(found.nonce, said) else None


def _serializer(salt: str = "participation") -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=salt)
