"""The quarters of a territory's team: those of its projects, its commune and its needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session, selectinload

from models.geography import Epci
from models.introduction import Introduction
from models.need import Need
from models.organization import Organization
from models.partnership import Partnership
from models.territory import (
    RenewalProject,
    Territory,
    TerritoryCommune,
    renewal_project_territory,
)
from services.match_profiles import project_phase
from vocabulary.exchanges import IntroductionState
from vocabulary.kinds import ProjectPhase, PublicationState

MAX_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class TerritoryLine:
    """A quarter of the team with what happens there."""

    territory: Territory
    phase: ProjectPhase
    open_needs: int
    own_needs: int
    partnerships: int
    introductions: int


def own_territories(
    session: Session, carriers: Sequence[int], *, limit: int = MAX_SHOWN
) -> Sequence[Territory]:
    """Return the quarters of these organisations, with their communes and projects.

    First those where they state needs, then those of the projects they carry, then those of
    their commune or, for an intercommunality, of its communes; by name.
    """
    if not carriers:
        return ()
    with_needs = select(Need.territory_id).where(Need.carrier_id.in_(carriers))
    with_projects = (
        select(renewal_project_territory.c.territory_id)
        .join(RenewalProject, RenewalProject.id == renewal_project_territory.c.project_id)
        .where(RenewalProject.carrier_id.in_(carriers))
    )
    in_communes = (
        select(TerritoryCommune.territory_id)
        .join(Organization, Organization.commune_code == TerritoryCommune.commune_code)
        .where(Organization.id.in_(carriers))
    )
    in_epci = (
        select(Territory.id)
        .join(Epci, Epci.siren.in_((Territory.epci_siren, Territory.ept_siren)))
        .join(Organization, Organization.siren == Epci.siren)
        .where(Organization.id.in_(carriers))
    )
    rank = case((Territory.id.in_(with_needs), 0), (Territory.id.in_(with_projects), 1), else_=2)
    statement = (
        select(Territory)
        .where(Territory.id.in_(with_needs.union(with_projects, in_communes, in_epci)))
        .options(selectinload(Territory.communes), selectinload(Territory.projects))
        .order_by(rank, Territory.name_key, Territory.code)
        .limit(limit)
    )
    return session.scalars(statement).all()


def territory_lines(
    session: Session, carriers: Sequence[int], *, today: date
) -> list[TerritoryLine]:
    """Return the quarters of the team with what happens there; seven queries."""
    territories = own_territories(session, carriers)
    keys = [territory.id for territory in territories]
    opened = _open_needs(session, keys, today)
    own = _own_needs(session, keys, carriers)
    partnerships = _partnerships(session, keys)
    introductions = _introductions(session, keys, carriers)
    return [
        TerritoryLine(
            territory=territory,
            phase=project_phase(territory),
            open_needs=opened.get(territory.id, 0),
            own_needs=own.get(territory.id, 0),
            partnerships=partnerships.get(territory.id, 0),
            introductions=introductions.get(territory.id, 0),
        )
        for territory in territories
    ]


def _open_needs(session: Session, keys: Sequence[int], today: date) -> dict[int, int]:
    counted = (
        Need.open_on(today)
        .where(Need.territory_id.in_(keys))
        .with_only_columns(Need.territory_id, func.count())
        .group_by(Need.territory_id)
    )
    return dict(session.execute(counted).all())


def _own_needs(session: Session, keys: Sequence[int], carriers: Sequence[int]) -> dict[int, int]:
    counted = (
        select(Need.territory_id, func.count())
        .where(Need.territory_id.in_(keys), Need.carrier_id.in_(carriers))
        .group_by(Need.territory_id)
    )
    return dict(session.execute(counted).all())


def _partnerships(session: Session, keys: Sequence[int]) -> dict[int, int]:
    counted = (
        select(Partnership.territory_id, func.count())
        .where(Partnership.territory_id.in_(keys), Partnership.state == PublicationState.PUBLISHED)
        .group_by(Partnership.territory_id)
    )
    return {key: count for key, count in session.execute(counted) if key is not None}


def _introductions(
    session: Session, keys: Sequence[int], carriers: Sequence[int]
) -> dict[int, int]:
    """Count the threads that go on: asked for or accepted."""
    counted = (
        select(Need.territory_id, func.count())
        .join(Introduction, Introduction.need_id == Need.id)
        .where(
            Need.territory_id.in_(keys),
            Introduction.carrier_id.in_(carriers),
            Introduction.state.in_((IntroductionState.SENT, IntroductionState.ACCEPTED)),
        )
        .group_by(Need.territory_id)
    )
    return dict(session.execute(counted).all())
