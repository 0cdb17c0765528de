"""What each step of a « retour d’expérience » tells: the mails to write, the lines of the log."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy.orm import Session

from models.account import User
from models.evidence import Experience
from services.audit import record_action
from services.outbox import post_message
from services.seats import owners_or, seats_in
from vocabulary.kinds import SubjectKind

EXPERIENCE_MAIL: Final = "mail.experience"


class ExperienceEvent(StrEnum):
    """What a mail about an experience tells; also the name of its template."""

    PUBLISHED = "published"
    CHANGES_REQUESTED = "changes_requested"
    SUSPENDED = "suspended"
    RESTORED = "restored"
    ABOUT_YOU = "about_you"
    REPLY_PUBLISHED = "reply_published"
    REPLY_RETURNED = "reply_returned"
    REPLIED = "replied"


def record_experience(
    session: Session,
    action: str,
    experience: Experience,
    *,
    actor: User | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one line about an experience to the audit log, under what it is about."""
    of_offer = experience.offer_id is not None
    record_action(
        session,
        f"experience.{action}",
        actor=actor,
        kind=SubjectKind.OFFER if of_offer else SubjectKind.PARTNERSHIP,
        subject_id=experience.offer_id or experience.partnership_id or 0,
        label=experience.title,
        now=now,
        details={"experience": experience.id, **(details or {})},
    )


def tell(
    session: Session,
    event: ExperienceEvent,
    experience: Experience,
    organization_ids: Iterable[int],
    *,
    now: datetime,
    author_id: int | None = None,
) -> None:
    """Ask for one mail to each owner of these organisations, and to the author while a member."""
    seats = owners_or(seats_in(session, *organization_ids), author_id)
    # Somebody of several of them is told once, for the first.
    first = {seat.person_id: seat.organization_id for seat in reversed(seats)}
    for person_id, organization_id in sorted(first.items()):
        payload = {
            "event": event.value,
            "experience_id": experience.id,
            "recipient_id": person_id,
            "organization_id": organization_id,
        }
        post_message(session, EXPERIENCE_MAIL, payload, now=now)
