"""Selections of a team and what they hold."""

from typing import Any

from sqlalchemy.orm import Session

from models.offer import Offer
from models.organization import Organization
from models.shortlist import Shortlist, ShortlistItem
from tests.factories.accounts import NOW


def make_shortlist(
    session: Session, organization: Organization, name: str = "À revoir", **columns: Any
) -> Shortlist:
    """Add an empty selection of ``organization``."""
    shortlist = Shortlist(
        organization_id=organization.id, name=name, created_at=NOW, updated_at=NOW, **columns
    )
    session.add(shortlist)
    session.flush()
    return shortlist


def make_item(
    session: Session, shortlist: Shortlist, entry: Offer | Organization, **columns: Any
) -> ShortlistItem:
    """Put an offer, or an actor, in a selection."""
    key = {"offer_id": entry.id} if isinstance(entry, Offer) else {"actor_id": entry.id}
    item = ShortlistItem(shortlist_id=shortlist.id, added_at=NOW, **key, **columns)
    session.add(item)
    session.flush()
    return item
