"""Writes the mails about partnerships, in the worker; what is no longer true is not mailed."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from extensions.mailbox import public_address, write_mail
from models.account import User
from models.organization import Organization
from models.partnership import Partnership
from services.partnership_members import member_row
from services.partnership_notes import PartnershipEvent
from services.partnership_rights import standing_of
from services.permissions import membership_of
from vocabulary.exchanges import InvitationState

_TO_MEMBERS: Final = frozenset({PartnershipEvent.INVITED, PartnershipEvent.FOUNDED})
_TO_INVITED: Final = _TO_MEMBERS | {PartnershipEvent.REMOVED}
_TO_KEEPER: Final = frozenset(
    {PartnershipEvent.ACCEPTED, PartnershipEvent.DECLINED, PartnershipEvent.LEFT}
)
# What an organisation must still be for its mail to be true.
_EXPECTED: Final[Mapping[PartnershipEvent, InvitationState]] = {
    PartnershipEvent.INVITED: InvitationState.INVITED,
    PartnershipEvent.ACCEPTED: InvitationState.ACCEPTED,
    PartnershipEvent.DECLINED: InvitationState.DECLINED,
}


def write_partnership_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail and hand it to the relay's queue."""
    partnership = session.get(Partnership, payload["partnership_id"])
    recipient = session.get(User, payload["recipient_id"])
    if partnership is None or recipient is None or not recipient.active:
        return
    event = PartnershipEvent(payload["event"])
    organization_id = payload["organization_id"]
    if not _still_reads(session, recipient, event, partnership, organization_id):
        return
    row = member_row(partnership, organization_id) if organization_id else None
    if event in _EXPECTED and (row is None or row.state is not _EXPECTED[event]):
        return
    context = {
        "partnership": partnership,
        "organization": session.get(Organization, organization_id) if organization_id else None,
        "keeper": partnership.organization,
        "role": row.role if row else "",
        "link": _link(event, partnership, organization_id),
    }
    write_mail(session, recipient.email, recipient.language, f"partnerships/{event.value}", context)


def _still_reads(
    session: Session,
    recipient: User,
    event: PartnershipEvent,
    partnership: Partnership,
    organization_id: int | None,
) -> bool:
    """Tell whether the person still acts for the organisation that the mail is for."""
    if event in _TO_INVITED and organization_id is not None:
        return membership_of(session, recipient, organization_id) is not None
    return standing_of(session, recipient, partnership).can_edit


def _link(event: PartnershipEvent, partnership: Partnership, organization_id: int | None) -> str:
    slug = partnership.slug
    if event in _TO_MEMBERS:
        return public_address(
            "partnership_members.answer", slug=slug, organization_id=organization_id
        )
    if event in _TO_KEEPER:
        return public_address("partnership_members.index", slug=slug)
    if event is PartnershipEvent.PUBLISHED:
        return public_address("partnerships.show", slug=slug)
    if event is PartnershipEvent.REMOVED:
        return public_address("partnership_editing.index")
    return public_address("partnership_editing.edit", slug=slug)
