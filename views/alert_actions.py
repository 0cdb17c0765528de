"""What the pages of an account and of a visitor do to an alert, and how they show one."""

from dataclasses import dataclass
from typing import Any

from flask import abort, url_for
from flask_babel import gettext as _

from extensions.alert_links import view_endpoint
from extensions.clock import now
from extensions.database import db_session
from extensions.matcher import moment
from forms.alerts import FrequencyForm
from models.alert import Alert
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from services import alerts as rules
from services.alert_views import Engines
from services.errors import Conflict, RuleViolation
from services.lookup import Entry
from views.addresses import entry_key, entry_url
from views.cards import territory_name
from views.refusals import refusal_words
from vocabulary.kinds import SubjectKind

CHANGE, PAUSE, RESUME, DELETE = ACTIONS = ("frequence", "pause", "reprise", "suppression")


@dataclass(frozen=True, slots=True)
class Message:
    """What to say once it is done; ``kind`` is that of a flashed message."""

    text: str
    kind: str = "success"


def row_of(alert: Alert) -> dict[str, Any]:
    """Return what a list shows of an alert."""
    endpoint, values = view_endpoint(alert.subject, alert.parameters)
    return {
        "id": alert.id,
        "title": alert.title,
        "subject": alert.subject,
        "view_url": url_for(endpoint, **values),
        "form": FrequencyForm(formdata=None, frequence=alert.frequency.value),
        "frequency": alert.frequency,
        "is_stopped": alert.stopped_at is not None,
        "created_at": alert.created_at,
        "sent_at": alert.sent_at,
    }


def entry_link(entry: Entry) -> dict[str, str]:
    """Return what a short list shows of an entry: its name and its page."""
    if isinstance(entry, Organization):
        kind, title = SubjectKind.ORGANIZATION, entry.name
    elif isinstance(entry, Territory):
        kind, title = SubjectKind.TERRITORY, territory_name(entry)
    else:
        is_offer = isinstance(entry, Offer)
        kind, title = (SubjectKind.OFFER if is_offer else SubjectKind.NEED), entry.title
    return {"title": title, "url": entry_url(kind, entry_key(entry))}


def act_on(alert: Alert, action: str, form: FrequencyForm, *, engines: Engines) -> Message:
    """Do one action, commit, and return what to say; a form that makes no sense is refused."""
    session = db_session()
    if action == CHANGE and not form.validate():
        abort(400)
    try:
        message = _do(alert, action, form, engines)
    except Conflict:
        raise
    except RuleViolation as refusal:
        session.rollback()
        return Message(refusal_words(refusal), "error")
    session.commit()
    return message


def _do(alert: Alert, action: str, form: FrequencyForm, engines: Engines) -> Message:
    if action == CHANGE:
        rules.change_frequency(alert, form.frequency())
        return Message(_("La fréquence est changée."))
    if action == PAUSE:
        rules.stop_alert(alert, now=now())
        return Message(_("L’alerte est arrêtée. Vous pouvez la reprendre pendant trente jours."))
    if action == RESUME:
        rules.resume_alert(db_session(), alert, engines=engines, moment=moment())
        return Message(_("L’alerte reprend. Ce qui a paru entre-temps ne sera pas envoyé."))
    rules.delete_alert(db_session(), alert)
    return Message(_("L’alerte est supprimée."))
