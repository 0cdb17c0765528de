"""Lists of requests and of answers due: boxes, what both sides said, queries whatever the rows."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.clock import now
from models.introduction import Introduction
from services.introduction_threads import SentFile, add_message
from tests.factories.accounts import NOW, make_user, sign_in
from tests.factories.introductions import (
    THREADS,
    Table,
    make_introduction,
    read_again,
    sent_introduction,
    thread_page,
)
from tests.factories.organizations import make_offer
from tests.factories.pages import submit
from tests.query_counter import count_queries
from vocabulary.exchanges import OutcomeStage, Side

DUE = "/mon-espace/suites"


def test_the_boxes_of_the_list(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    sent_introduction(empty_session, table)
    accepted = make_offer(empty_session, table.actor, "Acceptée")
    sent_introduction(empty_session, table, offer=accepted, accepted=True)
    counts = {
        box: [client.get(f"{THREADS}?liste={box}").text.count('<h2 class="h5') for client in both]
        for both in [(buyer, maker)]
        for box in ("toutes", "a-traiter", "envoyees", "en-cours", "terminees", "inconnue")
    }
    assert counts == {
        "toutes": [2, 2],
        "a-traiter": [0, 2],
        "envoyees": [1, 0],
        "en-cours": [1, 1],
        "terminees": [0, 0],
        "inconnue": [2, 2],
    }


def test_an_empty_list_says_how_to_start(
    empty_app: Flask, empty_session: Session, buyer: FlaskClient, maker: FlaskClient
) -> None:
    alone = make_user(empty_session)
    empty_session.commit()
    assert "contactez l’acteur d’une proposition" in buyer.get(THREADS).text
    assert "Répondez à un besoin" in maker.get(THREADS).text
    assert "rejoignez l’équipe" in sign_in(empty_app, alone.email).get(THREADS).text
    assert "La question vous sera posée" in buyer.get(DUE).text


def due_introduction(session: Session, table: Table) -> Introduction:
    """Return an introduction accepted a good month ago."""
    introduction = make_introduction(session, table, accepted=True, now=now() - timedelta(days=31))
    session.commit()
    return introduction


def test_all_that_is_due_is_answered_on_one_page(
    empty_session: Session, table: Table, maker: FlaskClient, buyer: FlaskClient
) -> None:
    introduction = due_introduction(empty_session, table)
    name = f"stage-{introduction.id}-acteur"
    assert name in maker.get(DUE).text
    fields = {
        name: "rencontre",
        f"note-{introduction.id}-acteur": "Visite",
        "form_number": "c" * 32,
    }
    for _ in range(2):
        assert submit(maker, DUE, fields).status_code == 302
    assert "Rien à dire pour l’instant" in maker.get(DUE).text
    assert "Visite" in buyer.get(DUE).text
    assert read_again(empty_session, introduction).stage is OutcomeStage.MEETING


def test_a_page_left_open_everywhere_is_refused(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = due_introduction(empty_session, table)
    response = submit(maker, DUE, {f"stage-{introduction.id}-acteur": ""})
    assert response.status_code == 422
    assert "Répondez à une ligne au moins." in response.text


def test_nobody_answers_for_the_other_side(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    introduction = due_introduction(empty_session, table)
    response = submit(maker, DUE, {f"stage-{introduction.id}-territoire": "contrat"})
    assert response.status_code == 422
    assert read_again(empty_session, introduction).stage is None


def test_both_answers_stand_side_by_side_and_a_dispute_is_said(
    empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    introduction = sent_introduction(empty_session, table, accepted=True)
    address = f"{thread_page(introduction)}/suite"
    submit(maker, address, {"stage": "contrat", "note": "Signé mardi"})
    submit(buyer, address, {"stage": "rien-encore"})
    page = buyer.get(thread_page(introduction)).text
    assert "Les deux parties ne disent pas la même chose." in page
    assert "Signé mardi" in page
    assert "les deux parties ne disent pas la même chose" in maker.get(THREADS).text
    submit(buyer, address, {"stage": "contrat"})
    assert "ne disent pas la même chose" not in maker.get(thread_page(introduction)).text


COUNTS = {
    THREADS: 6,
    f"{THREADS}/N": 12,
    DUE: 6,
    "/besoins/N/repondre": 10,
}


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_ask_a_fixed_number_of_queries(
    empty_app: Flask,
    empty_session: Session,
    table: Table,
    maker: FlaskClient,
    rows: int,
) -> None:
    """THREATS V1."""
    introduction = due_introduction(empty_session, table)
    for number in range(rows):
        add_message(
            empty_session,
            introduction,
            table.maker,
            Side.ACTOR,
            body="Un mot",
            files=[SentFile("a.txt", b"x")],
            folder=empty_app.config["SETTINGS"].documents_dir,
            now=NOW,
        )
        other = make_offer(empty_session, table.actor, f"Offre {number}")
        if number:
            make_introduction(
                empty_session, table, offer=other, accepted=True, now=introduction.sent_at
            )
    empty_session.commit()
    found = {}
    for address in (THREADS, thread_page(introduction), DUE, f"/besoins/{table.need.id}/repondre"):
        maker.get(address)
        with count_queries(empty_app) as queries:
            page = maker.get(address)
        assert page.status_code == 200
        assert len(page.get_data()) < 100_000
        found[re.sub(r"\d+", "N", address)] = len(queries)
    assert max(found.values()) <= 12, found
    assert found == COUNTS
