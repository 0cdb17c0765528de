"""Needs sent to federating structures as pages list them: sent, received, passed on, waiting."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.need import Need, NeedRelay, NeedRelayMember
from models.territory import Territory
from vocabulary.exchanges import RelayState
from vocabulary.kinds import PublicationState

MAX_SHOWN: Final = 40


def relays_of_need(session: Session, need: Need) -> Sequence[NeedRelay]:
    """Return what was sent of a need, with the answers, oldest first."""
    return session.scalars(
        select(NeedRelay)
        .where(NeedRelay.need_id == need.id)
        .options(joinedload(NeedRelay.federator), selectinload(NeedRelay.members))
        .order_by(NeedRelay.id)
    ).all()


def relays_received(session: Session, organizations: Sequence[int]) -> Sequence[NeedRelay]:
    """Return the needs sent to these structures, those that wait first, then the newest."""
    place = joinedload(NeedRelay.need).joinedload(Need.territory)
    return session.scalars(
        select(NeedRelay)
        .join(NeedRelay.need)
        .where(NeedRelay.federator_id.in_(organizations), _is_published())
        .options(
            place.selectinload(Territory.communes),
            joinedload(NeedRelay.need).joinedload(Need.carrier),
            joinedload(NeedRelay.federator),
            selectinload(NeedRelay.members),
        )
        .order_by(NeedRelay.state != RelayState.SENT, NeedRelay.id.desc())
        .limit(MAX_SHOWN)
    ).all()


def needs_relayed_to(session: Session, organizations: Sequence[int]) -> Sequence[NeedRelayMember]:
    """Return the needs that structures passed on to these members, the newest first."""
    relay = joinedload(NeedRelayMember.relay)
    need = relay.joinedload(NeedRelay.need)
    return session.scalars(
        select(NeedRelayMember)
        .join(NeedRelayMember.relay)
        .join(NeedRelay.need)
        .where(NeedRelayMember.organization_id.in_(organizations), _is_published())
        .options(
            relay.joinedload(NeedRelay.federator),
            need.joinedload(Need.territory).selectinload(Territory.communes),
            need.joinedload(Need.carrier),
            joinedload(NeedRelayMember.organization),
        )
        .order_by(NeedRelayMember.relayed_at.desc(), NeedRelayMember.relay_id.desc())
        .limit(MAX_SHOWN)
    ).all()


def _is_published() -> ColumnElement[bool]:
    """Select needs that anyone may read, closed or not: what was taken off is listed no more."""
    return Need.state == PublicationState.PUBLISHED


def waiting_relays(session: Session, organizations: Sequence[int]) -> int:
    """Return how many needs wait for the answer of these structures."""
    counted = (
        select(func.count(NeedRelay.id))
        .join(NeedRelay.need)
        .where(
            NeedRelay.federator_id.in_(organizations),
            NeedRelay.state == RelayState.SENT,
            _is_published(),
        )
    )
    return session.scalar(counted) or 0


def relays_concerning(
    session: Session, need: Need, organizations: Sequence[int]
) -> Sequence[NeedRelay]:
    """Return the relays by which this need reached one of these organisations."""
    return session.scalars(
        select(NeedRelay)
        .join(NeedRelayMember)
        .where(NeedRelay.need_id == need.id, NeedRelayMember.organization_id.in_(organizations))
        .options(joinedload(NeedRelay.federator))
        .order_by(NeedRelay.id)
    ).all()
