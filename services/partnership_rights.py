"""Who may read and write a partnership: its keeper's team, its members' people, staff."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.partnership import Partnership, WorkingGroup
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import MembershipRole, MembershipState


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is to a partnership; ``seats`` and ``invited`` are organisations of theirs."""

    can_edit: bool = False
    can_manage: bool = False
    seats: frozenset[int] = frozenset()
    invited: frozenset[int] = frozenset()

    @property
    def is_inside(self) -> bool:
        """Tell whether the person may read what is for the members of the partnership only."""
        return self.can_edit or bool(self.seats)

    def can_read(self, partnership: Partnership) -> bool:
        """Tell whether the person may read the page: anyone once public; before, those involved."""
        return partnership.is_public or self.is_inside or bool(self.invited)

    def can_write_meetings(self, group: WorkingGroup) -> bool:
        """Tell whether the person may write the meetings of a group: who edits, and who leads."""
        return self.can_edit or any(
            row.is_lead and row.organization_id in self.seats for row in group.members
        )


VISITOR = Standing()


def standing_of(session: Session, user: User | None, partnership: Partnership) -> Standing:
    """Return what ``user`` is to the partnership, read afresh: removal holds at once."""
    if user is None or not user.is_authenticated:
        return VISITOR
    states = {row.organization_id: row.state for row in partnership.members}
    keeper = partnership.organization_id
    roles = dict(
        session.execute(
            select(Membership.organization_id, Membership.role).where(
                Membership.user_id == user.id,
                Membership.state == MembershipState.APPROVED,
                Membership.organization_id.in_({*states, *({keeper} if keeper else ())}),
            )
        ).all()
    )
    return Standing(
        can_edit=user.is_staff or keeper in roles,
        can_manage=user.is_staff or roles.get(keeper or 0) is MembershipRole.OWNER,
        seats=_in_state(states, roles, InvitationState.ACCEPTED),
        invited=_in_state(states, roles, InvitationState.INVITED),
    )


def _in_state(
    states: dict[int, InvitationState], roles: dict[int, MembershipRole], wanted: InvitationState
) -> frozenset[int]:
    return frozenset(key for key in roles if states.get(key) is wanted)
