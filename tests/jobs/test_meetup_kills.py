"""A process killed at any statement of what meetup days write: old or new, whole (D1, D3, D4).

Each is killed again and again, later every time, and always at the door of its commit; what comes
after carries on from there.
"""

import os
import signal
import sqlite3
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.database import db, db_session
from jobs.cli import make_worker
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import MeetingInquiry
from models.outbox import OutboxMessage
from services.meetup_absences import note_absent
from services.meetup_evenings import ASKED_AFTER, plan_evening
from services.meetup_invitee_files import create_invitees
from services.outbox import LEASE
from tests.factories.accounts import make_user, sign_in
from tests.factories.agendas import USUAL, make_agenda_scene, publish
from tests.factories.forms import forms_in
from tests.factories.matrix_world import rows_of
from tests.factories.meetup_evenings import EVENING_AT, make_evening
from tests.factories.meetup_held import HeldDay, at, make_held_day
from tests.factories.meetups import NOW, make_day
from tests.factories.pages import mails_to, run_worker
from vocabulary.kinds import UserRole

MORNING: Final = at(9, 10)
LINES: Final = 40
AT_COMMIT: Final = -1
# The statements at which a process dies, in turn, until one lives through.
STATEMENTS: Final = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377)


def lives(app: Flask, work: Callable[[], object], moment: int) -> bool:
    """Do a work in a process of its own that is killed at a statement; tell whether it ended."""
    with app.app_context():
        pid = os.fork()
        if not pid:
            db.engine.dispose(close=False)
            _die_at(moment)
    if not pid:
        try:
            work()
        finally:
            os._exit(0)
    return not os.WIFSIGNALED(os.waitpid(pid, 0)[1])


def _die_at(moment: int) -> None:
    """Kill this process when it begins a statement, counted from one, or when it commits."""
    statements = count(1)

    def begin(*_told: Any) -> None:
        if next(statements) == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def commit(*_told: Any) -> None:
        if moment == AT_COMMIT:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(db.engine, "before_cursor_execute", begin)
    event.listen(db.engine, "commit", commit)


def kill_until_done(app: Flask, work: Callable[[], object], is_old: Callable[[], bool]) -> int:
    """Kill a work at its commit, then ever later until it ends; return how often it was killed.

    ``is_old`` tells whether all is as it was before.
    """
    assert not lives(app, work, AT_COMMIT)
    assert is_old()
    killed = 1
    for moment in STATEMENTS:
        if lives(app, work, moment):
            return killed
        assert is_old(), moment
        killed += 1
    assert lives(app, work, 0)
    return killed


@pytest.fixture
def database(empty_app: Flask) -> Path:
    with empty_app.app_context():
        return Path(str(db.engine.url.database))


@pytest.fixture
def staff(empty_session: Session) -> str:
    """Return the address of somebody of the staff, whose account is stored."""
    address = make_user(empty_session, role=UserRole.STAFF).email
    empty_session.commit()
    return address


def pressing(app: Flask, staff: str, page: str, action_end: str, **more: str) -> Callable[[], Any]:
    """Return what sends the first form of a page whose address has this end."""
    client = sign_in(app, staff)
    found = forms_in(client.get(page).text)
    action, fields = next(one for one in found if (one[0] or page).endswith(action_end))
    for name, value in more.items():
        fields.setlist(name, [value])
    return lambda: client.post(action or page, data=fields)


# --- What staff do -------------------------------------------------------------------------


def test_a_list_of_invitees_is_applied_whole_or_not_at_all(
    empty_app: Flask, empty_session: Session, database: Path, staff: str
) -> None:
    day = make_day(empty_session)
    author = make_user(empty_session, role=UserRole.STAFF)
    lines = (f"Structure {one};acteur;Ada {one};a{one}@essai.example" for one in range(LINES))
    content = "\n".join(("structure;côté;nom de la personne;adresse", *lines)).encode()
    batch = create_invitees(empty_session, day, content, filename="l.csv", author=author, now=NOW)
    empty_session.commit()
    page = f"/pilotage/rencontres/{day.slug}/imports/{batch.id}"
    apply = pressing(empty_app, staff, page, "/appliquer")
    before = rows_of(database)
    killed = kill_until_done(empty_app, apply, lambda: rows_of(database) == before)
    assert killed > 5
    assert [_count(empty_session, one) for one in (MeetupParticipant, MeetupAttendee)] == [
        LINES,
        LINES,
    ]


def _count(session: Session, model: type) -> int:
    session.rollback()
    return session.scalar(select(func.count()).select_from(model)) or 0


@pytest.fixture
def held(empty_session: Session) -> HeldDay:
    """Return a day that runs, three of whose participants are missing."""
    made = make_held_day(empty_session, people=15, slots=6, tables=5, wishes=8)
    note_absent(empty_session, made.actors[:3], since=MORNING, now=MORNING)
    empty_session.commit()
    return made


@pytest.fixture
def morning() -> Iterator[None]:
    with time_machine.travel(MORNING, tick=True):
        yield


@pytest.mark.usefixtures("morning")
def test_a_repair_is_applied_whole_or_not_at_all(
    empty_app: Flask, empty_session: Session, database: Path, staff: str, held: HeldDay
) -> None:
    page = f"/pilotage/rencontres/{held.day.slug}/reparations"
    former = held.plan.id
    empty_session.rollback()
    apply = pressing(empty_app, staff, page, "/appliquer")
    before = rows_of(database)
    killed = kill_until_done(empty_app, apply, lambda: rows_of(database) == before)
    assert killed > 5
    empty_session.expire_all()
    assert empty_session.get_one(MeetupDay, held.day.id).published_plan_id != former
    undo = pressing(empty_app, staff, page, "/annuler")
    before = rows_of(database)
    kill_until_done(empty_app, undo, lambda: rows_of(database) == before)


@pytest.mark.usefixtures("morning")
def test_a_plan_is_published_whole_and_each_mail_leaves_once(
    empty_app: Flask, empty_session: Session, database: Path, staff: str, held: HeldDay
) -> None:
    slug, number = held.day.slug, held.plan.number
    addresses = [one.attendees[0].email or "" for one in held.everybody]
    for one in held.actors[:3]:
        one.absent_at = None
        one.absences.clear()
    empty_session.commit()
    plans = f"/pilotage/rencontres/{slug}/plannings"
    withdraw = pressing(empty_app, staff, f"{plans}/retirer", "/retirer", confirmer="1")
    before = rows_of(database)
    kill_until_done(empty_app, withdraw, lambda: rows_of(database) == before)
    empty_session.expire_all()
    assert empty_session.get_one(MeetupDay, held.day.id).published_plan_id is None
    empty_session.rollback()
    publish_it = pressing(empty_app, staff, f"{plans}/{number}/publier", "/publier", confirmer="1")
    before = rows_of(database)
    assert kill_until_done(empty_app, publish_it, lambda: rows_of(database) == before) > 5
    kill_worker_until_done(empty_app)
    assert [len(mails_to(empty_app, address)) for address in addresses] == [1] * len(addresses)


# --- What the worker does ------------------------------------------------------------------


def kill_worker_until_done(app: Flask) -> int:
    """Kill a worker ever later, let each next one take over its claims; return how many died."""
    killed = 0
    for moment in (AT_COMMIT, *STATEMENTS, *(STATEMENTS[-1] + step * 97 for step in range(1, 6))):
        if not lives(app, lambda: _one_round(app), moment):
            killed += 1
        _forget_claims(app)
    run_worker(app)
    return killed


def _one_round(app: Flask) -> None:
    with app.app_context():
        make_worker().run_once()


def _forget_claims(app: Flask) -> None:
    """Let the claims of the dead be as old as they are when another worker takes them over."""
    with app.app_context():
        session = db_session()
        claimed = OutboxMessage.claimed_at.is_not(None) & OutboxMessage.done_at.is_(None)
        for message in session.scalars(select(OutboxMessage).where(claimed)):
            message.claimed_at = now() - LEASE * 2
            message.due_at = min(message.due_at, now())
            message.attempts = 1
        session.commit()


def test_agendas_of_a_published_plan_are_mailed_once_each(
    empty_app: Flask, empty_session: Session, database: Path
) -> None:
    scene = make_agenda_scene(empty_session)
    publish(empty_session, scene, USUAL, now=now())
    empty_session.commit()
    assert kill_worker_until_done(empty_app) > 5
    found = [len(mails_to(empty_app, f"p{number}@essai.example")) for number in range(4)]
    assert found == [1, 1, 1, 1]
    with sqlite3.connect(database) as base:
        assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert base.execute("PRAGMA foreign_key_check").fetchall() == []


def test_the_questions_of_the_evening_are_written_and_mailed_once(
    empty_app: Flask, empty_session: Session
) -> None:
    with time_machine.travel(EVENING_AT, tick=True):
        evening = make_evening(empty_session)
        plan_evening(empty_session, evening.day, now=EVENING_AT - timedelta(minutes=1))
        addresses = [one.attendees[0].email or "" for one in (evening.territory, evening.actor)]
        empty_session.commit()
        assert kill_worker_until_done(empty_app) > 5
        assert [len(mails_to(empty_app, address)) for address in addresses] == [1, 1]
        assert _count(empty_session, MeetingInquiry) == 2 * len(ASKED_AFTER)
