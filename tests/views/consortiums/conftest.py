"""Needs and actors, a team being built of them, and a browser of who builds it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.consortium import Consortium
from tests.factories.accounts import sign_in
from tests.factories.consortiums import BUILDER, Scene, make_scene, make_team


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    scene = make_scene(empty_session)
    empty_session.commit()
    return scene


@pytest.fixture
def team(empty_session: Session, scene: Scene) -> Consortium:
    team = make_team(empty_session, scene)
    empty_session.commit()
    return team


@pytest.fixture
def client(empty_app: Flask, team: Consortium) -> FlaskClient:
    assert team.id
    return sign_in(empty_app, BUILDER)
