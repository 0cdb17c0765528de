"""Eight people save at once on SQLite: nobody is told that the database is locked (C5)."""

import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from extensions.database import db_session
from services.drafts import current_organization_content
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.forms import write
from tests.factories.organizations import make_organization

WRITERS: Final = 8
SAVES: Final = 12
SAVED, CONFLICT = 302, 409


def _space(number: int) -> str:
    return f"/mon-espace/organisations/structure-{number}/description"


def test_writers_on_their_own_entries_are_all_saved(
    empty_app: Flask, empty_session: Session
) -> None:
    clients = []
    entries = []
    for number in range(WRITERS):
        person = make_user(empty_session)
        entry = make_organization(empty_session, f"Structure {number}", is_claimed=True)
        make_membership(empty_session, person, entry)
        empty_session.commit()
        entries.append(entry)
        clients.append(sign_in(empty_app, person.email))
    statuses = _save_together(clients, [_space(number) for number in range(WRITERS)])
    assert statuses == {SAVED: WRITERS * SAVES}
    empty_session.rollback()
    pitches = {current_organization_content(empty_session, entry)[0].pitch for entry in entries}
    assert pitches == {f"Phrase {SAVES - 1}"}


def test_writers_on_one_entry_are_saved_or_told(empty_app: Flask, empty_session: Session) -> None:
    entry = make_organization(empty_session, "Structure 0", is_claimed=True)
    people = [make_user(empty_session) for _ in range(WRITERS)]
    for person in people:
        make_membership(empty_session, person, entry)
    empty_session.commit()
    clients = [sign_in(empty_app, person.email) for person in people]
    statuses = _save_together(clients, [_space(0)] * WRITERS)
    assert set(statuses) <= {SAVED, CONFLICT}
    assert statuses[SAVED] > 0


def test_work_after_a_page_was_read_holds_the_lock_from_its_first_statement(
    empty_app: Flask,
) -> None:
    empty_app.test_client().get("/")
    with empty_app.app_context():
        session = db_session()
        session.execute(text("SELECT 1"))
        other = sqlite3.connect(
            str(session.get_bind().engine.url.database), timeout=0, isolation_level=None
        )
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()


def _save_together(clients: list[FlaskClient], addresses: list[str]) -> Counter[int]:
    """Let each client save its page several times, all at once; count the answers."""
    start = Barrier(len(clients))

    def save(client: FlaskClient, address: str) -> list[int]:
        start.wait(timeout=10)
        return [write(client, address, pitch=f"Phrase {turn}").status_code for turn in range(SAVES)]

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = pool.map(save, clients, addresses)
        return Counter(status for found in answers for status in found)
