"""Writes, in the worker, the mail that tells an actor of documents it may now open."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.mailbox import public_address, write_mail
from models.account import User
from models.document import Document
from models.need import Need
from models.organization import Organization
from services.carriers import carrier_name
from services.permissions import membership_of
from vocabulary.kinds import PublicationState


def write_need_documents_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail; what was taken off since, and people who left, are not written about."""
    need = session.get(Need, payload["need_id"])
    organization = session.get(Organization, payload["organization_id"])
    recipient = session.get(User, payload["recipient_id"])
    if need is None or organization is None or recipient is None:
        return
    if need.state is PublicationState.SUSPENDED:
        return
    if membership_of(session, recipient, organization.id) is None:
        return
    documents = session.scalars(
        select(Document)
        .where(Document.id.in_(payload["document_ids"]), Document.withdrawn_at.is_(None))
        .order_by(Document.id)
    ).all()
    if not documents:
        return
    context = {
        "need": need,
        "organization": organization,
        "documents": documents,
        "carrier": carrier_name(need),
        "link": public_address("need_documents.show", need_id=need.id),
    }
    write_mail(session, recipient.email, recipient.language, "need_documents/offered", context)
