"""What the pages of plans list: plans with locks, and whom a publication would be told to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan, PlannedMeeting
from services.meetup_plan_diff import Difference, compare
from services.meetup_planning import placements_of, plannable_participants
from services.meetup_repair_audience import (
    audience_of,
    changed_agendas,
    mails_by_participant,
)


@dataclass(frozen=True, slots=True)
class PublicationEffect:
    """What publishing a plan would change for those who come."""

    added: int
    moved: int
    dropped: int
    participants: int
    """Whose agenda changes."""
    people: int
    """Who gets a mail: theirs, and those of whoever never got an agenda."""


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
    """Return what making ``plan`` the published one would change; nothing: withdrawing it.

    Its mails are those that leave, as for a repair; a withdrawal is told to those who had an
    agenda alone.
    """
    before = placements_of(session, day.published_plan_id) if day.published_plan_id else []
    after = placements_of(session, plan.id) if plan is not None else []
    changes, counts = changed_agendas(before, after), compare(before, after).counts
    people = plannable_participants(session, day)
    if plan is None:
        people = [one for one in people if one.agenda_told_at is not None]
    audience = audience_of(changes, people, mails_by_participant(session, people))
    return PublicationEffect(
        added=counts[Difference.ADDED],
        moved=counts[Difference.MOVED] + counts[Difference.RESEATED],
        dropped=counts[Difference.DROPPED],
        participants=len(changes),
        people=audience.mail_count,
    )
