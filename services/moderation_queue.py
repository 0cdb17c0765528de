"""What waits for the moderators, and what one of them sees before deciding."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.audit import AuditEntry
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.revision import Revision
from services.content_diff import FieldChange, content_changes
from services.contents import Content, OrganizationContent
from services.drafts import Entry, published_content
from services.duplicates import Duplicate, possible_duplicates
from services.entry_contents import revision_content
from services.journal import history_of
from services.publishing import can_decide, entry_of
from vocabulary.kinds import PublicationState, SubjectKind

PAGE_SIZE: Final = 30
HISTORY_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One proposal that waits, with the organisation it concerns."""

    revision: Revision
    organization: Organization
    is_first: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the queue, and how many proposals wait in all."""

    lines: tuple[QueueLine, ...]
    total: int
    pages: int


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything a moderator looks at before deciding on one proposal."""

    revision: Revision
    entry: Entry
    organization: Organization
    content: Content
    published: Content | None
    changes: tuple[FieldChange, ...]
    duplicates: tuple[Duplicate, ...]
    history: tuple[AuditEntry, ...]
    may_decide: bool


def queue_page(
    session: Session, *, reader: User, kind: SubjectKind | None = None, page: int = 1
) -> QueuePage:
    """Return one page of what waits, the longest wait first; three queries whatever its length."""
    waiting = Revision.queue().options(joinedload(Revision.author))
    if kind is not None:
        waiting = waiting.where(Revision.subject_kind == kind)
    total = session.scalar(select(func.count()).select_from(waiting.order_by(None).subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    page = min(max(page, 1), pages)
    revisions = session.scalars(waiting.offset((page - 1) * PAGE_SIZE).limit(PAGE_SIZE)).all()
    organizations = _organizations(session, revisions)
    mine = own_organizations(session, reader)
    lines = tuple(
        QueueLine(
            revision=revision,
            organization=organizations[revision.organization_id],
            is_first=revision.base_version == 0,
            is_own=revision.organization_id in mine or revision.author_id == reader.id,
        )
        for revision in revisions
    )
    return QueuePage(lines, total, pages)


def own_organizations(session: Session, person: User) -> set[int]:
    """Return the organisations of ``person``, on which they decide nothing."""
    return {row.organization_id for row in session.scalars(Membership.active_of(person.id))}


def _organizations(session: Session, revisions: Sequence[Revision]) -> dict[int, Organization]:
    keys = {revision.organization_id for revision in revisions}
    found = session.scalars(select(Organization).where(Organization.id.in_(keys)))
    return {entry.id: entry for entry in found}


def dossier_of(session: Session, revision: Revision, *, reader: User) -> Dossier:
    """Load what is shown beside one proposal, decided or not.

    Raises:
        NotFound: the entry was deleted.
    """
    entry = entry_of(session, revision)
    organization = session.get_one(Organization, revision.organization_id)
    content = revision_content(revision)
    # Once published, the columns hold the proposal itself: there is nothing left to compare.
    published = published_content(entry)
    duplicates: list[Duplicate] = []
    if isinstance(content, OrganizationContent):
        duplicates = possible_duplicates(session, content, excluding=organization.id)
    history = history_of(session, revision.subject_kind, revision.subject_id, limit=HISTORY_SHOWN)
    return Dossier(
        revision=revision,
        entry=entry,
        organization=organization,
        content=content,
        published=published,
        changes=tuple(content_changes(published, content)),
        duplicates=tuple(duplicates),
        history=history.lines,
        may_decide=revision.state is PublicationState.SUBMITTED
        and can_decide(session, revision, reader),
    )


def count_waiting(session: Session) -> int:
    """Return how many proposals wait for a moderator."""
    waiting = select(func.count()).where(Revision.state == PublicationState.SUBMITTED)
    return session.scalar(waiting) or 0


def hidden_entries(session: Session, *, limit: int = 50) -> list[Entry]:
    """Return the entries that were suspended or archived, the last ones first."""
    states = (PublicationState.SUSPENDED, PublicationState.ARCHIVED)
    organizations = session.scalars(
        select(Organization)
        .where(Organization.state.in_(states), Organization.version > 0)
        .order_by(Organization.updated_at.desc(), Organization.id)
        .limit(limit)
    )
    offers = session.scalars(
        select(Offer)
        .where(Offer.state.in_(states), Offer.version > 0)
        .options(joinedload(Offer.organization))
        .order_by(Offer.updated_at.desc(), Offer.id)
        .limit(limit)
    )
    needs = session.scalars(
        select(Need)
        .where(Need.state.in_(states), Need.version > 0)
        .options(joinedload(Need.carrier))
        .order_by(Need.updated_at.desc(), Need.id)
        .limit(limit)
    )
    found: list[Entry] = [*organizations, *offers, *needs]
    return sorted(found, key=lambda entry: entry.updated_at, reverse=True)[:limit]
