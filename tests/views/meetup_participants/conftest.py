"""A browser of the staff of a day that has participants."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions.database import db_session
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import (
    make_day,
    make_slots,
)
from vocabulary.kinds import UserRole


@pytest.fixture
def staff(empty_app: Flask) -> FlaskClient:
    with empty_app.app_context():
        session = db_session()
        day = make_day(session, capacity=2)
        make_slots(session, day, 3)
        make_user(session, email="equipe@a.example", role=UserRole.STAFF)
        session.commit()
    return sign_in(empty_app, "equipe@a.example")
