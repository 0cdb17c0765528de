"""Organisations and offers, published unless a test says otherwise."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from models.offer import Offer
from models.organization import Organization
from services.text_keys import name_key, slugify
from vocabulary.kinds import OfferType, OrganizationKind, PublicationState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_organization(
    session: Session, name: str = "Entreprise d’essai", **columns: Any
) -> Organization:
    """Add an organisation; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "slug": slugify(name),
        "kind": OrganizationKind.STARTUP,
        "name": name,
        "name_key": name_key(name),
        "state": PublicationState.PUBLISHED,
        "created_at": NOW,
        "updated_at": NOW,
        "published_at": NOW,
        "version": 1,
        **columns,
    }
    organization = Organization(**values)
    session.add(organization)
    session.flush()
    return organization


def make_offer(
    session: Session, organization: Organization, title: str = "Offre d’essai", **columns: Any
) -> Offer:
    """Add an offer of ``organization``; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "slug": slugify(title),
        "organization_id": organization.id,
        "type": OfferType.SOLUTION,
        "title": title,
        "state": PublicationState.PUBLISHED,
        "created_at": NOW,
        "updated_at": NOW,
        "published_at": NOW,
        "version": 1,
        **columns,
    }
    offer = Offer(**values)
    session.add(offer)
    session.flush()
    return offer
