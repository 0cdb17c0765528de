"""Writes the mails about entries, in the worker: what was decided is read from the audit log."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from extensions.mailbox import public_address, write_mail
from models.account import User
from models.audit import AuditEntry
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.entry_notices import EntryEvent
from services.moderation_reasons import known_reasons
from services.permissions import membership_of
from vocabulary.kinds import SubjectKind

# Where the reader of each mail goes next, when it is not the page of the entry's draft.
_PUBLIC: Final = frozenset({EntryEvent.PUBLISHED, EntryEvent.RESTORED})
_FEDERATIONS: Final[Mapping[str, str]] = {
    EntryEvent.FEDERATION_INVITED: "federations.memberships",
    EntryEvent.FEDERATION_ACCEPTED: "federations.members",
    EntryEvent.FEDERATION_DECLINED: "federations.members",
}


def write_entry_mail(session: Session, payload: Mapping[str, Any]) -> None:
    """Write one mail; an entry deleted since, and people who left it, are not written about."""
    recipient = session.get(User, payload["recipient_id"])
    organization = session.get(Organization, payload["organization_id"])
    entry = _entry(session, payload)
    if recipient is None or organization is None or entry is None:
        return
    if membership_of(session, recipient, organization.id) is None:
        return
    event = EntryEvent(payload["event"])
    line = session.get(AuditEntry, payload["audit_id"]) if payload["audit_id"] else None
    details = line.details if line else {}
    other_id = payload["other_id"]
    context = {
        "organization": organization,
        "title": entry.name if isinstance(entry, Organization) else entry.title,
        "other": session.get(Organization, other_id) if other_id else None,
        "reasons": known_reasons(details.get("reasons", ())),
        "comment": details.get("comment", ""),
        "link": _link(event, organization, entry),
    }
    write_mail(session, recipient.email, recipient.language, f"entries/{event.value}", context)


def _entry(session: Session, payload: Mapping[str, Any]) -> Organization | Offer | Need | None:
    if payload["kind"] == SubjectKind.OFFER.value:
        return session.get(Offer, payload["subject_id"])
    if payload["kind"] == SubjectKind.NEED.value:
        return session.get(Need, payload["subject_id"])
    return session.get(Organization, payload["organization_id"])


def _link(event: EntryEvent, organization: Organization, entry: Organization | Offer | Need) -> str:
    if event in _FEDERATIONS:
        return public_address(_FEDERATIONS[event], slug=organization.slug)
    if isinstance(entry, Need):
        endpoint = "needs.show" if event in _PUBLIC else "need_editing.edit"
        return public_address(endpoint, need_id=entry.id)
    if isinstance(entry, Organization):
        endpoint = "organizations.show" if event in _PUBLIC else "submission.overview"
        return public_address(endpoint, slug=organization.slug)
    endpoint = "offers.show" if event in _PUBLIC else "offer_editing.edit"
    return public_address(endpoint, slug=entry.slug)
