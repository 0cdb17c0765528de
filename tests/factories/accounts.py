"""People with a role, and a client that is signed in as one of them."""

import uuid
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.account import Role, User
from models.membership import Membership
from models.organization import Organization
from services.demo_data import DEMO_PASSWORD
from vocabulary.kinds import MembershipRole, MembershipState, UserRole

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def make_user(
    session: Session, *, role: UserRole = UserRole.MEMBER, email: str = "", password: str = ""
) -> User:
    """Add a confirmed account; without ``password`` it cannot sign in by one."""
    user = User(
        email=email or f"{uuid.uuid4().hex[:12]}@essai.example",
        display_name="Compte d’essai",
        password=password or None,
        active=True,
        confirmed_at=NOW.replace(tzinfo=None),
        fs_uniquifier=uuid.uuid4().hex,
        roles=[session.scalars(select(Role).where(Role.name == role.value)).one()],
    )
    session.add(user)
    session.flush()
    return user


def make_membership(
    session: Session,
    user: User,
    organization: Organization,
    *,
    role: MembershipRole = MembershipRole.OWNER,
    state: MembershipState = MembershipState.APPROVED,
) -> Membership:
    """Add a membership, approved unless told otherwise."""
    membership = Membership(
        organization_id=organization.id, user_id=user.id, role=role, state=state, created_at=NOW
    )
    session.add(membership)
    session.flush()
    return membership


def sign_in(app: Flask, email: str) -> FlaskClient:
    """Return a client signed in as an existing account, by its session cookie."""
    with app.app_context():
        user = db_session().scalars(User.by_email(email)).one()
        identity = user.fs_uniquifier
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = identity
        cookie["_fresh"] = True
        cookie["fs_cc"] = "set"
        cookie["fs_paa"] = datetime.now(UTC).timestamp()
    return client


def hashed_demo_password(app: Flask) -> str:
    """Return the hash of the demo password under the settings of ``app``."""
    with app.app_context():
        return str(hash_password(DEMO_PASSWORD))
