"""What each step of a relay tells: the mails to send, asked for through the outbox."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.need import NeedRelay
from services.outbox import post_message
from vocabulary.kinds import MembershipState

RELAY_MAIL: Final = "mail.relay"


class RelayEvent(StrEnum):
    """What a mail about a relay tells; also the name of its template."""

    RECEIVED = "received"
    RELAYED = "relayed"
    DONE = "done"
    DECLINED = "declined"


def tell_teams(
    session: Session,
    event: RelayEvent,
    relay: NeedRelay,
    organizations: Iterable[int],
    *,
    now: datetime,
) -> None:
    """Ask for one mail to each person of each of these organisations."""
    rows = session.execute(
        select(Membership.organization_id, Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organization_id.in_(list(organizations)),
            Membership.state == MembershipState.APPROVED,
            User.active.is_(True),
        )
        .order_by(Membership.organization_id, Membership.user_id)
    )
    for organization_id, person_id in rows:
        payload = {
            "event": event.value,
            "relay_id": relay.id,
            "organization_id": organization_id,
            "recipient_id": person_id,
        }
        post_message(session, RELAY_MAIL, payload, now=now)
