"""Closing a need with what came of it, opening it again, and closing those whose date is past."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from models.account import User
from models.need import Need
from services.contents import clean_text
from services.errors import Conflict, RuleViolation
from services.indexing import request_indexing, withdraw_from_search
from services.publishing import lock_entry, record
from services.register import record_event
from vocabulary.exchanges import ClosingOutcome, RegisterEvent
from vocabulary.kinds import PublicationState, SubjectKind
from vocabulary.labels import N_

MAX_NOTE = 1_000
# What a person may choose; the other outcome is the worker's.
CHOSEN_OUTCOMES = tuple(one for one in ClosingOutcome if one is not ClosingOutcome.DATE_PASSED)


def close_need(
    session: Session,
    need: Need,
    *,
    outcome: ClosingOutcome,
    note: str,
    author: User,
    now: datetime,
) -> None:
    """Stop waiting for answers: the page stays, with the reason; lists and matches lose it.

    Raises:
        Conflict: somebody closed it, or withdrew it, first.
        RuleViolation: the outcome is not one that a person chooses.
    """
    if outcome not in CHOSEN_OUTCOMES:
        raise RuleViolation(N_("Choisissez ce qu’il advient du besoin."), field="outcome")
    lock_entry(session, need)
    session.refresh(need, attribute_names=["closed_at"])
    if need.state is not PublicationState.PUBLISHED:
        raise Conflict(N_("Ce besoin n’est plus public."))
    if need.closed_at is not None:
        raise Conflict(N_("Ce besoin vient d’être clos par une autre personne."))
    words = clean_text(note, MAX_NOTE)
    _close(session, need, outcome, words, author=author, now=now)


def close_past_needs(session: Session, *, today: date, now: datetime) -> int:
    """Close the public needs whose last day is over; return how many."""
    past = session.scalars(
        Need.published().where(Need.closed_at.is_(None), Need.closes_on < today).order_by(Need.id)
    ).all()
    for need in past:
        _close(session, need, ClosingOutcome.DATE_PASSED, "", author=None, now=now)
    return len(past)


def _close(
    session: Session,
    need: Need,
    outcome: ClosingOutcome,
    note: str,
    *,
    author: User | None,
    now: datetime,
) -> None:
    need.closed_at = need.updated_at = now
    need.closing_outcome, need.closing_note = outcome, note
    withdraw_from_search(session, SubjectKind.NEED, need.id, now=now)
    record_event(
        session,
        need,
        RegisterEvent.CLOSED,
        now=now,
        person=author,
        facts={"outcome": outcome.value},
        words={"note": note} if note else {},
    )
    details = {"outcome": outcome.value}
    record(session, "need.closed", need, actor=author, now=now, details=details)


def reopen_need(session: Session, need: Need, *, author: User, today: date, now: datetime) -> None:
    """Wait for answers again; nothing happens to a need that is open.

    Raises:
        RuleViolation: its last day is over; moving the date is an edit.
    """
    if need.closed_at is None:
        return
    if need.closes_on is not None and need.closes_on < today:
        raise RuleViolation(
            N_("La date limite de réponse est passée : changez-la d’abord dans le besoin.")
        )
    need.closed_at = need.closing_outcome = None
    need.closing_note = ""
    need.updated_at = now
    request_indexing(session, SubjectKind.NEED, need.id, now=now)
    facts = {"version": need.version, "reopened": True}
    record_event(session, need, RegisterEvent.PUBLISHED, now=now, person=author, facts=facts)
    record(session, "need.reopened", need, actor=author, now=now)
