"""Rules of membership: who may ask, invite, decide, leave; what each step mails and records."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.audit import AuditEntry
from models.membership import Membership
from models.organization import Organization
from models.outbox import OutboxMessage
from services import invitations
from services import memberships as rules
from services.errors import Conflict, NotFound, RuleViolation
from services.permissions import can_edit_organization, can_manage_organization
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.organizations import make_organization
from vocabulary.kinds import MembershipRole, MembershipState, UserRole

EDITOR, OWNER = MembershipRole.EDITOR, MembershipRole.OWNER


@pytest.fixture
def session(empty_session: Session) -> Session:
    return empty_session


@pytest.fixture
def entry(session: Session) -> Organization:
    return make_organization(session, is_claimed=True)


@pytest.fixture
def owner(session: Session, entry: Organization) -> User:
    person = make_user(session)
    make_membership(session, person, entry)
    return person


def events(session: Session) -> list[str]:
    session.flush()
    found = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [message.payload["event"] for message in found]


def recorded(session: Session) -> list[str]:
    session.flush()
    return [line.action for line in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]


def test_a_request_is_mailed_to_owners_and_answered_by_one(
    session: Session, entry: Organization, owner: User
) -> None:
    person = make_user(session)
    membership = rules.request_membership(session, entry, person, message="Bonjour", now=NOW)
    assert not can_edit_organization(session, person, entry.id)
    rules.decide_request(session, membership, owner, approve=True, now=NOW)
    assert can_edit_organization(session, person, entry.id)
    assert not can_manage_organization(session, person, entry.id)
    assert events(session) == ["requested", "approved"]
    assert recorded(session) == ["membership.approved"]


@pytest.mark.usefixtures("owner")
def test_nobody_decides_on_their_own_request(session: Session, entry: Organization) -> None:
    staff = make_user(session, role=UserRole.STAFF)
    membership = rules.request_membership(session, entry, staff, message="", now=NOW)
    with pytest.raises(RuleViolation):
        rules.decide_request(session, membership, staff, approve=True, now=NOW)
    assert membership.state is MembershipState.REQUESTED


def test_a_request_is_answered_once(session: Session, entry: Organization, owner: User) -> None:
    person = make_user(session)
    membership = rules.request_membership(session, entry, person, message="", now=NOW)
    rules.decide_request(session, membership, owner, approve=False, now=NOW)
    with pytest.raises(Conflict):
        rules.decide_request(session, membership, owner, approve=True, now=NOW)
    again = rules.request_membership(session, entry, person, message="Encore", now=NOW)
    assert (again.id, again.state) == (membership.id, MembershipState.REQUESTED)


@pytest.mark.parametrize("state", [MembershipState.APPROVED, MembershipState.REQUESTED])
def test_asking_twice_is_refused(
    session: Session, entry: Organization, state: MembershipState
) -> None:
    person = make_user(session)
    make_membership(session, person, entry, state=state)
    with pytest.raises(RuleViolation):
        rules.request_membership(session, entry, person, message="", now=NOW)


def invite(session: Session, entry: Organization, owner: User, email: str) -> Membership:
    return invitations.invite_member(session, entry, owner, email=email, role=EDITOR, now=NOW)


def test_an_invitation_waits_for_somebody_without_an_account(
    session: Session, entry: Organization, owner: User
) -> None:
    invitation = invite(session, entry, owner, "nouveau@essai.example")
    assert (invitation.user_id, events(session)) == (None, ["invited"])
    person = make_user(session, email="Nouveau@essai.example")
    assert session.scalars(invitations.invitations_for(person, now=NOW)).all() == [invitation]
    invitations.answer_invitation(session, invitation, person, accept=True, now=NOW)
    assert can_edit_organization(session, person, entry.id)
    with pytest.raises(Conflict):
        invitations.answer_invitation(session, invitation, person, accept=True, now=NOW)


def test_an_invitation_serves_its_address_only(
    session: Session, entry: Organization, owner: User
) -> None:
    invitation = invite(session, entry, owner, "nouveau@essai.example")
    with pytest.raises(NotFound):
        invitations.answer_invitation(session, invitation, make_user(session), accept=True, now=NOW)


def test_an_invitation_expires(session: Session, entry: Organization, owner: User) -> None:
    person = make_user(session)
    invitation = invite(session, entry, owner, person.email)
    late = NOW + invitations.INVITATION_LIFE
    assert session.scalars(invitations.invitations_for(person, now=late)).all() == []
    with pytest.raises(Conflict):
        invitations.answer_invitation(session, invitation, person, accept=True, now=late)


def test_inviting_again_renews_the_same_invitation(
    session: Session, entry: Organization, owner: User
) -> None:
    first = invite(session, entry, owner, "nouveau@essai.example")
    later = NOW + timedelta(days=3)
    again = invitations.invite_member(
        session, entry, owner, email="NOUVEAU@essai.example", role=OWNER, now=later
    )
    assert (again.id, again.created_at, again.role) == (first.id, later, OWNER)


def test_a_refused_person_who_is_invited_joins_by_one_row(
    session: Session, entry: Organization, owner: User
) -> None:
    person = make_user(session)
    make_membership(session, person, entry, state=MembershipState.REFUSED)
    invitation = invite(session, entry, owner, person.email)
    invitations.answer_invitation(session, invitation, person, accept=True, now=NOW)
    rows = session.scalars(select(Membership).where(Membership.user_id == person.id)).all()
    assert rows == [invitation]


def test_removal_holds_at_once(session: Session, entry: Organization, owner: User) -> None:
    person = make_user(session)
    membership = make_membership(session, person, entry, role=EDITOR)
    rules.end_membership(session, membership, owner, now=NOW)
    assert not can_edit_organization(session, person, entry.id)
    assert (events(session), recorded(session)) == (["removed"], ["membership.removed"])


def test_the_last_owner_names_another_first(
    session: Session, entry: Organization, owner: User
) -> None:
    own = session.scalars(rules.memberships_of(owner)).one()
    with pytest.raises(RuleViolation):
        rules.end_membership(session, own, owner, now=NOW)
    with pytest.raises(RuleViolation):
        rules.change_role(session, own, owner, role=EDITOR, now=NOW)
    heir = make_membership(session, make_user(session), entry, role=EDITOR)
    rules.change_role(session, heir, owner, role=OWNER, now=NOW)
    rules.end_membership(session, own, owner, now=NOW)
    assert not can_edit_organization(session, owner, entry.id)
    assert events(session) == ["role_changed", "left"]


@pytest.mark.usefixtures("owner")
def test_an_editor_decides_on_nobody(session: Session, entry: Organization) -> None:
    editor, other = make_user(session), make_user(session)
    make_membership(session, editor, entry, role=EDITOR)
    membership = make_membership(session, other, entry, role=EDITOR)
    with pytest.raises(RuleViolation):
        rules.end_membership(session, membership, editor, now=NOW)
    with pytest.raises(RuleViolation):
        rules.change_role(session, membership, editor, role=OWNER, now=NOW)
