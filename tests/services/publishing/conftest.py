"""Somebody who writes entries and somebody who decides on them."""

import pytest
from sqlalchemy.orm import Session

from models.account import User
from tests.factories.accounts import make_user
from vocabulary.kinds import UserRole


@pytest.fixture
def author(empty_session: Session) -> User:
    return make_user(empty_session)


@pytest.fixture
def moderator(empty_session: Session) -> User:
    return make_user(empty_session, role=UserRole.STAFF)
