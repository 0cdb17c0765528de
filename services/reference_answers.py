"""What a partner answers about a deployment, what staff conclude of a dispute, official sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.evidence import ReferenceConfirmation
from models.offer import Offer, Reference
from services.contents import clean_line, clean_text
from services.errors import Conflict, RuleViolation
from services.indexing import request_indexing
from services.permissions import can_moderate
from services.reference_notes import ReferenceEvent, record_reference, tell_actor
from services.reference_requests import (
    close_request,
    forget_address,
    lock_request,
)
from services.references import last_denial, reference_digest, set_contested, set_grade
from vocabulary.exchanges import ConfirmationAnswer
from vocabulary.kinds import ReferenceGrade, SubjectKind
from vocabulary.labels import N_

MAX_FUNCTION: Final = 120
MAX_NOTE: Final = 500
MAX_SOURCE: Final = 300
DEAD: Final = N_("Ce lien ne vaut plus.")
OWN_REFERENCE: Final = N_(
    "Personne ne décide de sa propre référence : une autre personne de l’équipe le fera."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """An open request with the words put before the partner."""

    confirmation: ReferenceConfirmation
    reference: Reference


def asked_of(session: Session, confirmation: ReferenceConfirmation, *, today: date) -> Asked | None:
    """Return what a partner is asked, nothing once answered, expired, edited or withdrawn."""
    if not confirmation.is_open or confirmation.expires_on < today:
        return None
    reference = reference_of(session, confirmation)
    if reference is None or not reference.offer.is_public:
        return None
    if reference_digest(reference) != confirmation.content_digest:
        return None
    return Asked(confirmation, reference)


def reference_of(session: Session, confirmation: ReferenceConfirmation) -> Reference | None:
    """Return the reference that a request is about, if its offer still has it."""
    return session.scalar(
        _with_offer().where(
            Reference.offer_id == confirmation.offer_id,
            Reference.uid == confirmation.reference_uid,
        )
    )


def reference_by_id(session: Session, reference_id: int) -> Reference | None:
    """Return a reference by its number, with its offer."""
    return session.scalar(_with_offer().where(Reference.id == reference_id))


def _with_offer() -> Select[Reference]:
    return select(Reference).options(
        joinedload(Reference.offer).joinedload(Offer.organization),
        joinedload(Reference.commune),
        joinedload(Reference.territory),
    )


def answer_request(
    session: Session,
    confirmation: ReferenceConfirmation,
    answer: ConfirmationAnswer,
    *,
    answered_as: str,
    note: str,
    today: date,
    now: datetime,
) -> None:
    """Take the one answer of a partner, and erase its address.

    Raises:
        Conflict: the link is dead, perhaps since the page was shown.
        RuleViolation: a contradiction without a word, or no function.
    """
    lock_request(session, confirmation)
    asked = asked_of(session, confirmation, today=today)
    if asked is None:
        raise Conflict(DEAD)
    function, words = clean_line(answered_as, MAX_FUNCTION), clean_text(note, MAX_NOTE)
    if not function:
        raise RuleViolation(N_("Dites à quel titre vous répondez."), field="answered_as")
    is_denied = answer is ConfirmationAnswer.DENIED
    if is_denied and not words:
        raise RuleViolation(N_("Dites en quelques mots ce qui est inexact."), field="note")
    confirmation.answer, confirmation.answered_at = answer, now
    confirmation.answered_as, confirmation.note = function, words
    forget_address(session, confirmation)
    reference = asked.reference
    set_contested(reference, is_contested=is_denied, now=now)
    request_indexing(session, SubjectKind.OFFER, reference.offer_id, now=now)
    if not is_denied:
        set_grade(reference, ReferenceGrade.CONFIRMED, source=confirmation.domain, now=now)
    event = ReferenceEvent.CONTESTED if is_denied else ReferenceEvent.CONFIRMED
    details = {"domain": confirmation.domain}
    record_reference(session, event.value, reference, actor=None, now=now, details=details)
    tell_actor(session, event, confirmation, reference.offer, now=now)
    session.flush()


@dataclass(frozen=True, slots=True)
class Dispute:
    """A contested reference, who contested it and what staff concluded so far."""

    reference: Reference
    denial: ReferenceConfirmation | None


def disputes(session: Session) -> list[Dispute]:
    """Return the contested references, those that wait for staff first, the longest wait first."""
    rows = session.scalars(
        _with_offer().where(Reference.is_contested).order_by(Reference.graded_at).limit(100)
    ).all()
    found = [Dispute(row, last_denial(session, row)) for row in rows]
    return sorted(found, key=lambda one: bool(one.denial and one.denial.settled_at))


def established(session: Session) -> Sequence[Reference]:
    """Return the references graded last, for staff to read again."""
    return session.scalars(
        _with_offer()
        .where(Reference.grade != ReferenceGrade.DECLARED, Reference.graded_at.is_not(None))
        .order_by(Reference.graded_at.desc())
        .limit(20)
    ).all()


def settle_dispute(
    session: Session,
    reference: Reference,
    *,
    keep_hidden: bool,
    words: str,
    moderator: User,
    now: datetime,
) -> None:
    """Conclude a dispute: the reference is shown again as declared, or hidden until corrected.

    Raises:
        Conflict: somebody concluded before.
        RuleViolation: no word of explanation, or it is the moderator's own entry.
    """
    session.flush()
    session.refresh(reference, attribute_names=["is_contested"], with_for_update=True)
    denial = last_denial(session, reference)
    if not reference.is_contested or denial is None or denial.settled_at is not None:
        raise Conflict(N_("Cette contestation est déjà tranchée."))
    _require_moderator(session, reference, moderator)
    said = clean_text(words, MAX_NOTE)
    if not said:
        raise RuleViolation(N_("Dites ce que vous concluez : l’acteur le lira."), field="words")
    denial.settled_at, denial.settled_by_id, denial.settlement = now, moderator.id, said
    if not keep_hidden:
        set_contested(reference, is_contested=False, now=now)
        request_indexing(session, SubjectKind.OFFER, reference.offer_id, now=now)
    details = {"is_hidden": keep_hidden, "comment": said}
    record_reference(session, "settled", reference, actor=moderator, now=now, details=details)
    tell_actor(session, ReferenceEvent.SETTLED, denial, reference.offer, now=now)
    session.flush()


def mark_official(
    session: Session, reference: Reference, *, source: str, moderator: User, now: datetime
) -> None:
    """Record that official data hold the deployment, with the source named.

    Raises:
        RuleViolation: no source, a contested reference, or the moderator's own entry.
    """
    _require_moderator(session, reference, moderator)
    named = clean_line(source, MAX_SOURCE)
    if not named:
        raise RuleViolation(
            N_("Nommez la source : le jeu de données, sa page, sa date."), field="source"
        )
    if reference.is_contested:
        raise RuleViolation(N_("Cette référence est contestée : tranchez d’abord."))
    former = reference.grade
    set_grade(reference, ReferenceGrade.OFFICIAL, source=named, now=now)
    _close_open(session, reference, now=now)
    details = {"source": named, "former": former.value}
    record_reference(session, "official", reference, actor=moderator, now=now, details=details)
    session.flush()


def unmark_reference(
    session: Session, reference: Reference, *, moderator: User, now: datetime
) -> None:
    """Send a reference back to « declared »: the source does not say it, or no longer.

    Raises:
        RuleViolation: it is the moderator's own entry.
    """
    _require_moderator(session, reference, moderator)
    if reference.grade is ReferenceGrade.DECLARED:
        return
    details = {"former": reference.grade.value, "source": reference.grade_source}
    set_grade(reference, ReferenceGrade.DECLARED, now=now)
    record_reference(session, "declared", reference, actor=moderator, now=now, details=details)
    session.flush()


def _close_open(session: Session, reference: Reference, *, now: datetime) -> None:
    """End the request that waits: there is nothing left to confirm."""
    row = session.scalar(
        select(ReferenceConfirmation).where(
            ReferenceConfirmation.offer_id == reference.offer_id,
            ReferenceConfirmation.reference_uid == reference.uid,
            ReferenceConfirmation.email.is_not(None),
        )
    )
    if row is not None:
        close_request(session, row, now=now)


def _require_moderator(session: Session, reference: Reference, moderator: User) -> None:
    if not can_moderate(session, moderator, reference.offer.organization_id):
        raise RuleViolation(OWN_REFERENCE)
