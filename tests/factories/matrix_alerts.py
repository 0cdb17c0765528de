"""Alerts and summaries for the access matrix: what the links of mails and the pages are about."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.alert_links import AlertLink, sign_alert, sign_digest
from models.account import User
from models.alert import Alert
from models.need import Need
from services.digest_subscriptions import subscription_of
from tests.factories.accounts import NOW
from vocabulary.exchanges import AlertFrequency, AlertSubject

Examples = dict[str, dict[str, Any]]


def make_alert(session: Session, **columns: Any) -> Alert:
    """Add an alert on a search; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "subject": AlertSubject.SEARCH,
        "parameters": {"q": "façade"},
        "title": "Recherche : « façade »",
        "frequency": AlertFrequency.DAILY,
        "nonce": "0123456789abcdef",
        "created_at": NOW,
        "confirmed_at": NOW,
        **columns,
    }
    alert = Alert(**values)
    session.add(alert)
    session.flush()
    return alert


def alert_examples(session: Session, person: User) -> Examples:
    """Return the values of the addresses about alerts, for one account."""
    own = make_alert(session, user_id=person.id)
    visitor = make_alert(session, email=f"visiteur-{person.id}@matrice.example")
    asked = make_alert(session, email=f"demande-{person.id}@matrice.example", confirmed_at=None)
    subscription = subscription_of(session, person.id)
    need = {"need_id": session.scalars(select(Need.id).order_by(Need.id)).first()}
    return {
        "alerts.show": {"alert_id": own.id},
        "alerts.act": {"alert_id": own.id, "action": "pause"},
        "alert_links.confirm": {"token": sign_alert(asked, AlertLink.CONFIRM)},
        "alert_links.stop": {"token": sign_alert(own, AlertLink.STOP)},
        "alert_links.manage": {"token": sign_alert(visitor, AlertLink.MANAGE)},
        "alert_links.stop_digest": {"token": sign_digest(subscription)},
        "opportunities.dismiss": need,
        "opportunities.restore": need,
    }
