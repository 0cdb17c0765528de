"""A need whose register is kept, and a browser of the one who carries it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.need import Need
from tests.factories.accounts import sign_in
from tests.factories.registers import BUYER, make_followed_need


@pytest.fixture
def need(empty_session: Session) -> Need:
    return make_followed_need(empty_session)


@pytest.fixture
def buyer(empty_app: Flask, need: Need) -> FlaskClient:
    """Return a client signed in for the carrier of the need."""
    assert need.id
    return sign_in(empty_app, BUYER)
