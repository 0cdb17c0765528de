"""Printed matter of a day, read back: agendas, cards of the tables, badges, all tagged."""

import re
from io import BytesIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from extensions.participation_links import participation_url
from services.meetup_badges import badge_code
from tests.factories.accounts import make_user, sign_in
from tests.factories.agendas import Scene, make_agenda_scene, make_published_scene
from tests.factories.meetups import make_attendee
from vocabulary.kinds import UserRole


@pytest.fixture
def scene(session: Session) -> Scene:
    made = make_published_scene(session)
    session.commit()
    return made


@pytest.fixture
def staff(app: Flask, session: Session, scene: Scene) -> FlaskClient:
    user = make_user(session, role=UserRole.STAFF)
    session.commit()
    assert scene.day.id
    return sign_in(app, user.email)


def pdf_at(client: FlaskClient, path: str) -> PdfReader:
    response = client.get(path)
    assert (response.status_code, response.content_type) == (200, "application/pdf")
    assert response.headers["Cache-Control"] == "private, no-store"
    return PdfReader(BytesIO(response.data))


def text_of(page: object) -> str:
    """Return the words of a page, blanks made plain."""
    return re.sub(r"\s+", " ", page.extract_text())  # type: ignore[attr-defined]


def is_tagged(reader: PdfReader) -> bool:
    return "/StructTreeRoot" in reader.root_object and "/MarkInfo" in reader.root_object


def test_all_agendas_then_a_card_for_each_table(staff: FlaskClient, scene: Scene) -> None:
    reader = pdf_at(staff, f"/pilotage/rencontres/{scene.day.slug}/impressions/agendas.pdf")
    heads = [text_of(page) for page in reader.pages]
    assert len(heads) == 6
    assert is_tagged(reader)
    assert [any(name in head for head in heads) for name in ("Ville d’Essai", "Roue Libre")]
    assert "9 h – 9 h 20 Table 1, Grande salle Toits Neufs" in heads[3]
    assert "Table 1 Grande salle" in heads[4]
    assert "9 h – 9 h 20 Ville d’Essai et Toits Neufs" in heads[4]


def test_day_without_a_plan_prints_its_programme(app: Flask, session: Session) -> None:
    scene = make_agenda_scene(session)
    user = make_user(session, role=UserRole.STAFF)
    session.commit()
    client = sign_in(app, user.email)
    reader = pdf_at(client, f"/pilotage/rencontres/{scene.day.slug}/impressions/agendas.pdf")
    assert len(reader.pages) == 4
    assert "Les rendez-vous ne sont pas encore publiés." in text_of(reader.pages[0])


def test_own_agenda_is_one_tagged_page(app: Flask, scene: Scene) -> None:
    client = app.test_client()
    with app.app_context():
        client.get(participation_url(scene.people[0]))
    path = f"/rencontres/{scene.day.slug}/participations/{scene.people[0].id}/agenda.pdf"
    reader = pdf_at(client, path)
    assert (len(reader.pages), is_tagged(reader)) == (1, True)
    assert "Toits Neufs" in text_of(reader.pages[0])
    assert "essai.example" not in text_of(reader.pages[0])


def test_badges_name_the_person_the_body_and_the_first_table(
    staff: FlaskClient, scene: Scene
) -> None:
    reader = pdf_at(staff, f"/pilotage/rencontres/{scene.day.slug}/impressions/badges.pdf")
    assert (len(reader.pages), is_tagged(reader)) == (1, True)
    words = text_of(reader.pages[0])
    for expected in ("Personne 0", "Ville d’Essai", "Territoire", "9 h, table 1, Grande salle"):
        assert expected in words, expected
    assert badge_code(scene.people[0].attendees[0].badge_key) in words


def test_eight_badges_a_sheet(
    app: Flask, session: Session, staff: FlaskClient, scene: Scene
) -> None:
    for number in range(5):
        make_attendee(session, scene.people[1], f"Renfort {number}")
    session.commit()
    assert app.name
    reader = pdf_at(staff, f"/pilotage/rencontres/{scene.day.slug}/impressions/badges.pdf")
    assert len(reader.pages) == 2


def test_one_badge_alone(staff: FlaskClient, scene: Scene) -> None:
    person = scene.people[2].attendees[0]
    path = f"/pilotage/rencontres/{scene.day.slug}/impressions/badges/{person.id}.pdf"
    words = text_of(pdf_at(staff, path).pages[0])
    assert ("Personne 2" in words, "Personne 0" in words) == (True, False)


def test_hostile_words_are_printed_as_words(
    session: Session, staff: FlaskClient, scene: Scene
) -> None:
    hostile = '#panic("x") $ ] <script> \\'
    scene.people[0].name = scene.people[0].attendees[0].name = hostile
    session.commit()
    base = f"/pilotage/rencontres/{scene.day.slug}/impressions"
    for path in ("agendas.pdf", "badges.pdf"):
        words = " ".join(text_of(page) for page in pdf_at(staff, f"{base}/{path}").pages)
        assert '#panic("x")' in words, path


def test_page_of_prints_names_every_participant(staff: FlaskClient, scene: Scene) -> None:
    page = staff.get(f"/pilotage/rencontres/{scene.day.slug}/impressions").text
    assert [f"<strong>{one.name}</strong>" in page for one in scene.people] == [True] * 4
