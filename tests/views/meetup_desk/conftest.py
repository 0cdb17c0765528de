"""A day that is held this morning and a browser of its staff."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_user, sign_in
from tests.factories.meetup_held import HeldDay, make_held_day
from tests.views.meetup_desk.steps import MEMBER, NOW, STAFF
from vocabulary.kinds import UserRole


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def held(empty_session: Session) -> HeldDay:
    """Return a day that runs, an account of the staff, and one that is not."""
    make_user(empty_session, role=UserRole.STAFF, email=STAFF)
    make_user(empty_session, email=MEMBER)
    found = make_held_day(empty_session, people=15, slots=6, tables=5, wishes=8)
    empty_session.commit()
    return found


@pytest.fixture
def staff(empty_app: Flask, held: HeldDay) -> FlaskClient:
    """Return a client of the staff."""
    assert held.day.id
    return sign_in(empty_app, STAFF)
