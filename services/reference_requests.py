"""Asking a partner to confirm a deployment: who may be asked, how often, and for how long."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import uuid4

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.evidence import ReferenceConfirmation
from models.mail import StoredMail
from models.offer import Offer, Reference
from services.errors import RuleViolation
from services.partner_addresses import partner_domain
from services.reference_notes import ask_mail, record_reference
from services.references import last_denial, reference_digest
from vocabulary.kinds import ReferenceGrade
from vocabulary.labels import N_

LINK_LIFE: Final = timedelta(days=60)
RESEND_AFTER: Final = timedelta(days=7)
MAX_SENDINGS: Final = 3
# New requests of one offer, and of all the offers of one actor, over a day.
MAX_PER_OFFER: Final = 5
MAX_PER_ACTOR: Final = 15
# Requests in all about the same words of one reference, and open at one address.
MAX_PER_TEXT: Final = 3
MAX_PER_ADDRESS: Final = 5
_DAY: Final = timedelta(days=1)

NOT_PUBLIC: Final = N_(
    "La proposition doit être publiée : c’est la fiche publique qui est confirmée."
)
NO_CLIENT: Final = N_("Dites d’abord pour qui : sans client nommé, personne ne peut confirmer.")
ESTABLISHED: Final = N_("Cette référence est déjà établie autrement que par votre déclaration.")
DENIED: Final = N_(
    "Cette référence a été contestée telle qu’elle est écrite : corrigez-la, puis demandez à "
    "nouveau."
)
OPEN_ALREADY: Final = N_("Une demande attend déjà une réponse pour cette référence.")
TOO_OFTEN: Final = N_(
    "Cette référence a déjà été soumise %(count)d fois dans les mêmes termes : nous n’écrivons "
    "plus."
)
TOO_MANY_TODAY: Final = N_("Vous avez envoyé beaucoup de demandes aujourd’hui : reprenez demain.")
TOO_MANY_THERE: Final = N_(
    "Cette adresse a déjà plusieurs demandes en attente : laissez-lui le temps de répondre."
)
TOO_SOON: Final = N_("La demande est récente : elle pourra être renvoyée le %(day)s.")
NO_MORE: Final = N_("La demande a déjà été envoyée %(count)d fois : nous n’écrivons plus.")
NOT_OPEN: Final = N_("Cette demande n’attend plus de réponse.")


def ask_confirmation(
    session: Session,
    reference: Reference,
    address: str,
    *,
    person: User,
    today: date,
    now: datetime,
) -> ReferenceConfirmation:
    """Ask a partner to confirm what is public of a reference; the worker writes to it.

    Raises:
        RuleViolation: nothing to confirm, an address that proves nothing, or one request too many.
    """
    offer = reference.offer
    _require_askable(session, reference)
    domain = partner_domain(session, offer.organization, address)
    local = address.strip().rpartition("@")[0]
    email = f"{local}@{domain}"
    _require_room(session, offer, reference, email, now=now)
    confirmation = ReferenceConfirmation(
        offer_id=offer.id,
        reference_uid=reference.uid,
        email=email,
        domain=domain[:120],
        content_digest=reference_digest(reference),
        nonce=uuid4().hex,
        requested_by_id=person.id,
        requested_at=now,
        sent_at=now,
        expires_on=today + LINK_LIFE,
    )
    session.add(confirmation)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise RuleViolation(OPEN_ALREADY) from error
    ask_mail(session, confirmation, now=now)
    record_reference(session, "asked", reference, actor=person, now=now, details={"domain": domain})
    return confirmation


def _require_askable(session: Session, reference: Reference) -> None:
    if not reference.offer.is_public:
        raise RuleViolation(NOT_PUBLIC)
    if reference.grade is not ReferenceGrade.DECLARED:
        raise RuleViolation(ESTABLISHED)
    if not reference.client:
        raise RuleViolation(NO_CLIENT)
    denial = last_denial(session, reference)
    if denial is not None and denial.content_digest == reference_digest(reference):
        raise RuleViolation(DENIED)


def _require_room(
    session: Session, offer: Offer, reference: Reference, email: str, *, now: datetime
) -> None:
    """Refuse what would weigh on a partner or turn the relay into a mass mailer (THREATS B4)."""
    row = ReferenceConfirmation
    about = (row.offer_id == offer.id, row.reference_uid == reference.uid)
    if _count(session, *about, row.email.is_not(None)):
        raise RuleViolation(OPEN_ALREADY)
    same_words = row.content_digest == reference_digest(reference)
    if _count(session, *about, same_words) >= MAX_PER_TEXT:
        raise RuleViolation(TOO_OFTEN, count=MAX_PER_TEXT)
    recent = row.requested_at > now - _DAY
    own_offers = select(Offer.id).where(Offer.organization_id == offer.organization_id)
    if (
        _count(session, recent, row.offer_id == offer.id) >= MAX_PER_OFFER
        or _count(session, recent, row.offer_id.in_(own_offers)) >= MAX_PER_ACTOR
    ):
        raise RuleViolation(TOO_MANY_TODAY)
    if _count(session, func.lower(row.email) == email.lower()) >= MAX_PER_ADDRESS:
        raise RuleViolation(TOO_MANY_THERE, field="email")


def _count(session: Session, *where: ColumnElement[bool]) -> int:
    counted = select(func.count()).select_from(ReferenceConfirmation).where(*where)
    return session.scalar(counted) or 0


def resend_day(confirmation: ReferenceConfirmation) -> datetime:
    """Return from when an open request may be sent again."""
    return confirmation.sent_at + RESEND_AFTER


def may_resend(confirmation: ReferenceConfirmation, *, now: datetime) -> bool:
    """Tell whether an open request may be sent again."""
    is_time = now >= resend_day(confirmation)
    return confirmation.is_open and is_time and confirmation.sendings < MAX_SENDINGS


def resend_request(
    session: Session,
    confirmation: ReferenceConfirmation,
    reference: Reference,
    *,
    person: User,
    now: datetime,
) -> None:
    """Write to the partner again, with the same link.

    Raises:
        RuleViolation: too soon, too often, or no answer is waited for.
    """
    lock_request(session, confirmation)
    if not confirmation.is_open:
        raise RuleViolation(NOT_OPEN)
    if confirmation.sendings >= MAX_SENDINGS:
        raise RuleViolation(NO_MORE, count=MAX_SENDINGS)
    if now < resend_day(confirmation):
        raise RuleViolation(TOO_SOON, day=f"{resend_day(confirmation):%d/%m/%Y}")
    confirmation.sendings += 1
    confirmation.sent_at = now
    ask_mail(session, confirmation, now=now)
    record_reference(session, "asked_again", reference, actor=person, now=now)


def withdraw_request(
    session: Session,
    confirmation: ReferenceConfirmation,
    reference: Reference,
    *,
    person: User,
    now: datetime,
) -> None:
    """End a request: its link is dead at once, its address erased. A second call does nothing."""
    lock_request(session, confirmation)
    if not confirmation.is_open:
        return
    close_request(session, confirmation, now=now)
    record_reference(session, "withdrawn", reference, actor=person, now=now)


def close_request(session: Session, confirmation: ReferenceConfirmation, *, now: datetime) -> None:
    """End a request that got no answer."""
    confirmation.closed_at = now
    forget_address(session, confirmation)


def forget_address(session: Session, confirmation: ReferenceConfirmation) -> None:
    """Erase the partner's address, on the request and on the mails written to it."""
    session.execute(delete(StoredMail).where(StoredMail.message_id.in_(confirmation.mail_ids)))
    confirmation.email, confirmation.mail_ids = None, []


def close_outdated(session: Session, offer: Offer, *, now: datetime) -> None:
    """End the requests about words that an edit has just changed or removed."""
    rows = session.scalars(_open().where(ReferenceConfirmation.offer_id == offer.id)).all()
    digests = {row.uid: reference_digest(row) for row in offer.references}
    for row in rows:
        if digests.get(row.reference_uid) != row.content_digest:
            close_request(session, row, now=now)


def sweep_requests(session: Session, *, today: date, now: datetime) -> int:
    """End the requests that expired, or whose offer is no longer public; return how many."""
    rows = session.scalars(
        _open().options(joinedload(ReferenceConfirmation.offer).joinedload(Offer.organization))
    ).all()
    ended = [row for row in rows if row.expires_on < today or not row.offer.is_public]
    _close_all(session, ended, now=now)
    return len(ended)


def _close_all(session: Session, rows: Iterable[ReferenceConfirmation], *, now: datetime) -> None:
    for row in rows:
        close_request(session, row, now=now)


def _open() -> Select[ReferenceConfirmation]:
    return select(ReferenceConfirmation).where(ReferenceConfirmation.email.is_not(None))


def lock_request(session: Session, confirmation: ReferenceConfirmation) -> None:
    """Read the row again, locked where the database can: an answer may arrive meanwhile."""
    session.flush()
    session.refresh(confirmation, with_for_update=True)
