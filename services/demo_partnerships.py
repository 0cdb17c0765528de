"""The fictional partnerships of the demonstration: groups, meetings, steps, an open invitation."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.account import User
from models.membership import Membership
from models.need import Need
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
    WorkingGroupMember,
)
from services.seeding_files import read_toml
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import MembershipState, PublicationState

FILE: Final = "demo/partnerships.toml"
Row = dict[str, Any]


def seed_demo_partnerships(session: Session, *, now: datetime) -> int:
    """Create the demo partnerships that are missing; return how many.

    One that names an organisation missing from the demonstration is left out.
    """
    present = set(session.scalars(select(Partnership.slug)))
    created = 0
    for entry in read_toml(FILE).get("partnership", []):
        if entry["slug"] in present:
            continue
        keeper = _keeper(session, entry["keeper"])
        named = {member["organization"] for member in entry["member"]}
        bodies = dict(
            session.execute(
                select(Organization.slug, Organization.id).where(Organization.slug.in_(named))
            ).all()
        )
        if keeper is None or named - set(bodies):
            continue
        session.add(_partnership(session, entry, keeper, bodies, now))
        created += 1
    session.flush()
    return created


def remove_demo_partnerships(session: Session) -> None:
    """Remove the partnerships of the demonstration with their groups and documents."""
    session.execute(delete(Partnership).where(Partnership.is_demo))


def _keeper(session: Session, name: str) -> Organization | None:
    """Return the organisation of that slug, or that a demo account acts for."""
    if "@" not in name:
        return session.scalar(select(Organization).where(Organization.slug == name))
    return session.scalar(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .join(User, User.id == Membership.user_id)
        .where(User.email == name, Membership.state == MembershipState.APPROVED)
        .order_by(Organization.id)
        .limit(1)
    )


def _partnership(
    session: Session, entry: Row, keeper: Organization, bodies: dict[str, int], now: datetime
) -> Partnership:
    quarter = session.scalar(
        select(Need.territory_id).where(Need.carrier_id == keeper.id).order_by(Need.id).limit(1)
    )
    opened = now + timedelta(days=entry["started"])
    return Partnership(
        slug=entry["slug"],
        name=entry["name"],
        programme=entry["programme"],
        summary=entry["summary"].strip(),
        results=entry["results"].strip(),
        themes=list(entry["themes"]),
        territory_id=quarter,
        organization_id=keeper.id,
        state=PublicationState.PUBLISHED,
        is_demo=True,
        started_on=opened.date(),
        created_at=opened,
        updated_at=now,
        published_at=opened,
        members=[
            PartnershipMember(
                organization_id=keeper.id,
                position=0,
                role=entry["keeper_role"],
                answered_at=opened,
            ),
            *_members(entry["member"], bodies, keeper.id, now),
        ],
        working_groups=[_group(group, bodies, now) for group in entry["group"]],
        milestones=[
            PartnershipMilestone(
                happened_on=(now + timedelta(days=step["day"])).date(),
                precision=step["precision"],
                title=step["title"],
                text=step["text"],
            )
            for step in entry["milestone"]
        ],
    )


def _members(
    entries: Iterable[Row], bodies: dict[str, int], keeper_id: int, now: datetime
) -> list[PartnershipMember]:
    return [
        PartnershipMember(
            organization_id=bodies[entry["organization"]],
            position=position,
            role=entry["role"],
            state=InvitationState(entry.get("state", InvitationState.ACCEPTED.value)),
            invited_at=now + timedelta(days=entry.get("answered", -3)),
            answered_at=now + timedelta(days=entry["answered"]) if "answered" in entry else None,
        )
        for position, entry in enumerate(entries, start=1)
        if bodies[entry["organization"]] != keeper_id
    ]


def _group(entry: Row, bodies: dict[str, int], now: datetime) -> WorkingGroup:
    return WorkingGroup(
        name=entry["name"],
        theme=entry["theme"],
        description=entry["description"],
        members=[
            WorkingGroupMember(organization_id=bodies[slug], is_lead=slug in entry["leads"])
            for slug in entry["members"]
        ],
        meetings=[
            WorkingGroupMeeting(
                held_on=(now + timedelta(days=meeting["day"])).date(),
                place=meeting["place"],
                agenda=meeting["agenda"],
                minutes=meeting["minutes"],
                is_public=meeting["is_public"],
            )
            for meeting in entry.get("meeting", [])
        ],
    )
