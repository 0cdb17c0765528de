"""Documents that an authority issues about its need: given to one, offered to all contacted.

Code de la commande publique, R2111-2: what one actor learns from the buyer, the others must be
able to learn too. Who was contacted is read from the register of the need, its only memory.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.account import User
from models.document import Document, DocumentDelivery
from models.need import Need
from models.organization import Organization
from models.register import RegisterEntry
from services.attachments import store_attachment
from services.errors import RuleViolation
from services.outbox import post_message
from services.permissions import can_edit_need, can_read_need
from services.register import record_event
from services.seats import seats_in, teams_of
from vocabulary.exchanges import RegisterEvent, Side
from vocabulary.kinds import PublicationState
from vocabulary.labels import N_

DOCUMENTS_MAIL: Final = "mail.need_documents"
# A line that says: from here on this actor is in contact with the buyer.
CONTACT_EVENTS: Final = (
    RegisterEvent.CONTACTED,
    RegisterEvent.ACCEPTED,
    RegisterEvent.INVITED,
    RegisterEvent.CALL,
    RegisterEvent.MEETING,
    RegisterEvent.DOCUMENT_OFFERED,
)
NO_CARRIER: Final = N_(
    "Ce besoin n’est porté par aucun organisme du site : personne ne peut remettre de document."
)


def issue_document(
    session: Session,
    need: Need,
    *,
    filename: str,
    content: bytes,
    person: User,
    folder: Path,
    now: datetime,
    is_public: bool = False,
) -> Document:
    """Add a document of the buyer to its need, and offer it to every actor contacted so far.

    Raises:
        RuleViolation: nobody carries the need.
        RefusedAttachment: the file is empty, too heavy, or not of an accepted type.
    """
    if need.carrier is None:
        raise RuleViolation(NO_CARRIER)
    document = store_attachment(
        session,
        filename=filename,
        content=content,
        side=Side.TERRITORY,
        organization=need.carrier,
        person=person,
        folder=folder,
        now=now,
        need=need,
        is_public=is_public,
    )
    record_event(
        session,
        need,
        RegisterEvent.DOCUMENT_ISSUED,
        now=now,
        person=person,
        facts={**_facts(document), "is_public": is_public},
        words={"filename": document.filename},
    )
    for organization in contacted_organizations(session, need):
        _offer(session, need, [document], organization, now=now)
    return document


def offer_documents_to(
    session: Session, need: Need, organization: Organization, *, now: datetime
) -> list[Document]:
    """Offer to an actor just contacted every document of the need it was not offered yet.

    To call when an actor is contacted, accepted, invited or met; a second call does nothing.
    """
    known = select(DocumentDelivery.document_id).where(
        DocumentDelivery.organization_id == organization.id
    )
    documents = session.scalars(
        _issued(need.id).where(Document.withdrawn_at.is_(None), Document.id.not_in(known))
    ).all()
    _offer(session, need, documents, organization, now=now)
    return list(documents)


def withdraw_document(
    session: Session, need: Need, document: Document, *, person: User, now: datetime
) -> None:
    """Stop giving out a document; the lines of the register stay. A second call does nothing."""
    if document.withdrawn_at is not None:
        return
    document.withdrawn_at = now
    record_event(
        session,
        need,
        RegisterEvent.DOCUMENT_WITHDRAWN,
        now=now,
        person=person,
        facts=_facts(document),
        words={"filename": document.filename},
    )


def contacted_organizations(session: Session, need: Need) -> list[Organization]:
    """Return the actors in contact with the buyer about ``need``, by name."""
    numbers = contacted_numbers(session, need.id)
    if not numbers:
        return []
    found = session.scalars(
        select(Organization)
        .where(Organization.id.in_(numbers))
        .order_by(Organization.name_key, Organization.id)
    )
    return list(found)


def contacted_numbers(session: Session, need_id: int) -> set[int]:
    """Return the numbers of the actors that the register says were contacted.

    A call or a meeting that a later line corrects does not count.
    """
    lines = session.execute(
        select(
            RegisterEntry.sequence,
            RegisterEntry.event,
            RegisterEntry.organization_ref,
            RegisterEntry.facts,
        ).where(
            RegisterEntry.need_id == need_id,
            RegisterEntry.event.in_((*CONTACT_EVENTS, RegisterEvent.CORRECTION)),
        )
    ).all()
    corrected = {
        facts.get("corrects") for _, event, _, facts in lines if event is RegisterEvent.CORRECTION
    }
    return {
        number
        for sequence, event, number, _ in lines
        if number is not None
        and event is not RegisterEvent.CORRECTION
        and sequence not in corrected
    }


def documents_of_need(session: Session, need_id: int) -> Sequence[Document]:
    """Return what the buyer issued about a need, withdrawn ones included, with who got what."""
    return session.scalars(_issued(need_id).options(selectinload(Document.deliveries))).all()


def readable_documents(session: Session, need: Need, person: User | None) -> Sequence[Document]:
    """Return what ``person`` may open of a need's documents: public ones, and those offered."""
    statement = _issued(need.id).where(Document.withdrawn_at.is_(None))
    if not can_edit_need(session, person, need):
        offered = select(DocumentDelivery.document_id).where(
            DocumentDelivery.organization_id.in_(own_numbers(session, person))
        )
        statement = statement.where(or_(Document.is_public, Document.id.in_(offered)))
    return session.scalars(statement).all()


def can_open_need_document(session: Session, person: User | None, document: Document) -> bool:
    """Tell whether ``person`` may open a document that belongs to a need.

    Its carrier's people and staff always; others while neither it nor the need is taken off:
    anyone when both are public, else the members of an actor to whom it was offered.
    """
    if document.need_id is None:
        return False
    need = session.get(Need, document.need_id)
    if need is None:
        return False
    if can_edit_need(session, person, need):
        return True
    if document.withdrawn_at is not None or need.state is PublicationState.SUSPENDED:
        return False
    if document.is_public and can_read_need(session, person, need):
        return True
    return bool(_deliveries_to(session, document, own_numbers(session, person)))


def record_opening(
    session: Session, document: Document, *, person: User | None, now: datetime
) -> bool:
    """Note the first opening by each actor of ``person`` to whom it was offered; tell if any.

    One line of the register each: DOCUMENT_OPENED.
    """
    if document.need_id is None or person is None:
        return False
    fresh = [
        delivery
        for delivery in _deliveries_to(session, document, own_numbers(session, person))
        if delivery.opened_at is None
    ]
    need = session.get_one(Need, document.need_id)
    for delivery in fresh:
        delivery.opened_at = now
        record_event(
            session,
            need,
            RegisterEvent.DOCUMENT_OPENED,
            now=now,
            organization=delivery.organization,
            person=person,
            facts=_facts(document),
            words={"filename": document.filename},
        )
    return bool(fresh)


def own_numbers(session: Session, person: User | None) -> list[int]:
    """Return the numbers of the organisations that ``person`` belongs to."""
    if person is None or not person.is_authenticated:
        return []
    return list(session.scalars(teams_of(person.id)))


def _deliveries_to(
    session: Session, document: Document, organizations: Iterable[int]
) -> Sequence[DocumentDelivery]:
    return session.scalars(
        select(DocumentDelivery)
        .where(
            DocumentDelivery.document_id == document.id,
            DocumentDelivery.organization_id.in_(list(organizations)),
        )
        .options(joinedload(DocumentDelivery.organization))
        .order_by(DocumentDelivery.organization_id)
    ).all()


def _issued(need_id: int) -> Select[Document]:
    return (
        select(Document)
        .where(Document.need_id == need_id, Document.side == Side.TERRITORY)
        .order_by(Document.id)
    )


def _offer(
    session: Session,
    need: Need,
    documents: Sequence[Document],
    organization: Organization,
    *,
    now: datetime,
) -> None:
    """Offer documents to one actor: a delivery and a line each, one mail a member for all."""
    if not documents:
        return
    for document in documents:
        document.deliveries.append(DocumentDelivery(organization=organization, offered_at=now))
        record_event(
            session,
            need,
            RegisterEvent.DOCUMENT_OFFERED,
            now=now,
            organization=organization,
            facts=_facts(document),
            words={"filename": document.filename},
        )
    _tell(session, need, documents, organization, now=now)


def _tell(
    session: Session,
    need: Need,
    documents: Sequence[Document],
    organization: Organization,
    *,
    now: datetime,
) -> None:
    for seat in seats_in(session, organization.id):
        payload = {
            "need_id": need.id,
            "organization_id": organization.id,
            "recipient_id": seat.person_id,
            "document_ids": [document.id for document in documents],
        }
        post_message(session, DOCUMENTS_MAIL, payload, now=now)


def _facts(document: Document) -> dict[str, str | int]:
    """Return what the chain keeps of a document: its number, its digest, its weight in bytes."""
    return {"document": document.id, "digest": document.digest, "size": document.size}
