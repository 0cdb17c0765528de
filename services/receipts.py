"""Forms handled once: a form sent twice is answered with what the first sending did."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.receipt import FormReceipt
from services.errors import Conflict
from vocabulary.labels import N_

ALREADY_SENT = N_("Ce formulaire vient d’être envoyé : il n’a été pris en compte qu’une fois.")


def earlier_result(session: Session, key: str) -> str | None:
    """Return the page to which the form of this number led, ``None`` before the first time."""
    receipt = session.get(FormReceipt, key)
    return receipt.location if receipt else None


def open_receipt(session: Session, key: str, *, now: datetime) -> FormReceipt:
    """Record, in the running transaction, that the form is handled; the caller says where it led.

    Raises:
        Conflict: the same form was handled in the meantime by another request.
    """
    receipt = FormReceipt(key=key, location="", handled_at=now)
    session.add(receipt)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(ALREADY_SENT) from error
    return receipt
