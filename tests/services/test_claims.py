"""Claims: what proves one, who decides, and what happens to the others."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.organization import Organization
from models.outbox import OutboxMessage
from services import claims as rules
from services.errors import Conflict, NotFound, RuleViolation
from services.permissions import can_manage_organization
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.organizations import make_organization
from vocabulary.kinds import MembershipRole, MembershipState, UserRole


@pytest.fixture
def session(empty_session: Session) -> Session:
    return empty_session


@pytest.fixture
def entry(session: Session) -> Organization:
    return make_organization(session, website="https://www.atelier.example/accueil")


def claim(session: Session, entry: Organization, person: User, email: str = "") -> Membership:
    return rules.claim_organization(
        session, entry, person, work_email=email, message="J’y travaille.", now=NOW
    )


@pytest.mark.parametrize(
    ("website", "email", "proves"),
    [
        ("https://www.atelier.example/x", "a@atelier.example", True),
        ("atelier.example", "a@paris.atelier.example", True),
        ("https://paris.atelier.example", "a@atelier.example", False),
        ("https://atelier.example", "a@faux-atelier.example", False),
        ("https://atelier.example", "a@atelier.example.evil.example", False),
        ("https://gmail.com", "a@gmail.com", False),
        ("", "a@atelier.example", False),
    ],
)
def test_an_address_proves_only_its_own_domain(website: str, email: str, proves: bool) -> None:  # noqa: FBT001 - a parameter
    assert rules.is_address_of(Organization(website=website), email) is proves


def test_the_link_gives_the_entry(session: Session, entry: Organization) -> None:
    person, rival = make_user(session), make_user(session)
    membership = claim(session, entry, person, "moi@atelier.example")
    other = claim(session, entry, rival)
    rules.confirm_claim(session, membership, person, now=NOW)
    session.refresh(other)
    assert can_manage_organization(session, person, entry.id)
    assert entry.is_claimed
    assert (other.is_claim, other.role, other.state) == (
        False,
        MembershipRole.EDITOR,
        MembershipState.REQUESTED,
    )
    with pytest.raises(Conflict):
        rules.confirm_claim(session, membership, person, now=NOW)


def test_the_link_serves_the_claimant_only_and_in_time(
    session: Session, entry: Organization
) -> None:
    person = make_user(session)
    membership = claim(session, entry, person, "moi@atelier.example")
    with pytest.raises(NotFound):
        rules.confirm_claim(session, membership, make_user(session), now=NOW)
    with pytest.raises(Conflict):
        rules.confirm_claim(session, membership, person, now=NOW + timedelta(days=3))


def test_another_domain_is_refused(session: Session, entry: Organization) -> None:
    with pytest.raises(RuleViolation) as refusal:
        claim(session, entry, make_user(session), "moi@ailleurs.example")
    assert refusal.value.field == "work_email"


def test_staff_are_told_and_decide(session: Session, entry: Organization) -> None:
    staff = make_user(session, role=UserRole.STAFF)
    person = make_user(session)
    membership = claim(session, entry, person)
    assert session.scalars(rules.pending_claims()).all() == [membership]
    rules.decide_claim(session, membership, staff, approve=True, now=NOW)
    sent = [
        (message.payload["event"], message.payload["recipient_id"])
        for message in session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    ]
    assert sent == [("claimed", staff.id), ("claim_approved", person.id)]
    assert can_manage_organization(session, person, entry.id)


def test_nobody_approves_their_own_claim(session: Session, entry: Organization) -> None:
    staff = make_user(session, role=UserRole.STAFF)
    membership = claim(session, entry, staff)
    with pytest.raises(RuleViolation):
        rules.decide_claim(session, membership, staff, approve=True, now=NOW)
    assert not entry.is_claimed


def test_staff_of_the_organisation_leave_it_to_a_colleague(
    session: Session, entry: Organization
) -> None:
    staff = make_user(session, role=UserRole.STAFF)
    make_membership(session, staff, entry, role=MembershipRole.EDITOR)
    membership = claim(session, entry, make_user(session))
    with pytest.raises(RuleViolation):
        rules.decide_claim(session, membership, staff, approve=True, now=NOW)


def test_a_claimed_entry_is_joined_instead(session: Session) -> None:
    entry = make_organization(session, is_claimed=True)
    with pytest.raises(RuleViolation):
        claim(session, entry, make_user(session))
