"""A small world that matches: a quarter, its need, an actor and its offer, alerts on them."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from extensions.clock import now, today
from extensions.matcher import matcher
from extensions.search_engine import search_backend
from models.account import User
from models.alert import Alert
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.alert_views import Engines
from services.alerts import View, create_alert
from services.indexing import request_indexing
from services.matching import Moment
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.exchanges import AlertFrequency, AlertSubject
from vocabulary.kinds import (
    AreaLevel,
    ExperimentAppetite,
    Maturity,
    NeedNature,
    OrganizationKind,
    SubjectKind,
)

THEMES = ["renovation-energetique", "confort-ete"]
TEXT = "Isoler des façades en site occupé avec une ossature bois préfabriquée et suivre le confort."


def make_answering_offer(
    session: Session, actor: Organization, title: str = "Façade en ossature bois", **columns: Any
) -> Offer:
    """Add an offer that answers the needs of ``make_matching_need`` strongly."""
    values: dict[str, Any] = {
        "themes": THEMES,
        "description": TEXT,
        "pitch": TEXT,
        "area_level": AreaLevel.NATIONAL,
        "maturity": Maturity.DEPLOYED,
        "published_at": now(),
        "updated_at": now(),
        **columns,
    }
    return make_offer(session, actor, title, **values)


def make_matching_need(
    session: Session, title: str = "Isoler les façades de deux tours", **columns: Any
) -> Need:
    """Add a need of a quarter of Saint-Étienne, open for long."""
    territory = make_territory(session, columns.pop("code", "QN04212M"))
    values: dict[str, Any] = {
        "themes": THEMES,
        "description": TEXT,
        "appetite": ExperimentAppetite.EARLY_ADOPTER,
        "nature": NeedNature.WORKS,
        "closes_on": date(today().year + 2, 1, 1),
        "published_at": now(),
        "updated_at": now(),
        **columns,
    }
    return make_need(session, territory, title, **values)


def make_actor(session: Session, name: str = "Façades Essai", **columns: Any) -> Organization:
    """Add a startup that works everywhere and confirmed its entry today."""
    values: dict[str, Any] = {
        "area_level": AreaLevel.NATIONAL,
        "confirmed_on": today(),
        "is_claimed": True,
        **columns,
    }
    return make_organization(session, name, **values)


def make_carrier(session: Session, name: str = "Ville d’essai") -> Organization:
    """Add a body of the territory side."""
    return make_organization(
        session, name, kind=OrganizationKind.COLLECTIVITE, confirmed_on=today(), is_claimed=True
    )


def engines() -> Engines:
    """Return the engines of the running application."""
    return Engines(search_backend(), matcher())


def moment() -> Moment:
    """Return the present moment."""
    return Moment(now=now(), today=today())


def watch(
    session: Session,
    person: User,
    subject: AlertSubject = AlertSubject.SEARCH,
    frequency: AlertFrequency = AlertFrequency.IMMEDIATE,
    **parameters: Any,
) -> Alert:
    """Make an alert of an account; « entry » and « page » name what it is about."""
    named = {"@entry": parameters.pop("entry", None), "@page": parameters.pop("page", None)}
    kept = {name: value for name, value in named.items() if value is not None} | parameters
    view = View(subject, kept, f"Alerte {subject.value}")
    alert, _ = create_alert(
        session, person, view, frequency=frequency, engines=engines(), moment=moment()
    )
    return alert


def publish(session: Session, *entries: Need | Offer | Organization) -> None:
    """Ask for entries to be indexed, as a publication does."""
    kinds = {
        Need: SubjectKind.NEED,
        Offer: SubjectKind.OFFER,
        Organization: SubjectKind.ORGANIZATION,
    }
    for entry in entries:
        entry.updated_at = now()
        request_indexing(session, kinds[type(entry)], entry.id, now=now())
