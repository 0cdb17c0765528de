"""A fixed clock and a browser of the staff of meetup days."""

from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import (
    NOW,
)
from vocabulary.kinds import UserRole


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff(empty_app: Flask, empty_session: Session) -> FlaskClient:
    make_user(empty_session, role=UserRole.STAFF, email="organise@essai.example")
    empty_session.commit()
    return sign_in(empty_app, "organise@essai.example")
