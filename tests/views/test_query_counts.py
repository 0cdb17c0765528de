"""Pages send the same number of queries whatever the rows, twelve at most (V1)."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay
from models.territory import RenewalProject, Territory
from tests.databases import site_from
from tests.factories.entries import (
    federate,
    index_all,
    make_commune,
    make_need,
    make_partnership,
    make_reference,
    make_territory,
)
from tests.factories.organizations import make_offer, make_organization
from tests.query_counter import count_queries
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import DayState

MOST = 12
THEME = "renovation-energetique"
PAGES = [
    "/annuaire?objet=acteurs",
    "/annuaire?objet=solutions&vue=carte",
    "/annuaire?objet=besoins&tri=nom",
    "/annuaire?objet=territoires",
    "/annuaire?q=essai&objet=acteurs",
    "/annuaire?q=introuvable&theme=mobilite",
    "/annuaire.csv",
    "/annuaire.xlsx",
    "/annuaire/points.geojson",
    "/completion/lieux?q=saint",
    "/acteurs/reseau-essai",
    "/acteurs/acteur-essai-0",
    "/solutions/solution-essai-0",
    "/besoins/1",
    "/territoires",
    "/territoires/QN04201M",
    "/partenariats/partenariat-essai-0",
    "/themes",
    f"/themes/{THEME}",
    "/rencontres",
    "/rencontres/rencontre-essai-0",
]
MIXED = ["/annuaire", "/annuaire?q=essai", "/annuaire?vue=carte", "/completion/recherche?q=essai"]


def _fill(session: Session, rows: int) -> None:
    """Add ``rows`` of everything, all around one actor, one quarter and one network."""
    make_commune(session)
    quarters = [make_territory(session, f"QN042{n:02}M", is_npnru=True) for n in range(1, rows + 1)]
    actors = [
        make_organization(
            session,
            f"Acteur essai {n}",
            themes=[THEME],
            commune_code="42218",
            slug=f"acteur-essai-{n}",
        )
        for n in range(rows)
    ]
    network = make_organization(
        session, "Réseau essai", kind=OrganizationKind.INCUBATOR, slug="reseau-essai"
    )
    federate(session, network, *actors)
    for n, quarter in enumerate(quarters):
        offer = make_offer(
            session, actors[0], f"Solution essai {n}", themes=[THEME], slug=f"solution-essai-{n}"
        )
        make_reference(session, offer, territory_id=quarters[0].id)
        make_offer(session, actors[n], f"Autre essai {n}", slug=f"autre-essai-{n}")
        make_need(session, quarters[0], f"Besoin essai {n}", carrier_id=actors[n].id)
        make_need(session, quarter, f"Appel essai {n}", themes=[THEME], carrier_id=actors[0].id)
        make_partnership(session, quarters[0], *actors, name=f"Partenariat essai {n}")
        _add_project_and_day(session, quarters, n)
    for n in range(rows):
        make_reference(session, actors[0].offers[0], commune_code="42218", place=f"Lieu {n}")


def _add_project_and_day(session: Session, quarters: list[Territory], n: int) -> None:
    session.add(RenewalProject(name=f"Projet essai {n}", territories=quarters))
    session.add(
        MeetupDay(
            slug=f"rencontre-essai-{n}",
            title="Rencontre",
            held_on=date(2027, 1, 1) - timedelta(days=60 * (n % 4)),
            place="Salle",
            commune_code="42218",
            summary="Une journée.",
            state=DayState.OPEN,
        )
    )
    session.flush()


@pytest.fixture(scope="module")
def worlds(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Flask]]:
    """Yield three indexed applications: with 1, 3 and 20 rows of everything."""
    with ExitStack() as stack:
        apps = []
        for rows in (1, 3, 20):
            folder = tmp_path_factory.mktemp(f"rows-{rows}")
            app = stack.enter_context(site_from(templates / "empty", folder))
            with app.app_context():
                _fill(db_session(), rows)
                db_session().commit()
            index_all(app)
            apps.append(app)
        yield apps


def _queries(app: Flask, path: str) -> int:
    client = app.test_client()
    client.get(path)
    with count_queries(app) as statements:
        assert client.get(path).status_code == 200
    return len(statements)


@pytest.mark.parametrize("path", PAGES)
def test_rows_add_no_query(path: str, worlds: list[Flask]) -> None:
    few, some, many = (_queries(app, path) for app in worlds)
    assert few == some == many
    assert many <= MOST


@pytest.mark.parametrize("path", MIXED)
def test_a_list_of_all_kinds_stays_within_the_limit(path: str, worlds: list[Flask]) -> None:
    # With twenty rows a page may hold fewer kinds, hence fewer queries: never more.
    few, some, many = (_queries(app, path) for app in worlds)
    assert few == some >= many
    assert few <= MOST
