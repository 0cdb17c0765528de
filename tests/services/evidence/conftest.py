"""The people around one public reference."""

import pytest
from sqlalchemy.orm import Session

from tests.factories.evidence import Scene


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    return Scene(empty_session)
