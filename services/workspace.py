"""What a person finds in their own space: their entries, and what waits for them or for others."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from models.account import User
from models.federation import FederationMember
from models.membership import Membership
from models.offer import Offer
from models.organization import Organization
from models.revision import OPEN_STATES, Revision
from services.contents import OrganizationContent
from services.entry_contents import organization_content
from vocabulary.kinds import (
    FederationState,
    MembershipRole,
    MembershipState,
    PublicationState,
    SubjectKind,
)

MAX_DRAFTS = 50


@dataclass(frozen=True, slots=True)
class WorkspaceEntry:
    """An organisation of the person, what its draft says, and what waits around it."""

    organization: Organization
    is_owner: bool
    content: OrganizationContent
    draft: Revision | None
    offers: int
    offers_under_work: int
    invitations: int
    membership_requests: int


def workspace_entries(session: Session, person: User) -> list[WorkspaceEntry]:
    """Return the organisations of ``person`` by name; the number of queries is fixed."""
    memberships = session.scalars(
        Membership.active_of(person.id).options(joinedload(Membership.organization))
    ).all()
    keys = [membership.organization_id for membership in memberships]
    revisions = _open_revisions(session, keys)
    offers = _counts(session, Offer.organization_id, keys)
    invitations = _counts(
        session,
        FederationMember.member_id,
        keys,
        FederationMember.state == FederationState.INVITED,
    )
    requests = _counts(
        session,
        Membership.organization_id,
        keys,
        Membership.state == MembershipState.REQUESTED,
    )
    entries = [
        _entry(
            membership,
            revisions.get(membership.organization_id, []),
            offers.get(membership.organization_id, 0),
            invitations.get(membership.organization_id, 0),
            requests.get(membership.organization_id, 0),
        )
        for membership in memberships
    ]
    return sorted(entries, key=lambda entry: (entry.organization.name_key, entry.organization.id))


def _entry(
    membership: Membership,
    revisions: Sequence[Revision],
    offers: int,
    invitations: int,
    requests: int,
) -> WorkspaceEntry:
    organization = membership.organization
    drafts = [one for one in revisions if one.subject_kind is SubjectKind.ORGANIZATION]
    offers_under_work = [one for one in revisions if one.subject_kind is SubjectKind.OFFER]
    draft = drafts[0] if drafts else None
    content = (
        OrganizationContent.from_dict(draft.content)
        if draft
        else organization_content(organization)
    )
    return WorkspaceEntry(
        organization=organization,
        is_owner=membership.role is MembershipRole.OWNER,
        content=content,
        draft=draft,
        offers=offers,
        offers_under_work=len(offers_under_work),
        invitations=invitations,
        membership_requests=requests,
    )


def _open_revisions(session: Session, keys: Sequence[int]) -> dict[int, list[Revision]]:
    found: dict[int, list[Revision]] = {}
    for revision in session.scalars(
        select(Revision).where(Revision.organization_id.in_(keys), Revision.state.in_(OPEN_STATES))
    ):
        found.setdefault(revision.organization_id, []).append(revision)
    return found


def _counts(
    session: Session,
    column: InstrumentedAttribute[int],
    keys: Sequence[int],
    *where: ColumnElement[bool],
) -> dict[int, int]:
    counted = select(column, func.count()).where(column.in_(keys), *where).group_by(column)
    return dict(session.execute(counted).all())


def own_organizations(session: Session, person: User) -> Sequence[Organization]:
    """Return the organisations that ``person`` may act for as an approved member, by name."""
    return session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.user_id == person.id, Membership.state == MembershipState.APPROVED)
        .order_by(Organization.name_key, Organization.id)
    ).all()


def drafts_for_others(session: Session) -> Sequence[Revision]:
    """Return what staff are preparing for actors who have not claimed their entry yet."""
    return session.scalars(
        select(Revision)
        .join(Organization, Organization.id == Revision.organization_id)
        .where(
            Revision.subject_kind == SubjectKind.ORGANIZATION,
            Revision.state.in_((PublicationState.DRAFT, PublicationState.CHANGES_REQUESTED)),
            Organization.is_claimed.is_(False),
        )
        .options(joinedload(Revision.author), joinedload(Revision.organization))
        .order_by(Revision.updated_at.desc(), Revision.id)
        .limit(MAX_DRAFTS)
    ).all()
