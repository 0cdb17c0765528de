"""Steering and exposure pages: figures shown, files read back, draws replayed, queries bounded."""

import csv
import io
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions.database import db, db_session
from extensions.exposure import exposure_counter
from jobs.cli import make_worker
from models.exposure import ExposureCount, ExposureSeed
from models.need import Need
from models.organization import Organization
from services.exposure import draw_seed
from tests.factories.accounts import make_user, sign_in
from tests.factories.entries import make_need, make_territory
from tests.factories.introductions import make_table
from tests.factories.organizations import make_offer, make_organization
from tests.factories.pages import submit
from tests.query_counter import count_queries
from tests.views.test_query_counts import MOST
from vocabulary.kinds import AreaLevel, UserRole

STAFF = "equipe@demo.example"


def rows_of(client: FlaskClient, address: str) -> list[list[str]]:
    text = client.get(address).get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


@pytest.fixture
def worked_app(app: Flask) -> Flask:
    """Return the seeded application after its worker started and worked."""
    with app.app_context():
        worker = make_worker()
        worker.start_calendar()
        worker.drain()
    return app


def test_the_radar_says_that_no_look_was_taken_yet(app: Flask) -> None:
    page = sign_in(app, STAFF).get("/pilotage").text
    assert "Aucun relevé pour l’instant" in page


def test_a_look_asked_for_is_taken_by_the_worker(app: Flask) -> None:
    client = sign_in(app, STAFF)
    assert "demandé" in submit(client, "/pilotage/regarder", follow_redirects=True).text
    assert "déjà en cours" in submit(client, "/pilotage/regarder", follow_redirects=True).text
    with app.app_context():
        make_worker().drain()
    assert "Relevé du" in client.get("/pilotage").text


def test_the_radar_and_its_file_name_the_same_gaps(worked_app: Flask) -> None:
    client = sign_in(worked_app, STAFF)
    page = client.get("/pilotage?region=93").text
    needs = [
        row[1]
        for row in rows_of(client, "/pilotage/manques.csv?region=93")[1:]
        if row[0] == "besoin"
    ]
    with worked_app.app_context():
        titles = set(db_session().scalars(select(Need.title)))
    assert set(needs) <= titles
    assert all(title in page for title in needs)


def test_an_unknown_filter_is_refused_and_said(worked_app: Flask) -> None:
    answer = sign_in(worked_app, STAFF).get("/pilotage?region=abc")
    assert answer.status_code == 400
    assert "Le formulaire contient des erreurs" in answer.text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("depuis=hier", "Écrivez une date"),
        ("depuis=2026-05-02&jusque=01/05/2026", "La fin de la période est avant son début."),
    ],
)
def test_a_period_that_makes_no_sense_is_said_and_kept(
    app: Flask, query: str, message: str
) -> None:
    client = sign_in(app, STAFF)
    for page in ("/pilotage/parcours", "/exposition"):
        answer = client.get(f"{page}?{query}")
        assert answer.status_code == 400
        assert message in answer.text
        assert f'value="{query.split("&", maxsplit=1)[0].removeprefix("depuis=")}"' in answer.text


def test_the_funnel_and_its_file_say_the_same(app: Flask) -> None:
    client = sign_in(app, STAFF)
    rows = rows_of(client, "/pilotage/parcours.csv?depuis=2020-01-01&jusque=2026-12-31")
    assert rows[0] == ["du", "au", "mesure", "mois", "nombre"]
    published = next(row for row in rows if row[2] == "Besoins publiés")
    with app.app_context():
        needs = db_session().scalars(Need.published()).all()
    assert published == ["2020-01-01", "2026-12-31", "Besoins publiés", "", str(len(needs))]


def test_what_a_match_list_shows_is_counted(worked_app: Flask) -> None:
    client = worked_app.test_client()
    with worked_app.app_context():
        need_id = db_session().scalars(select(Need.id).limit(1)).one()
    assert client.get(f"/besoins/{need_id}/correspondances").status_code == 200
    with worked_app.app_context():
        exposure_counter().write(db.sessionmaker)
        counted = db_session().scalars(select(ExposureCount.shown)).all()
    assert counted
    assert f"{sum(counted)} apparitions comptées" in client.get("/exposition").text


def test_the_file_of_exposure_counts_every_class(worked_app: Flask) -> None:
    rows = rows_of(worked_app.test_client(), "/exposition.csv")
    by_kind = [row for row in rows if row[2] == "Type d’acteur"]
    with worked_app.app_context():
        published = db_session().scalars(Organization.published()).all()
    actors = [one for one in published if one.is_innovation_side]
    assert sum(int(row[4]) for row in by_kind) == len(actors)


def test_a_draw_is_made_at_start_and_shown(worked_app: Flask) -> None:
    with worked_app.app_context():
        seed = db_session().scalars(select(ExposureSeed.seed)).one()
    assert str(seed) in worked_app.test_client().get("/exposition").text


def titles_of(client: FlaskClient, address: str) -> list[str]:
    page = client.get(address).text
    return sorted((f"Jumelle {number:02d}" for number in range(8)), key=page.find)


def test_the_order_of_another_day_is_made_again(empty_app: Flask) -> None:
    with empty_app.app_context():
        session = db_session()
        need = make_need(
            session, make_territory(session), "Rénover", themes=["renovation-energetique"]
        )
        for number in range(8):
            name = f"Jumelle {number:02d}"
            actor = make_organization(session, name, area_level=AreaLevel.NATIONAL)
            make_offer(session, actor, f"Offre {number:02d}", themes=["renovation-energetique"])
        for day, number in ((date(2026, 11, 20), 1), (date(2026, 11, 22), 2)):
            draw_seed(session, day, number=number, now=datetime(2026, 11, 22, tzinfo=UTC))
        session.commit()
        address = f"/besoins/{need.id}/correspondances?objet=acteurs"
    with time_machine.travel(datetime(2026, 11, 20, 12, tzinfo=UTC), tick=False):
        first = titles_of(empty_app.test_client(), address)
    with time_machine.travel(datetime(2026, 11, 22, 12, tzinfo=UTC), tick=False):
        client = empty_app.test_client()
        assert titles_of(client, address) != first
        assert titles_of(client, f"{address}&tirage=2026-11-20") == first
        unknown = client.get(f"{address}&tirage=2026-11-21").text
    assert "Aucun tirage n’est enregistré pour « 2026-11-21 »" in unknown


@pytest.mark.parametrize("page", ["/pilotage", "/pilotage/parcours", "/exposition"])
def test_queries_do_not_grow_with_the_rows(empty_app: Flask, page: str) -> None:
    with empty_app.app_context():
        session = db_session()
        make_user(session, role=UserRole.STAFF, email="staff@essai.example")
        make_table(session)
        session.commit()
    client = sign_in(empty_app, "staff@essai.example")
    counts = []
    for mark in ("b", "c"):
        with empty_app.app_context():
            worker = make_worker()
            submit(client, "/pilotage/regarder")
            worker.drain()
        client.get(page)
        with count_queries(empty_app) as statements:
            assert client.get(page).status_code == 200
        counts.append(len(statements))
        with empty_app.app_context():
            for number in range(3):
                make_table(db_session(), f" {mark}{number}", code=f"QN0421{mark.upper()}{number}")
            db_session().commit()
    assert counts[0] == counts[1] <= MOST
