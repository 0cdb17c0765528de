"""What the pages of partnerships show, each in a fixed number of queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.document import Document
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
    WorkingGroupMeeting,
    WorkingGroupMember,
)
from models.territory import Territory
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState


@dataclass(frozen=True, slots=True)
class GroupView:
    """A group with the members and the meetings that the reader may see."""

    group: WorkingGroup
    members: tuple[WorkingGroupMember, ...]
    meetings: tuple[WorkingGroupMeeting, ...]
    # The last meeting whose minutes the reader may read: shown unfolded.
    latest_id: int | None = None


@dataclass(frozen=True, slots=True)
class PartnershipView:
    """A partnership as one reader may see it; ``is_inside`` opens what is for its members."""

    partnership: Partnership
    territory_side: tuple[PartnershipMember, ...]
    innovation_side: tuple[PartnershipMember, ...]
    groups: tuple[GroupView, ...]
    milestones: tuple[PartnershipMilestone, ...]
    documents: tuple[Document, ...]
    is_inside: bool

    @property
    def members_count(self) -> int:
        """Return how many members are shown."""
        return len(self.territory_side) + len(self.innovation_side)

    def may_read_minutes(self, meeting: WorkingGroupMeeting) -> bool:
        """Tell whether the reader may read the agenda and the minutes of a meeting."""
        return self.is_inside or meeting.is_public


def partnership_by_slug(session: Session, slug: str) -> Partnership | None:
    """Load a partnership with all that its page shows, whatever its state."""
    found = session.scalars(
        select(Partnership)
        .where(Partnership.slug == slug)
        .options(
            joinedload(Partnership.territory).options(
                selectinload(Territory.communes), joinedload(Territory.region)
            ),
            joinedload(Partnership.organization),
            selectinload(Partnership.members).joinedload(PartnershipMember.organization),
            selectinload(Partnership.working_groups).options(
                selectinload(WorkingGroup.members).joinedload(WorkingGroupMember.organization),
                selectinload(WorkingGroup.meetings),
            ),
            # Few lines, and one query less than asking for them apart.
            joinedload(Partnership.milestones),
            selectinload(Partnership.documents),
        )
    )
    return found.unique().one_or_none()


def partnership_view(partnership: Partnership, *, is_inside: bool) -> PartnershipView:
    """Return what a reader may see: members that agreed and are public, and their groups."""
    shown = [row for row in partnership.members if is_shown(row)]
    keys = {row.organization_id for row in shown}
    return PartnershipView(
        partnership=partnership,
        territory_side=tuple(row for row in shown if not row.organization.is_innovation_side),
        innovation_side=tuple(row for row in shown if row.organization.is_innovation_side),
        groups=tuple(
            _group_view(group, keys, is_inside=is_inside) for group in partnership.working_groups
        ),
        milestones=tuple(
            sorted(partnership.milestones, key=lambda one: (one.happened_on, one.id or 0))
        ),
        documents=tuple(
            document
            for document in partnership.documents
            if document.withdrawn_at is None and (is_inside or document.is_public)
        ),
        is_inside=is_inside,
    )


def is_shown(row: PartnershipMember) -> bool:
    """Tell whether a member is shown: it agreed, and its own entry is public."""
    return row.state is InvitationState.ACCEPTED and row.organization.is_public


def _group_view(group: WorkingGroup, keys: Iterable[int], *, is_inside: bool) -> GroupView:
    known = set(keys)
    members = [row for row in group.members if row.organization_id in known]
    meetings = sorted(group.meetings, key=lambda one: (one.held_on, one.id or 0), reverse=True)
    told = (one.id for one in meetings if one.minutes and (is_inside or one.is_public))
    return GroupView(
        group=group,
        members=tuple(
            sorted(members, key=lambda row: (not row.is_lead, row.organization.name_key))
        ),
        meetings=tuple(meetings),
        latest_id=next(told, None),
    )


def partnerships_of(organization: Organization) -> Select[Partnership]:
    """Select the public partnerships in which an organisation agreed to be shown."""
    return (
        Partnership.published()
        .join(PartnershipMember)
        .where(
            PartnershipMember.organization_id == organization.id,
            PartnershipMember.state == InvitationState.ACCEPTED,
        )
        .options(joinedload(Partnership.territory))
        .order_by(Partnership.name, Partnership.id)
    )


def partnerships_on(territory: Territory) -> Select[Partnership]:
    """Select the public partnerships on a quarter, with their members."""
    return (
        Partnership.published()
        .where(Partnership.territory_id == territory.id)
        .options(selectinload(Partnership.members).joinedload(PartnershipMember.organization))
        .order_by(Partnership.name, Partnership.id)
    )


def count_shown(partnership: Partnership) -> int:
    """Return how many members are shown; the members must be loaded."""
    return sum(1 for row in partnership.members if is_shown(row))


def public_partnership_keys(session: Session) -> Sequence[tuple[str, date | None]]:
    """Return slug and day of change of every real public partnership."""
    rows = session.execute(
        select(Partnership.slug, Partnership.updated_at)
        .where(Partnership.state == PublicationState.PUBLISHED, Partnership.is_demo.is_(False))
        .order_by(Partnership.id)
    )
    return [(slug, changed_at.date() if changed_at else None) for slug, changed_at in rows]
