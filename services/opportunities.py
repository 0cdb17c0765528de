"""The innovator's side: needs that an actor may answer, those it set aside, those relayed to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session, contains_eager, joinedload

from models.account import User
from models.alert import Alert, MatchDismissal
from models.introduction import Introduction
from models.membership import Membership
from models.need import Need, NeedRelay, NeedRelayMember
from models.organization import Organization
from models.territory import Territory
from services.seats import teams_of
from vocabulary.exchanges import AlertSubject, DeclineReason, IntroductionState
from vocabulary.kinds import INNOVATION_KINDS, MembershipState, NeedKind, PublicationState

NOTE_LENGTH: Final = 500
# A request that came to nothing leaves the need open to another answer.
_ENDED: Final = (IntroductionState.EXPIRED, IntroductionState.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class Relayed:
    """A need that a federating structure passed on to an actor of the person."""

    need: Need
    federator: Organization
    actor: Organization


def innovating_organizations(session: Session, person: User) -> Sequence[Organization]:
    """Return the public actors of the innovation side that ``person`` acts for, by name."""
    return session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            Membership.user_id == person.id,
            Membership.state == MembershipState.APPROVED,
            Organization.kind.in_(INNOVATION_KINDS),
            Organization.state == PublicationState.PUBLISHED,
        )
        .order_by(Organization.name_key, Organization.id)
    ).all()


def dismiss_need(
    session: Session,
    organization: Organization,
    need: Need,
    *,
    reason: DeclineReason,
    note: str,
    person: User,
    now: datetime,
) -> None:
    """Set a need aside for an actor; set aside again, the last reason holds."""
    session.merge(
        MatchDismissal(
            organization_id=organization.id,
            need_id=need.id,
            reason=reason,
            note=note,
            dismissed_by_id=person.id,
            dismissed_at=now,
        )
    )


def restore_need(session: Session, organization_id: int, need_id: int) -> bool:
    """Put a need that was set aside back in the list; return whether it was."""
    row = session.get(MatchDismissal, (organization_id, need_id))
    if row is None:
        return False
    session.delete(row)
    return True


def dismissed_ids(session: Session, organization_ids: Collection[int]) -> frozenset[int]:
    """Return the needs that any of these actors set aside."""
    return frozenset(
        session.scalars(
            select(MatchDismissal.need_id).where(
                MatchDismissal.organization_id.in_(organization_ids)
            )
        )
    )


def set_aside_ids(session: Session, organization_id: int) -> frozenset[int]:
    """Return the needs not to be proposed to an actor: set aside, or in touch about already."""
    dismissed = select(MatchDismissal.need_id).where(
        MatchDismissal.organization_id == organization_id
    )
    in_touch = select(Introduction.need_id).where(
        Introduction.actor_id == organization_id, Introduction.state.not_in(_ENDED)
    )
    return frozenset(session.scalars(union(dismissed, in_touch)))


def needs_of_other_kinds(session: Session, kind: NeedKind, today: date) -> frozenset[int]:
    """Return the open needs that are not of ``kind``."""
    others = Need.open_on(today).where(Need.kind != kind)
    return frozenset(session.scalars(others.with_only_columns(Need.id)))


def dismissals_of(organization_id: int) -> Select[MatchDismissal, Need]:
    """Select what an actor set aside with the needs, the last first; withdrawn needs are left."""
    return (
        select(MatchDismissal, Need)
        .join(Need, Need.id == MatchDismissal.need_id)
        .where(
            MatchDismissal.organization_id == organization_id,
            Need.state == PublicationState.PUBLISHED,
        )
        .options(joinedload(Need.territory).selectinload(Territory.communes))
        .order_by(MatchDismissal.dismissed_at.desc(), MatchDismissal.need_id.desc())
    )


def relayed_needs(
    session: Session, organization: Organization, *, set_aside: frozenset[int], today: date
) -> list[Relayed]:
    """Return the open needs passed on to an actor by its structures, the last first."""
    rows = session.scalars(
        select(NeedRelay)
        .join(NeedRelayMember, NeedRelayMember.relay_id == NeedRelay.id)
        .join(NeedRelay.need)
        .where(NeedRelayMember.organization_id == organization.id)
        .options(
            contains_eager(NeedRelay.need)
            .joinedload(Need.territory)
            .selectinload(Territory.communes),
            joinedload(NeedRelay.federator),
        )
        .order_by(NeedRelayMember.relayed_at.desc(), NeedRelay.id.desc())
    ).unique()
    return [
        Relayed(row.need, row.federator, organization)
        for row in rows
        if row.need.is_open_on(today) and row.need_id not in set_aside
    ]


def dismissed_for_alert(session: Session, alert: Alert) -> frozenset[int]:
    """Return the needs not to be told by an alert: set aside by its actor, or by its owner's."""
    actors: set[int] = set()
    if alert.subject is AlertSubject.ORGANIZATION_MATCHES:
        actors.add(int(alert.parameters["@entry"]))
    if alert.user_id is not None:
        mine = teams_of(alert.user_id)
        actors.update(session.scalars(mine))
    return dismissed_ids(session, actors)
