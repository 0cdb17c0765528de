"""Writes, in the worker, the mail that tells an actor of documents it may now open."""

from collections.abc import Mapping
from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.mailbox import SEND_MAIL, public_address, render_mail, reserve_mail
from models.account import User
from models.document import Document
from models.need import Need
from models.organization import Organization
from services.carriers import carrier_name
from services.outbox import post_message
from services.permissions import membership_of


def write_need_documents_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail; documents withdrawn since, and people who left, are not written about."""
    need = session.get(Need, payload["need_id"])
    organization = session.get(Organization, payload["organization_id"])
    recipient = session.get(User, payload["recipient_id"])
    if need is None or organization is None or recipient is None:
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
    with force_locale(recipient.language):
        subject, body = render_mail(
            "need_documents/offered",
            need=need,
            organization=organization,
            documents=documents,
            carrier=carrier_name(need),
            link=public_address("need_documents.show", need_id=need.id),
        )
    mail = reserve_mail(recipient.email, session=session)
    mail.subject, mail.text_body = subject, body
    post_message(session, SEND_MAIL, {"mail_id": mail.id}, now=now())
