"""Whole days printed by the worker: asked for, made in a process, kept, made again, forgotten."""

import io
import re
import time
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extensions.clock import now, today
from extensions.database import db, db_session
from jobs.cli import make_worker
from jobs.print_processes import PrintProcesses
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_print import MeetupPrint
from models.outbox import OutboxMessage
from services.meetup_calendar import announce_agendas
from services.meetup_prints import (
    AT_ONCE,
    CRASHED,
    LEASE,
    LIFE,
    PRINT_MAKE,
    PrintClaim,
    claim_print,
    fail_print,
    fail_silent_prints,
    forget_prints,
    is_under_way,
    print_of,
    request_print,
    store_print,
)
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetup_held import make_held_day
from tests.factories.meetups import make_day
from tests.factories.pages import run_worker, submit
from tests.query_counter import count_queries
from vocabulary.kinds import UserRole
from vocabulary.prints import PrintKind, PrintState

LARGE = AT_ONCE + 2


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    """Return a published day that is too large to be printed while one waits."""
    made = make_held_day(empty_session, people=LARGE, slots=4, wishes=3, held_on=today()).day
    empty_session.commit()
    return made


@pytest.fixture
def staff(empty_app: Flask, empty_session: Session) -> FlaskClient:
    person = make_user(empty_session, role=UserRole.STAFF)
    empty_session.commit()
    return sign_in(empty_app, person.email)


def page_of(day: MeetupDay, rest: str = "") -> str:
    return f"/pilotage/rencontres/{day.slug}/impressions{rest}"


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def stored(session: Session, day: MeetupDay, kind: PrintKind = PrintKind.AGENDAS) -> MeetupPrint:
    session.rollback()
    session.expire_all()
    found = print_of(session, day, kind)
    assert found is not None
    return found


def prepare(staff: FlaskClient, day: MeetupDay, kind: str = "agendas") -> None:
    assert submit(staff, page_of(day, f"/{kind}/preparer")).status_code == 302


def test_a_large_day_is_printed_by_the_worker(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    assert staff.get(page_of(day)).text.count("Préparer le PDF") == 2
    early = staff.get(page_of(day, "/agendas.pdf"), follow_redirects=True)
    assert "Ce document n’est pas encore fait" in early.text
    prepare(staff, day)
    page = staff.get(page_of(day)).text
    assert "Étape 1 sur 3 : la demande attend son tour." in page
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    run_worker(empty_app)
    page = plain(staff.get(page_of(day)).text)
    assert "Étape" not in page
    assert re.search(r"Fait à \d+ h( \d+)? : à jour\.", page)
    response = staff.get(page_of(day, "/agendas.pdf"))
    assert response.headers["Cache-Control"] == "private, no-store"
    reader = PdfReader(io.BytesIO(response.data))
    assert "/StructTreeRoot" in reader.root_object
    words = plain(" ".join(one.extract_text() for one in reader.pages))
    assert [f"Ville {n:03}" in words for n in range(3)] == [True] * 3
    assert len(reader.pages) >= LARGE
    assert stored(empty_session, day).state is PrintState.READY


def test_badges_made_by_the_worker_are_those_made_at_once(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    prepare(staff, day, "badges")
    run_worker(empty_app)
    reader = PdfReader(io.BytesIO(staff.get(page_of(day, "/badges.pdf")).data))
    assert len(reader.pages) == -(-LARGE // 8)
    assert stored(empty_session, day, PrintKind.BADGES).state is PrintState.READY


def test_a_change_since_is_said_and_a_publication_prints_again(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    prepare(staff, day)
    prepare(staff, day, "badges")
    run_worker(empty_app)
    empty_session.rollback()
    body = empty_session.scalars(select(MeetupParticipant).order_by(MeetupParticipant.id)).first()
    assert body is not None
    body.name = "Ville renommée"
    empty_session.commit()
    page = plain(staff.get(page_of(day)).text)
    assert len(re.findall(r"Fait à [^.]*, avant la dernière modification\.", page)) == 2
    old = staff.get(page_of(day, "/agendas.pdf")).data
    announce_agendas(empty_session, day, now=now())
    empty_session.commit()
    page = plain(staff.get(page_of(day)).text)
    assert page.count("avant la dernière modification.") == 2
    assert page.count("Étape 1 sur 3") == 2
    assert staff.get(page_of(day, "/agendas.pdf")).data == old
    run_worker(empty_app)
    page = plain(staff.get(page_of(day)).text)
    assert (page.count(": à jour."), "dernière modification" in page) == (2, False)
    reader = PdfReader(io.BytesIO(staff.get(page_of(day, "/agendas.pdf")).data))
    assert any("Ville renommée" in one.extract_text() for one in reader.pages)


def test_a_small_day_is_printed_at_once(
    empty_app: Flask, empty_session: Session, staff: FlaskClient
) -> None:
    small = make_held_day(empty_session, people=10, held_on=today()).day
    empty_session.commit()
    assert empty_app.name
    page = staff.get(page_of(small)).text
    assert ("Préparer le PDF" in page, "/impressions/agendas.pdf" in page) == (False, True)
    assert staff.get(page_of(small, "/agendas.pdf")).content_type == "application/pdf"
    assert empty_session.scalar(select(func.count()).select_from(MeetupPrint)) == 0


def test_pressing_twice_asks_once(
    empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    prepare(staff, day)
    prepare(staff, day)
    empty_session.rollback()
    asked = select(func.count()).where(OutboxMessage.topic == PRINT_MAKE)
    assert empty_session.scalar(asked) == 1


def test_a_failure_is_said_and_the_former_document_stays(
    empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    found = stored_after(empty_session, day)
    claim = claim_print(empty_session, found.id, token=now())
    assert claim is not None
    assert store_print(empty_session, claim, b"%PDF-former", "mark")
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    again = claim_print(empty_session, found.id, token=now() + timedelta(seconds=1))
    assert again is not None
    assert fail_print(empty_session, again, CRASHED)
    empty_session.commit()
    page = plain(staff.get(page_of(day)).text)
    assert "La mise en page s’est arrêtée sans finir." in page
    assert "Réessayer" in page
    assert staff.get(page_of(day, "/agendas.pdf")).data == b"%PDF-former"


def stored_after(session: Session, day: MeetupDay) -> MeetupPrint:
    session.commit()
    return stored(session, day)


def test_what_is_no_longer_wanted_is_dropped(empty_session: Session, day: MeetupDay) -> None:
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    found = stored_after(empty_session, day)
    claim = claim_print(empty_session, found.id, token=now())
    assert claim is not None
    assert claim_print(empty_session, found.id, token=now()) is None
    announce_agendas(empty_session, day, now=now())
    assert not store_print(empty_session, claim, b"%PDF-old", "mark")
    assert stored_after(empty_session, day).content is None


def test_a_process_that_dies_leaves_a_failure(
    empty_app: Flask, empty_session: Session, day: MeetupDay
) -> None:
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    found = stored_after(empty_session, day)
    claim = claim_print(empty_session, found.id, token=now())
    empty_session.commit()
    assert claim is not None
    processes = PrintProcesses()
    # No template reads this: the process ends badly.
    processes.start(claim, PrintKind.AGENDAS, "{}", "mark")
    with empty_app.app_context():
        assert processes.wait(db.sessionmaker)
    assert (stored(empty_session, day).state, processes.pids) == (PrintState.FAILED, [])


def test_a_worker_that_stops_leaves_its_document_to_the_next(
    empty_app: Flask, empty_session: Session, day: MeetupDay
) -> None:
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    empty_session.commit()
    with empty_app.app_context():
        worker = make_worker()
        while not worker._prints.pids:  # noqa: SLF001 - what runs beside it
            worker.run_once()
        worker._prints.stop(db.sessionmaker)  # noqa: SLF001
    assert stored(empty_session, day).state is PrintState.QUEUED
    run_worker(empty_app)
    assert stored(empty_session, day).state is PrintState.READY


def test_silence_ends_in_a_failure_that_can_be_asked_again(
    empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    found = stored_after(empty_session, day)
    assert claim_print(empty_session, found.id, token=now() - LEASE - timedelta(seconds=1))
    empty_session.commit()
    assert not is_under_way(stored(empty_session, day), now())
    assert "Réessayer" in staff.get(page_of(day)).text
    fail_silent_prints(empty_session, now=now())
    assert stored_after(empty_session, day).state is PrintState.FAILED


def test_a_request_that_nobody_takes_says_so(
    empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    request_print(empty_session, day, PrintKind.AGENDAS, now=now() - timedelta(minutes=2))
    empty_session.commit()
    assert "Rien n’a commencé" in staff.get(page_of(day)).text


def test_documents_are_forgotten_a_week_after_the_day(empty_session: Session) -> None:
    kept = make_day(empty_session, "Récente", held_on=today() - timedelta(days=3))
    gone = make_day(empty_session, "Ancienne", held_on=today() - LIFE - timedelta(days=2))
    for one in (kept, gone):
        request_print(empty_session, one, PrintKind.BADGES, now=now())
    forget_prints(empty_session, now=now())
    assert (
        print_of(empty_session, kept, PrintKind.BADGES) is not None,
        print_of(empty_session, gone, PrintKind.BADGES),
    ) == (True, None)


def test_the_page_of_prints_keeps_to_twelve_queries(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    prepare(staff, day)
    run_worker(empty_app)
    empty_session.rollback()
    small = make_held_day(empty_session, people=10, title="Petite", held_on=today()).day
    empty_session.commit()
    counts = []
    for one in (small, day):
        staff.get(page_of(one))
        with count_queries(empty_app) as statements:
            page = staff.get(page_of(one))
        assert len(page.data) < 100_000
        counts.append(len(statements))
    assert max(counts) <= 12


def test_pages_do_not_wait_for_the_document(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, day: MeetupDay
) -> None:
    """While the process runs, the worker is free: mails leave in the meantime."""
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    empty_session.commit()
    with empty_app.app_context():
        worker = make_worker()
        while not worker._prints.pids:  # noqa: SLF001
            worker.run_once()
        start = time.monotonic()
        while worker.run_once():
            pass
        assert worker._prints.pids  # noqa: SLF001
        assert time.monotonic() - start < 5
        assert staff.get(page_of(day, "/agendas/etat")).status_code == 200
        worker.drain()
        db_session().rollback()
    assert stored(empty_session, day).state is PrintState.READY


def test_a_claim_names_one_process(empty_session: Session, day: MeetupDay) -> None:
    request_print(empty_session, day, PrintKind.AGENDAS, now=now())
    found = stored_after(empty_session, day)
    moment = now()
    assert claim_print(empty_session, found.id, token=moment) == PrintClaim(found.id, moment)
    other = PrintClaim(found.id, moment + timedelta(seconds=1))
    assert not store_print(empty_session, other, b"%PDF", "mark")
