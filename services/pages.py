"""What each public page shows, loaded in a fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.federation import FederationMember
from models.meetup import MeetupDay
from models.need import Need
from models.offer import Offer, Reference
from models.organization import Organization
from models.partnership import Partnership
from models.territory import RenewalProject, Territory
from services.partnership_pages import partnerships_of, partnerships_on
from vocabulary.kinds import FederationState, PublicationState

LATEST: Final = 6
LISTED_ON_TERRITORY: Final = 20


@dataclass(frozen=True, slots=True)
class OrganizationPage:
    """A public actor with what it proposes, asks for, federates and takes part in."""

    entry: Organization
    offers: Sequence[Offer]
    needs: Sequence[Need]
    members: Sequence[Organization]
    federations: Sequence[Organization]
    partnerships: Sequence[Partnership]


@dataclass(frozen=True, slots=True)
class TerritoryPage:
    """A quarter with its projects, needs, partnerships and what was deployed there."""

    territory: Territory
    projects: Sequence[RenewalProject]
    needs: Sequence[Need]
    partnerships: Sequence[Partnership]
    references: Sequence[Reference]


@dataclass(frozen=True, slots=True)
class Figures:
    """How many real entries the directory holds; the demonstration never counts."""

    organizations: int
    offers: int
    needs: int
    territories: int
    renewal_quarters: int
    partnerships: int


def organization_page(session: Session, entry: Organization) -> OrganizationPage:
    """Load what the page of a public actor shows."""
    return OrganizationPage(
        entry=entry,
        offers=session.scalars(
            select(Offer)
            .where(Offer.organization_id == entry.id, Offer.state == PublicationState.PUBLISHED)
            .order_by(Offer.title)
        ).all(),
        needs=session.scalars(
            Need.published()
            .where(Need.carrier_id == entry.id)
            .options(joinedload(Need.territory).selectinload(Territory.communes))
            .order_by(Need.id)
        ).all(),
        members=session.scalars(_federated(entry)).all(),
        federations=session.scalars(_federators(entry)).all(),
        partnerships=session.scalars(partnerships_of(entry)).all(),
    )


def _federated(entry: Organization) -> Select[Organization]:
    return (
        Organization.published()
        .join(FederationMember, FederationMember.member_id == Organization.id)
        .where(
            FederationMember.federator_id == entry.id,
            FederationMember.state == FederationState.CONSENTED,
        )
        .options(joinedload(Organization.commune))
        .order_by(Organization.name_key)
    )


def _federators(entry: Organization) -> Select[Organization]:
    return (
        Organization.published()
        .join(FederationMember, FederationMember.federator_id == Organization.id)
        .where(
            FederationMember.member_id == entry.id,
            FederationMember.state == FederationState.CONSENTED,
        )
        .order_by(Organization.name_key)
    )


def offer_by_slug(session: Session, slug: str) -> Offer | None:
    """Load an offer with its actor and its references, whatever its state."""
    return session.scalar(
        select(Offer)
        .where(Offer.slug == slug)
        .options(
            joinedload(Offer.organization).joinedload(Organization.commune),
            selectinload(Offer.references).options(
                joinedload(Reference.commune), joinedload(Reference.territory)
            ),
        )
    )


def need_by_id(session: Session, need_id: int) -> Need | None:
    """Load a published need with its quarter and who carries it, in one query."""
    # A quarter lies in one commune, two at most: joined, they cost no query of their own.
    place = joinedload(Need.territory).options(
        joinedload(Territory.communes), joinedload(Territory.region)
    )
    statement = Need.published().where(Need.id == need_id).options(place, joinedload(Need.carrier))
    return session.scalars(statement).unique().one_or_none()


def territory_by_code(session: Session, code: str) -> Territory | None:
    """Load a quarter by the code that names its page."""
    return session.scalar(
        select(Territory)
        .where(Territory.code == code)
        .options(
            selectinload(Territory.communes),
            selectinload(Territory.former_codes),
            joinedload(Territory.department),
            joinedload(Territory.region),
            joinedload(Territory.epci),
            joinedload(Territory.ept),
        )
    )


def territory_page(session: Session, territory: Territory) -> TerritoryPage:
    """Load what the page of a quarter shows."""
    return TerritoryPage(
        territory=territory,
        projects=session.scalars(
            select(RenewalProject)
            .where(RenewalProject.territories.any(Territory.id == territory.id))
            .options(joinedload(RenewalProject.carrier), selectinload(RenewalProject.territories))
            .order_by(RenewalProject.name)
        ).all(),
        needs=session.scalars(
            Need.published()
            .where(Need.territory_id == territory.id)
            .options(joinedload(Need.carrier))
            .order_by(Need.closes_on.is_(None), Need.closes_on, Need.id)
        ).all(),
        partnerships=session.scalars(partnerships_on(territory)).all(),
        references=session.scalars(_references_on(territory)).all(),
    )


def _references_on(territory: Territory) -> Select[Reference]:
    communes = [commune.code for commune in territory.communes]
    return (
        select(Reference)
        .join(Reference.offer)
        .join(Offer.organization)
        .where(
            (Reference.territory_id == territory.id) | Reference.commune_code.in_(communes),
            Reference.is_contested.is_(False),
            Offer.state == PublicationState.PUBLISHED,
            Organization.state == PublicationState.PUBLISHED,
        )
        .options(joinedload(Reference.offer).joinedload(Offer.organization))
        .order_by(Reference.year.desc(), Reference.id)
        .limit(LISTED_ON_TERRITORY)
    )


def latest_offers(session: Session) -> Sequence[Offer]:
    """Return the offers published last."""
    return session.scalars(
        Offer.published()
        .options(joinedload(Offer.organization).joinedload(Organization.commune))
        .order_by(Offer.published_at.desc(), Offer.id.desc())
        .limit(LATEST)
    ).all()


def next_meetup(session: Session, day: date) -> MeetupDay | None:
    """Return the next meetup day on or after ``day``."""
    return session.scalar(MeetupDay.from_day(day).limit(1))


def quarter_points(session: Session) -> list[dict[str, float | None]]:
    """Return where the renewal quarters stand, in degrees."""
    rows = session.execute(
        select(Territory.latitude, Territory.longitude).where(
            Territory.is_npnru, Territory.latitude.is_not(None)
        )
    )
    return [{"lat": latitude, "lon": longitude} for latitude, longitude in rows]


def public_figures(session: Session) -> Figures:
    """Count the real public entries, in one query."""
    published = PublicationState.PUBLISHED
    number = select(func.count())
    row = session.execute(
        select(
            number.select_from(Organization)
            .where(Organization.state == published, Organization.is_demo.is_(False))
            .scalar_subquery(),
            number.select_from(Offer)
            .where(Offer.state == published, Offer.is_demo.is_(False))
            .scalar_subquery(),
            number.select_from(Need)
            .where(Need.state == published, Need.is_demo.is_(False))
            .scalar_subquery(),
            number.select_from(Territory).scalar_subquery(),
            number.select_from(Territory).where(Territory.is_npnru).scalar_subquery(),
            number.select_from(Partnership)
            .where(Partnership.state == published, Partnership.is_demo.is_(False))
            .scalar_subquery(),
        )
    ).one()
    return Figures(*row)


def open_needs_of(session: Session, territory: Territory, day: date) -> Sequence[Need]:
    """Return the open needs of a quarter."""
    return session.scalars(
        Need.open_on(day).where(Need.territory_id == territory.id).order_by(Need.id)
    ).all()


def offer_ids_of(session: Session, entry: Organization) -> list[int]:
    """Return the published offers of an actor."""
    return list(
        session.scalars(
            select(Offer.id)
            .where(Offer.organization_id == entry.id, Offer.state == PublicationState.PUBLISHED)
            .order_by(Offer.id)
        )
    )
