"""Links in the mails of alerts: signed, without account, dead once the nonce of the row changes."""

import hmac
from enum import StrEnum
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy.orm import Session

from models.alert import Alert, DigestSubscription
from services.alert_views import PAGE
from vocabulary.exchanges import AlertSubject


class AlertLink(StrEnum):
    """What a link is for: one made for another purpose is refused."""

    CONFIRM = "confirm"
    STOP = "stop"
    MANAGE = "manage"
    STOP_DIGEST = "stop-digest"


# Where each saved list is read, and how its address calls what it is about.
_PAGES = {
    AlertSubject.NEED_MATCHES: ("matches.need", "need_id"),
    AlertSubject.TERRITORY_MATCHES: ("matches.territory", "code"),
    AlertSubject.OFFER_MATCHES: ("matches.offer", "slug"),
    AlertSubject.ORGANIZATION_MATCHES: ("matches.organization", "slug"),
}


def sign_alert(alert: Alert, purpose: AlertLink) -> str:
    """Return the token of a link about an alert; it holds neither address nor name."""
    return str(_serializer(purpose).dumps([alert.id, alert.nonce]))


def sign_digest(subscription: DigestSubscription) -> str:
    """Return the token of the link that stops the summary of a person."""
    content = [subscription.user_id, subscription.nonce]
    return str(_serializer(AlertLink.STOP_DIGEST).dumps(content))


def alert_of(session: Session, token: str, purpose: AlertLink) -> Alert | None:
    """Return the alert of a link, nothing for a link that is wrong or dead."""
    key, nonce = _read(token, purpose)
    alert = session.get(Alert, key)
    return alert if alert is not None and hmac.compare_digest(alert.nonce, nonce) else None


def digest_of_link(session: Session, token: str) -> DigestSubscription | None:
    """Return the subscription of a link, nothing for a link that is wrong or dead."""
    key, nonce = _read(token, AlertLink.STOP_DIGEST)
    found = session.get(DigestSubscription, key)
    return found if found is not None and hmac.compare_digest(found.nonce, nonce) else None


def view_endpoint(subject: AlertSubject, parameters: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the endpoint and the values of the page that a saved view shows."""
    shown = {name: value for name, value in parameters.items() if not name.startswith("@")}
    if subject is AlertSubject.SEARCH:
        return "directory.search", shown
    if subject is AlertSubject.SENTENCE:
        return "matches.explore", shown
    endpoint, name = _PAGES[subject]
    return endpoint, {name: parameters[PAGE], **shown}


def _read(token: str, purpose: AlertLink) -> tuple[int, str]:
    try:
        key, nonce = _serializer(purpose).loads(token)
        return int(key), str(nonce)
    except (BadSignature, ValueError, TypeError):
        return 0, ""


def _serializer(purpose: AlertLink) -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt=f"alert:{purpose.value}")
