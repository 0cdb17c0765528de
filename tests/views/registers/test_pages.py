"""The page of a register: who reads it, calls and mistakes logged, lists noted, names erased."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.need import Need
from models.organization import Organization
from services.register import erase_parts_of, record_event, verify_register
from services.register_reading import PAGE_SIZE
from tests.factories.accounts import NOW, sign_in
from tests.factories.entries import index_all
from tests.factories.forms import filled
from tests.factories.pages import run_worker
from tests.factories.registers import (
    BUYER,
    MEMBER,
    OTHER_BUYER,
    STAFF,
    declare_tie,
    export_register,
    give_document,
    log_call,
    register_lines,
    register_of,
)
from tests.query_counter import count_queries
from vocabulary.exchanges import RegisterEvent

MOST_QUERIES = 12


# --- Reading ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "page", ["registre", "registre/consigner", "documents", "liens-d-interets"]
)
def test_the_team_and_the_staff_read_another_authority_does_not(
    empty_app: Flask, need: Need, page: str
) -> None:
    address = f"/mon-espace/besoins/{need.id}/{page}"
    answers = {
        email: sign_in(empty_app, email).get(address).status_code
        for email in (BUYER, STAFF, OTHER_BUYER, MEMBER)
    }
    assert answers == {BUYER: 200, STAFF: 200, OTHER_BUYER: 404, MEMBER: 404}


def test_somebody_elses_register_looks_missing(empty_app: Flask, need: Need) -> None:
    client = sign_in(empty_app, OTHER_BUYER)
    theirs = client.get(register_of(need))
    missing = client.get("/mon-espace/besoins/99999/registre")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    assert theirs.text.replace(f"besoins/{need.id}/", "") == missing.text.replace(
        "besoins/99999/", ""
    )


def test_an_empty_register_says_so(buyer: FlaskClient, need: Need) -> None:
    assert "Aucune ligne n’a encore été écrite." in buyer.get(register_of(need)).text


def test_the_page_says_that_the_chain_holds_and_how_it_ends(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    page = buyer.get(register_of(need)).text
    last = register_lines(empty_session, need)[-1]
    assert "Chaîne vérifiée jusqu’à la ligne 1" in page
    assert last.hash in page
    assert "Appel téléphonique avec Abeille." in page


def test_filters_and_pages(buyer: FlaskClient, need: Need, empty_session: Session) -> None:
    actor = empty_session.scalars(select(Organization).where(Organization.name == "Abeille")).one()
    for rank in range(PAGE_SIZE + 5):
        event = RegisterEvent.CALL if rank % 2 else RegisterEvent.PUBLISHED
        record_event(
            empty_session,
            empty_session.get_one(Need, need.id),
            event,
            now=NOW + timedelta(minutes=rank),
            organization=actor if event is RegisterEvent.CALL else None,
        )
    empty_session.commit()

    def numbers(query: str) -> list[int]:
        found = re.findall(r'id="ligne-(\d+)"', buyer.get(f"{register_of(need)}?{query}").text)
        return [int(number) for number in found]

    assert numbers("") == list(range(1, PAGE_SIZE + 1))
    assert numbers("page=2") == list(range(PAGE_SIZE + 1, PAGE_SIZE + 6))
    assert numbers("evenement=appel") == list(range(2, PAGE_SIZE + 6, 2))
    assert numbers(f"acteur={actor.id}") == list(range(2, PAGE_SIZE + 6, 2))
    assert numbers("evenement=rien&acteur=0x&page=-1") == list(range(1, PAGE_SIZE + 1))
    assert buyer.get(f"{register_of(need)}?page=3").status_code == 404


# --- Calls and meetings ----------------------------------------------------------------------


def test_a_call_is_logged_in_two_fields(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    assert log_call(buyer, need).status_code == 302
    (entry,) = register_lines(empty_session, need)
    assert entry.event is RegisterEvent.CALL
    assert entry.part is not None
    assert entry.part.content == {
        "organization": "Abeille",
        "person": "Compte d’essai",
        "said": "Bonjour.",
    }


def test_a_double_click_logs_once(buyer: FlaskClient, need: Need, empty_session: Session) -> None:
    page = f"{register_of(need)}/consigner"
    data = filled(buyer, page).to_dict()
    data.update({"partner": "Abeille", "said": "Bonjour.", "kind": "reunion"})
    answers = [buyer.post(page, data=data) for _ in range(2)]
    assert [answer.location for answer in answers] == [register_of(need)] * 2
    assert [entry.event for entry in register_lines(empty_session, need)] == [RegisterEvent.MEETING]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"partner": ""}, "Dites avec qui vous avez échangé."),
        ({"said": "  "}, "Résumez ce qui s’est dit, même en une phrase."),
        ({"kind": "autre"}, "Choisissez : un appel ou une réunion."),
        ({"happened_at": "2999-01-01T10:00"}, "Cet échange n’a pas encore eu lieu"),
        ({"happened_at": "demain"}, "Quand, si ce n’est pas maintenant"),
        ({"partner": "A\u202eB"}, "Ce texte contient un caractère invisible interdit."),
    ],
)
def test_what_cannot_be_logged_is_refused_and_kept(
    buyer: FlaskClient, need: Need, empty_session: Session, fields: dict[str, str], words: str
) -> None:
    response = log_call(buyer, need, **{"said": "Ce que je tape", **fields})
    assert response.status_code == 422
    assert words in response.text
    assert register_lines(empty_session, need) == []
    if fields.keys() != {"said"}:
        assert "Ce que je tape" in response.text


def test_extra_fields_are_ignored(buyer: FlaskClient, need: Need, empty_session: Session) -> None:
    log_call(
        buyer, need, sequence="40", is_demo="1", hash="f", at="2020-01-01", organization_ref="1"
    )
    (entry,) = register_lines(empty_session, need)
    assert (entry.sequence, entry.is_demo) == (1, False)
    assert verify_register(empty_session, need.id) == []


def test_a_mistake_is_corrected_by_a_line(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    page = f"{register_of(need)}/1/rectifier"
    data = filled(buyer, page).to_dict()
    data["reason"] = "Autre besoin"
    assert [buyer.post(page, data=data).status_code for _ in range(2)] == [302, 302]
    first, second = register_lines(empty_session, need)
    assert (first.event, second.event) == (RegisterEvent.CALL, RegisterEvent.CORRECTION)
    assert second.facts == {"corrects": 1}
    shown = buyer.get(register_of(need)).text
    assert "Rectifiée par la ligne 2 : ne plus en tenir compte." in shown
    assert buyer.get(f"{register_of(need)}/2/rectifier").status_code == 404
    assert buyer.get(f"{register_of(need)}/9/rectifier").status_code == 404


# --- Lists shown -----------------------------------------------------------------------------


def test_a_list_is_noted_once_when_the_carrier_reads_it(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    index_all(empty_app)
    page = f"/besoins/{need.id}/correspondances"
    for email in (STAFF, OTHER_BUYER, MEMBER):
        assert sign_in(empty_app, email).get(page).status_code == 200
    assert empty_app.test_client().get(page).status_code == 200
    assert register_lines(empty_session, need) == []
    for _ in range(3):
        assert buyer.get(page).status_code == 200
    assert buyer.get(f"{page}?type=startup").status_code == 200
    run_worker(empty_app)
    assert buyer.get(page).status_code == 200
    run_worker(empty_app)
    first, second = register_lines(empty_session, need)
    assert (first.event, second.event) == (RegisterEvent.SHOWN, RegisterEvent.SHOWN)
    assert (first.facts["filters"], second.facts["filters"]) == ({}, {"kinds": ["startup"]})
    assert len(first.facts["offers"]) == len(first.facts["actors"]) == 1
    assert {"seed", "weights"} <= first.facts.keys()
    assert "Volets (Abeille)" in buyer.get(register_of(need)).text


# --- Erasure, speed --------------------------------------------------------------------------


def test_an_erased_person_is_named_nowhere(
    buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need, said="Mot à effacer")
    person = register_lines(empty_session, need)[0].part
    assert person is not None
    erase_parts_of(empty_session, empty_session.get_one(User, person.user_id), now=NOW)
    empty_session.commit()
    page = buyer.get(register_of(need)).text
    assert "Chaîne vérifiée jusqu’à la ligne 2" in page
    main = page[page.index("<main") :]
    assert "Mot à effacer" not in main
    assert "Appel téléphonique avec Abeille." in main
    assert "Mot à effacer" not in export_register(buyer, need, "csv").decode("utf-8-sig")


@pytest.mark.parametrize(
    "page", ["registre", "registre/consigner", "documents", "liens-d-interets"]
)
def test_lines_add_no_query(empty_app: Flask, buyer: FlaskClient, need: Need, page: str) -> None:
    counts = []
    for _ in range(3):
        log_call(buyer, need)
        give_document(buyer, need)
        declare_tie(buyer, f"/mon-espace/besoins/{need.id}/liens-d-interets")
        with count_queries(empty_app) as statements:
            assert buyer.get(f"/mon-espace/besoins/{need.id}/{page}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] == counts[2] <= MOST_QUERIES


def test_noting_a_list_keeps_the_page_within_its_queries(
    empty_app: Flask, buyer: FlaskClient, need: Need
) -> None:
    index_all(empty_app)
    page = f"/besoins/{need.id}/correspondances"
    sign_in(empty_app, STAFF).get(page)  # builds the columns
    with count_queries(empty_app) as first:
        buyer.get(page)
    assert [one for one in first if one.startswith("INSERT INTO outbox_message")]
    assert len(first) <= MOST_QUERIES
    with count_queries(empty_app) as again:
        buyer.get(page)
    assert len(again) <= MOST_QUERIES
