"""Agendas on PostgreSQL: two publications at one moment, two workers that tell the same people."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from app import create_app
from extensions.database import db, db_session
from extensions.meetup_agenda_mail import write_agenda_mails
from jobs.schema import migrate
from models.mail import StoredMail
from models.meetup import MeetupDay
from models.meetup_plan import MeetingVersion
from services.meetup_calendar import refresh_publication
from services.seeding import seed_roles
from tests.conftest import settings_for
from tests.databases import postgres_database
from tests.factories.agendas import PUBLISHED_AT, Scene, make_published_scene
from tests.factories.pages import mails_to

LATER = PUBLISHED_AT + timedelta(hours=1)
COLLISIONS = (IntegrityError, StaleDataError)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder: Path = tmp_path_factory.mktemp("agendas")
    with postgres_database() as url:
        made = create_app(settings_for(folder, database_url=url))
        with made.app_context():
            migrate(db.engine)
            seed_roles(db_session())
            db_session().commit()
        yield made
        with made.app_context():
            db.engine.dispose()


def store(app: Flask, title: str) -> Scene:
    with app.app_context():
        scene = make_published_scene(db_session(), title=title)
        db_session().commit()
        return scene


def at_once(app: Flask, *actions: Callable[[Session], object]) -> list[str]:
    """Run each action in a transaction of its own, begun together."""
    start = Barrier(len(actions))

    def run(action: Callable[[Session], object]) -> str:
        with app.test_request_context("/"):
            session = db_session()
            start.wait(timeout=10)
            try:
                action(session)
                session.commit()
            except COLLISIONS:
                session.rollback()
                return "again"
            return "done"

    with ThreadPoolExecutor(len(actions)) as pool:
        return sorted(pool.map(run, actions))


def test_worker_tells_each_person_once(app: Flask) -> None:
    with app.app_context():
        scene = make_published_scene(db_session(), title="Une fois")
        scene.people[0].attendees[0].email = "seule@essai.example"
        db_session().commit()
    assert len(mails_to(app, "seule@essai.example")) == 1


def test_two_refreshes_at_one_moment_write_one_version(app: Flask) -> None:
    scene = store(app, "Deux ensemble")
    with app.app_context():
        slot = db_session().get_one(MeetupDay, scene.day.id).slots[0]
        slot.ends_at += timedelta(minutes=5)
        db_session().commit()

    def refresh(session: Session) -> None:
        refresh_publication(session, session.get_one(MeetupDay, scene.day.id), now=LATER)

    assert at_once(app, refresh, refresh) == ["done", "done"]
    with app.app_context():
        wanted = select(MeetingVersion.sequence).where(
            MeetingVersion.meeting_id == scene.meetings[0].id
        )
        found = db_session().scalars(wanted.order_by(MeetingVersion.sequence)).all()
    assert found == [0, 1]


def test_two_workers_write_one_mail_to_each_person(app: Flask) -> None:
    scene = store(app, "Deux facteurs")
    numbers = [one.id for one in scene.people]

    def tell(session: Session) -> None:
        write_agenda_mails(session, scene.day.id, numbers, now=LATER)

    at_once(app, tell, tell)
    with app.app_context():
        subject = "Votre agenda : Deux facteurs".replace(" :", "\u00a0:")
        wanted = select(StoredMail.recipient).where(StoredMail.subject == subject)
        found = db_session().scalars(wanted.order_by(StoredMail.recipient)).all()
    assert found == [f"p{number}@essai.example" for number in range(4)]
