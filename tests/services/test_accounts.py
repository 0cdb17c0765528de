"""Roles given and taken, and counters that hold over processes."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.counter import RateCounter
from services.accounts import find_people, set_role
from services.errors import RuleViolation
from services.rate_limits import Limit, count_attempt, forget_attempts, take_step
from tests.factories.accounts import NOW, make_user
from vocabulary.kinds import UserRole

STAFF, ADMINISTRATOR = UserRole.STAFF, UserRole.ADMINISTRATOR
LIMIT = Limit(2, timedelta(minutes=10))


@pytest.fixture
def session(empty_session: Session) -> Session:
    return empty_session


@pytest.fixture
def administrator(session: Session) -> User:
    return make_user(session, role=ADMINISTRATOR)


def test_a_role_is_given_taken_and_recorded(session: Session, administrator: User) -> None:
    person = make_user(session)
    set_role(session, person, STAFF, given=True, actor=administrator, now=NOW)
    assert person.is_staff
    set_role(session, person, STAFF, given=True, actor=administrator, now=NOW)
    set_role(session, person, STAFF, given=False, actor=administrator, now=NOW)
    assert not person.is_staff
    lines = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(line.action, line.actor_id, line.details) for line in lines] == [
        ("role.given", administrator.id, {"role": "equipe"}),
        ("role.taken", administrator.id, {"role": "equipe"}),
    ]


def test_an_administrator_always_remains(session: Session, administrator: User) -> None:
    colleague = make_user(session, role=ADMINISTRATOR)
    with pytest.raises(RuleViolation):
        set_role(session, administrator, ADMINISTRATOR, given=False, actor=administrator, now=NOW)
    set_role(session, administrator, ADMINISTRATOR, given=False, actor=colleague, now=NOW)
    former = administrator
    with pytest.raises(RuleViolation):
        set_role(session, colleague, ADMINISTRATOR, given=False, actor=former, now=NOW)


def test_people_are_found_by_name_or_address(session: Session) -> None:
    make_user(session, email="une@essai.example").display_name = "Une 100%"
    make_user(session, email="deux@essai.example").display_name = "Deux"
    session.flush()
    found = {
        words: [person.email for person in session.scalars(find_people(words=words))]
        for words in ("DEUX", "%", "une@")
    }
    assert found == {
        "DEUX": ["deux@essai.example"],
        "%": ["une@essai.example"],
        "une@": ["une@essai.example"],
    }


def test_one_too_many_waits_until_the_window_ends(session: Session) -> None:
    moments = [NOW, NOW + timedelta(minutes=1), NOW + timedelta(minutes=4)]
    waits = [count_attempt(session, "key", LIMIT, now=moment) for moment in moments]
    assert waits == [None, None, timedelta(minutes=6)]
    assert count_attempt(session, "key", LIMIT, now=NOW + timedelta(minutes=10)) is None
    assert count_attempt(session, "other", LIMIT, now=NOW) is None


def test_counters_are_forgotten(session: Session) -> None:
    count_attempt(session, "old", LIMIT, now=NOW)
    count_attempt(session, "key", LIMIT, now=NOW + timedelta(days=2))
    forget_attempts(session, "key")
    assert session.scalars(select(RateCounter)).all() == []


def test_a_step_is_taken_once(session: Session) -> None:
    assert [take_step(session, "totp:1", step, now=NOW) for step in (5, 5, 4, 6)] == [
        True,
        False,
        False,
        True,
    ]
