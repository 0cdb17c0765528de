"""Links asked for by address: whoever asks gets a mail, and the page says the same to everybody."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupRequest
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.membership import Membership
from services.meetup_notes import LINK_MAIL
from services.outbox import post_message
from vocabulary.kinds import MembershipState
from vocabulary.meetups import ParticipantState

REQUEST_LIFE: Final = timedelta(days=2)
# A mail asked for a moment ago is on its way: the same click again sends no other.
SAME_CLICK: Final = timedelta(minutes=2)
_DEAD: Final = frozenset({ParticipantState.CANCELLED, ParticipantState.REFUSED})


def ask_link(
    session: Session, day: MeetupDay, email: str, *, language: str, now: datetime
) -> MeetupRequest:
    """Keep an address that asks for its link to a day; the worker writes to it."""
    address = email.strip().lower()
    recent = session.scalar(
        select(MeetupRequest)
        .where(
            MeetupRequest.day_id == day.id,
            MeetupRequest.email == address,
            MeetupRequest.created_at > now - SAME_CLICK,
        )
        .order_by(MeetupRequest.id.desc())
        .limit(1)
    )
    if recent is not None:
        return recent
    request = MeetupRequest(
        day_id=day.id,
        email=address,
        language=language,
        nonce=uuid.uuid4().hex,
        created_at=now,
    )
    session.add(request)
    session.flush()
    post_message(session, LINK_MAIL, {"request_id": request.id}, now=now)
    return request


def is_alive(request: MeetupRequest, *, now: datetime) -> bool:
    """Tell whether the link that an address got still proves it."""
    return now <= request.created_at + REQUEST_LIFE


def participants_of_address(
    session: Session, day: MeetupDay, email: str
) -> Sequence[tuple[MeetupParticipant, MeetupAttendee | None]]:
    """Return what an address may act for at a day: who it comes for, and its organisations."""
    attending = session.execute(
        select(MeetupParticipant, MeetupAttendee)
        .join(MeetupAttendee, MeetupAttendee.participant_id == MeetupParticipant.id)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state.not_in(_DEAD),
            func.lower(MeetupAttendee.email) == email.lower(),
        )
        .options(joinedload(MeetupParticipant.day))
    ).all()
    found: dict[int, tuple[MeetupParticipant, MeetupAttendee | None]] = {
        row[0].id: (row[0], row[1]) for row in attending
    }
    for participant in session.scalars(
        select(MeetupParticipant)
        .join(Membership, Membership.organization_id == MeetupParticipant.organization_id)
        .join(User, User.id == Membership.user_id)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state.not_in(_DEAD),
            Membership.state == MembershipState.APPROVED,
            User.active.is_(True),
            func.lower(User.email) == email.lower(),
        )
        .options(joinedload(MeetupParticipant.day))
    ):
        found.setdefault(participant.id, (participant, None))
    return [found[number] for number in sorted(found)]


def forget_requests(session: Session, *, now: datetime) -> int:
    """Erase the addresses whose link no longer proves anything; return how many."""
    gone = session.execute(
        delete(MeetupRequest).where(MeetupRequest.created_at < now - REQUEST_LIFE)
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]
