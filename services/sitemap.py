"""What search engines may list: the keys of every public entry, demonstration left out."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from services.partnership_pages import public_partnership_keys
from vocabulary.kinds import SubjectKind

# The protocol's own limit for one file (sitemaps.org, « 50,000 URLs »).
MAX_ADDRESSES: Final = 50_000


def public_keys(session: Session) -> Iterator[tuple[SubjectKind, str, date | None]]:
    """Yield kind, key and day of change of every real public entry, in six queries."""
    statements = {
        SubjectKind.ORGANIZATION: Organization.published()
        .where(Organization.is_demo.is_(False))
        .with_only_columns(Organization.slug, Organization.updated_at)
        .order_by(Organization.id),
        SubjectKind.OFFER: Offer.published()
        .where(Offer.is_demo.is_(False))
        .with_only_columns(Offer.slug, Offer.updated_at)
        .order_by(Offer.id),
        SubjectKind.NEED: Need.published()
        .where(Need.is_demo.is_(False))
        .with_only_columns(Need.id, Need.updated_at)
        .order_by(Need.id),
        SubjectKind.MEETUP: MeetupDay.public()
        .where(MeetupDay.is_demo.is_(False))
        .with_only_columns(MeetupDay.slug, MeetupDay.updated_at)
        .order_by(MeetupDay.id),
        SubjectKind.TERRITORY: select(Territory.code, Territory.updated_at).order_by(Territory.id),
    }
    for slug, changed_on in public_partnership_keys(session):
        yield SubjectKind.PARTNERSHIP, slug, changed_on
    for kind, statement in statements.items():
        for key, changed_at in session.execute(statement):
            yield kind, str(key), changed_at.date() if changed_at else None
