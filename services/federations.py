"""Members of federating structures: listed, invited, and shown once they agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.federation import FederationMember
from models.organization import Organization
from services.drafts import flush_or_conflict
from services.entry_notices import EntryEvent, tell_people
from services.errors import NotFound, RuleViolation
from services.publishing import record
from services.text_keys import name_key
from vocabulary.kinds import FederationState, PublicationState, SubjectKind
from vocabulary.labels import N_

MAX_FOUND: Final = 10
SHORTEST_SEARCH: Final = 2
MAX_MEMBERS: Final = 500


@dataclass(frozen=True, slots=True)
class FoundOrganization:
    """An organisation that may be invited, or why it cannot be."""

    entry: Organization
    link: FederationMember | None


def members_of(session: Session, federator: Organization) -> Sequence[FederationMember]:
    """Return every member the structure listed, whatever it answered, by name."""
    return session.scalars(
        select(FederationMember)
        .join(FederationMember.member)
        .where(FederationMember.federator_id == federator.id)
        .options(joinedload(FederationMember.member))
        .order_by(Organization.name_key, FederationMember.id)
    ).all()


def count_members(session: Session, federator: Organization) -> int:
    """Return how many members the structure listed, those who declined apart."""
    counted = select(func.count()).where(
        FederationMember.federator_id == federator.id,
        FederationMember.state != FederationState.DECLINED,
    )
    return session.scalar(counted) or 0


def federations_of(session: Session, member: Organization) -> Sequence[FederationMember]:
    """Return the structures that list ``member``, those that wait for an answer first."""
    links = session.scalars(
        select(FederationMember)
        .where(FederationMember.member_id == member.id)
        .options(joinedload(FederationMember.federator))
        .order_by(FederationMember.id)
    ).all()
    return sorted(links, key=lambda link: link.state not in _UNANSWERED)


_UNANSWERED: Final = frozenset({FederationState.LISTED, FederationState.INVITED})


def find_candidates(
    session: Session, federator: Organization, text: str
) -> list[FoundOrganization]:
    """Return the public organisations whose name holds ``text``, with their present link."""
    key = name_key(text)
    if len(key) < SHORTEST_SEARCH:
        return []
    entries = session.scalars(
        Organization.published()
        .where(
            Organization.name_key.contains(key, autoescape=True), Organization.id != federator.id
        )
        .order_by(Organization.name_key, Organization.id)
        .limit(MAX_FOUND)
    ).all()
    links = {
        link.member_id: link
        for link in session.scalars(
            select(FederationMember).where(
                FederationMember.federator_id == federator.id,
                FederationMember.member_id.in_([entry.id for entry in entries]),
            )
        )
    }
    return [FoundOrganization(entry=entry, link=links.get(entry.id)) for entry in entries]


def invite_organization(
    session: Session, federator: Organization, member: Organization, *, author: User, now: datetime
) -> FederationMember:
    """List an organisation as a member and ask it to agree; once is enough.

    An entry nobody claimed is listed only: there is nobody to ask yet.

    Raises:
        RuleViolation: the structure federates nobody, or the member cannot be one.
    """
    _check_can_list(federator, member)
    session.refresh(federator, attribute_names=["version"], with_for_update=True)
    link = _link(session, federator.id, member.id)
    if link is not None and link.state in {FederationState.INVITED, FederationState.CONSENTED}:
        return link
    if link is not None and link.state is FederationState.DECLINED:
        raise RuleViolation(N_("Cette structure a refusé : elle seule peut revenir sur son choix."))
    if link is None:
        link = _listed(session, federator, member)
    link.state = FederationState.INVITED if member.is_claimed else FederationState.LISTED
    link.invited_at = now if member.is_claimed else None
    flush_or_conflict(session)
    if member.is_claimed:
        _tell(session, EntryEvent.FEDERATION_INVITED, to=member, other=federator, now=now)
    details = {"member": member.name, "member_id": member.id}
    record(session, "federation.invited", federator, actor=author, now=now, details=details)
    return link


def _check_can_list(federator: Organization, member: Organization) -> None:
    if not federator.is_federating:
        raise RuleViolation(N_("Seule une structure qui fédère d’autres acteurs a des membres."))
    if member.id == federator.id:
        raise RuleViolation(N_("Une structure n’est pas membre d’elle-même."))
    if member.state is not PublicationState.PUBLISHED:
        raise NotFound(N_("Cette structure n’est pas dans l’annuaire."))


def _listed(session: Session, federator: Organization, member: Organization) -> FederationMember:
    if count_members(session, federator) >= MAX_MEMBERS:
        raise RuleViolation(N_("Une structure liste au plus %(count)s membres."), count=MAX_MEMBERS)
    link = FederationMember(federator_id=federator.id, member_id=member.id)
    session.add(link)
    return link


def answer_invitation(
    session: Session, link: FederationMember, *, accept: bool, author: User, now: datetime
) -> None:
    """Record what the member answers; it may change its mind either way, at any time."""
    state = FederationState.CONSENTED if accept else FederationState.DECLINED
    if link.state is state:
        return
    link.state = state
    link.answered_at = now
    event = EntryEvent.FEDERATION_ACCEPTED if accept else EntryEvent.FEDERATION_DECLINED
    _tell(session, event, to=link.federator, other=link.member, now=now)
    action = "federation.accepted" if accept else "federation.declined"
    details = {"federator": link.federator.name, "federator_id": link.federator_id}
    record(session, action, link.member, actor=author, now=now, details=details)


def remove_member(session: Session, link: FederationMember, *, author: User, now: datetime) -> None:
    """Take a member off the list of its structure."""
    details = {"member": link.member.name, "member_id": link.member_id}
    record(session, "federation.removed", link.federator, actor=author, now=now, details=details)
    session.delete(link)


def _link(session: Session, federator_id: int, member_id: int) -> FederationMember | None:
    return session.scalar(
        select(FederationMember).where(
            FederationMember.federator_id == federator_id, FederationMember.member_id == member_id
        )
    )


def _tell(
    session: Session, event: EntryEvent, *, to: Organization, other: Organization, now: datetime
) -> None:
    tell_people(
        session,
        event,
        organization_id=to.id,
        kind=SubjectKind.ORGANIZATION,
        subject_id=to.id,
        other_id=other.id,
        now=now,
    )
