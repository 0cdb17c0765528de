"""What each step of a partnership tells: the mails to send, the lines of the audit log."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from models.account import User
from models.partnership import Partnership
from services.audit import record_action
from services.outbox import post_message
from services.seats import seats_in
from vocabulary.kinds import SubjectKind

PARTNERSHIP_MAIL: Final = "mail.partnership"


class PartnershipEvent(StrEnum):
    """What a mail about a partnership tells; also the name of its template."""

    INVITED = "invited"
    FOUNDED = "founded"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LEFT = "left"
    REMOVED = "removed"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    CHANGES_REQUESTED = "changes_requested"
    SUSPENDED = "suspended"


def record_partnership(
    session: Session,
    action: str,
    partnership: Partnership,
    *,
    actor: User | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one line about the partnership to the audit log."""
    record_action(
        session,
        f"partnership.{action}",
        actor=actor,
        kind=SubjectKind.PARTNERSHIP,
        subject_id=partnership.id,
        label=partnership.name,
        now=now,
        details=details,
    )


def tell_owners(
    session: Session,
    event: PartnershipEvent,
    partnership: Partnership,
    *,
    of: Iterable[int | None],
    about: int | None = None,
    now: datetime,
    besides: Iterable[int | None] = (),
) -> None:
    """Ask for one mail to each owner of the organisations ``of``, and to the accounts ``besides``.

    ``about`` is the organisation that answered, left or was invited.
    """
    seats = seats_in(session, *(key for key in of if key is not None))
    owners = {seat.person_id for seat in seats if seat.is_owner}
    for recipient in sorted(owners | {key for key in besides if key is not None}):
        payload = {
            "event": event.value,
            "partnership_id": partnership.id,
            "recipient_id": recipient,
            "organization_id": about,
        }
        post_message(session, PARTNERSHIP_MAIL, payload, now=now)
