"""Who gets in, by which link, and what a link leaves behind it on a meetup day (Z2, Z7, P2, B3)."""

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.participation_links import participation_url
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.meetup_merges import merge_into
from tests.conftest import DATABASE
from tests.databases import site_from
from tests.factories.accounts import make_user
from tests.factories.matrix_world import (
    Examples,
    browsers_in_meetups,
    build_world,
    role_in_meetups,
    rows_of,
)
from tests.factories.meetups import make_attendee, make_day, make_participant
from tests.factories.pages import csrf_token, submit
from tests.query_counter import count_queries
from views.matrix import MATRIX, Access
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole

BESIDE: Final = {"rate_counter", "thread_reading"}


# --- Every form wants its token (Z7) --------------------------------------------------------


@dataclass(frozen=True)
class World:
    """The day of the matrix and a browser a role."""

    app: Flask
    examples: Examples
    clients: dict[str, FlaskClient]
    database: Path

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row that a refused request leaves as it was."""
        return {name: rows for name, rows in rows_of(self.database).items() if name not in BESIDE}


@pytest.fixture(scope="module")
def world(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("meetup-access")
    with site_from(templates / "empty", folder) as app:
        examples = build_world(app)["owner"]
        clients = browsers_in_meetups(app)
        yield World(app, examples, clients, folder / DATABASE)


@pytest.mark.parametrize("token", ["", "somebody else’s"])
def test_no_form_is_taken_without_the_token_of_its_reader(world: World, token: str) -> None:
    sent = {"csrf_token": csrf_token(world.app.test_client())} if token else {}
    adapter, before, taken = world.app.url_map.bind("localhost"), world.rows(), []
    rules = [
        rule
        for rule in world.app.url_map.iter_rules()
        if rule.endpoint.startswith(("meetup", "participation")) and "POST" in (rule.methods or ())
    ]
    for rule in rules:
        client = world.clients[role_in_meetups(rule.endpoint)]
        values = world.examples.get(rule.endpoint) or world.examples["*"]
        for headers in ({}, {"Accept": "application/json"}):
            address = adapter.build(rule.endpoint, values)
            answer = client.post(address, data=sent, headers=headers, buffered=True)
            if answer.status_code != 400:
                taken.append((rule.endpoint, answer.status_code))
    assert len(rules) > 60
    assert taken == []
    assert world.rows() == before


# --- Links (Z2) ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pair:
    """Two participants of one day, and the link that one of them was mailed."""

    day_id: int
    one: int
    other: int
    link: str


@pytest.fixture
def pair(empty_app: Flask) -> Pair:
    with empty_app.app_context():
        session = db_session()
        day = make_day(session)
        one = make_participant(session, day, "Ville", side=Side.TERRITORY)
        other = make_participant(session, day, "Agglo", side=Side.TERRITORY)
        for body in (one, other):
            make_attendee(session, body)
        link = urlsplit(participation_url(one, attendee=one.attendees[0])).path
        session.commit()
        return Pair(day.id, one.id, other.id, link)


def home(client: FlaskClient, slug: str, number: int) -> int:
    return client.get(f"/rencontres/{slug}/participations/{number}").status_code


def by_link(app: Flask, pair: Pair) -> FlaskClient:
    client = app.test_client()
    assert client.get(pair.link).status_code == 302
    return client


def test_a_link_opens_no_page_of_another_participant(world: World) -> None:
    own = world.examples["participations.show"]
    with world.app.app_context():
        session = db_session()
        day = session.get_one(MeetupParticipant, own["participant_id"]).day
        stranger = make_participant(session, day, "Passante d’un soir")
        link = urlsplit(participation_url(stranger)).path
        session.commit()
    client = world.app.test_client()
    client.get(link)
    token, adapter, opened = csrf_token(client), world.app.url_map.bind("localhost"), []
    for rule in world.app.url_map.iter_rules():
        if MATRIX[rule.endpoint] is not Access.PARTICIPANT:
            continue
        address = adapter.build(rule.endpoint, world.examples[rule.endpoint])
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            data = {"csrf_token": token} if method == "POST" else None
            answer = client.open(address, method=method, data=data, buffered=True)
            if answer.status_code != 404:
                opened.append((rule.endpoint, method, answer.status_code))
    assert opened == []


def test_a_link_follows_the_day_under_its_new_address(empty_app: Flask, pair: Pair) -> None:
    client = by_link(empty_app, pair)
    with empty_app.app_context():
        day = db_session().get_one(MeetupDay, pair.day_id)
        former, day.slug = day.slug, "autre-adresse"
        db_session().commit()
    assert (home(client, former, pair.one), home(client, "autre-adresse", pair.one)) == (404, 200)
    answer = empty_app.test_client().get(pair.link)
    assert answer.headers["Location"].startswith("/rencontres/autre-adresse/participations/")


def _merge(session: Session, pair: Pair) -> None:
    kept = session.get_one(MeetupParticipant, pair.other)
    gone = session.get_one(MeetupParticipant, pair.one)
    staff = make_user(session, role=UserRole.STAFF)
    merge_into(session, kept, gone, actor=staff, now=kept.created_at)


def _take_off(session: Session, pair: Pair) -> None:
    day = session.get_one(MeetupDay, pair.day_id)
    day.participants.remove(session.get_one(MeetupParticipant, pair.one))


@pytest.mark.parametrize("end", [_merge, _take_off])
def test_the_link_of_somebody_gone_opens_nothing_even_where_the_number_is_given_again(
    empty_app: Flask, pair: Pair, end: Any
) -> None:
    client = by_link(empty_app, pair)
    with empty_app.app_context():
        session = db_session()
        end(session, pair)
        session.flush()
        day = session.get_one(MeetupDay, pair.day_id)
        again = make_participant(session, day, "Qui vient ensuite", id=pair.one)
        make_attendee(session, again)
        slug = day.slug
        session.commit()
    assert empty_app.test_client().get(pair.link).status_code == 404
    assert [home(client, slug, number) for number in (pair.one, pair.other)] == [404, 404]


# --- What a link leaves behind it (P2) --------------------------------------------------------


def test_no_token_is_logged_or_handed_on(
    empty_app: Flask,
    pair: Pair,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    token = pair.link.rpartition("/")[2]
    client = empty_app.test_client()
    answers = [client.get(pair.link), client.get(f"{pair.link}x")]
    submit(client, f"/rencontres/journee-d-essai/participations/{pair.one}/annuler", {"note": "x"})
    answers.append(client.get(pair.link))
    assert [answer.status_code for answer in answers] == [302, 404, 404]
    policies = {answer.headers["Referrer-Policy"] for answer in answers}
    assert policies == {"same-origin"}
    said = (caplog.text, *capfd.readouterr())
    assert [token[:20] in text for text in said] == [False] * 3


# --- Who asks for a link is told nothing (B3) -------------------------------------------------


def test_asking_for_a_link_is_the_same_work_whether_the_address_is_known_or_not(
    empty_app: Flask, pair: Pair
) -> None:
    with empty_app.app_context():
        session = db_session()
        known = session.get_one(MeetupParticipant, pair.one).attendees[0].email or ""
        slug = session.get_one(MeetupDay, pair.day_id).slug
    found = []
    for email in (known, "inconnue@ailleurs.example"):
        client = empty_app.test_client()
        token = csrf_token(client)
        with count_queries(empty_app) as statements:
            answer = client.post(
                f"/rencontres/{slug}/inscription", data={"csrf_token": token, "email": email}
            )
        page = client.get(answer.headers["Location"]).text
        plain = re.sub(r'nonce="[^"]*"|value="[^"]{40,}"', "", page)
        # Counters are swept now and then, by chance.
        kinds = [one.split(" FROM ")[0] for one in statements if "rate_counter" not in one]
        found.append((answer.status_code, answer.headers["Location"], plain, kinds))
    assert found[0] == found[1]
