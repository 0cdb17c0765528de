"""Links mailed to a partner, and to an owner whose entry is due: signed, for one purpose each."""

import hmac
from enum import StrEnum

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from models.account import User
from models.evidence import ReferenceConfirmation
from models.organization import Organization


class EvidenceLink(StrEnum):
    """What a link is for: one made for another purpose is refused."""

    CONFIRM_REFERENCE = "confirm-reference"
    STILL_RIGHT = "still-right"


def sign_request(confirmation: ReferenceConfirmation) -> str:
    """Return the token of a link to a partner; it holds neither address nor name."""
    return _dump(EvidenceLink.CONFIRM_REFERENCE, confirmation.id, confirmation.nonce)


def request_of_link(session: Session, token: str) -> ReferenceConfirmation | None:
    """Return the request of a link, whatever became of it, nothing for a link that is wrong.

    Whether it still waits for an answer, and for how long, is said by the row.
    """
    key, nonce = _load(EvidenceLink.CONFIRM_REFERENCE, token)
    found = session.get(ReferenceConfirmation, key)
    return found if found is not None and hmac.compare_digest(found.nonce, nonce) else None


def sign_reminder(entry: Organization, person: User) -> str:
    """Return the token of a reminder; confirming the entry, from anywhere, makes it worthless."""
    return _dump(EvidenceLink.STILL_RIGHT, entry.id, f"{person.id}:{entry.confirmed_on}")


def reminder_of_link(session: Session, token: str) -> tuple[Organization, User] | None:
    """Return the entry and the person of a reminder, nothing for a link that is wrong or dead."""
    key, said = _load(EvidenceLink.STILL_RIGHT, token)
    number, _, day = said.partition(":")
    entry = session.get(Organization, key)
    person = session.get(User, int(number)) if number.isdigit() else None
    if entry is None or person is None or str(entry.confirmed_on) != day:
        return None
    return entry, person


def _dump(purpose: EvidenceLink, key: int, said: str) -> str:
    return str(_serializer(purpose).dumps([key, said]))


def _load(purpose: EvidenceLink, token: str) -> tuple[int, str]:
    try:
        key, said = _serializer(purpose).loads(token)
        return int(key), str(said)
    except (BadSignature, ValueError, TypeError):
        return 0, ""


def _serializer(purpose: EvidenceLink) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=f"evidence:{purpose.value}")
