"""Answering a request: accepted, declined, taken back, reminded, left without an answer."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session

from models.account import User
from models.introduction import Introduction
from services.errors import Conflict, RuleViolation
from services.introduction_notes import IntroductionEvent, tell_team
from services.introductions import lock_introduction, open_introduction, pair_key
from services.need_documents import offer_documents_to
from services.outcomes import plan_inquiries
from services.permissions import membership_of
from services.register import record_event
from vocabulary.exchanges import DeclineReason, IntroductionState, RegisterEvent, Side
from vocabulary.labels import N_

NOTE_LENGTH: Final = 500
# A refusal by mistake, or a change of mind: the team that declined may still accept.
RECONSIDERED_WITHIN: Final = timedelta(days=7)
ANSWERED: Final = N_("Cette demande a déjà reçu une réponse, ou a été retirée entre-temps.")


def can_reconsider(introduction: Introduction, *, now: datetime) -> bool:
    """Tell whether a declined request may still be accepted."""
    decided = introduction.decided_at
    return (
        introduction.state == IntroductionState.DECLINED
        and decided is not None
        and decided > now - RECONSIDERED_WITHIN
    )


def accept_introduction(
    session: Session, introduction: Introduction, person: User, *, now: datetime
) -> None:
    """Accept a request, or one declined a few days ago: both contacts are disclosed to both teams.

    Raises:
        Conflict: it was answered or taken back meanwhile.
        RuleViolation: it is not for ``person`` to answer.
    """
    lock_introduction(session, introduction)
    _check_answerer(session, introduction, person)
    is_late = can_reconsider(introduction, now=now)
    if introduction.state != IntroductionState.SENT and not is_late:
        raise Conflict(ANSWERED)
    if is_late:
        _take_key_again(session, introduction)
    introduction.decline_reason, introduction.decline_note = None, ""
    introduction.set_contact(introduction.to_side, person)
    _decide(introduction, IntroductionState.ACCEPTED, person, now)
    plan_inquiries(session, introduction, now=now)
    _record(session, introduction, RegisterEvent.ACCEPTED, person, now)
    offer_documents_to(session, introduction.need, introduction.actor, now=now)
    _tell_sender(session, introduction, IntroductionEvent.ACCEPTED, now)


def decline_introduction(
    session: Session,
    introduction: Introduction,
    person: User,
    *,
    reason: DeclineReason,
    note: str,
    now: datetime,
) -> None:
    """Decline a request, with a reason that the other side reads.

    Raises:
        Conflict: it was answered or taken back meanwhile.
        RuleViolation: it is not for ``person`` to answer.
    """
    lock_introduction(session, introduction)
    _check_answerer(session, introduction, person)
    if introduction.state != IntroductionState.SENT:
        raise Conflict(ANSWERED)
    introduction.decline_reason, introduction.decline_note = reason, note
    introduction.open_key = None
    _decide(introduction, IntroductionState.DECLINED, person, now)
    _record(
        session,
        introduction,
        RegisterEvent.DECLINED,
        person,
        now,
        facts={"reason": reason.value},
        words={"note": note} if note else None,
    )
    _tell_sender(session, introduction, IntroductionEvent.DECLINED, now)


def withdraw_introduction(
    session: Session, introduction: Introduction, person: User, *, now: datetime
) -> None:
    """Take a request back before it is answered.

    Raises:
        Conflict: it was answered or taken back meanwhile.
        RuleViolation: it is not for ``person`` to take back.
    """
    lock_introduction(session, introduction)
    sender = introduction.body_of(introduction.from_side)
    if membership_of(session, person, sender.id) is None:
        raise RuleViolation(N_("Seule l’équipe qui a envoyé la demande peut la retirer."))
    if introduction.state != IntroductionState.SENT:
        raise Conflict(ANSWERED)
    introduction.open_key = None
    _decide(introduction, IntroductionState.WITHDRAWN, person, now)
    _record(session, introduction, RegisterEvent.WITHDRAWN, person, now)
    tell_team(session, introduction, IntroductionEvent.WITHDRAWN, introduction.to_side, now=now)


def follow_calendar(
    session: Session, introduction_id: int, *, expires: bool, now: datetime
) -> None:
    """Remind the team asked, or end a request that nobody answered; once answered, do nothing."""
    introduction = session.get(Introduction, introduction_id, with_for_update=True)
    if introduction is None or introduction.state != IntroductionState.SENT:
        return
    if not expires:
        tell_team(session, introduction, IntroductionEvent.REMINDED, introduction.to_side, now=now)
        return
    introduction.open_key = None
    _decide(introduction, IntroductionState.EXPIRED, None, now)
    _record(session, introduction, RegisterEvent.EXPIRED, None, now)
    _tell_sender(session, introduction, IntroductionEvent.EXPIRED, now)


def _check_answerer(session: Session, introduction: Introduction, person: User) -> None:
    asked = introduction.body_of(introduction.to_side)
    if membership_of(session, person, asked.id) is None:
        raise RuleViolation(N_("Seule l’équipe qui a reçu la demande peut y répondre."))
    if person.id == introduction.sent_by_id:
        raise RuleViolation(
            N_("Vous avez envoyé cette demande : une autre personne de l’équipe doit y répondre.")
        )


def _take_key_again(session: Session, introduction: Introduction) -> None:
    if introduction.offer_id is None:
        raise RuleViolation(N_("Cette proposition n’existe plus."))
    running = open_introduction(session, introduction.need_id, introduction.offer_id)
    if running is not None:
        raise Conflict(N_("Une autre mise en relation s’est ouverte depuis sur cette proposition."))
    introduction.open_key = pair_key(introduction.need_id, introduction.offer_id)


def _decide(
    introduction: Introduction, state: IntroductionState, person: User | None, now: datetime
) -> None:
    introduction.state = state
    introduction.decided_at = now
    introduction.decided_by_id = person.id if person else None


def _record(
    session: Session,
    introduction: Introduction,
    event: RegisterEvent,
    person: User | None,
    now: datetime,
    *,
    facts: dict[str, str] | None = None,
    words: dict[str, str] | None = None,
) -> None:
    record_event(
        session,
        introduction.need,
        event,
        now=now,
        organization=introduction.actor,
        offer_id=introduction.offer_id,
        person=person,
        facts={"introduction": introduction.id, **_by(introduction, event), **(facts or {})},
        words=words,
    )


def _by(introduction: Introduction, event: RegisterEvent) -> dict[str, str]:
    """Return which side acted; time alone ends a request left without an answer."""
    if event == RegisterEvent.EXPIRED:
        return {}
    is_sender = event == RegisterEvent.WITHDRAWN
    side: Side = introduction.from_side if is_sender else introduction.to_side
    return {"side": side.value}


def _tell_sender(
    session: Session, introduction: Introduction, event: IntroductionEvent, now: datetime
) -> None:
    tell_team(session, introduction, event, introduction.from_side, now=now)
