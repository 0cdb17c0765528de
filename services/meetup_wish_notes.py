"""What wishes tell, and when: one mail for all the news of a participant, reminders, expiry."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from services.meetup_wish_rules import wishes_close_at
from services.outbox import post_message
from vocabulary.meetups import DayState, ParticipantState, WishState

WISH_NEWS: Final = "mail.meetup_wishes"
WISH_DUE: Final = "meetup_wishes.due"
# Several wishes made one after the other make one mail.
QUIET: Final = timedelta(minutes=15)
REMINDED_BEFORE: Final = timedelta(days=2)
_ANSWERS: Final = frozenset({WishState.ACCEPTED, WishState.DECLINED, WishState.EXPIRED})


@dataclass(frozen=True, slots=True)
class WishNews:
    """What a participant has not been told yet."""

    received: Sequence[MeetupWish]
    answers: Sequence[MeetupWish]
    withdrawn: Sequence[MeetupWish]

    def __bool__(self) -> bool:
        """Tell whether there is anything to say."""
        return bool(self.received or self.answers or self.withdrawn)


def announce(session: Session, participant_ids: Iterable[int], *, now: datetime) -> None:
    """Ask for one mail to each participant, a little later, about what it then does not know."""
    for key in sorted(set(participant_ids)):
        post_message(session, WISH_NEWS, {"participant_id": key}, now=now, due_at=now + QUIET)


def expiry(day: MeetupDay, *, now: datetime) -> datetime:
    """Return until when a wish made now is asked about: at the latest when wishes close."""
    return min(now + timedelta(days=day.wish_days), wishes_close_at(day))


def follow_later(
    session: Session, participant_ids: Iterable[int], expires_at: datetime, *, now: datetime
) -> None:
    """Put the reminder and the expiry of what these participants are asked into the calendar."""
    reminder = expires_at - REMINDED_BEFORE
    dates = [date for date in (reminder, expires_at) if date > now]
    for key in sorted(set(participant_ids)):
        for date in dates:
            post_message(session, WISH_DUE, {"participant_id": key}, now=now, due_at=date)


def is_written_to(participant: MeetupParticipant) -> bool:
    """Tell whether a participant gets mails about its wishes: it comes, and the day is held."""
    return (
        participant.state is ParticipantState.CONFIRMED
        and participant.day.state is not DayState.CANCELLED
    )


def take_news(session: Session, participant: MeetupParticipant, *, now: datetime) -> WishNews:
    """Return what the participant was not told, and note that it is told now."""
    found = session.scalars(
        select(MeetupWish)
        .where(
            or_(
                (MeetupWish.wished_id == participant.id) & MeetupWish.told_at.is_(None),
                (MeetupWish.wisher_id == participant.id)
                & MeetupWish.answer_told_at.is_(None)
                & MeetupWish.state.in_(_ANSWERS),
            )
        )
        .options(joinedload(MeetupWish.wisher), joinedload(MeetupWish.wished))
        .order_by(MeetupWish.id)
        # Of two workers with one message each, the second waits and finds nothing to tell.
        .with_for_update(of=MeetupWish)
    ).all()
    own = [wish for wish in found if wish.wisher_id == participant.id]
    others = [wish for wish in found if wish.wished_id == participant.id]
    news = WishNews(
        received=[wish for wish in others if wish.state is WishState.PROPOSED],
        answers=own,
        withdrawn=[wish for wish in others if wish.state is WishState.WITHDRAWN],
    )
    for wish in own:
        wish.answer_told_at = now
    for wish in (*news.received, *news.withdrawn):
        wish.told_at = now
    return news


def expire_wishes(session: Session, participant: MeetupParticipant, *, now: datetime) -> None:
    """End what the participant did not answer in time, and have those who asked told."""
    late = _unanswered(session, participant, before=now)
    for wish in late:
        wish.state, wish.decided_at, wish.answer_told_at = WishState.EXPIRED, now, None
    announce(session, (wish.wisher_id for wish in late), now=now)


def take_reminders(
    session: Session, participant: MeetupParticipant, *, now: datetime
) -> Sequence[MeetupWish]:
    """Return what the participant must answer soon and was not reminded of; note that it is."""
    soon = _unanswered(session, participant, before=now + REMINDED_BEFORE)
    found = [wish for wish in soon if wish.reminded_at is None]
    for wish in found:
        wish.reminded_at = now
    return found


def _unanswered(
    session: Session, participant: MeetupParticipant, *, before: datetime
) -> Sequence[MeetupWish]:
    return session.scalars(
        select(MeetupWish)
        .where(
            MeetupWish.wished_id == participant.id,
            MeetupWish.state == WishState.PROPOSED,
            MeetupWish.expires_at <= before,
        )
        .options(joinedload(MeetupWish.wisher))
        .order_by(MeetupWish.expires_at, MeetupWish.id)
        .with_for_update(of=MeetupWish)
    ).all()
