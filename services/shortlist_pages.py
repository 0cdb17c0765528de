"""What the pages of selections show, loaded in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.account import User
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.shortlist import Shortlist, ShortlistItem
from services.workspace import own_organizations
from vocabulary.kinds import OfferType, PublicationState


@dataclass(frozen=True, slots=True)
class ShortlistLine:
    """A selection of a list of selections, with how much it holds."""

    shortlist: Shortlist
    items: int
    holds: bool
    """Whether it holds the entry somebody is about to add."""


@dataclass(frozen=True, slots=True)
class ShortlistGroup:
    """Items of one sort: a type of offer, the actors, or what left the directory."""

    type: OfferType | None
    is_withdrawn: bool
    items: tuple[ShortlistItem, ...]


def shortlist_lines(
    session: Session, person: User, *, entry: Offer | Organization | None = None
) -> list[ShortlistLine]:
    """Return the selections of the person's organisations, those in use first."""
    mine = Membership.active_of(person.id).with_only_columns(Membership.organization_id)
    lists = session.scalars(
        Shortlist.of_organizations(session.scalars(mine.order_by(None))).options(
            joinedload(Shortlist.organization), joinedload(Shortlist.need)
        )
    ).all()
    held = select(ShortlistItem.shortlist_id, func.count()).where(
        ShortlistItem.shortlist_id.in_([one.id for one in lists]),
        ShortlistItem.removed_at.is_(None),
    )
    counts = dict(session.execute(held.group_by(ShortlistItem.shortlist_id)).all())
    holding = _lists_holding(session, entry) if entry is not None else frozenset()
    return [ShortlistLine(one, counts.get(one.id, 0), one.id in holding) for one in lists]


def _lists_holding(session: Session, entry: Offer | Organization) -> frozenset[int]:
    column = ShortlistItem.offer_id if isinstance(entry, Offer) else ShortlistItem.actor_id
    return frozenset(
        session.scalars(
            select(ShortlistItem.shortlist_id).where(
                column == entry.id, ShortlistItem.removed_at.is_(None)
            )
        )
    )


def shortlist_groups(session: Session, shortlist: Shortlist) -> list[ShortlistGroup]:
    """Return the items of a selection: offers by type, then actors, then what was withdrawn."""
    items = session.scalars(
        select(ShortlistItem)
        .where(ShortlistItem.shortlist_id == shortlist.id, ShortlistItem.removed_at.is_(None))
        .options(
            joinedload(ShortlistItem.offer).options(
                joinedload(Offer.organization), selectinload(Offer.references)
            ),
            joinedload(ShortlistItem.actor),
            joinedload(ShortlistItem.noted_by),
        )
        .order_by(ShortlistItem.id)
    ).all()
    shown = [item for item in items if is_shown(item)]
    groups = [
        ShortlistGroup(
            kind, False, tuple(one for one in shown if one.offer and one.offer.type is kind)
        )
        for kind in OfferType
    ]
    groups.append(ShortlistGroup(None, False, tuple(one for one in shown if one.actor)))
    groups.append(ShortlistGroup(None, True, tuple(one for one in items if not is_shown(one))))
    return [group for group in groups if group.items]


def is_shown(item: ShortlistItem) -> bool:
    """Tell whether anyone may still read what the item names."""
    entry = item.offer or item.actor
    return entry is not None and entry.is_public


def needs_to_choose(session: Session, person: User) -> Sequence[Need]:
    """Return the needs that the person's organisations carry, the last written first."""
    mine = [one.id for one in own_organizations(session, person)]
    return session.scalars(
        select(Need)
        .where(Need.carrier_id.in_(mine), Need.state != PublicationState.ARCHIVED)
        .order_by(Need.updated_at.desc(), Need.id)
        .limit(100)
    ).all()
