"""Who is known to the organisers only is named on no page, screen, file or feed of others."""

from dataclasses import dataclass
from typing import Any, Final

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.seeding import seed_roles
from tests.factories.accounts import sign_in
from tests.factories.matrix_world import Examples, address_of, build_world
from tests.factories.meetups import make_attendee, make_participant, make_wish, publish_meetings
from views.matrix import MATRIX, Access
from vocabulary.exchanges import Side
from vocabulary.meetups import ParticipantVisibility, WishState

HIDDEN: Final = "Régie invisible"
PERSON: Final = "Zoé Masquée"
SAID: Final = "Nous cherchons quatre toitures secrètes."
# Somebody comes to what is theirs, and organisers see everybody.
LOOKED_AT: Final = frozenset({Access.PUBLIC, Access.PARTICIPANT})


@dataclass(frozen=True)
class Scene:
    """The day of the matrix with somebody hidden in its published plan."""

    app: Flask
    examples: Examples
    own_id: int
    hidden_id: int

    def owner(self) -> FlaskClient:
        """Return the browser of another participant."""
        return sign_in(self.app, address_of("owner"))

    def addresses(self) -> list[str]:
        """Return the addresses about days that visitors and participants read."""
        adapter = self.app.url_map.bind("localhost")
        return [
            adapter.build(rule.endpoint, self.examples.get(rule.endpoint) or self.examples["*"])
            for rule in self.app.url_map.iter_rules()
            if rule.endpoint.startswith(("meetup", "participation"))
            and MATRIX[rule.endpoint] in LOOKED_AT
            and "GET" in (rule.methods or ())
        ]


def _build(app: Flask, *, meets_owner: bool) -> Scene:
    with app.app_context():
        seed_roles(db_session())
        db_session().commit()
    examples = build_world(app)["owner"]
    own_id = int(examples["participations.show"]["participant_id"])
    with app.app_context():
        session = db_session()
        hidden = _hide(session, own_id, meets_owner=meets_owner)
        session.commit()
        return Scene(app, examples, own_id, hidden.id)


def _hide(session: Session, own_id: int, *, meets_owner: bool) -> MeetupParticipant:
    own = session.get_one(MeetupParticipant, own_id)
    day = own.day
    hidden = make_participant(
        session,
        day,
        HIDDEN,
        side=Side.TERRITORY,
        visibility=ParticipantVisibility.ORGANIZERS,
        presentation=SAID,
    )
    make_attendee(session, hidden, PERSON, job_title="Chargée de l’ombre")
    other = make_participant(session, day, "Bureau tiers")
    town = session.scalars(
        select(MeetupParticipant).where(MeetupParticipant.name == "Ville de la matrice")
    ).one()
    table = day.rooms[0].tables[0]
    first, second, *_others = day.slots
    met = own if meets_owner else other
    make_wish(session, met, hidden, state=WishState.ACCEPTED)
    publish_meetings(session, day, [(first, table, (met, hidden)), (second, table, (own, town))])
    if not meets_owner:
        # Why a wish has no place must not name whom the other one meets instead.
        plan = session.get_one(MeetupPlan, session.get_one(MeetupDay, day.id).published_plan_id)
        plan.unplaced = {"count": 0, "lines": []}
    return hidden


@pytest.fixture
def scene(empty_app: Flask) -> Scene:
    return _build(empty_app, meets_owner=False)


@pytest.fixture
def meeting(empty_app: Flask) -> Scene:
    return _build(empty_app, meets_owner=True)


def _named(answer: Any) -> set[str]:
    text = answer.get_data(as_text=False).replace(b"\r\n ", b"").decode("utf-8", "replace")
    return {word for word in (HIDDEN, PERSON, SAID) if word in text}


@pytest.mark.parametrize("hour", ["2026-11-23 09:00+00:00", "2027-03-11 08:05+00:00"])
def test_nobody_else_reads_who_is_hidden(scene: Scene, hour: str) -> None:
    found = []
    with time_machine.travel(hour):
        for client in (scene.app.test_client(), scene.owner()):
            for address in scene.addresses():
                for query in ("", "?q=invisible", "?tri=nom&q=r%C3%A9gie&page=1"):
                    is_keyed = "?" in address
                    if is_keyed and query:
                        continue
                    answer = client.get(f"{address}{query}", buffered=True)
                    if _named(answer):
                        found.append((address, query, _named(answer)))
    assert found == []


def test_the_page_of_who_is_hidden_is_missing(scene: Scene) -> None:
    client = scene.owner()
    page = f"/rencontres/rencontre/participations/{scene.own_id}/souhaits/avec/{scene.hidden_id}"
    assert client.get(page).status_code == 404


def test_who_meets_them_reads_the_body_and_none_of_its_people(meeting: Scene) -> None:
    client = meeting.owner()
    page = f"/rencontres/rencontre/participations/{meeting.own_id}/agenda"
    token = meeting.examples["meetup_feeds.agenda"]["token"]
    read = [client.get(one) for one in (page, f"{page}.ics", f"/rencontres/abonnement/{token}.ics")]
    assert [_named(answer) & {HIDDEN, PERSON} for answer in read] == [{HIDDEN}] * 3


@pytest.mark.parametrize("hour", ["2027-03-11 08:05+00:00"])
def test_the_hall_names_nobody_hidden_even_in_a_meeting(meeting: Scene, hour: str) -> None:
    key = meeting.examples["meetup_hall.show"]["cle"]
    with time_machine.travel(hour):
        shown = meeting.app.test_client().get(f"/rencontres/rencontre/ecran?cle={key}")
    assert shown.status_code == 200
    assert "Pépinière de la matrice" in shown.text
    assert _named(shown) == set()
