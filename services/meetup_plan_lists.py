"""What the pages of plans list: plans with locks, and whom a publication would be told to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee
from models.meetup_plan import MeetingSeat, MeetupMeeting, MeetupPlan, PlannedMeeting, PlannedSeat


@dataclass(frozen=True, slots=True)
class PublicationEffect:
    """What publishing a plan would change for those who come."""

    added: int
    moved: int
    dropped: int
    participants: int
    """Whose agenda changes."""
    people: int
    """Persons among theirs who have an address to write to."""


def locked_counts(session: Session, day: MeetupDay) -> Sequence[tuple[MeetupPlan, int]]:
    """Return the plans that hold locked meetings, with how many; the last made first."""
    rows = session.execute(
        select(MeetupPlan, func.count(PlannedMeeting.id))
        .join(PlannedMeeting, PlannedMeeting.plan_id == MeetupPlan.id)
        .where(MeetupPlan.day_id == day.id, PlannedMeeting.is_locked)
        .group_by(MeetupPlan.id)
        .order_by(MeetupPlan.number.desc())
    )
    return [(plan, count) for plan, count in rows]


def publication_effect(
    session: Session, day: MeetupDay, plan: MeetupPlan | None
) -> PublicationEffect:
    """Return what making ``plan`` the published one would change; nothing: withdrawing it."""
    published = {
        meeting_id: (slot_id, table_id)
        for meeting_id, slot_id, table_id in session.execute(
            select(MeetupMeeting.id, MeetupMeeting.slot_id, MeetupMeeting.table_id).where(
                MeetupMeeting.day_id == day.id, MeetupMeeting.slot_id.is_not(None)
            )
        )
    }
    wanted = _wanted(session, plan)
    added = wanted.keys() - published.keys()
    dropped = published.keys() - wanted.keys()
    moved = {one for one in wanted.keys() & published.keys() if wanted[one] != published[one]}
    concerned = _participants(session, plan, added | dropped | moved)
    people = session.scalar(
        select(func.count(MeetupAttendee.id)).where(
            MeetupAttendee.participant_id.in_(concerned), MeetupAttendee.email.is_not(None)
        )
    )
    return PublicationEffect(len(added), len(moved), len(dropped), len(concerned), people or 0)


def _wanted(session: Session, plan: MeetupPlan | None) -> dict[int, tuple[int, int]]:
    if plan is None:
        return {}
    rows = session.execute(
        select(PlannedMeeting.meeting_id, PlannedMeeting.slot_id, PlannedMeeting.table_id).where(
            PlannedMeeting.plan_id == plan.id
        )
    )
    return {meeting_id: (slot_id, table_id) for meeting_id, slot_id, table_id in rows}


def _participants(session: Session, plan: MeetupPlan | None, meetings: set[int]) -> set[int]:
    seated = select(MeetingSeat.participant_id).where(MeetingSeat.meeting_id.in_(meetings))
    found = set(session.scalars(seated))
    if plan is not None:
        found |= set(
            session.scalars(
                select(PlannedSeat.participant_id)
                .join(PlannedMeeting, PlannedMeeting.id == PlannedSeat.planned_id)
                .where(PlannedSeat.plan_id == plan.id, PlannedMeeting.meeting_id.in_(meetings))
            )
        )
    return found
