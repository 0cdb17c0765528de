"""Who may do what to which object; every rule in one place, asked by views and services."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.need import Need
from models.organization import Organization
from models.shortlist import Shortlist
from vocabulary.kinds import MembershipRole, MembershipState, PublicationState


def membership_of(session: Session, user: User | None, organization_id: int) -> Membership | None:
    """Return the approved membership of ``user``, read afresh: removal holds at once."""
    if user is None or not user.is_authenticated:
        return None
    return session.scalar(
        select(Membership).where(
            Membership.user_id == user.id,
            Membership.organization_id == organization_id,
            Membership.state == MembershipState.APPROVED,
        )
    )


def can_edit_organization(session: Session, user: User | None, organization_id: int) -> bool:
    """Tell whether ``user`` may write the entry and its offers: any approved member, or staff."""
    if user is None or not user.is_authenticated:
        return False
    return user.is_staff or membership_of(session, user, organization_id) is not None


def can_manage_organization(session: Session, user: User | None, organization_id: int) -> bool:
    """Tell whether ``user`` may decide on members and withdraw the entry: an owner, or staff."""
    if user is None or not user.is_authenticated:
        return False
    membership = membership_of(session, user, organization_id)
    return user.is_staff or (membership is not None and membership.role == MembershipRole.OWNER)


def can_read_organization(session: Session, user: User | None, entry: Organization) -> bool:
    """Tell whether ``user`` may read the entry: anyone once public, its people and staff before."""
    return entry.is_public or can_edit_organization(session, user, entry.id)


def can_moderate(session: Session, user: User | None, organization_id: int) -> bool:
    """Tell whether ``user`` may decide on the entry: staff, but nobody on their own entry."""
    if user is None or not user.is_authenticated or not user.is_staff:
        return False
    return membership_of(session, user, organization_id) is None


def can_edit_need(session: Session, user: User | None, need: Need) -> bool:
    """Tell whether ``user`` may write the need and act for it: its carrier's people, or staff."""
    if user is None or not user.is_authenticated:
        return False
    return user.is_staff or is_of_need_team(session, user, need)


def is_of_need_team(session: Session, user: User | None, need: Need) -> bool:
    """Tell whether ``user`` speaks for the need: its carrier's people, not even staff."""
    return need.carrier_id is not None and membership_of(session, user, need.carrier_id) is not None


def can_read_need(session: Session, user: User | None, need: Need) -> bool:
    """Tell whether ``user`` may read the need: anyone once public, its people and staff before."""
    return need.state == PublicationState.PUBLISHED or can_edit_need(session, user, need)


def can_use_shortlist(session: Session, user: User | None, shortlist: Shortlist) -> bool:
    """Tell whether ``user`` may read and change the selection: its team alone, not even staff."""
    return membership_of(session, user, shortlist.organization_id) is not None
