"""What each step of a membership tells: the mail to send, the line of the audit log."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.organization import Organization
from services.audit import record_action
from services.outbox import post_message
from vocabulary.kinds import MembershipRole, MembershipState, SubjectKind

MEMBERSHIP_MAIL: Final = "mail.membership"


class MembershipEvent(StrEnum):
    """What a mail about a membership tells; also the name of its template."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    ROLE_CHANGED = "role_changed"
    REMOVED = "removed"
    LEFT = "left"
    CLAIMED = "claimed"
    CLAIM_LINK = "claim_link"
    CLAIM_APPROVED = "claim_approved"
    CLAIM_REFUSED = "claim_refused"


def owner_ids(session: Session, organization_id: int) -> set[int | None]:
    """Return the accounts of the owners of an organisation."""
    return set(
        session.scalars(
            select(Membership.user_id).where(
                Membership.organization_id == organization_id,
                Membership.state == MembershipState.APPROVED,
                Membership.role == MembershipRole.OWNER,
            )
        )
    )


def notify(
    session: Session,
    event: MembershipEvent,
    organization: Organization,
    *,
    recipients: Iterable[int | None],
    person: User | None,
    now: datetime,
) -> None:
    """Ask for one mail to each recipient about what ``person`` did or got."""
    for recipient in sorted(found for found in recipients if found is not None):
        payload = {
            "event": event.value,
            "organization_id": organization.id,
            "recipient_id": recipient,
            "person_id": person.id if person else None,
        }
        post_message(session, MEMBERSHIP_MAIL, payload, now=now)


def record_membership(
    session: Session,
    event: MembershipEvent,
    membership: Membership,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Write the step in the audit log; the person is named by their number, never the address."""
    record_action(
        session,
        f"membership.{event.value}",
        actor=actor,
        kind=SubjectKind.ORGANIZATION,
        subject_id=membership.organization_id,
        label=membership.organization.name,
        now=now,
        details={"person": membership.user_id, "role": membership.role.value},
    )
