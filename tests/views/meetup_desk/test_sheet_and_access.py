"""The sheet to sign, the weight of the pages of the desk, and for whom they are."""

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from tests.factories.accounts import make_user, sign_in
from tests.factories.meetup_held import HeldDay, make_held_day
from tests.factories.meetups import make_attendee, make_day, make_participant
from tests.factories.pages import submit
from tests.query_counter import count_queries
from tests.views.meetup_desk.steps import (
    MEMBER,
    NOW,
    STAFF,
    arrived_at,
    badge,
    desk,
    one_of,
    repairs,
)
from vocabulary.kinds import UserRole

MOST_QUERIES = 12
LARGEST_PAGE = 100_000


def test_the_sheet_on_paper_names_everybody_with_boxes_to_sign(
    staff: FlaskClient, held: HeldDay
) -> None:
    submit(staff, desk(held, "/arrivees"), {"attendee": one_of(held).id})
    answer = staff.get(desk(held, "/emargement/feuille.pdf"))
    reader = PdfReader(io.BytesIO(answer.data))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    root: Any = reader.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert all(one.attendees[0].name in text for one in held.everybody)
    assert "Matin : signature" in text
    assert text.count("9 h 10") >= 1


def test_the_sheet_as_a_table_holds_no_formula(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    one_of(held).name = "=cmd|'/c calc'!A1"
    empty_session.commit()
    data = staff.get(desk(held, "/emargement/feuille.csv")).data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data), delimiter=";"))
    assert len(rows) == 15
    assert [row["nom"] for row in rows if "cmd" in row["nom"]] == ["'=cmd|'/c calc'!A1"]
    book = staff.get(desk(held, "/emargement/feuille.xlsx")).data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert len(sheet.to_python()) == 16


PAGES = (
    "/jour-j",
    "/jour-j?vue=tous",
    "/jour-j/etat.json",
    "/jour-j/retards",
    "/jour-j/lecteur",
    "/jour-j/accueil/sans-inscription",
    "/jour-j/emargement",
    "/jour-j/tables",
    "/reparations",
)


@pytest.mark.parametrize("page", PAGES)
def test_pages_stay_light_with_two_hundred_participants(
    empty_app: Flask, empty_session: Session, page: str
) -> None:
    make_user(empty_session, role=UserRole.STAFF, email=STAFF)
    held = make_held_day(empty_session, people=200, slots=12, wishes=6)
    for one in held.actors[:3]:
        one.absent_at = NOW
    address = f"/pilotage/rencontres/{held.day.slug}{page}"
    empty_session.commit()
    client = sign_in(empty_app, STAFF)
    client.get(address)  # what is read once and kept
    with count_queries(empty_app) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    assert len(queries) <= MOST_QUERIES, "\n".join(queries)
    assert len(answer.data) < LARGEST_PAGE


@pytest.mark.parametrize("page", PAGES)
def test_only_staff_reach_the_desk(empty_app: Flask, held: HeldDay, page: str) -> None:
    address = f"/pilotage/rencontres/{held.day.slug}{page}"
    assert sign_in(empty_app, MEMBER).get(address).status_code == 404
    assert "/connexion" in empty_app.test_client().get(address).headers["Location"]


def test_a_badge_tells_nothing_to_others(empty_app: Flask, held: HeldDay) -> None:
    member = sign_in(empty_app, MEMBER)
    known, unknown = (
        member.get(address)
        for address in (badge(held, one_of(held)), f"/rencontres/{held.day.slug}/badge/inconnu")
    )
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert one_of(held).name not in known.text


def test_somebody_of_another_day_is_not_found(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    body = make_participant(empty_session, make_day(empty_session), "Ailleurs")
    other = make_attendee(empty_session, body)
    empty_session.commit()
    answers = [
        submit(staff, desk(held, "/arrivees"), {"attendee": other.id}),
        submit(staff, desk(held, f"/accueil/{body.id}/personnes"), {"name": "Léa"}),
        submit(staff, desk(held, f"/accueil/{body.id}/absence/absent"), {"moment": "maintenant"}),
        submit(staff, desk(held, "/retards"), {"participant": body.id, "moment": "maintenant"}),
        staff.get(desk(held, f"/accueil/{body.id}")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert arrived_at(empty_session, other) is None


def test_without_its_token_no_form_changes_anything(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    empty_app.testing = False  # as served
    someone = one_of(held)
    answers = [
        staff.post(desk(held, "/arrivees"), data={"attendee": someone.id}),
        staff.post(badge(held, someone)),
        staff.post(desk(held, "/retards"), data={"participant": held.actors[0].id}),
        staff.post(repairs(held, "/appliquer"), data={"order": ""}),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert arrived_at(empty_session, someone) is None
