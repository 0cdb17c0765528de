"""The people around one public reference, stored before any page is asked for."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.evidence import Scene


@pytest.fixture
def scene(empty_app: Flask, empty_session: Session) -> Scene:
    del empty_app
    made = Scene(empty_session)
    empty_session.commit()
    return made
