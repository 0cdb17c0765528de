"""Tells the people of an entry what became of it: one message of the outbox for each of them."""

from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from services.outbox import post_message
from services.seats import owners_or, seats_in
from vocabulary.kinds import SubjectKind

ENTRY_MAIL: Final = "mail.entry"


class EntryEvent(StrEnum):
    """What a mail about an entry tells; also the name of its template."""

    SUBMITTED = "submitted"
    PUBLISHED = "published"
    CHANGES_REQUESTED = "changes_requested"
    SUSPENDED = "suspended"
    ARCHIVED = "archived"
    WITHDRAWN = "withdrawn"
    RESTORED = "restored"
    FEDERATION_INVITED = "federation_invited"
    FEDERATION_ACCEPTED = "federation_accepted"
    FEDERATION_DECLINED = "federation_declined"


def tell_people(
    session: Session,
    event: EntryEvent,
    *,
    organization_id: int,
    kind: SubjectKind,
    subject_id: int,
    now: datetime,
    author_id: int | None = None,
    audit_id: int | None = None,
    other_id: int | None = None,
) -> None:
    """Ask for one mail to each owner, and to the author while they belong to the organisation.

    ``audit_id`` is the line of the log that holds the reasons; ``other_id`` the organisation on
    the other side of a federation.
    """
    for seat in owners_or(seats_in(session, organization_id), author_id):
        payload = {
            "event": event.value,
            "recipient_id": seat.person_id,
            "organization_id": organization_id,
            "kind": kind.value,
            "subject_id": subject_id,
            "audit_id": audit_id,
            "other_id": other_id,
        }
        post_message(session, ENTRY_MAIL, payload, now=now)
