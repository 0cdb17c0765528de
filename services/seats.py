"""Who acts for organisations now: accepted members whose account is open."""

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from vocabulary.kinds import MembershipRole, MembershipState


class Seat(NamedTuple):
    """A person in the team of an organisation."""

    organization_id: int
    person_id: int
    role: MembershipRole

    @property
    def is_owner(self) -> bool:
        """Tell whether the person answers for the organisation's entry."""
        return self.role is MembershipRole.OWNER


def teams_of(person_id: int | None) -> Select[int]:
    """Select the numbers of the organisations for which a person acts."""
    return select(Membership.organization_id).where(
        Membership.user_id == person_id, Membership.state == MembershipState.APPROVED
    )


def seats_in(session: Session, *organization_ids: int) -> list[Seat]:
    """Return the seats of these organisations, by organisation, then by account."""
    rows = session.execute(
        select(Membership.organization_id, User.id, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organization_id.in_(organization_ids),
            Membership.state == MembershipState.APPROVED,
            User.active.is_(True),
        )
        .order_by(Membership.organization_id, User.id)
    )
    return [Seat(*row) for row in rows]


def owners_or(seats: Iterable[Seat], person_id: int | None) -> list[Seat]:
    """Return the seats of owners, and those of one person while they sit."""
    return [seat for seat in seats if seat.is_owner or seat.person_id == person_id]
