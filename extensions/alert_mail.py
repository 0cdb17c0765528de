"""Writes the mails of alerts, in the worker: links to confirm, and what is new."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from extensions.alert_links import AlertLink, sign_alert, view_endpoint
from extensions.clock import today
from extensions.mailbox import public_address, set_list_headers, write_mail
from extensions.match_reasons import match_reasons
from extensions.match_words import Written
from extensions.template_context import label_of, long_date
from matching.weights import Level
from models.alert import Alert
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from services.alert_news import SHOWN, NewsItem, mark_told, untold_news
from services.alert_views import FOR_OFFERS, SENTENCE, Engines
from services.freshness import stale_since
from services.lookup import Entry
from services.match_profiles import need_text
from services.matching import Moment
from services.pages import open_needs_of
from services.theme_detection import theme_writings, written_words
from vocabulary.exchanges import AlertSubject
from vocabulary.labels import N_

ALERT_LIST: Final = "alertes"
LEVELS: Final[Mapping[Level, str]] = {
    Level.STRONG: N_("correspondance forte"),
    Level.MEDIUM: N_("correspondance moyenne"),
    Level.PARTIAL: N_("correspondance partielle"),
}
Line = dict[str, Any]


def write_alert_link(session: Session, payload: Mapping[str, Any]) -> None:
    """Write to the address of a visitor: confirm this alert, or it runs already."""
    alert = session.get(Alert, payload["alert_id"])
    if alert is None or not alert.email or alert.stopped_at is not None:
        return
    is_new = alert.confirmed_at is None
    purpose = AlertLink.CONFIRM if is_new else AlertLink.MANAGE
    endpoint = "alert_links.confirm" if is_new else "alert_links.manage"
    link = public_address(endpoint, token=sign_alert(alert, purpose))
    template = "alerts/confirm" if is_new else "alerts/already"
    write_mail(session, alert.email, alert.language, template, {"alert": alert, "link": link})


def write_alert_news(
    session: Session, payload: Mapping[str, Any], *, engines: Engines, moment: Moment
) -> None:
    """Write what is new for an alert and record it as told, together; nothing new, no mail."""
    # Kept: two workers with news of one alert tell each thing once.
    alert = session.get(Alert, payload["alert_id"], with_for_update=True)
    if alert is None or alert.confirmed_at is None or alert.stopped_at is not None:
        return
    recipient = _recipient(alert)
    if recipient is None:
        return
    news = untold_news(session, alert, engines=engines, moment=moment)
    if not news:
        return
    stop = public_address("alert_links.stop", token=sign_alert(alert, AlertLink.STOP))
    written = _written(session, alert, news, moment)
    language = alert.user.language if alert.user else alert.language
    with force_locale(language):
        lines = [_line(item, written) for item in news[:SHOWN]]
    context = {
        "alert": alert,
        "count": len(news),
        "lines": lines,
        "more": max(0, len(news) - SHOWN),
        "view": _view_address(alert),
        "stop": stop,
        "manage": _manage_address(alert),
    }
    mail = write_mail(session, recipient, language, "alerts/news", context)
    set_list_headers(mail, stop_url=stop, list_name=ALERT_LIST)
    mark_told(session, alert, news, now=moment.now)


def entry_line(entry: Entry) -> Line:
    """Return what a mail says of an entry: its title, what and where it is, its address."""
    if isinstance(entry, Organization):
        place = entry.commune.name if entry.commune else ""
        link = public_address("organizations.show", slug=entry.slug)
        return _facts(entry.name, link, label_of(entry.kind), place, _stale(entry))
    if isinstance(entry, Offer):
        link = public_address("offers.show", slug=entry.slug)
        actor = entry.organization
        return _facts(entry.title, link, label_of(entry.type), actor.name, _stale(actor))
    if isinstance(entry, Need):
        link = public_address("needs.show", need_id=entry.id)
        return _facts(entry.title, link, label_of(entry.kind), territory_name(entry.territory))
    link = public_address("territories.show", code=entry.code)
    return _facts(territory_name(entry), link, entry.code)


def _stale(entry: Organization) -> str:
    """Say since when an entry waits for its owner's confirmation, nothing while it is fresh."""
    day = stale_since(entry, today())
    return str(gettext("non confirmée depuis le %(day)s", day=long_date(day))) if day else ""


def territory_name(territory: Territory) -> str:
    """Return a quarter as « Nom (Commune) »."""
    communes = ", ".join(commune.name for commune in territory.communes)
    name = territory.name or territory.code
    return f"{name} ({communes})" if communes else name


def words_of_needs(texts: Sequence[Need]) -> dict[str, str]:
    """Return the words of these needs and of their themes, as they are written."""
    themes = {code for need in texts for code in need.themes}
    return {**theme_writings(themes), **written_words(" ".join(map(need_text, texts)))}


def _facts(title: str, link: str, *details: str) -> Line:
    return {
        "title": title,
        "detail": " · ".join(detail for detail in details if detail),
        "link": link,
        "level": "",
        "reasons": [],
    }


def _line(item: NewsItem, written: Written) -> Line:
    line = entry_line(item.entry)
    if item.match is not None:
        line["level"] = gettext(LEVELS[item.match.score.level])
        line["reasons"] = match_reasons(item.match, written)
    return line


def _written(
    session: Session, alert: Alert, news: Sequence[NewsItem], moment: Moment
) -> dict[str, str]:
    """Return the words of what is asked, as its author writes them."""
    if alert.subject is AlertSubject.SEARCH:
        return {}
    if alert.subject is AlertSubject.SENTENCE:
        themes = {code for item in news if item.match for code in item.match.need.themes}
        sentence = str(alert.parameters[SENTENCE])
        return {**theme_writings(themes), **written_words(sentence)}
    if alert.subject in FOR_OFFERS:
        return words_of_needs([item.entry for item in news if isinstance(item.entry, Need)])
    key = int(alert.parameters["@entry"])
    if alert.subject is AlertSubject.NEED_MATCHES:
        need = session.get(Need, key)
        return words_of_needs([need] if need else [])
    territory = session.get(Territory, key)
    needs = open_needs_of(session, territory, moment.today) if territory else []
    return words_of_needs(needs)


def _recipient(alert: Alert) -> str | None:
    if alert.user is None:
        return alert.email
    return alert.user.email if alert.user.active else None


def _view_address(alert: Alert) -> str:
    endpoint, values = view_endpoint(alert.subject, alert.parameters)
    return public_address(endpoint, **values)


def _manage_address(alert: Alert) -> str:
    if alert.user is not None:
        return public_address("alerts.index")
    return public_address("alert_links.manage", token=sign_alert(alert, AlertLink.MANAGE))
