"""Loads a partnership, its groups and their meetings together with the right to them."""

from dataclasses import dataclass

from flask import abort

from extensions.database import db_session
from models.partnership import (
    Partnership,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
)
from services.partnership_pages import PartnershipView, partnership_by_slug, partnership_view
from services.partnership_rights import Standing, standing_of
from views.access import current_person


@dataclass(frozen=True, slots=True)
class Opened:
    """A partnership and what the person is to it."""

    partnership: Partnership
    standing: Standing

    def view(self) -> PartnershipView:
        """Return what the person may see of it."""
        return partnership_view(self.partnership, is_inside=self.standing.is_inside)


def open_partnership(slug: str) -> Opened:
    """Return the partnership if the person may read it; missing and forbidden look the same."""
    session = db_session()
    found = partnership_by_slug(session, slug)
    if found is None:
        abort(404)
    standing = standing_of(session, current_person(), found)
    if not standing.can_read(found):
        abort(404)
    return Opened(found, standing)


def editable_partnership_or_404(slug: str) -> Partnership:
    """Return the partnership if the person may write it."""
    opened = open_partnership(slug)
    if not opened.standing.can_edit:
        abort(404)
    return opened.partnership


def managed_partnership_or_404(slug: str) -> Partnership:
    """Return the partnership if the person may take it off, bring it back or delete it."""
    opened = open_partnership(slug)
    if not opened.standing.can_manage:
        abort(404)
    return opened.partnership


def group_or_404(partnership: Partnership, group_id: int) -> WorkingGroup:
    """Return a group of that partnership; another's looks missing."""
    found = next((one for one in partnership.working_groups if one.id == group_id), None)
    if found is None:
        abort(404)
    return found


def writable_group_or_404(slug: str, group_id: int) -> tuple[WorkingGroup, Standing]:
    """Return the group if the person may write its meetings, and what they are to it."""
    opened = open_partnership(slug)
    group = group_or_404(opened.partnership, group_id)
    if not opened.standing.can_write_meetings(group):
        abort(404)
    return group, opened.standing


def meeting_or_404(group: WorkingGroup, meeting_id: int) -> WorkingGroupMeeting:
    """Return a meeting of that group; another's looks missing."""
    found = next((one for one in group.meetings if one.id == meeting_id), None)
    if found is None:
        abort(404)
    return found


def milestone_or_404(partnership: Partnership, milestone_id: int) -> PartnershipMilestone:
    """Return a step of that partnership; another's looks missing."""
    found = next((one for one in partnership.milestones if one.id == milestone_id), None)
    if found is None:
        abort(404)
    return found
