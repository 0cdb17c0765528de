"""The same need of several territories: brought together, and taken apart again, by the team."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.need import Need
from models.territory import Territory
from services.errors import RuleViolation
from services.need_publication import group_of
from services.publishing import record
from vocabulary.labels import N_

MAX_LIKE: Final = 12


def group_needs(session: Session, need: Need, other: Need, *, actor: User, now: datetime) -> None:
    """Show two public needs as the same; whole groups are merged.

    Raises:
        RuleViolation: it is the same need, or one of the two is not public.
    """
    if need.id == other.id:
        raise RuleViolation(N_("Choisissez un autre besoin."), field="other")
    if not (need.version and other.version):
        raise RuleViolation(N_("Seuls des besoins publiés se rapprochent."), field="other")
    if need.group_id is not None and need.group_id == other.group_id:
        return
    group = group_of(session, need, now=now)
    former = other.group
    moved = [other] if former is None else list(former.needs)
    for one in moved:
        one.group = group
    session.flush()
    if former is not None:
        session.refresh(former, attribute_names=["needs"])
        session.delete(former)
    session.flush()
    details = {"needs": [need.id, *(one.id for one in moved)]}
    record(session, "need.grouped", need, actor=actor, now=now, details=details)


def leave_group(session: Session, need: Need, *, actor: User, now: datetime) -> None:
    """Show the need on its own again; a group of one is none."""
    group = need.group
    if group is None:
        return
    need.group = None
    session.flush()
    session.refresh(group, attribute_names=["needs"])
    if len(group.needs) <= 1:
        for last in list(group.needs):
            last.group = None
        session.flush()
        session.refresh(group, attribute_names=["needs"])
        session.delete(group)
    session.flush()
    record(session, "need.ungrouped", need, actor=actor, now=now)


def like_needs(session: Session, need: Need) -> Sequence[Need]:
    """Return public needs of other quarters that share most themes, the likeliest first."""
    mine = set(need.themes)
    others = session.scalars(
        Need.published()
        .where(Need.id != need.id, Need.territory_id != need.territory_id)
        .options(
            joinedload(Need.carrier),
            joinedload(Need.territory).selectinload(Territory.communes),
        )
        .order_by(Need.id)
    ).all()
    scored = [
        (len(mine & set(other.themes)), other)
        for other in others
        if need.group_id is None or other.group_id != need.group_id
    ]
    kept = sorted((one for one in scored if one[0]), key=lambda one: (-one[0], one[1].id))
    return [other for _shared, other in kept[:MAX_LIKE]]


def need_to_group(session: Session, key: int) -> Need | None:
    """Return the public need of this number."""
    return session.scalar(Need.published().where(Need.id == key).options(joinedload(Need.group)))
