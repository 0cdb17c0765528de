"""What a person's organisations are, and what waits for that person: one query for every menu."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal, or_, select
from sqlalchemy.orm import Session

from models.account import User
from models.consortium import ConsortiumInvitation
from models.evidence import Experience
from models.need import NeedRelay
from models.organization import Organization
from models.partnership import Partnership, PartnershipMember
from models.revision import Revision
from models.shortlist import Shortlist
from services.claims import pending_claims
from services.introduction_lists import unread_threads
from services.invitations import invitations_for
from services.meetup_evenings import due_participants
from services.outcomes import due_outcomes
from services.seats import teams_of
from vocabulary.exchanges import InvitationState, RelayState
from vocabulary.kinds import (
    FEDERATING_KINDS,
    INNOVATION_KINDS,
    TERRITORY_KINDS,
    PublicationState,
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Which sides a person acts for, and how many things wait in each place."""

    is_territory: bool = False
    is_innovation: bool = False
    is_federating: bool = False
    has_shortlists: bool = False
    threads: int = 0
    outcomes: int = 0
    meetings: int = 0
    relays: int = 0
    teams: int = 0
    partnerships: int = 0
    invitations: int = 0
    entries_to_review: int = 0
    partnerships_to_review: int = 0
    experiences_to_review: int = 0
    claims: int = 0

    @property
    def acts_for_somebody(self) -> bool:
        """Tell whether the person is in an organisation."""
        return self.is_territory or self.is_innovation


def waiting_for(session: Session, person: User, *, now: datetime, today: date) -> Waiting:
    """Return what waits for ``person``, in one query; staff's queues for staff only."""
    own = teams_of(person.id)
    asked = {**_sides(own), **_own_counts(own, person, today)}
    asked["meetings"] = _rows(due_participants(own, person, now))
    asked["invitations"] = _rows(invitations_for(person, now=now))
    if person.is_staff:
        asked |= _queues()
    row = session.execute(select(*(value.label(name) for name, value in asked.items()))).one()
    found = row._mapping  # noqa: SLF001 - the documented accessor of a row by names
    flags = {one.name for one in fields(Waiting) if one.type in {bool, "bool"}}
    return Waiting(
        **{name: bool(value) if name in flags else value for name, value in found.items()}
    )


def _sides(own: Select[Any]) -> dict[str, ColumnElement[Any]]:
    mine = Organization.id.in_(own)
    return {
        "is_territory": exists().where(mine, Organization.kind.in_(TERRITORY_KINDS)),
        "is_innovation": exists().where(mine, Organization.kind.in_(INNOVATION_KINDS)),
        "is_federating": exists().where(mine, Organization.kind.in_(FEDERATING_KINDS)),
        "has_shortlists": exists().where(Shortlist.organization_id.in_(own)),
    }


def _own_counts(own: Select[Any], person: User, today: date) -> dict[str, ColumnElement[Any]]:
    return {
        "threads": unread_threads(own, person).scalar_subquery(),
        "outcomes": _rows(due_outcomes(own, today)),
        "relays": _count(NeedRelay.federator_id.in_(own), NeedRelay.state == RelayState.SENT),
        "teams": _count(
            ConsortiumInvitation.organization_id.in_(own),
            ConsortiumInvitation.state == InvitationState.INVITED,
        ),
        "partnerships": _count(
            PartnershipMember.organization_id.in_(own),
            PartnershipMember.state == InvitationState.INVITED,
        ),
    }


def _queues() -> dict[str, ColumnElement[Any]]:
    return {
        "entries_to_review": _count(Revision.state == PublicationState.SUBMITTED),
        "partnerships_to_review": _count(Partnership.submitted_at.is_not(None)),
        "experiences_to_review": _count(
            or_(
                Experience.state == PublicationState.SUBMITTED,
                Experience.answer_state == PublicationState.SUBMITTED,
            )
        ),
        "claims": _rows(pending_claims()),
    }


def _count(*where: ColumnElement[bool]) -> ColumnElement[Any]:
    return select(func.count(literal(1))).where(*where).scalar_subquery()


def _rows(statement: Select[*tuple[Any, ...]]) -> ColumnElement[Any]:
    counted = statement.order_by(None).subquery()
    return select(func.count()).select_from(counted).scalar_subquery()
