"""What each step of a « retour d’expérience » tells: the mails to write, the lines of the log."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.evidence import Experience
from models.membership import Membership
from services.audit import record_action
from services.outbox import post_message
from vocabulary.kinds import MembershipRole, MembershipState, SubjectKind

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
    people = session.execute(
        select(Membership.organization_id, Membership.user_id, Membership.role)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.organization_id.in_(list(organization_ids)),
            Membership.state == MembershipState.APPROVED,
            User.active.is_(True),
        )
        .order_by(Membership.user_id, Membership.organization_id)
    )
    told: set[int] = set()
    for organization_id, person_id, role in people:
        is_told = role is MembershipRole.OWNER or person_id == author_id
        if person_id is None or person_id in told or not is_told:
            continue
        told.add(person_id)
        payload = {
            "event": event.value,
            "experience_id": experience.id,
            "recipient_id": person_id,
            "organization_id": organization_id,
        }
        post_message(session, EXPERIENCE_MAIL, payload, now=now)
