"""A participant's agenda: what it says, to whom, before and after publication, and what changed."""

from datetime import time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.participation_links import participation_url
from models.meetup_participant import MeetupParticipant
from services.demo_data import DEMO_PASSWORD
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.agendas import (
    PUBLISHED_AT,
    USUAL,
    Scene,
    add_session,
    make_agenda_scene,
    make_published_scene,
    publish,
)
from tests.factories.organizations import make_organization
from tests.factories.meetups import make_wish
from tests.factories.pages import run_worker, submit
from tests.query_counter import count_queries
from vocabulary.kinds import UserRole
from vocabulary.meetups import ParticipantVisibility, SessionKind

MORNING = PUBLISHED_AT + timedelta(hours=1)


@pytest.fixture
def scene(session: Session) -> Scene:
    made = make_published_scene(session)
    session.commit()
    return made


def enter(app: Flask, participant: MeetupParticipant) -> FlaskClient:
    """Return the client of somebody who came by the mailed link."""
    client = app.test_client()
    with app.app_context():
        url = participation_url(participant, "participation_agenda.show")
    with time_machine.travel(MORNING):
        assert client.get(url).status_code == 302
    return client


def page_of(participant: MeetupParticipant) -> str:
    return f"/rencontres/{participant.day.slug}/participations/{participant.id}/agenda"


def read(client: FlaskClient, participant: MeetupParticipant) -> str:
    with time_machine.travel(MORNING):
        response = client.get(page_of(participant))
    assert response.status_code == 200
    return response.text


def test_smoke(app: Flask, scene: Scene) -> None:
    text = read(enter(app, scene.people[0]), scene.people[0])
    print(text)
