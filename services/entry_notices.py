"""Tells the people of an entry what became of it: one message of the outbox for each of them."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from services.outbox import post_message
from vocabulary.kinds import MembershipRole, MembershipState, SubjectKind

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
    for person_id in _recipients(session, organization_id, author_id):
        payload = {
            "event": event.value,
            "recipient_id": person_id,
            "organization_id": organization_id,
            "kind": kind.value,
            "subject_id": subject_id,
            "audit_id": audit_id,
            "other_id": other_id,
        }
        post_message(session, ENTRY_MAIL, payload, now=now)


def _recipients(session: Session, organization_id: int, author_id: int | None) -> Iterable[int]:
    approved = session.execute(
        select(Membership.user_id, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organization_id == organization_id,
            Membership.state == MembershipState.APPROVED,
            User.active.is_(True),
        )
        .order_by(Membership.user_id)
    )
    return [
        person_id
        for person_id, role in approved
        if person_id is not None and (role is MembershipRole.OWNER or person_id == author_id)
    ]
