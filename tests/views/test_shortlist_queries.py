"""Selections and comparisons send the same number of queries whatever they hold (V1)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from extensions.database import db_session
from tests.conftest import AppFactory
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import federate, make_need, make_reference, make_territory
from tests.factories.organizations import make_offer, make_organization
from tests.factories.shortlists import make_item, make_shortlist
from tests.query_counter import count_queries
from vocabulary.kinds import OrganizationKind

MOST = 12
AGENT = "agent@ville.example"


@contextmanager
def filled(app: Flask) -> Iterator[Session]:
    """Give a session over the database of ``app``, and commit."""
    with app.app_context():
        yield db_session()
        db_session().commit()


def fill(session: Session, rows: int) -> None:
    """Add a city with ``rows`` selections; the first holds as many offers and actors."""
    city = make_organization(session, "Ville d’essai", kind=OrganizationKind.COLLECTIVITE)
    person = make_user(session, email=AGENT)
    make_membership(session, person, city)
    territory = make_territory(session)
    network = make_organization(session, "Réseau", kind=OrganizationKind.INCUBATOR)
    lists = [
        make_shortlist(
            session,
            city,
            f"Sélection {n}",
            need_id=make_need(session, territory, f"Besoin {n}", carrier_id=city.id).id,
        )
        for n in range(rows)
    ]
    for n in range(max(rows, 2)):
        actor = make_organization(session, f"Acteur {n}")
        federate(session, network, actor)
        offer = make_offer(session, actor, f"Offre {n}", themes=["solaire"])
        make_reference(session, offer, territory_id=territory.id)
        if n < rows:
            make_item(session, lists[0], offer, note="Note", noted_by_id=person.id)
            make_item(session, lists[0], actor)


def queries(app: Flask, path: str) -> int:
    client = sign_in(app, AGENT)
    assert client.get(path).status_code == 200
    with count_queries(app) as statements:
        client.get(path)
    return len(statements)


@pytest.mark.parametrize(
    "path",
    [
        "/mon-espace/selections",
        "/mon-espace/selections/1",
        "/mon-espace/selections/1.csv",
        "/mon-espace/selections/nouvelle",
        "/mon-espace/selections/ajouter?solution=offre-0",
    ],
)
def test_rows_add_no_query(make_app: AppFactory, path: str) -> None:
    counts = []
    for rows in (1, 3, 20):
        app = make_app(seeded=False)
        with filled(app) as session:
            fill(session, rows)
        counts.append(queries(app, path))
    assert counts == [counts[0]] * 3
    assert counts[0] <= MOST


@pytest.mark.parametrize("kind", ["solution=offre-", "acteur=acteur-"])
@pytest.mark.parametrize("ending", ["", "&besoin=1"])
def test_columns_add_no_query(make_app: AppFactory, kind: str, ending: str) -> None:
    app = make_app(seeded=False)
    with filled(app) as session:
        fill(session, 4)
    counts = [
        queries(app, "/comparaison?" + "&".join(f"{kind}{n}" for n in range(columns)) + ending)
        for columns in (2, 3, 4)
    ]
    assert counts == [counts[0]] * 3
    assert counts[0] <= MOST
