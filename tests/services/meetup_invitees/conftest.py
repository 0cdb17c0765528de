"""An empty day and somebody of its staff."""

import pytest
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from tests.factories.accounts import make_user
from tests.factories.meetups import (
    make_day,
    make_slots,
)
from vocabulary.kinds import UserRole


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    found = make_day(empty_session)
    make_slots(empty_session, found, 4)
    return found


@pytest.fixture
def staff(empty_session: Session) -> User:
    return make_user(empty_session, role=UserRole.STAFF)
