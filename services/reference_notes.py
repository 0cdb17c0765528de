"""What each step about a reference tells: the mails to write, the lines of the audit log."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from models.account import User
from models.evidence import ReferenceConfirmation
from models.offer import Offer, Reference
from services.audit import record_action
from services.outbox import post_message
from services.references import reference_name
from services.seats import owners_or, seats_in
from vocabulary.kinds import SubjectKind

REFERENCE_MAIL: Final = "mail.reference"


class ReferenceEvent(StrEnum):
    """What a mail about a reference tells; also the name of its template."""

    ASKED = "asked"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    SETTLED = "settled"


def record_reference(
    session: Session,
    action: str,
    reference: Reference,
    *,
    actor: User | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one line about a reference of an offer to the audit log; never an address."""
    record_action(
        session,
        f"reference.{action}",
        actor=actor,
        kind=SubjectKind.OFFER,
        subject_id=reference.offer_id,
        label=reference.offer.title,
        now=now,
        details={"reference": reference_name(reference), **(details or {})},
    )


def ask_mail(session: Session, confirmation: ReferenceConfirmation, *, now: datetime) -> None:
    """Ask for the mail to the partner; the payload holds no address."""
    payload = {
        "event": ReferenceEvent.ASKED.value,
        "confirmation_id": confirmation.id,
        "sending": confirmation.sendings,
    }
    post_message(session, REFERENCE_MAIL, payload, now=now)


def tell_actor(
    session: Session,
    event: ReferenceEvent,
    confirmation: ReferenceConfirmation,
    offer: Offer,
    *,
    now: datetime,
) -> None:
    """Ask for one mail to each owner of the actor, and to who asked while still a member."""
    team = seats_in(session, offer.organization_id)
    for seat in owners_or(team, confirmation.requested_by_id):
        payload = {
            "event": event.value,
            "confirmation_id": confirmation.id,
            "recipient_id": seat.person_id,
        }
        post_message(session, REFERENCE_MAIL, payload, now=now)
