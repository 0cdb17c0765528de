"""The reserve: what becomes of the rival wishes when somebody has agreed to all it may hold.

One rule, applied in the transaction of whatever changed (ADR 17):

- a participant with as many agreed meetings as it may hold is full; every other wish to it or of
  it that waits for an answer goes to the reserve: it is neither asked about nor lost;
- when it is no longer full, what waits in the reserve between two participants who are not full
  comes back, the highest priority first: agreed at once where each wished the other, otherwise
  asked again with a new deadline.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupPairRule, MeetupWish
from services.meetup_wish_notes import announce, expiry, follow_later
from services.meetup_wish_rules import agreed_counts, meeting_cap, wishes_close_at
from services.meetup_wish_worth import Pair, pair_of
from vocabulary.meetups import PairRule, ParticipantState, WishPriority, WishState

WAITING: Final = frozenset({WishState.PROPOSED, WishState.RESERVE})
_ORDER: Final = list(WishPriority)


def lock_wishes(session: Session, day: MeetupDay) -> None:
    """Keep the wishes of a day for this transaction: of two changes the second sees the first.

    What was read of them before is read again: the worker notes on them what it has told.
    """
    session.execute(
        select(MeetupDay.id).where(MeetupDay.id == day.id).with_for_update(key_share=True)
    )
    for known in list(session.identity_map.values()):
        if isinstance(known, MeetupWish) and known not in session.dirty:
            session.expire(known)


def settle_reserve(
    session: Session,
    day: MeetupDay,
    participant_ids: Collection[int] | None = None,
    *,
    now: datetime,
) -> None:
    """Bring the wishes around these participants, or of everybody, in line with who is full.

    The wishes of the day are locked, and what was changed is flushed.
    """
    settling = _Settling(session, day, participant_ids, now)
    settling.set_aside()
    settling.bring_back()
    settling.tell()


def settle_around(session: Session, participant: MeetupParticipant, *, now: datetime) -> None:
    """Do the same around somebody who now comes, or does not any more, and whom it agreed to meet.

    What waits for its answer goes to the reserve with it, and those it was to meet have room again.
    """
    lock_wishes(session, participant.day)
    rows = session.execute(
        select(MeetupWish.wisher_id, MeetupWish.wished_id).where(
            MeetupWish.state == WishState.ACCEPTED,
            or_(MeetupWish.wisher_id == participant.id, MeetupWish.wished_id == participant.id),
        )
    )
    ids = {participant.id, *(key for row in rows for key in row)}
    settle_reserve(session, participant.day, ids, now=now)


class _Settling:
    """One application of the rule, with what it loads once."""

    def __init__(
        self, session: Session, day: MeetupDay, ids: Collection[int] | None, now: datetime
    ) -> None:
        session.flush()
        self._session, self._day, self._now = session, day, now
        self._waiting = _waiting_wishes(session, day, ids)
        self._agreed = agreed_counts(session, day)
        self._caps = {
            one.id: meeting_cap(day, one)
            for one in session.scalars(
                select(MeetupParticipant).where(
                    MeetupParticipant.day_id == day.id,
                    MeetupParticipant.state == ParticipantState.CONFIRMED,
                )
            )
        }
        self._excluded = _excluded_pairs(session, day)
        self._asked_again: list[MeetupWish] = []
        self._agreed_now: list[MeetupWish] = []

    def set_aside(self) -> None:
        """Move what waits for an answer of or to somebody full, or kept apart, to the reserve."""
        for wish in self._waiting:
            is_apart = pair_of(wish.wisher_id, wish.wished_id) in self._excluded
            has_place = self._has_room(wish) and not is_apart
            if wish.state is WishState.PROPOSED and not has_place:
                wish.state, wish.expires_at, wish.reminded_at = WishState.RESERVE, None, None

    def bring_back(self) -> None:
        """Agree to, or ask again, what the reserve holds between two that have room."""
        by_pair: dict[Pair, list[MeetupWish]] = defaultdict(list)
        for wish in self._waiting:
            if wish.state is WishState.RESERVE:
                by_pair[pair_of(wish.wisher_id, wish.wished_id)].append(wish)
        for pair in sorted(by_pair, key=lambda key: (_urgency(by_pair[key]), key)):
            wishes = by_pair[pair]
            if pair not in self._excluded and all(self._has_room(wish) for wish in wishes):
                self._bring(pair, wishes)

    def tell(self) -> None:
        """Post the mails and the deadlines of what came back."""
        self._session.flush()
        announce(self._session, (wish.wished_id for wish in self._asked_again), now=self._now)
        announce(self._session, (wish.wisher_id for wish in self._agreed_now), now=self._now)
        if self._asked_again:
            until = expiry(self._day, now=self._now)
            asked = {wish.wished_id for wish in self._asked_again}
            follow_later(self._session, asked, until, now=self._now)

    def _bring(self, pair: Pair, wishes: Sequence[MeetupWish]) -> None:
        if len(wishes) > 1:
            for wish in wishes:
                wish.state, wish.decided_at = WishState.ACCEPTED, self._now
                wish.told_at, wish.answer_told_at = self._now, None
            self._agreed.update(pair)
            self._agreed_now.extend(wishes)
            return
        if self._now >= wishes_close_at(self._day):
            return  # nobody could answer any more
        for wish in wishes:
            wish.state, wish.told_at, wish.reminded_at = WishState.PROPOSED, None, None
            wish.expires_at = expiry(self._day, now=self._now)
        self._asked_again.extend(wishes)

    def _has_room(self, wish: MeetupWish) -> bool:
        return all(
            self._agreed[key] < self._caps.get(key, 0) for key in (wish.wisher_id, wish.wished_id)
        )


def _urgency(wishes: Sequence[MeetupWish]) -> tuple[int, int, int, datetime]:
    """Return what comes back first: both sides' wishes, then the priority, then the oldest."""
    best = min(wishes, key=lambda wish: (_ORDER.index(wish.priority), wish.rank))
    since = min(wish.created_at for wish in wishes)
    return (-len(wishes), _ORDER.index(best.priority), best.rank, since)


def _waiting_wishes(
    session: Session, day: MeetupDay, ids: Collection[int] | None
) -> Sequence[MeetupWish]:
    wanted = select(MeetupWish).where(MeetupWish.day_id == day.id, MeetupWish.state.in_(WAITING))
    if ids is not None:
        wanted = wanted.where(or_(MeetupWish.wisher_id.in_(ids), MeetupWish.wished_id.in_(ids)))
    return session.scalars(wanted.order_by(MeetupWish.id)).all()


def _excluded_pairs(session: Session, day: MeetupDay) -> frozenset[Pair]:
    rows = session.execute(
        select(MeetupPairRule.first_id, MeetupPairRule.second_id).where(
            MeetupPairRule.day_id == day.id, MeetupPairRule.rule == PairRule.FORBIDDEN
        )
    )
    return frozenset((first, second) for first, second in rows)
