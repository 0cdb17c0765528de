"""What each step of an introduction tells: mails to one side's team, and what comes due later."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.introduction import Introduction, IntroductionMessage, ThreadReading
from models.membership import Membership
from services.outbox import post_message
from vocabulary.exchanges import IntroductionState, Side
from vocabulary.kinds import MembershipState

INTRODUCTION_MAIL: Final = "mail.introduction"
INTRODUCTION_DUE: Final = "introductions.due"
# Days without an answer after which the team asked is reminded, then the request expires.
REMINDED_AFTER: Final = (timedelta(days=3), timedelta(days=10))
EXPIRES_AFTER: Final = timedelta(days=21)
# Messages nobody has read make one mail in that time, however many they are.
QUIET: Final = timedelta(hours=1)


class IntroductionEvent(StrEnum):
    """What a mail about an introduction tells; also the name of its template."""

    REQUESTED = "requested"
    REMINDED = "reminded"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    MESSAGE = "message"
    DISPUTED = "disputed"


# A mail about a state that has changed since is not written.
STATE_TOLD: Final = {
    IntroductionEvent.REQUESTED: IntroductionState.SENT,
    IntroductionEvent.REMINDED: IntroductionState.SENT,
    IntroductionEvent.ACCEPTED: IntroductionState.ACCEPTED,
    IntroductionEvent.DECLINED: IntroductionState.DECLINED,
    IntroductionEvent.WITHDRAWN: IntroductionState.WITHDRAWN,
    IntroductionEvent.EXPIRED: IntroductionState.EXPIRED,
    IntroductionEvent.DISPUTED: IntroductionState.ACCEPTED,
}


def tell_team(
    session: Session,
    introduction: Introduction,
    event: IntroductionEvent,
    side: Side,
    *,
    now: datetime,
) -> None:
    """Ask for one mail to each member of the team on ``side``."""
    payload = {
        "event": event.value,
        "introduction_id": introduction.id,
        "side": side.value,
    }
    post_message(session, INTRODUCTION_MAIL, payload, now=now)


def plan_due_steps(session: Session, introduction: Introduction, *, now: datetime) -> None:
    """Put the reminders and the expiry of a request into the calendar."""
    for delay in (*REMINDED_AFTER, EXPIRES_AFTER):
        payload = {"introduction_id": introduction.id, "expires": delay == EXPIRES_AFTER}
        post_message(session, INTRODUCTION_DUE, payload, now=now, due_at=now + delay)


def team_members(session: Session, organization_id: int) -> list[User]:
    """Return the people who act for an organisation now, by number."""
    return list(
        session.scalars(
            select(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.organization_id == organization_id,
                Membership.state == MembershipState.APPROVED,
                User.active,
            )
            .order_by(User.id)
        )
    )


def unread_to_announce(
    session: Session, introduction: Introduction, person: User, side: Side, *, now: datetime
) -> int:
    """Return how many messages wait for ``person``, 0 when no mail is called for.

    A person told within ``QUIET`` who has not come since knows already: the mail led to the whole
    thread. The reading row notes that this mail was written.
    """
    # Kept: of two workers with one message each, the second sees that the first told.
    reading = session.get(ThreadReading, (introduction.id, person.id), with_for_update=True)
    if reading is None:
        reading = ThreadReading(
            introduction_id=introduction.id, user_id=person.id, last_message_id=0
        )
        session.add(reading)
    unread = [
        message
        for message in unread_messages(session, introduction, side, reading.last_message_id)
        if message.author_id != person.id
    ]
    if not unread or _was_told(reading, now):
        return 0
    reading.notified_at = now
    return len(unread)


def unread_messages(
    session: Session, introduction: Introduction, side: Side, last_message_id: int
) -> list[IntroductionMessage]:
    """Return what the other side wrote after that message."""
    return list(
        session.scalars(
            select(IntroductionMessage).where(
                IntroductionMessage.introduction_id == introduction.id,
                IntroductionMessage.side != side,
                IntroductionMessage.id > last_message_id,
            )
        )
    )


def _was_told(reading: ThreadReading, now: datetime) -> bool:
    told = reading.notified_at
    if told is None or told <= now - QUIET:
        return False
    return reading.read_at is None or reading.read_at <= told
