"""A town that states needs, and a browser of its officer."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.needs import Team, make_team


@pytest.fixture
def team(empty_session: Session) -> Team:
    made = make_team(empty_session)
    empty_session.commit()
    return made


@pytest.fixture
def officer(empty_app: Flask, team: Team) -> FlaskClient:
    return sign_in(empty_app, team.owner.email)
