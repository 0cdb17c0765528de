"""Wishes of a meetup day: made, changed, put in order, taken back, accepted, declined (ADR 17)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupWish
from services.contents import clean_text
from services.errors import Conflict, RuleViolation
from services.meetup_wish_notes import announce, expiry, follow_later
from services.meetup_wish_reserve import lock_wishes, settle_reserve
from services.meetup_wish_rules import agreed_counts, check_pair, check_quota, meeting_cap
from vocabulary.labels import N_
from vocabulary.meetups import (
    WishOrigin,
    WishPriority,
    WishRefusal,
    WishState,
)

MESSAGE_LENGTH: Final = 500
# A wish taken back and made again sooner writes no second mail; the page shows it all the same.
TOLD_AGAIN_AFTER: Final = timedelta(days=1)
CHANGED: Final = N_(
    "Cette demande a changé entre-temps : quelqu’un y a répondu, ou elle a été retirée. "
    "Voici où elle en est."
)
# What may still be accepted: a refusal or a silence is no last word.
_ACCEPTABLE: Final = frozenset({WishState.PROPOSED, WishState.EXPIRED, WishState.DECLINED})
_DECLINABLE: Final = frozenset(
    {WishState.PROPOSED, WishState.EXPIRED, WishState.RESERVE, WishState.ACCEPTED}
)
LIVE: Final = frozenset({WishState.PROPOSED, WishState.ACCEPTED, WishState.RESERVE})


@dataclass(frozen=True, slots=True)
class WishTerms:
    """What a wish says: how much, in which words, about which need and which offer."""

    priority: WishPriority
    message: str = ""
    need_id: int | None = None
    offer_id: int | None = None
    match_score: int | None = None
    match_reasons: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Maker:
    """Who makes a wish: the participant itself, or staff for it."""

    origin: WishOrigin = WishOrigin.PARTICIPANT
    person_id: int | None = None

    @property
    def is_staff(self) -> bool:
        """Tell whether the wish is made for the participant by the organisers."""
        return self.origin is not WishOrigin.PARTICIPANT


def wish_between(session: Session, wisher_id: int, wished_id: int) -> MeetupWish | None:
    """Return what one participant wishes of another, whatever became of it."""
    return session.scalar(
        select(MeetupWish).where(
            MeetupWish.wisher_id == wisher_id, MeetupWish.wished_id == wished_id
        )
    )


def make_wish(
    session: Session,
    wisher: MeetupParticipant,
    wished: MeetupParticipant,
    terms: WishTerms,
    *,
    by: Maker,
    now: datetime,
) -> MeetupWish:
    """Wish to meet somebody; where they wished it already, the meeting is agreed at once.

    A wish that was taken back, or that nobody answered, is made again. One that exists changes.

    Raises:
        RuleViolation: the pair may not meet, the other declined, or all wishes are used.
    """
    day = wisher.day
    lock_wishes(session, day)
    check_pair(session, day, wisher, wished, any_side=by.is_staff)
    wish = wish_between(session, wisher.id, wished.id)
    if wish is not None and wish.state in LIVE:
        write_terms(wish, terms)
        return wish
    if wish is not None and wish.state is WishState.DECLINED:
        raise RuleViolation(
            N_("« %(name)s » a décliné ce rendez-vous."), name=wished.name, field="other"
        )
    check_quota(session, day, wisher)
    wish = wish or MeetupWish(
        day_id=day.id, wisher_id=wisher.id, wished_id=wished.id, origin=by.origin
    )
    last = select(func.max(MeetupWish.rank)).where(MeetupWish.wisher_id == wisher.id)
    wish.rank = (session.scalar(last) or 0) + 1
    was_just_told = _was_just_told(wish, now)
    open_wish(wish, terms, by=by, until=expiry(day, now=now), now=now)
    if was_just_told:
        wish.told_at = now
    mirror = wish_between(session, wished.id, wisher.id)
    if mirror is not None and mirror.state is not WishState.WITHDRAWN:
        meet_half_way(wish, mirror, now=now)
    session.add(wish)
    settle_reserve(session, day, {wisher.id, wished.id}, now=now)
    if wish.state is WishState.ACCEPTED:
        wish.answer_told_at = now
    if wish.state is WishState.PROPOSED:
        announce(session, [wished.id], now=now)
        follow_later(session, [wished.id], expiry(day, now=now), now=now)
    return wish


def change_wish(session: Session, wish: MeetupWish, terms: WishTerms) -> None:
    """Change how much, in which words and about what one wishes to meet somebody.

    Raises:
        Conflict: it was taken back meanwhile.
    """
    lock_wishes(session, wish.day)
    session.refresh(wish)
    if wish.state is WishState.WITHDRAWN:
        raise Conflict(CHANGED)
    write_terms(wish, terms)


def _was_just_told(wish: MeetupWish, now: datetime) -> bool:
    """Tell whether the other had a mail about a wish taken back a moment ago, and now made again.

    Made and taken back over and over, a wish would write to somebody as often as one likes.
    """
    if wish.state is not WishState.WITHDRAWN or wish.told_at is None or wish.decided_at is None:
        return False
    return wish.told_at < wish.decided_at and wish.decided_at > now - TOLD_AGAIN_AFTER


def set_order(
    wishes: Sequence[MeetupWish], priorities: Mapping[int, WishPriority], *, moved: int = 0
) -> None:
    """Give wishes their priorities and number them in the order they come, by wish number.

    ``moved`` moves one before (its number) or after (minus its number) its neighbour of the same
    priority.
    """
    for wish in wishes:
        wish.priority = priorities.get(wish.id, wish.priority)
    levels = list(WishPriority)
    ordered = sorted(wishes, key=lambda wish: levels.index(wish.priority))
    position = next((at for at, wish in enumerate(ordered) if wish.id == abs(moved)), None)
    if position is not None:
        other = position - 1 if moved > 0 else position + 1
        if 0 <= other < len(ordered) and ordered[other].priority is ordered[position].priority:
            ordered[position], ordered[other] = ordered[other], ordered[position]
    for rank, wish in enumerate(ordered):
        wish.rank = rank


def withdraw_wish(session: Session, wish: MeetupWish, *, now: datetime) -> None:
    """Take a wish back; where the other wished it too, theirs waits for an answer again.

    Taking back what is taken back changes nothing.
    """
    lock_wishes(session, wish.day)
    session.refresh(wish)
    if wish.state is WishState.WITHDRAWN:
        return
    was_agreed = wish.state is WishState.ACCEPTED
    mirror = wish_between(session, wish.wished_id, wish.wisher_id)
    wish.state, wish.decided_at = WishState.WITHDRAWN, now
    # What the other was never told of, or said no to, needs no mail.
    wish.told_at = None if was_agreed else (wish.told_at or now)
    if mirror is not None and mirror.state is WishState.ACCEPTED:
        mirror.state, mirror.decided_at = WishState.PROPOSED, None
        mirror.expires_at, mirror.reminded_at = expiry(wish.day, now=now), None
        mirror.told_at = now
        follow_later(session, [mirror.wished_id], expiry(wish.day, now=now), now=now)
    if was_agreed:
        announce(session, [wish.wished_id], now=now)
    settle_reserve(session, wish.day, {wish.wisher_id, wish.wished_id}, now=now)


def accept_wish(session: Session, wish: MeetupWish, *, seen: WishState, now: datetime) -> None:
    """Accept a meeting; what this makes too many goes to the reserve, in this transaction.

    ``seen`` is where the wish stood for whoever answers. Accepting twice changes nothing.

    Raises:
        Conflict: somebody answered otherwise, or the wish was taken back meanwhile.
        RuleViolation: one of the two has agreed to as many meetings as it may hold.
    """
    lock_wishes(session, wish.day)
    session.refresh(wish)
    if wish.state is WishState.ACCEPTED:
        return
    if wish.state is WishState.RESERVE:
        _check_room(session, wish)  # says why it cannot be accepted now
    if wish.state is not seen or wish.state not in _ACCEPTABLE:
        raise Conflict(CHANGED)
    check_pair(session, wish.day, wish.wished, wish.wisher, any_side=True)
    _check_room(session, wish)
    wish.state, wish.decided_at, wish.refusal = WishState.ACCEPTED, now, None
    wish.told_at, wish.answer_told_at = wish.told_at or now, None
    announce(session, [wish.wisher_id], now=now)
    settle_reserve(session, wish.day, {wish.wisher_id, wish.wished_id}, now=now)


def decline_wish(
    session: Session,
    wish: MeetupWish,
    *,
    reason: WishRefusal,
    seen: WishState,
    now: datetime,
) -> None:
    """Decline a meeting, with a reason that the other reads; one's own wish for it goes too.

    Raises:
        Conflict: somebody answered otherwise, or the wish was taken back meanwhile.
    """
    lock_wishes(session, wish.day)
    session.refresh(wish)
    if wish.state is WishState.DECLINED and wish.refusal is reason:
        return
    if wish.state is not seen or wish.state not in _DECLINABLE:
        raise Conflict(CHANGED)
    wish.state, wish.refusal, wish.decided_at = WishState.DECLINED, reason, now
    wish.told_at, wish.answer_told_at = wish.told_at or now, None
    mirror = wish_between(session, wish.wished_id, wish.wisher_id)
    if mirror is not None and mirror.state in LIVE:
        mirror.state, mirror.decided_at, mirror.told_at = WishState.WITHDRAWN, now, now
    announce(session, [wish.wisher_id], now=now)
    settle_reserve(session, wish.day, {wish.wisher_id, wish.wished_id}, now=now)


def own_wishes(session: Session, participant: MeetupParticipant) -> list[MeetupWish]:
    """Return what a participant wishes and did not take back, in its own order."""
    found = session.scalars(
        select(MeetupWish)
        .where(MeetupWish.wisher_id == participant.id, MeetupWish.state != WishState.WITHDRAWN)
        .order_by(MeetupWish.rank, MeetupWish.id)
    ).all()
    levels = list(WishPriority)
    return sorted(found, key=lambda wish: levels.index(wish.priority))


def open_wish(
    wish: MeetupWish, terms: WishTerms, *, by: Maker, until: datetime, now: datetime
) -> None:
    """Begin a wish, or begin it again; it is asked about ``until`` then."""
    wish.state, wish.origin, wish.created_by_id = WishState.PROPOSED, by.origin, by.person_id
    wish.created_at, wish.expires_at = now, until
    wish.told_at = wish.answer_told_at = wish.reminded_at = wish.decided_at = None
    wish.refusal = None
    write_terms(wish, terms)


def meet_half_way(wish: MeetupWish, mirror: MeetupWish, *, now: datetime) -> None:
    """Make two wishes for each other ready to be agreed; ``settle_reserve`` does where it can.

    Both wait in the reserve where one of the two is full.
    """
    for one in (wish, mirror):
        if one.state is not WishState.ACCEPTED:
            one.state, one.refusal, one.expires_at = WishState.RESERVE, None, None
            one.told_at, one.answer_told_at, one.decided_at = now, None, now


def write_terms(wish: MeetupWish, terms: WishTerms) -> None:
    """Give a wish its priority, its words and its subject."""
    wish.priority = terms.priority
    wish.message = clean_text(terms.message, MESSAGE_LENGTH)
    wish.need_id, wish.offer_id = terms.need_id, terms.offer_id
    wish.match_score, wish.match_reasons = terms.match_score, dict(terms.match_reasons)


def _check_room(session: Session, wish: MeetupWish) -> None:
    counts = agreed_counts(session, wish.day, {wish.wisher_id, wish.wished_id})
    for participant in (wish.wished, wish.wisher):
        cap = meeting_cap(wish.day, participant)
        if counts[participant.id] >= cap:
            raise RuleViolation(
                N_(
                    "« %(name)s » a déjà convenu de %(count)s rendez-vous, le plus qu’il puisse "
                    "tenir : celui-ci reste en réserve et revient dès qu’une place se libère."
                ),
                name=participant.name,
                count=cap,
            )
