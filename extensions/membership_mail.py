"""Writes the mails about memberships, in the worker: who gets them is in the message's payload."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extensions.i18n import DEFAULT_LANGUAGE
from extensions.mailbox import public_address, write_mail
from extensions.signed_links import LinkPurpose, sign_membership
from models.account import User
from models.membership import Membership
from models.organization import Organization
from services.membership_notes import MembershipEvent
from services.permissions import can_edit_organization
from vocabulary.kinds import MembershipState

# Where the reader of each mail goes next.
_PAGES: Mapping[str, str] = {
    MembershipEvent.REQUESTED: "memberships.team",
    MembershipEvent.JOINED: "memberships.team",
    MembershipEvent.DECLINED: "memberships.team",
    MembershipEvent.LEFT: "memberships.team",
    MembershipEvent.APPROVED: "memberships.team",
    MembershipEvent.ROLE_CHANGED: "memberships.team",
    MembershipEvent.CLAIM_APPROVED: "memberships.team",
    MembershipEvent.REFUSED: "organizations.show",
    MembershipEvent.REMOVED: "organizations.show",
    MembershipEvent.CLAIM_REFUSED: "organizations.show",
}
# What others did, told to who decides on the team: not to somebody who left it since.
_TO_TEAM: Final = frozenset(
    {
        MembershipEvent.REQUESTED,
        MembershipEvent.JOINED,
        MembershipEvent.DECLINED,
        MembershipEvent.LEFT,
    }
)


def write_membership_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail and hand it to the relay's queue; what is no longer true is not mailed."""
    if "membership_id" in payload:
        _write_link(session, payload)
        return
    organization = session.get(Organization, payload["organization_id"])
    recipient = session.get(User, payload["recipient_id"])
    person = session.get(User, payload["person_id"])
    if organization is None or recipient is None or person is None or not recipient.active:
        return
    event = payload["event"]
    if event in _TO_TEAM and not can_edit_organization(session, recipient, organization.id):
        return
    link = (
        public_address("claims.queue")
        if event == MembershipEvent.CLAIMED
        else public_address(_PAGES[event], slug=organization.slug)
    )
    context = {
        "organization": organization,
        "person": person,
        "membership": _membership(session, organization.id, person.id),
        "link": link,
    }
    write_mail(session, recipient.email, recipient.language, f"memberships/{event}", context)


def _membership(session: Session, organization_id: int, person_id: int) -> Membership | None:
    return session.scalar(
        select(Membership).where(
            Membership.organization_id == organization_id, Membership.user_id == person_id
        )
    )


def _write_link(session: Session, payload: Mapping[str, Any]) -> None:
    """Write an invitation or the proof of a claim, to the address kept on the membership."""
    membership = session.get(Membership, payload["membership_id"])
    if membership is None or not membership.invited_email:
        return
    is_invitation = payload["event"] == MembershipEvent.INVITED
    waiting = MembershipState.INVITED if is_invitation else MembershipState.REQUESTED
    if membership.state != waiting:
        return
    purpose = LinkPurpose.INVITATION if is_invitation else LinkPurpose.CLAIM
    endpoint = "memberships.invitation" if is_invitation else "claims.prove"
    token = sign_membership(membership, purpose)
    context = {
        "organization": membership.organization,
        "person": session.get(User, membership.decided_by_id) if is_invitation else membership.user,
        "membership": membership,
        "link": public_address(endpoint, token=token),
    }
    language = _language_of(session, membership.invited_email)
    template = f"memberships/{payload['event']}"
    write_mail(session, membership.invited_email, language, template, context)


def _language_of(session: Session, email: str) -> str:
    found = session.scalar(select(User.language).where(func.lower(User.email) == email.lower()))
    return found or DEFAULT_LANGUAGE
