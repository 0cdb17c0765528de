"""Places, quarters, needs, references and partnerships, public unless a test says otherwise."""

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.search_engine import search_backend
from models.federation import FederationMember
from models.geography import Commune, Department, Region
from models.need import Need
from models.offer import Offer, Reference
from models.organization import Organization
from models.partnership import Partnership, PartnershipMember
from models.territory import Territory
from services.indexing import rebuild_index
from services.text_keys import name_key, slugify
from vocabulary.kinds import FederationState, PublicationState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_commune(session: Session, code: str = "42218", name: str = "Saint-Étienne") -> Commune:
    """Return a commune of the Loire with its department and region, added once."""
    commune = session.get(Commune, code)
    if commune is not None:
        return commune
    if session.get(Region, "84") is None:
        session.add(Region(code="84", name="Auvergne-Rhône-Alpes"))
        session.flush()
        session.add(Department(code="42", name="Loire", region_code="84"))
        session.flush()
    commune = Commune(
        code=code,
        name=name,
        name_key=name_key(name),
        department_code="42",
        region_code="84",
        latitude=45.43,
        longitude=4.39,
    )
    session.add(commune)
    session.flush()
    return commune


def make_territory(session: Session, code: str = "QN04212M", **columns: Any) -> Territory:
    """Add a quarter of Saint-Étienne; ``columns`` are those of the model."""
    name = columns.pop("name", f"Quartier {code}")
    values: dict[str, Any] = {
        "code": code,
        "name": name,
        "name_key": name_key(name),
        "department_code": "42",
        "region_code": "84",
        "latitude": 45.44,
        "longitude": 4.38,
        "communes": [make_commune(session)],
        "updated_at": NOW,
        **columns,
    }
    territory = Territory(**values)
    session.add(territory)
    session.flush()
    return territory


def make_need(
    session: Session, territory: Territory, title: str = "Besoin d’essai", **columns: Any
) -> Need:
    """Add a need of ``territory``; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "territory_id": territory.id,
        "title": title,
        "description": "Ce que cherche le territoire.",
        "state": PublicationState.PUBLISHED,
        "published_at": NOW,
        "updated_at": NOW,
        **columns,
    }
    need = Need(**values)
    session.add(need)
    session.flush()
    return need


def make_reference(session: Session, offer: Offer, **columns: Any) -> Reference:
    """Add a deployment of ``offer``; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "uid": f"essai-{offer.id}-{len(offer.references)}",
        "position": len(offer.references),
        "place": "Firminy",
        "year": 2024,
        **columns,
    }
    reference = Reference(**values)
    offer.references.append(reference)
    session.flush()
    return reference


def make_partnership(
    session: Session,
    territory: Territory,
    *members: Organization,
    name: str = "Partenariat d’essai",
    **columns: Any,
) -> Partnership:
    """Add a partnership of ``members``, without roles, on ``territory``."""
    partnership = Partnership(
        slug=slugify(name),
        name=name,
        summary="Qui fait quoi.",
        territory_id=territory.id,
        source="Essai",
        source_checked_on=date(2026, 11, 22),
        members=[
            PartnershipMember(organization_id=member.id, position=position)
            for position, member in enumerate(members)
        ],
        **columns,
    )
    session.add(partnership)
    session.flush()
    return partnership


def federate(
    session: Session,
    federator: Organization,
    *members: Organization,
    state: FederationState = FederationState.CONSENTED,
) -> None:
    """List ``members`` under ``federator``, by default with their consent."""
    session.add_all(
        FederationMember(federator_id=federator.id, member_id=member.id, state=state)
        for member in members
    )
    session.flush()


def index_all(app: Flask) -> None:
    """Build the index of ``app`` from what is committed in its database."""
    with app.app_context():
        rebuild_index(db_session(), search_backend())
