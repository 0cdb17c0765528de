"""Who may read and write a partnership: its keeper's team, its members' people, staff."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.partnership import Partnership, WorkingGroup
from services.permissions import can_edit_organization, membership_of
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import MembershipRole, MembershipState

INVOLVED = frozenset({InvitationState.ACCEPTED, InvitationState.INVITED})


def can_edit_partnership(session: Session, user: User | None, partnership: Partnership) -> bool:
    """Tell whether ``user`` may write the page: its keeper's people, or staff."""
    if user is None or not user.is_authenticated:
        return False
    if partnership.organization_id is None:
        return user.is_staff
    return can_edit_organization(session, user, partnership.organization_id)


def can_manage_partnership(session: Session, user: User | None, partnership: Partnership) -> bool:
    """Tell whether ``user`` may take the page back: an owner of its keeper, or staff."""
    if user is None or not user.is_authenticated:
        return False
    if user.is_staff:
        return True
    if partnership.organization_id is None:
        return False
    membership = membership_of(session, user, partnership.organization_id)
    return membership is not None and membership.role is MembershipRole.OWNER


def own_seats(
    session: Session, user: User | None, partnership: Partnership, states: Iterable[InvitationState]
) -> set[int]:
    """Return the organisations of ``user`` among the members of the partnership in ``states``."""
    if user is None or not user.is_authenticated:
        return set()
    wanted = set(states)
    seats = [row.organization_id for row in partnership.members if row.state in wanted]
    return set(
        session.scalars(
            select(Membership.organization_id).where(
                Membership.user_id == user.id,
                Membership.state == MembershipState.APPROVED,
                Membership.organization_id.in_(seats),
            )
        )
    )


def can_read_inside(session: Session, user: User | None, partnership: Partnership) -> bool:
    """Tell whether ``user`` may read what is for the members of the partnership only."""
    return can_edit_partnership(session, user, partnership) or bool(
        own_seats(session, user, partnership, {InvitationState.ACCEPTED})
    )


def can_read_partnership(session: Session, user: User | None, partnership: Partnership) -> bool:
    """Tell whether ``user`` may read the page: anyone once public; before, those involved."""
    return (
        partnership.is_public
        or can_edit_partnership(session, user, partnership)
        or bool(own_seats(session, user, partnership, INVOLVED))
    )


def can_write_meetings(session: Session, user: User | None, group: WorkingGroup) -> bool:
    """Tell whether ``user`` may write the meetings of a group: those who edit, and its leads."""
    partnership = group.partnership
    if can_edit_partnership(session, user, partnership):
        return True
    leads = {row.organization_id for row in group.members if row.is_lead}
    return bool(leads & own_seats(session, user, partnership, {InvitationState.ACCEPTED}))
