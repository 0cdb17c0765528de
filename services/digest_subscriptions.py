"""Who gets the regular summary, how often, and the notices of new matches: stopped together."""

import secrets
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from models.account import User
from models.alert import DigestSubscription
from models.membership import Membership
from vocabulary.exchanges import AlertFrequency
from vocabulary.kinds import MembershipRole, MembershipState
from vocabulary.periods import week_opening


def subscription_of(session: Session, person_id: int) -> DigestSubscription:
    """Return the subscription of a person, weekly from the first time it is asked."""
    row = session.get(DigestSubscription, person_id)
    if row is None:
        row = DigestSubscription(
            user_id=person_id, frequency=AlertFrequency.WEEKLY, nonce=secrets.token_hex(8)
        )
        session.add(row)
        session.flush()
    return row


def wants_digest(session: Session, person_id: int) -> bool:
    """Tell whether a person did not stop the summary and the notices."""
    row = session.get(DigestSubscription, person_id)
    return row is None or row.stopped_at is None


def set_digest(
    subscription: DigestSubscription, frequency: AlertFrequency | None, *, now: datetime
) -> None:
    """Let the summary come at this frequency, or stop it with ``None``."""
    if frequency is None:
        if subscription.stopped_at is None:
            subscription.stopped_at = now
        return
    subscription.stopped_at = None
    subscription.frequency = frequency


def due_people(session: Session, *, now: datetime) -> list[int]:
    """Return the owners of organisations whose summary is to be considered this morning.

    A weekly one is considered on Mondays, or at the first opening after a Monday missed.
    """
    monday = week_opening(now)
    never = DigestSubscription.user_id.is_(None)
    looked = DigestSubscription.looked_at
    missed = or_(looked.is_(None), looked < monday)
    due = or_(
        never,
        and_(
            DigestSubscription.stopped_at.is_(None),
            or_(DigestSubscription.frequency == AlertFrequency.DAILY, missed),
        ),
    )
    return list(
        session.scalars(
            select(User.id)
            .join(Membership, Membership.user_id == User.id)
            .outerjoin(DigestSubscription, DigestSubscription.user_id == User.id)
            .where(
                Membership.state == MembershipState.APPROVED,
                Membership.role == MembershipRole.OWNER,
                User.active.is_(True),
                due,
            )
            .distinct()
            .order_by(User.id)
        )
    )
