"""Federating structures: who may be listed, who is asked, who is public."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from services.errors import NotFound, RuleViolation
from services.federations import (
    answer_invitation,
    count_members,
    federations_of,
    find_candidates,
    invite_organization,
    members_of,
    remove_member,
)
from services.pages import organization_page
from tests.factories.accounts import make_membership, make_user
from tests.factories.drafts import NOW
from tests.factories.organizations import make_organization
from vocabulary.kinds import FederationState, OrganizationKind, PublicationState


def test_only_those_who_agree_are_shown(empty_session: Session) -> None:
    author, member_owner = make_user(empty_session), make_user(empty_session)
    pole = make_organization(
        empty_session, "Pôle", kind=OrganizationKind.POLE_COMPETITIVITE, is_claimed=True
    )
    make_membership(empty_session, author, pole)
    member = make_organization(empty_session, "Membre", is_claimed=True)
    make_membership(empty_session, member_owner, member)
    link = invite_organization(empty_session, pole, member, author=author, now=NOW)
    again = invite_organization(empty_session, pole, member, author=author, now=NOW)
    assert (again is link, link.state) == (True, FederationState.INVITED)
    assert organization_page(empty_session, pole).members == []
    answer_invitation(empty_session, link, accept=True, author=member_owner, now=NOW)
    assert organization_page(empty_session, pole).members == [member]
    answer_invitation(empty_session, link, accept=False, author=member_owner, now=NOW)
    assert organization_page(empty_session, pole).members == []
    assert count_members(empty_session, pole) == 0
    with pytest.raises(RuleViolation):
        invite_organization(empty_session, pole, member, author=author, now=NOW)
    sent = [
        (message.payload["event"], message.payload["recipient_id"])
        for message in empty_session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    ]
    assert sent == [
        ("federation_invited", member_owner.id),
        ("federation_accepted", author.id),
        ("federation_declined", author.id),
    ]


def test_an_unclaimed_entry_is_listed_until_somebody_can_answer(empty_session: Session) -> None:
    author = make_user(empty_session)
    incubator = make_organization(empty_session, "Couveuse", kind=OrganizationKind.INCUBATOR)
    member = make_organization(empty_session, "Sans titulaire")
    link = invite_organization(empty_session, incubator, member, author=author, now=NOW)
    assert (link.state, link.invited_at) == (FederationState.LISTED, None)
    member.is_claimed = True
    invite_organization(empty_session, incubator, member, author=author, now=NOW)
    assert (link.state, link.invited_at) == (FederationState.INVITED, NOW)
    assert list(federations_of(empty_session, member)) == [link]
    remove_member(empty_session, link, author=author, now=NOW)
    assert list(members_of(empty_session, incubator)) == []


def test_who_cannot_be_listed(empty_session: Session) -> None:
    author = make_user(empty_session)
    incubator = make_organization(empty_session, "Couveuse", kind=OrganizationKind.INCUBATOR)
    startup = make_organization(empty_session, "Jeune pousse")
    hidden = make_organization(empty_session, "Cachée", state=PublicationState.DRAFT)
    with pytest.raises(RuleViolation):
        invite_organization(empty_session, startup, incubator, author=author, now=NOW)
    with pytest.raises(RuleViolation):
        invite_organization(empty_session, incubator, incubator, author=author, now=NOW)
    with pytest.raises(NotFound):
        invite_organization(empty_session, incubator, hidden, author=author, now=NOW)


def test_candidates_are_public_entries(empty_session: Session) -> None:
    author = make_user(empty_session)
    incubator = make_organization(empty_session, "Couveuse", kind=OrganizationKind.INCUBATOR)
    known = make_organization(empty_session, "Jeune pousse un")
    other = make_organization(empty_session, "Jeune pousse deux")
    make_organization(empty_session, "Jeune pousse cachée", state=PublicationState.SUSPENDED)
    link = invite_organization(empty_session, incubator, known, author=author, now=NOW)
    found = find_candidates(empty_session, incubator, "JEUNE")
    assert [(one.entry, one.link) for one in found] == [(other, None), (known, link)]
    assert find_candidates(empty_session, incubator, "%") == []
