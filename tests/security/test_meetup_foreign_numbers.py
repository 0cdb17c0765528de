"""Numbers of another day, or of another participant, under an address of one's own (Z2, Z3).

The routes come from the application: one that names a day and a row is tried without being named.
"""

from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from tests.factories.accounts import make_membership, make_user
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_session,
    make_slots,
    make_tables,
    make_wish,
)
from tests.factories.neighbourhood import World, build_neighbourhood
from tests.factories.organizations import make_organization
from tests.factories.pages import csrf_token
from views.matrix import MATRIX, Access
from vocabulary.exchanges import Side

# What names the day itself, or no row of it.
_OF_THE_DAY: Final = {"slug", "action", "file_type", "kind"}
# A badge of another day is named to staff: its bearer stands at the wrong door.
_TOLD: Final = {"meetup_presence.scan"}
BESIDE: Final = {"rate_counter", "thread_reading", "form_receipt", "meetup_request"}
FORGED: Final[dict[str, Any]] = {
    "state": "confirmed",
    "side": "territory",
    "day_id": "1",
    "participant_id": "1",
    "organization_id": "1",
    "link_key": "0" * 32,
    "calendar_key": "0" * 32,
    "badge_key": "0" * 32,
    "is_walk_in": "1",
    "arrived_at": "2020-01-01",
    "confirmed_at": "2020-01-01",
    "published_plan_id": "1",
    "version": "9",
    "is_demo": "1",
    "confirmer": "1",
}


@pytest.fixture
def world(empty_app: Flask) -> World:
    """Return the day of the matrix, another day with everything in it, somebody beside oneself."""
    return build_neighbourhood(empty_app, _neighbours, ignoring=BESIDE)


def _neighbours(session: Session) -> dict[str, int]:
    """Add a participant at the same day and another day, each with people and wishes."""
    same = session.scalars(select(MeetupDay)).one()
    beside, town = _pair(session, same, "à côté")
    other_day = make_day(session, "Autre rencontre")
    make_tables(session, other_day, 2)
    make_slots(session, other_day, 3)
    make_session(session, other_day, "Autre atelier")
    away, _away_town = _pair(session, other_day, "d’ailleurs")
    return {
        "beside": beside.id,
        "person": beside.attendees[0].id,
        "asked": make_wish(session, town, beside).id,
        "made": make_wish(session, beside, town).id,
        "away": away.id,
    }


def _pair(
    session: Session, day: MeetupDay, words: str
) -> tuple[MeetupParticipant, MeetupParticipant]:
    entry = make_organization(session, f"Structure {words}", is_claimed=True)
    make_membership(session, make_user(session), entry)
    one = make_participant(session, day, entry.name, organization_id=entry.id)
    make_attendee(session, one)
    return one, make_participant(session, day, f"Ville {words}", side=Side.TERRITORY)


def _rules(app: Flask, access: Access) -> list[Rule]:
    return [
        rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(("meetup_", "participation"))
        and rule.endpoint not in _TOLD
        and MATRIX[rule.endpoint] is access
        and "slug" in rule.arguments
        and rule.arguments - _OF_THE_DAY
    ]


def _methods(rule: Rule) -> list[str]:
    return sorted((rule.methods or set()) & {"GET", "POST"})


def _asked(client: FlaskClient, address: str, rule: Rule, token: str) -> list[int]:
    sent = {"csrf_token": token, **FORGED}
    found = []
    for method in _methods(rule):
        data = sent if method == "POST" else None
        found.append(client.open(address, method=method, data=data, buffered=True).status_code)
    return found


def test_staff_find_nothing_of_a_day_under_another(world: World) -> None:
    client, adapter = world.client("staff"), world.app.url_map.bind("localhost")
    token, before = csrf_token(client), world.rows()
    broken = []
    rules = _rules(world.app, Access.STAFF)
    for rule in rules:
        values = {**world.own[rule.endpoint], "slug": "autre-rencontre"}
        address = adapter.build(rule.endpoint, values)
        if set(_asked(client, address, rule, token)) != {404}:
            broken.append(address)
    assert broken == []
    assert len(rules) > 30
    assert world.rows() == before


@pytest.mark.parametrize("number", ["beside", "away"])
def test_the_space_of_another_participant_is_missing(world: World, number: str) -> None:
    client, adapter = world.client("owner"), world.app.url_map.bind("localhost")
    token, before = csrf_token(client), world.rows()
    slug = "autre-rencontre" if number == "away" else "rencontre"
    broken = []
    rules = _rules(world.app, Access.PARTICIPANT)
    for rule in rules:
        own = world.own[rule.endpoint]
        values = {**own, "slug": slug, "participant_id": world.theirs[number]}
        address = adapter.build(rule.endpoint, values)
        if set(_asked(client, address, rule, token)) != {404}:
            broken.append(address)
        elsewhere = adapter.build(rule.endpoint, {**own, "slug": "autre-rencontre"})
        if set(_asked(client, elsewhere, rule, token)) != {404}:
            broken.append(elsewhere)
    assert broken == []
    assert len(rules) > 15
    assert world.rows() == before


@pytest.mark.parametrize(
    ("endpoint", "name", "number"),
    [
        ("participations.person", "attendee_id", "person"),
        ("participations.remove", "attendee_id", "person"),
        ("participation_wishes.withdraw", "wish_id", "made"),
        ("participation_wishes.withdraw", "wish_id", "asked"),
        ("participation_requests.answer", "wish_id", "made"),
        ("participation_requests.answer", "wish_id", "asked"),
        ("participation_wishes.wish", "other_id", "away"),
    ],
)
def test_a_row_of_another_participant_is_missing(
    world: World, endpoint: str, name: str, number: str
) -> None:
    client, adapter = world.client("owner"), world.app.url_map.bind("localhost")
    token, before = csrf_token(client), world.rows()
    values = {**world.own[endpoint], name: world.theirs[number]}
    rule = next(world.app.url_map.iter_rules(endpoint))
    assert set(_asked(client, adapter.build(endpoint, values), rule, token)) == {404}
    assert world.rows() == before


def test_fields_of_no_form_change_nothing_of_ones_registration(
    world: World, empty_session: Session
) -> None:
    client = world.client("owner")
    own = world.own["participations.show"]
    kept = empty_session.get_one(MeetupParticipant, own["participant_id"])
    columns = ("state", "side", "day_id", "organization_id", "link_key", "is_walk_in", "arrived_at")
    before = [getattr(kept, name) for name in columns]
    page = f"/rencontres/{own['slug']}/participations/{own['participant_id']}/modifier"
    sent = {**FORGED, "csrf_token": csrf_token(client), "visibility": "participants"}
    assert client.post(page, data=sent).status_code in {302, 422}
    empty_session.refresh(kept)
    assert [getattr(kept, name) for name in columns] == before
