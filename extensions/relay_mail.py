"""Writes the mails about relays of needs, in the worker: who gets them is in the payload."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from extensions.mailbox import public_address, write_mail
from models.account import User
from models.need import NeedRelay
from models.organization import Organization
from services.permissions import membership_of
from services.relay_notes import RelayEvent
from vocabulary.kinds import PublicationState

# Those who are asked to answer go to the relay; the others to the page of the need.
_ABOUT_RELAY: Final = frozenset({RelayEvent.RECEIVED})
# Sent to others than the need's own people: a need taken off since is not told.
_ABOUT_NEED: Final = frozenset({RelayEvent.RECEIVED, RelayEvent.RELAYED})


def write_relay_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail; somebody who left the organisation since is not written to."""
    relay = session.get(NeedRelay, payload["relay_id"])
    recipient = session.get(User, payload["recipient_id"])
    organization = session.get(Organization, payload["organization_id"])
    if relay is None or recipient is None or organization is None:
        return
    if membership_of(session, recipient, organization.id) is None:
        return
    event = RelayEvent(payload["event"])
    if event in _ABOUT_NEED and relay.need.state is not PublicationState.PUBLISHED:
        return
    context = {
        "relay": relay,
        "need": relay.need,
        "federator": relay.federator,
        "organization": organization,
        "members": len(relay.members),
        "link": _link(event, relay),
    }
    write_mail(session, recipient.email, recipient.language, f"relays/{event.value}", context)


def _link(event: RelayEvent, relay: NeedRelay) -> str:
    if event in _ABOUT_RELAY:
        return public_address("relays.show", relay_id=relay.id)
    if event is RelayEvent.RELAYED:
        return public_address("needs.show", need_id=relay.need_id)
    return public_address("relays.send", need_id=relay.need_id)
