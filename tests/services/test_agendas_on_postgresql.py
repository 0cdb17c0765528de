"""Agendas on PostgreSQL: two publications at one moment, two workers that tell the same people."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.meetup_agenda_mail import write_agenda_mails
from models.mail import StoredMail
from models.meetup import MeetupDay
from models.meetup_plan import MeetingVersion
from services.meetup_calendar import refresh_publication
from tests.at_once import at_once
from tests.databases import site_over
from tests.factories.agendas import PUBLISHED_AT, Scene, make_published_scene
from tests.factories.pages import mails_to

LATER = PUBLISHED_AT + timedelta(hours=1)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with site_over("postgresql", tmp_path_factory.mktemp("agendas")) as made:
        yield made


def store(app: Flask, title: str) -> Scene:
    with app.app_context():
        scene = make_published_scene(db_session(), title=title)
        db_session().commit()
        return scene


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

    assert at_once(app, [refresh, refresh]) == [True, True]
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

    at_once(app, [tell, tell])
    with app.app_context():
        subject = "Votre agenda : Deux facteurs".replace(" :", "\u00a0:")
        wanted = select(StoredMail.recipient).where(StoredMail.subject == subject)
        found = db_session().scalars(wanted.order_by(StoredMail.recipient)).all()
    assert found == [f"p{number}@essai.example" for number in range(4)]
