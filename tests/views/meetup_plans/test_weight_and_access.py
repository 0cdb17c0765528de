"""The pages of plans stay light whatever the day, and are for staff only."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from extensions.database import db_session
from tests.conftest import AppFactory
from tests.factories.accounts import sign_in
from tests.factories.meetup_plans import compute_here, make_full_day
from tests.factories.meetups import make_tables
from tests.factories.pages import csrf_token
from tests.query_counter import count_queries
from tests.views.meetup_plans.steps import BASE, STAFF

MOST_QUERIES = 12
MOST_BYTES = 100_000
PAGES = [
    "",
    "/nouveau",
    "/1",
    "/1/avancement",
    "/1/publier",
    "/retirer",
    "/comparer?avant=1&apres=2",
    "/1/grille",
    "/1/non-places",
]


def test_queries_do_not_grow_with_the_day(make_app: AppFactory) -> None:
    counts = [_counts(make_app(), people) for people in (5, 100)]
    assert counts[0] == counts[1]
    assert max(counts[1].values()) <= MOST_QUERIES, counts[1]


def _counts(app: Flask, people: int) -> dict[str, int]:
    with app.app_context():
        session = db_session()
        made = make_full_day(session, people=people, slots=10, tables=people // 3 + 1, wishes=4)
        compute_here(session, made)
        compute_here(session, made, seed=2)
        session.commit()
    client = sign_in(app, STAFF)
    found = {}
    for path in PAGES:
        client.get(f"{BASE}{path}")
        with count_queries(app) as statements:
            page = client.get(f"{BASE}{path}")
        assert page.status_code == 200, path
        assert len(page.data) < MOST_BYTES, path
        found[path] = len(statements)
    return found


def test_the_grid_of_the_largest_day_stays_light(app: Flask, session: Session) -> None:
    made = make_full_day(session, people=60, slots=20, tables=100, wishes=6)
    make_tables(session, made, 33, room="Annexe")
    compute_here(session, made)
    session.commit()
    page = sign_in(app, STAFF).get(f"{BASE}/1/grille")
    assert len(page.data) < MOST_BYTES


@pytest.mark.usefixtures("day")
def test_nobody_else_sees_plans(app: Flask) -> None:
    member = sign_in(app, "innovateur@demo.example")
    assert {member.get(f"{BASE}{path}").status_code for path in PAGES} == {404}
    assert csrf_token(member)
