"""A day of 400 participants: no page of it weighs more than 100 kB or asks more than 12 queries.

The pages come from the routes: a new one is weighed without being named here.
"""

from typing import Any, Final

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.participation_links import participation_url
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetup_held import HeldDay, at, make_held_day
from tests.query_counter import count_queries
from views.matrix import MATRIX
from vocabulary.kinds import UserRole

MOST_BYTES: Final = 100_000
MOST_QUERIES: Final = 12
# A few minutes before the first meetings, while nobody is there yet.
MORNING: Final = at(8, 55)


@pytest.fixture
def held(empty_session: Session) -> HeldDay:
    made = make_held_day(empty_session, people=400, slots=16, wishes=6)
    empty_session.commit()
    return made


def addresses_of(app: Flask, held: HeldDay, prefix: str) -> list[tuple[str, str]]:
    """Return the endpoints and addresses that a day, a participant and a plan are enough for."""
    one = held.actors[0]
    known: dict[str, Any] = {
        "slug": held.day.slug,
        "participant_id": one.id,
        "attendee_id": one.attendees[0].id,
        "number": held.plan.number,
    }
    adapter = app.url_map.bind("localhost")
    return [
        (endpoint, adapter.build(endpoint, {name: known[name] for name in rule.arguments}))
        for endpoint in sorted(MATRIX)
        if endpoint.startswith(prefix)
        for rule in app.url_map.iter_rules(endpoint)
        if "GET" in (rule.methods or ()) and rule.arguments <= set(known)
    ]


def heavy(
    app: Flask, client: FlaskClient, addresses: list[tuple[str, str]]
) -> tuple[int, list[tuple[str, int, int]]]:
    """Return how many pages were shown, and those beyond a limit with bytes and queries."""
    shown, found = 0, []
    for endpoint, address in addresses:
        client.get(address, buffered=True)
        with count_queries(app) as statements:
            answer = client.get(address, buffered=True)
        if answer.status_code != 200 or answer.mimetype != "text/html":
            continue
        shown += 1
        if len(answer.data) > MOST_BYTES or len(statements) > MOST_QUERIES:
            found.append((endpoint, len(answer.data), len(statements)))
    return shown, found


def test_pages_of_the_console(empty_app: Flask, empty_session: Session, held: HeldDay) -> None:
    user = make_user(empty_session, role=UserRole.STAFF)
    empty_session.commit()
    with time_machine.travel(MORNING, tick=False):
        staff = sign_in(empty_app, user.email)
        shown, found = heavy(empty_app, staff, addresses_of(empty_app, held, "meetup"))
    assert found == []
    assert shown > 40


def test_pages_of_a_participant(empty_app: Flask, held: HeldDay) -> None:
    with time_machine.travel(MORNING, tick=False):
        with empty_app.app_context():
            link = participation_url(held.actors[0])
        client = empty_app.test_client()
        assert client.get(link).status_code == 302
        addresses = addresses_of(empty_app, held, "participation")
        shown, found = heavy(empty_app, client, addresses)
    assert found == []
    assert shown > 8
