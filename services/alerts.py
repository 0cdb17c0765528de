"""Alerts: a saved view that writes when something new appears; made, confirmed, stopped, resumed.

What is there when an alert starts counts as known. Two equal views of one owner are one alert.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Select, delete, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.account import User
from models.alert import Alert, AlertItem
from models.outbox import OutboxMessage
from services.alert_views import Engines, Parameters, items_now
from services.errors import Conflict, RuleViolation
from services.matching import Moment
from services.outbox import post_message
from vocabulary.exchanges import AlertFrequency, AlertSubject
from vocabulary.labels import N_

ALERT_LINK: Final = "mail.alert-link"
ALERT_NEWS: Final = "mail.alert-news"
MAX_ALERTS: Final = 50
MAX_ALERTS_OF_ADDRESS: Final = 20
CONFIRMED_WITHIN: Final = timedelta(days=7)
DOUBLE_CLICK: Final = timedelta(minutes=1)
STOPPED_KEPT: Final = timedelta(days=30)
# The mails of one alert are at least so far apart: an import of many entries is one mail.
IMMEDIATE_GAP: Final = timedelta(minutes=15)
_TITLE_LENGTH: Final = 200
_ALREADY_RUNS: Final = N_("Une alerte identique est déjà en marche.")


@dataclass(frozen=True, slots=True)
class View:
    """A view that can be saved: what it shows, its parameters, how it is called."""

    subject: AlertSubject
    parameters: Parameters
    title: str


def create_alert(
    session: Session,
    person: User,
    view: View,
    *,
    frequency: AlertFrequency,
    engines: Engines,
    moment: Moment,
) -> tuple[Alert, bool]:
    """Make an alert of an account, at work at once; return it, and whether it is new.

    Asked twice, it is made once: the second time may only change its frequency.

    Raises:
        RuleViolation: too many alerts, or a view too wide to be watched.
    """
    key = view_key(_owner(person), view)
    earlier = session.scalar(select(Alert).where(Alert.view_key == key))
    if earlier is not None:
        earlier.frequency = frequency
        return earlier, False
    if _running(session, Alert.user_id == person.id) >= MAX_ALERTS:
        message = N_("Vous avez déjà %(most)s alertes : arrêtez-en une d’abord.")
        raise RuleViolation(message, most=MAX_ALERTS)
    alert = new_alert(view, key, frequency, language=person.language, now=moment.now)
    alert.user_id = person.id
    alert.confirmed_at = moment.now
    _insert(session, alert)
    _know_present(session, alert, engines, moment)
    return alert, True


def ask_alert(
    session: Session,
    email: str,
    view: View,
    *,
    frequency: AlertFrequency,
    language: str,
    now: datetime,
) -> None:
    """Keep the alert of a visitor, silent until confirmed, and ask for one mail to the address.

    The same happens for every address: the page cannot tell what is known of it, and the worker,
    which writes the mail, is the one who looks.
    """
    address = email.strip()
    key = view_key(f"email:{address.lower()}", view)
    alert = session.scalar(select(Alert).where(Alert.view_key == key))
    if alert is None:
        if _running(session, func.lower(Alert.email) == address.lower()) >= MAX_ALERTS_OF_ADDRESS:
            return
        alert = new_alert(view, key, frequency, language=language, now=now)
        alert.email = address
        _insert(session, alert)
    elif _was_asked_just_now(session, alert, now):
        return
    elif alert.confirmed_at is None:
        alert.created_at = now  # the new mail holds for as long as the first did
    post_message(session, ALERT_LINK, {"alert_id": alert.id}, now=now)


def _was_asked_just_now(session: Session, alert: Alert, now: datetime) -> bool:
    """Tell whether the same form was sent a moment ago: a double click is one mail."""
    # Confirmed since: the next mail has something else to say.
    since = max(now - DOUBLE_CLICK, alert.confirmed_at or alert.created_at - DOUBLE_CLICK)
    recent = select(OutboxMessage).where(
        OutboxMessage.topic == ALERT_LINK, OutboxMessage.created_at > since
    )
    return any(one.payload["alert_id"] == alert.id for one in session.scalars(recent))


def may_be_confirmed(alert: Alert, *, now: datetime) -> bool:
    """Tell whether the link to confirm still holds; once it did its work it says so for good."""
    return alert.confirmed_at is not None or alert.created_at >= now - CONFIRMED_WITHIN


def confirm_alert(session: Session, alert: Alert, *, engines: Engines, moment: Moment) -> None:
    """Put a visitor's alert to work; it joins the account of the address when there is one.

    Confirming again changes nothing.

    Raises:
        RuleViolation: the view has become too wide to be watched.
    """
    if alert.confirmed_at is not None:
        return
    _know_present(session, alert, engines, moment)
    alert.confirmed_at = moment.now
    owner = session.scalar(
        select(User).where(func.lower(User.email) == (alert.email or "").lower())
    )
    if owner is None or owner.confirmed_at is None:
        return
    view = View(alert.subject, alert.parameters, alert.title)
    key = view_key(_owner(owner), view)
    already = session.scalar(select(Alert.id).where(Alert.view_key == key)) is not None
    alert.user_id, alert.email, alert.view_key = owner.id, None, key
    if already:
        alert.stopped_at, alert.view_key = moment.now, None


def change_frequency(alert: Alert, frequency: AlertFrequency) -> None:
    """Let an alert write more or less often."""
    alert.frequency = frequency


def stop_alert(alert: Alert, *, now: datetime) -> None:
    """Stop an alert; stopping it again changes nothing."""
    if alert.stopped_at is None:
        alert.stopped_at = now
        alert.view_key = None


def stop_all_alerts(session: Session, alert: Alert, *, now: datetime) -> int:
    """Stop every alert of the owner of this one; return how many were running."""
    running = session.scalars(alerts_beside(alert).where(Alert.stopped_at.is_(None))).all()
    for one in running:
        stop_alert(one, now=now)
    return len(running)


def resume_alert(session: Session, alert: Alert, *, engines: Engines, moment: Moment) -> None:
    """Put a stopped alert back to work; what appeared meanwhile counts as known.

    Raises:
        RuleViolation: the view has become too wide to be watched.
        Conflict: the same view is watched by another alert of the same owner.
    """
    if alert.stopped_at is None:
        return
    owner = f"user:{alert.user_id}" if alert.user_id else f"email:{(alert.email or '').lower()}"
    key = view_key(owner, View(alert.subject, alert.parameters, alert.title))
    if session.scalar(select(Alert.id).where(Alert.view_key == key)) is not None:
        raise Conflict(_ALREADY_RUNS)
    alert.stopped_at, alert.view_key = None, key
    if alert.confirmed_at is not None:
        _know_present(session, alert, engines, moment)


def delete_alert(session: Session, alert: Alert) -> None:
    """Forget an alert and all it knew."""
    session.execute(delete(AlertItem).where(AlertItem.alert_id == alert.id))
    session.delete(alert)


def purge_alerts(session: Session, *, now: datetime) -> int:
    """Forget what was never confirmed and what was stopped long ago; return how many."""
    gone = session.scalars(
        select(Alert.id).where(
            or_(
                Alert.confirmed_at.is_(None) & (Alert.created_at < now - CONFIRMED_WITHIN),
                Alert.stopped_at < now - STOPPED_KEPT,
            )
        )
    ).all()
    if gone:
        session.execute(delete(AlertItem).where(AlertItem.alert_id.in_(gone)))
        session.execute(delete(Alert).where(Alert.id.in_(gone)))
    return len(gone)


def alerts_of(person: User) -> Select[Alert]:
    """Select the alerts of an account, those at work first, the newest first."""
    return (
        select(Alert)
        .where(Alert.user_id == person.id)
        .order_by(Alert.stopped_at.is_not(None), Alert.id.desc())
    )


def alerts_beside(alert: Alert) -> Select[Alert]:
    """Select the confirmed alerts of the same account or address, this one included."""
    owner: ColumnElement[bool] = (
        Alert.user_id == alert.user_id
        if alert.user_id is not None
        else func.lower(Alert.email) == (alert.email or "").lower()
    )
    return select(Alert).where(owner, Alert.confirmed_at.is_not(None)).order_by(Alert.id.desc())


def view_key(owner: str, view: View) -> str:
    """Return the digest of an owner and a view; two equal views have equal keys."""
    shown = {name: value for name, value in view.parameters.items() if name != "@page"}
    text = json.dumps([owner, view.subject.value, shown], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def post_news(session: Session, alerts: Iterable[Alert], *, now: datetime) -> None:
    """Ask for a mail of each alert, not sooner after its last one than ``IMMEDIATE_GAP``."""
    for alert in alerts:
        due = now if alert.sent_at is None else max(now, alert.sent_at + IMMEDIATE_GAP)
        post_message(session, ALERT_NEWS, {"alert_id": alert.id}, now=now, due_at=due)


def know(
    session: Session, alert: Alert, items: Iterable[str], *, now: datetime, told_at: datetime | None
) -> None:
    """Write down items that the alert did not know; those it knows keep what was told of them."""
    known = set(session.scalars(select(AlertItem.item).where(AlertItem.alert_id == alert.id)))
    session.add_all(
        AlertItem(alert_id=alert.id, item=item, noticed_at=now, told_at=told_at)
        for item in sorted(set(items) - known)
    )


def _know_present(session: Session, alert: Alert, engines: Engines, moment: Moment) -> None:
    items = items_now(session, engines, alert.subject, alert.parameters, moment=moment)
    know(session, alert, items, now=moment.now, told_at=moment.now)


def _owner(person: User) -> str:
    return f"user:{person.id}"


def _running(session: Session, owner: ColumnElement[bool]) -> int:
    counted = select(func.count(Alert.id)).where(owner, Alert.stopped_at.is_(None))
    return session.scalar(counted) or 0


def new_alert(
    view: View, key: str, frequency: AlertFrequency, *, language: str, now: datetime
) -> Alert:
    """Return an alert without owner yet, silent until confirmed."""
    return Alert(
        subject=view.subject,
        parameters=dict(view.parameters),
        title=view.title[:_TITLE_LENGTH],
        view_key=key,
        frequency=frequency,
        language=language,
        nonce=secrets.token_hex(8),
        created_at=now,
    )


def _insert(session: Session, alert: Alert) -> None:
    session.add(alert)
    try:
        session.flush()
    except IntegrityError as error:
        session.rollback()
        raise Conflict(_ALREADY_RUNS) from error
