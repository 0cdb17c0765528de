"""Offers, or actors, side by side: what the rows of a comparison read, in few queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.federation import FederationMember
from models.offer import Offer, Reference
from models.organization import Organization
from vocabulary.kinds import FederationState, PublicationState

MOST: Final = 4
FEWEST: Final = 2


@dataclass(frozen=True, slots=True)
class Side:
    """One column: an actor with the offers that count, one of them when offers are compared."""

    actor: Organization
    offers: tuple[Offer, ...]
    federations: tuple[str, ...]
    is_offer: bool

    @property
    def offer(self) -> Offer:
        """Return the offer compared."""
        return self.offers[0]

    @property
    def slug(self) -> str:
        """Return what names the column in an address."""
        return self.offer.slug if self.is_offer else self.actor.slug

    @property
    def title(self) -> str:
        """Return the head of the column."""
        return self.offer.title if self.is_offer else self.actor.name


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an address chose: the columns, in its order, and what it named in vain."""

    sides: tuple[Side, ...]
    unknown: tuple[str, ...]
    too_many: tuple[str, ...]
    """Titles beyond the fourth."""


def choose_offers(session: Session, slugs: Sequence[str]) -> Chosen:
    """Return the public offers that ``slugs`` name, each once."""
    wanted = list(dict.fromkeys(slugs))
    actor = joinedload(Offer.organization).joinedload(Organization.commune)
    found = session.scalars(
        Offer.published().where(Offer.slug.in_(wanted)).options(actor, _references())
    ).unique()
    by_slug = {offer.slug: offer for offer in found}
    offers = [by_slug[slug] for slug in wanted if slug in by_slug]
    networks = _federations(session, [offer.organization_id for offer in offers])
    sides = [
        Side(offer.organization, (offer,), networks.get(offer.organization_id, ()), is_offer=True)
        for offer in offers
    ]
    return _chosen(sides, wanted)


def choose_actors(session: Session, slugs: Sequence[str]) -> Chosen:
    """Return the public actors that ``slugs`` name, each once, with their public offers."""
    wanted = list(dict.fromkeys(slugs))
    found = session.scalars(
        Organization.published()
        .where(Organization.slug.in_(wanted))
        .options(
            joinedload(Organization.commune),
            selectinload(Organization.offers).options(_references()),
        )
    ).unique()
    by_slug = {actor.slug: actor for actor in found}
    actors = [by_slug[slug] for slug in wanted if slug in by_slug]
    networks = _federations(session, [actor.id for actor in actors])
    sides = [
        Side(actor, _public(actor.offers), networks.get(actor.id, ()), is_offer=False)
        for actor in actors
    ]
    return _chosen(sides, wanted)


def _references() -> selectinload:  # type: ignore[valid-type]
    return selectinload(Offer.references).options(
        joinedload(Reference.commune), joinedload(Reference.territory)
    )


def _public(offers: Iterable[Offer]) -> tuple[Offer, ...]:
    return tuple(offer for offer in offers if offer.state is PublicationState.PUBLISHED)


def _chosen(sides: Sequence[Side], wanted: Sequence[str]) -> Chosen:
    known = {side.slug for side in sides}
    return Chosen(
        sides=tuple(sides[:MOST]),
        unknown=tuple(slug for slug in wanted if slug not in known),
        too_many=tuple(side.title for side in sides[MOST:]),
    )


def _federations(session: Session, actors: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """Return the names of the public structures that each actor agreed to be a member of."""
    found: dict[int, tuple[str, ...]] = {}
    rows = session.execute(
        select(FederationMember.member_id, Organization.name)
        .join(Organization, Organization.id == FederationMember.federator_id)
        .where(
            FederationMember.member_id.in_(actors),
            FederationMember.state == FederationState.CONSENTED,
            Organization.state == PublicationState.PUBLISHED,
        )
        .order_by(Organization.name_key)
    )
    for member, name in rows:
        found[member] = (*found.get(member, ()), name)
    return found
