"""Addresses of the people put in touch: shown to both teams after acceptance, and nowhere else."""

import csv
import io

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.introductions import THREADS, Table, sent_introduction, thread_page
from tests.factories.pages import run_worker, submit

DUE = "/mon-espace/suites"


def test_accepting_shows_both_addresses_to_both_teams_only(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS P1."""
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.carrier)
    introduction = sent_introduction(empty_session, table)
    team = sign_in(empty_app, colleague.email)
    before = maker.get(thread_page(introduction)).text
    assert table.buyer.email not in before
    assert "Claire Acheteuse" not in before
    submit(maker, f"{thread_page(introduction)}/accepter")
    for client in (buyer, maker, team):
        page = client.get(thread_page(introduction)).text
        assert table.buyer.email in page
        assert table.maker.email in page
    assert colleague.email not in buyer.get(thread_page(introduction)).text


def test_addresses_are_on_no_other_channel(
    empty_app: Flask, empty_session: Session, table: Table, buyer: FlaskClient, maker: FlaskClient
) -> None:
    """THREATS P1: lists, files, public pages, search, mails, the register."""
    sent_introduction(empty_session, table, accepted=True)
    visitor = empty_app.test_client()
    channels = {
        maker: [
            THREADS,
            f"{THREADS}.csv",
            DUE,
            f"/besoins/{table.need.id}/repondre",
            "/mon-espace",
        ],
        visitor: [
            f"/besoins/{table.need.id}",
            f"/acteurs/{table.carrier.slug}",
            f"/solutions/{table.offer.slug}",
            "/annuaire?q=Claire",
            "/annuaire.csv",
            f"/besoins/{table.need.id}/correspondances",
        ],
    }
    run_worker(empty_app)
    for client, addresses in channels.items():
        for address in addresses:
            text = client.get(address).text
            assert table.buyer.email not in text, address
            assert "Claire Acheteuse" not in text, address
    register = buyer.get(f"/mon-espace/besoins/{table.need.id}/registre").text
    assert table.maker.email not in register


def test_the_file_of_the_list_names_no_person(
    empty_session: Session, table: Table, maker: FlaskClient
) -> None:
    table.need.title = "=1+1"
    introduction = sent_introduction(empty_session, table, accepted=True)
    rows = list(
        csv.reader(io.StringIO(maker.get(f"{THREADS}.csv").text.lstrip("\ufeff")), delimiter=";")
    )
    assert len(rows) == 2
    row = dict(zip(rows[0], rows[1], strict=True))
    assert row["numéro"] == str(introduction.id)
    assert row["besoin"] == "'=1+1"
    assert (row["porteur du besoin"], row["acteur"], row["état"]) == (
        table.carrier.name,
        table.actor.name,
        "Acceptée",
    )
