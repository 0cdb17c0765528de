"""Applies a batch of wishes whole, and undoes it, except what people have answered since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup_wish import MeetupWish, MeetupWishBatch, MeetupWishLine
from services.errors import RuleViolation
from services.meetup_wish_batches import (
    check_unchanged,
    judge_batch,
    lines_of,
    link_wishes,
    refuse_applied,
)
from services.meetup_wish_columns import forget_others, is_readable
from services.meetup_wish_lines import Asked, KnownWishes, LineVerdict
from services.meetup_wish_notes import announce, expiry, follow_later
from services.meetup_wish_reserve import lock_wishes, settle_reserve
from services.meetup_wishes import Maker, WishTerms, meet_half_way, open_wish, write_terms
from vocabulary.labels import N_
from vocabulary.meetups import WishBatchKind, WishOrigin, WishPriority, WishState

KEPT: Final = "kept"
_ORIGINS: Final = {
    WishBatchKind.IMPORT: WishOrigin.IMPORTED,
    WishBatchKind.SUGGESTIONS: WishOrigin.STAFF,
}
_UNANSWERED: Final = frozenset({WishState.PROPOSED, WishState.RESERVE, WishState.EXPIRED})
Written = tuple[MeetupWishLine, MeetupWish, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Applied:
    """What applying a batch did."""

    created: int
    changed: int


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing a batch did; what was answered or changed since is kept."""

    taken_back: int
    restored: int
    kept: int


def apply_batch(
    session: Session, batch: MeetupWishBatch, *, actor: User | None, now: datetime
) -> Applied:
    """Write the good lines, all of them or none; refused lines stay to be corrected.

    Raises:
        RuleViolation: it is applied already, or its columns are not known.
        Conflict: the day changed since the preview; nothing is written.
    """
    day = batch.day
    lock_wishes(session, day)
    refuse_applied(batch)
    if not is_readable(batch):
        raise RuleViolation(N_("Choisissez d’abord la colonne du demandeur et celle du souhaité."))
    known = KnownWishes(session, day)
    former = [line.verdict for line in lines_of(session, batch)]
    judged = judge_batch(session, batch, known)
    check_unchanged(judged, former)
    by = Maker(_ORIGINS[batch.kind], actor.id if actor else None)
    writing = _Writing(known, by, now)
    written = [
        (line, *writing.write(line, found.asked, found.verdict))
        for line, found in judged
        if found.asked is not None and found.verdict in {LineVerdict.NEW, LineVerdict.CHANGED}
    ]
    session.add_all(wish for _, wish, _ in written)
    link_wishes(session, written)
    batch.applied_at = now
    forget_others(session, batch)
    settle_reserve(session, day, now=now)
    _tell(session, batch, [wish for line, wish, _ in written if line.verdict == "new"], now)
    created = sum(line.verdict == LineVerdict.NEW.value for line, _, _ in written)
    return Applied(created, len(written) - created)


def undo_batch(session: Session, batch: MeetupWishBatch, *, now: datetime) -> Undone:
    """Take back what a batch wrote; a wish that somebody answered or changed since is kept.

    Raises:
        RuleViolation: it was not applied, or is undone already.
    """
    lock_wishes(session, batch.day)
    if batch.applied_at is None or batch.undone_at is not None:
        raise RuleViolation(N_("Cette liste n’est pas appliquée, ou elle est déjà annulée."))
    applied_at = batch.applied_at
    lines = {line.wish_id: line for line in lines_of(session, batch) if line.wish_id}
    wishes = session.scalars(select(MeetupWish).where(MeetupWish.day_id == batch.day_id)).all()
    undone = [
        (lines[wish.id], wish)
        for wish in wishes
        if wish.id in lines and _is_as_written(lines[wish.id], wish, applied_at)
    ]
    for line, wish in undone:
        _take_back(line, wish, now)
    taken = {id(line) for line, _ in undone}
    for line in lines.values():
        if id(line) not in taken:
            line.notes = {**line.notes, KEPT: True}
    _reopen_mirrors(batch, wishes, [wish for _, wish in undone], now)
    batch.undone_at = now
    announce(session, (wish.wished_id for _, wish in undone if wish.told_at is None), now=now)
    settle_reserve(session, batch.day, now=now)
    new = sum(line.verdict == LineVerdict.NEW.value for line, _ in undone)
    return Undone(new, len(undone) - new, len(lines) - len(undone))


class _Writing:
    """Writes the wishes of a batch over those that exist."""

    def __init__(self, known: KnownWishes, by: Maker, now: datetime) -> None:
        self._known, self._by, self._now = known, by, now
        self._until = expiry(known.day, now=now)
        self._ranks: dict[int, int] = {}
        for (wisher, _), wish in known.wishes.items():
            self._ranks[wisher] = max(self._ranks.get(wisher, 0), wish.rank)

    def write(
        self, line: MeetupWishLine, asked: Asked, verdict: LineVerdict
    ) -> tuple[MeetupWish, dict[str, Any]]:
        """Return the wish of a line, made or changed, and how it stood before."""
        pair = (asked.wisher.id, asked.wished.id)
        wish = self._known.wishes.get(pair)
        before = _snapshot(wish)
        if wish is not None and verdict is LineVerdict.CHANGED:
            wish.priority, wish.message = asked.priority, asked.message
            return wish, before
        if wish is None:
            wish = MeetupWish(
                day_id=self._known.day.id, wisher_id=asked.wisher.id, wished_id=asked.wished.id
            )
            self._known.wishes[pair] = wish
        self._ranks[pair[0]] = wish.rank = self._ranks.get(pair[0], 0) + 1
        open_wish(wish, _terms(line, asked), by=self._by, until=self._until, now=self._now)
        mirror = self._known.wishes.get((pair[1], pair[0]))
        if mirror is not None and mirror.state is not WishState.WITHDRAWN:
            meet_half_way(wish, mirror, now=self._now)
        return wish, before


def _terms(line: MeetupWishLine, asked: Asked) -> WishTerms:
    return WishTerms(
        asked.priority,
        message=asked.message,
        need_id=line.notes.get("need"),
        offer_id=line.notes.get("offer"),
        match_score=line.notes.get("score"),
        match_reasons=line.notes.get("facts", {}),
    )


def _snapshot(wish: MeetupWish | None) -> dict[str, Any]:
    if wish is None:
        return {}
    return {
        "state": wish.state.value,
        "priority": wish.priority.value,
        "message": wish.message,
    }


def _is_as_written(line: MeetupWishLine, wish: MeetupWish, applied_at: datetime) -> bool:
    """Tell whether nobody answered or changed a wish since the batch wrote it."""
    said = (line.notes.get("priority"), line.notes.get("message", ""))
    if (wish.priority.value, wish.message) != said:
        return False
    if line.verdict == LineVerdict.CHANGED.value:
        return True
    was_agreed_then = wish.state is WishState.ACCEPTED and wish.decided_at == applied_at
    return wish.state in _UNANSWERED or was_agreed_then


def _take_back(line: MeetupWishLine, wish: MeetupWish, now: datetime) -> None:
    before = line.before
    if line.verdict == LineVerdict.CHANGED.value:
        wish.priority = WishPriority(before["priority"])
        wish.message = before["message"]
        return
    # What both sides believed agreed is told; what nobody answered goes without a word.
    wish.told_at = None if wish.state is WishState.ACCEPTED else now
    wish.state = WishState(before["state"]) if before else WishState.WITHDRAWN
    wish.decided_at = wish.answer_told_at = now
    if before:
        terms = WishTerms(WishPriority(before["priority"]), message=before["message"])
        write_terms(wish, terms)


def _reopen_mirrors(
    batch: MeetupWishBatch,
    wishes: Sequence[MeetupWish],
    taken_back: Sequence[MeetupWish],
    now: datetime,
) -> None:
    """Ask again what was agreed only because the batch wished it back."""
    by_pair = {(wish.wisher_id, wish.wished_id): wish for wish in wishes}
    for wish in taken_back:
        mirror = by_pair.get((wish.wished_id, wish.wisher_id))
        was_met = mirror is not None and mirror.decided_at == batch.applied_at
        if mirror is not None and was_met and mirror.state is WishState.ACCEPTED:
            if wish.state is WishState.ACCEPTED:
                continue
            mirror.state, mirror.decided_at = WishState.PROPOSED, None
            mirror.expires_at, mirror.reminded_at = expiry(batch.day, now=now), None


def _tell(
    session: Session, batch: MeetupWishBatch, wishes: Sequence[MeetupWish], now: datetime
) -> None:
    """Have those who were wished, and those whose wish is agreed, told: one mail each."""
    asked = {wish.wished_id for wish in wishes if wish.state is WishState.PROPOSED}
    met = {
        key
        for wish in wishes
        if wish.state is WishState.ACCEPTED
        for key in (wish.wisher_id, wish.wished_id)
    }
    announce(session, asked | met, now=now)
    follow_later(session, asked, expiry(batch.day, now=now), now=now)
