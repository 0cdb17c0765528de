"""Working groups of a partnership, their meetings, and the dated steps of its timeline."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from models.account import User
from models.partnership import (
    Partnership,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
    WorkingGroupMember,
)
from services.errors import RuleViolation
from services.partnership_contents import (
    PRECISIONS,
    AnyContent,
    GroupContent,
    MeetingContent,
    MilestoneContent,
    stamp,
)
from services.partnership_notes import record_partnership
from services.partnership_publishing import StaleContent, lock_partnership
from services.partnerships import consenting_ids, flush_partnership
from services.text_keys import name_key
from vocabulary.labels import N_

MAX_GROUPS: Final = 50
MAX_MEETINGS: Final = 300
MAX_MILESTONES: Final = 100


def save_group(
    session: Session,
    partnership: Partnership,
    group: WorkingGroup | None,
    content: GroupContent,
    *,
    seen: str,
    person: User,
    now: datetime,
) -> WorkingGroup:
    """Write a group, or open one; its members are among those who agreed to the partnership.

    Raises:
        StaleContent: somebody saved it since the form was shown.
        RuleViolation: no name, or a lead that is no member.
    """
    _start(session, partnership, GroupContent.of(group) if group else None, content, seen)
    if not name_key(content.name):
        raise RuleViolation(N_("Donnez un nom au groupe."), field="name")
    if not set(content.leads) <= set(content.members):
        raise RuleViolation(N_("Qui anime le groupe en est membre."), field="leads")
    if not set(content.members) <= consenting_ids(partnership.members):
        raise RuleViolation(
            N_("Un groupe réunit des membres du partenariat qui ont donné leur accord."),
            field="members",
        )
    if group is None:
        _keep_below(len(partnership.working_groups), MAX_GROUPS)
        group = WorkingGroup()
        partnership.working_groups.append(group)
    group.name, group.theme = content.name, content.theme or None
    group.description = content.description
    present = {row.organization_id: row for row in group.members}
    group.members = [
        present.get(key) or WorkingGroupMember(organization_id=key) for key in content.members
    ]
    for row in group.members:
        row.is_lead = row.organization_id in content.leads
    _finish(session, partnership, "group_saved", group.name, person, now)
    return group


def remove_group(
    session: Session, group: WorkingGroup, *, seen: str, person: User, now: datetime
) -> None:
    """Remove a group with its meetings.

    Raises:
        StaleContent: somebody changed it since the page was shown.
    """
    partnership = group.partnership
    _check_seen(session, partnership, GroupContent.of(group), seen)
    partnership.working_groups.remove(group)
    _finish(session, partnership, "group_removed", group.name, person, now)


def save_meeting(
    session: Session,
    group: WorkingGroup,
    meeting: WorkingGroupMeeting | None,
    content: MeetingContent,
    *,
    seen: str,
    person: User,
    now: datetime,
) -> WorkingGroupMeeting:
    """Write a meeting of the group, or add one.

    Raises:
        StaleContent: somebody saved it since the form was shown.
        RuleViolation: no date.
    """
    partnership = group.partnership
    _start(session, partnership, MeetingContent.of(meeting) if meeting else None, content, seen)
    if content.held_on is None:
        raise RuleViolation(N_("Donnez la date de la réunion."), field="held_on")
    if meeting is None:
        _keep_below(len(group.meetings), MAX_MEETINGS)
        meeting = WorkingGroupMeeting()
        group.meetings.append(meeting)
    for name, value in asdict(content).items():
        setattr(meeting, name, value)
    label = f"{group.name}, {content.held_on.isoformat()}"
    _finish(session, partnership, "meeting_saved", label, person, now)
    return meeting


def remove_meeting(
    session: Session, meeting: WorkingGroupMeeting, *, seen: str, person: User, now: datetime
) -> None:
    """Remove a meeting.

    Raises:
        StaleContent: somebody changed it since the page was shown.
    """
    group = meeting.group
    _check_seen(session, group.partnership, MeetingContent.of(meeting), seen)
    label = f"{group.name}, {meeting.held_on.isoformat()}"
    group.meetings.remove(meeting)
    _finish(session, group.partnership, "meeting_removed", label, person, now)


def save_milestone(
    session: Session,
    partnership: Partnership,
    milestone: PartnershipMilestone | None,
    content: MilestoneContent,
    *,
    seen: str,
    person: User,
    now: datetime,
) -> PartnershipMilestone:
    """Write a step of the timeline, or add one; its date is kept as exact as it is known.

    Raises:
        StaleContent: somebody saved it since the form was shown.
        RuleViolation: no date, no title or an unknown precision.
    """
    stored = MilestoneContent.of(milestone) if milestone else None
    _start(session, partnership, stored, content, seen)
    if content.happened_on is None:
        raise RuleViolation(N_("Donnez la date de l’étape."), field="happened_on")
    if not name_key(content.title):
        raise RuleViolation(N_("Donnez un titre à l’étape."), field="title")
    if content.precision not in PRECISIONS:
        raise RuleViolation(N_("Choisissez la précision de la date."), field="precision")
    if milestone is None:
        _keep_below(len(partnership.milestones), MAX_MILESTONES)
        milestone = PartnershipMilestone()
        partnership.milestones.append(milestone)
    for name, value in asdict(content).items():
        setattr(milestone, name, value)
    milestone.happened_on = _as_exact(content.happened_on, content.precision)
    _finish(session, partnership, "milestone_saved", content.title, person, now)
    return milestone


def remove_milestone(
    session: Session, milestone: PartnershipMilestone, *, seen: str, person: User, now: datetime
) -> None:
    """Remove a step of the timeline.

    Raises:
        StaleContent: somebody changed it since the page was shown.
    """
    partnership = milestone.partnership
    _check_seen(session, partnership, MilestoneContent.of(milestone), seen)
    partnership.milestones.remove(milestone)
    _finish(session, partnership, "milestone_removed", milestone.title, person, now)


def _as_exact(day: date, precision: str) -> date:
    if precision == "year":
        return date(day.year, 1, 1)
    return day.replace(day=1) if precision == "month" else day


def _start(
    session: Session,
    partnership: Partnership,
    stored: AnyContent | None,
    content: AnyContent,
    seen: str,
) -> None:
    """Refuse what was written over an older content; the same content again changes nothing."""
    if stored is None:
        lock_partnership(session, partnership)
    elif content != stored:
        _check_seen(session, partnership, stored, seen)


def _check_seen(session: Session, partnership: Partnership, stored: AnyContent, seen: str) -> None:
    lock_partnership(session, partnership)
    if stamp(stored) != seen:
        raise StaleContent(stored)


def _keep_below(count: int, most: int) -> None:
    if count >= most:
        raise RuleViolation(N_("%(count)s au plus : c’est déjà beaucoup."), count=most)


def _finish(
    session: Session, partnership: Partnership, action: str, label: str, person: User, now: datetime
) -> None:
    partnership.updated_at = now
    flush_partnership(session)
    record_partnership(
        session, action, partnership, actor=person, now=now, details={"about": label}
    )
