"""A planned day and a browser of its staff."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from tests.factories.accounts import sign_in
from tests.factories.meetup_plans import compute_here, make_full_day
from tests.views.meetup_plans.steps import STAFF


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    """Return a client of somebody who organises."""
    return sign_in(app, STAFF)


@pytest.fixture
def day(session: Session) -> MeetupDay:
    """Return a day with one plan that is ready, and a table more than it needs."""
    made = make_full_day(session, people=8, slots=5, tables=3, wishes=3)
    compute_here(session, made)
    session.commit()
    return made
