"""What each step of a relay tells: the mails to send, asked for through the outbox."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from models.need import NeedRelay
from services.outbox import post_message
from services.seats import seats_in

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
    for seat in seats_in(session, *organizations):
        payload = {
            "event": event.value,
            "relay_id": relay.id,
            "organization_id": seat.organization_id,
            "recipient_id": seat.person_id,
        }
        post_message(session, RELAY_MAIL, payload, now=now)
