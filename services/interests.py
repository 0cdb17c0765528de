"""Ties with an actor that somebody declares (conflict of interest), shown and logged.

Code de la commande publique, L2141-10, and L3: a tie is no fault; an untold one is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.need import Need, NeedRelay
from models.organization import Organization
from models.register import InterestDeclaration
from services.errors import RuleViolation
from services.register import record_event
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import FEDERATING_KINDS, PublicationState
from vocabulary.labels import N_

NATURE_LENGTH: Final = 300
ITSELF: Final = N_("Un organisme n’a pas de lien à déclarer avec lui-même.")
ALREADY: Final = N_("Ce lien est déjà déclaré : terminez-le d’abord s’il a changé.")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A tie in force; ``declarant`` is empty for the agency's staff."""

    id: int
    about_id: int
    declarant: str
    nature: str
    declared_at: datetime


def declared_interests(
    session: Session, need: Need, organization_ids: Iterable[int]
) -> Mapping[int, tuple[Declaration, ...]]:
    """Return the ties in force that concern ``need``, by actor; one query.

    Those declared for this need; those that its carrier, or a structure that federates actors,
    declared once for every need.
    """
    return declared_interests_over(session, [need], organization_ids)


def declared_interests_over(
    session: Session, needs: Sequence[Need], organization_ids: Iterable[int]
) -> Mapping[int, tuple[Declaration, ...]]:
    """Return the ties in force that concern one of ``needs`` at least, by actor; one query."""
    keys = list(organization_ids)
    if not keys or not needs:
        return {}
    rows = session.scalars(
        _in_force()
        .outerjoin(InterestDeclaration.organization)
        .where(InterestDeclaration.about_id.in_(keys), or_(*(_concerns(need) for need in needs)))
        .options(joinedload(InterestDeclaration.organization))
    )
    found: dict[int, tuple[Declaration, ...]] = {}
    for row in rows:
        found[row.about_id] = (*found.get(row.about_id, ()), _declaration(row))
    return found


def declarations_for_need(session: Session, need: Need) -> Sequence[InterestDeclaration]:
    """Return every tie that concerns ``need``, ended ones included, oldest first."""
    return session.scalars(
        _all()
        .outerjoin(InterestDeclaration.organization)
        .where(_concerns(need))
        .options(
            joinedload(InterestDeclaration.organization), joinedload(InterestDeclaration.about)
        )
    ).all()


def declarations_of(session: Session, organization: Organization) -> Sequence[InterestDeclaration]:
    """Return every tie that ``organization`` declared, ended ones included, oldest first."""
    return session.scalars(
        _all()
        .where(InterestDeclaration.organization_id == organization.id)
        .options(joinedload(InterestDeclaration.about), joinedload(InterestDeclaration.need))
    ).all()


def declare_interest(
    session: Session,
    about: Organization,
    *,
    nature: str,
    organization: Organization | None,
    need: Need | None,
    person: User,
    now: datetime,
) -> InterestDeclaration:
    """Declare a tie with ``about``, for one need or for all, and log it.

    ``organization`` is on whose behalf; empty for the agency's staff, who declare for one need.

    Raises:
        RuleViolation: the actor itself, or a tie already in force.
    """
    if organization is not None and organization.id == about.id:
        raise RuleViolation(ITSELF, field="about")
    same = _in_force().where(
        InterestDeclaration.about_id == about.id,
        InterestDeclaration.organization_id == (organization.id if organization else None),
        InterestDeclaration.need_id == (need.id if need else None),
    )
    if session.scalars(same).first() is not None:
        raise RuleViolation(ALREADY, field="about")
    declaration = InterestDeclaration(
        need=need,
        organization=organization,
        about=about,
        declared_by_id=person.id,
        nature=nature,
        declared_at=now,
    )
    session.add(declaration)
    session.flush()
    _log(session, declaration, person=person, now=now, is_end=False)
    return declaration


def end_interest(
    session: Session, declaration: InterestDeclaration, *, person: User, now: datetime
) -> None:
    """Record that the tie is over; it stays listed. A second call does nothing."""
    if declaration.ended_at is not None:
        return
    declaration.ended_at = now
    _log(session, declaration, person=person, now=now, is_end=True)


def _log(
    session: Session,
    declaration: InterestDeclaration,
    *,
    person: User,
    now: datetime,
    is_end: bool,
) -> None:
    """Write the line in the register of each need concerned."""
    declarant = declaration.organization
    for need in _needs_concerned(session, declaration):
        record_event(
            session,
            need,
            RegisterEvent.DECLARATION,
            now=now,
            organization=declaration.about,
            person=person,
            facts={
                "declaration": declaration.id,
                "declarant": declarant.id if declarant else 0,
                "is_end": is_end,
            },
            words={
                "nature": declaration.nature,
                **({"declarant": declarant.name} if declarant else {}),
            },
        )


def _needs_concerned(session: Session, declaration: InterestDeclaration) -> Sequence[Need]:
    """Return the need, or for a tie with every need those open that the declarant touches."""
    if declaration.need is not None:
        return [declaration.need]
    key = declaration.organization_id
    relayed = select(NeedRelay.need_id).where(NeedRelay.federator_id == key)
    return session.scalars(
        select(Need)
        .where(
            Need.state == PublicationState.PUBLISHED,
            Need.closed_at.is_(None),
            or_(Need.carrier_id == key, Need.id.in_(relayed)),
        )
        .order_by(Need.id)
    ).all()


def _concerns(need: Need) -> ColumnElement[bool]:
    everywhere = or_(
        InterestDeclaration.organization_id == need.carrier_id,
        # Once a moderator has accepted its entry: anybody may open the draft of a structure.
        and_(
            Organization.kind.in_(FEDERATING_KINDS),
            Organization.state == PublicationState.PUBLISHED,
        ),
    )
    return or_(
        InterestDeclaration.need_id == need.id,
        and_(InterestDeclaration.need_id.is_(None), everywhere),
    )


def _all() -> Select[InterestDeclaration]:
    return select(InterestDeclaration).order_by(
        InterestDeclaration.declared_at, InterestDeclaration.id
    )


def _in_force() -> Select[InterestDeclaration]:
    return _all().where(InterestDeclaration.ended_at.is_(None))


def _declaration(row: InterestDeclaration) -> Declaration:
    declarant = row.organization.name if row.organization else ""
    return Declaration(row.id, row.about_id, declarant, row.nature, row.declared_at)
