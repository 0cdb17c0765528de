"""Writes the mails about references, in the worker: to the partner asked, then to the actor."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.evidence_links import sign_request
from extensions.i18n import DEFAULT_LANGUAGE
from extensions.mailbox import public_address, write_mail
from models.account import User
from models.evidence import ReferenceConfirmation
from services.permissions import membership_of
from services.reference_answers import asked_of, reference_of
from services.reference_notes import ReferenceEvent
from services.references import reference_name
from vocabulary.periods import paris_day


def write_reference_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail and hand it to the relay's queue; what is no longer true is not mailed."""
    confirmation = session.get(ReferenceConfirmation, payload["confirmation_id"])
    if confirmation is None:
        return
    event = ReferenceEvent(payload["event"])
    if event is ReferenceEvent.ASKED:
        _write_to_partner(session, confirmation, sending=int(payload["sending"]))
        return
    reference = reference_of(session, confirmation)
    recipient = session.get(User, payload["recipient_id"])
    if reference is None or recipient is None or not recipient.active:
        return
    if membership_of(session, recipient, reference.offer.organization_id) is None:
        return
    context = {
        "offer": reference.offer,
        "reference": reference,
        "name": reference_name(reference),
        "confirmation": confirmation,
        "link": public_address("reference_requests.index", slug=reference.offer.slug),
    }
    write_mail(session, recipient.email, recipient.language, _template(event), context)


def _write_to_partner(
    session: Session, confirmation: ReferenceConfirmation, *, sending: int
) -> None:
    asked = asked_of(session, confirmation, today=paris_day(now()))
    # A sending written twice is the same mail once.
    if asked is None or confirmation.email is None or len(confirmation.mail_ids) >= sending:
        return
    reference = asked.reference
    context = {
        "offer": reference.offer,
        "organization": reference.offer.organization,
        "reference": reference,
        "confirmation": confirmation,
        "link": public_address("reference_answers.answer", token=sign_request(confirmation)),
    }
    template = _template(ReferenceEvent.ASKED)
    mail = write_mail(session, confirmation.email, DEFAULT_LANGUAGE, template, context)
    confirmation.mail_ids = [*confirmation.mail_ids, mail.message_id]


def _template(event: ReferenceEvent) -> str:
    return f"references/{event.value}"
