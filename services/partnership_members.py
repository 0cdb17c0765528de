"""Members of a partnership: invited, agreeing or not, leaving; nobody is shown unasked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    WorkingGroup,
    WorkingGroupMember,
)
from services.contents import clean_line
from services.errors import Conflict, NotFound, RuleViolation
from services.invitation_caps import check_invitation_caps
from services.partnership_notes import PartnershipEvent, record_partnership, tell_owners
from services.partnership_publishing import lock_partnership
from services.partnerships import flush_partnership
from services.permissions import membership_of
from services.seats import teams_of
from services.text_keys import name_key
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import MembershipRole
from vocabulary.labels import N_

MAX_ROLE: Final = 300
MAX_MEMBERS: Final = 100
MAX_FOUND: Final = 10
SHORTEST_SEARCH: Final = 2


def member_row(partnership: Partnership, organization_id: int) -> PartnershipMember | None:
    """Return the seat of an organisation in the partnership."""
    rows = (row for row in partnership.members if row.organization_id == organization_id)
    return next(rows, None)


def find_organizations(session: Session, text: str) -> Sequence[Organization]:
    """Return the public organisations whose name holds ``text``."""
    key = name_key(text)
    if len(key) < SHORTEST_SEARCH:
        return []
    return session.scalars(
        Organization.published()
        .where(Organization.name_key.contains(key, autoescape=True))
        .order_by(Organization.name_key, Organization.id)
        .limit(MAX_FOUND)
    ).all()


def invite_to_partnership(
    session: Session,
    partnership: Partnership,
    organization: Organization,
    *,
    role: str,
    person: User,
    now: datetime,
    is_cited: bool = False,
) -> PartnershipMember:
    """Ask an organisation to be a member; asking twice is asking once.

    ``is_cited``: staff list a member that the public source of the page names; nobody is asked.

    Raises:
        NotFound: the organisation is not in the directory.
        RuleViolation: it declined or was invited too often, the table is full, or there is no
            source to cite.
    """
    lock_partnership(session, partnership)
    if not organization.is_public:
        raise NotFound(N_("Cette structure n’est pas dans l’annuaire."))
    if is_cited and not (person.is_staff and partnership.source):
        raise RuleViolation(
            N_("Seule l’équipe cite un membre, et seulement d’après la source de la page.")
        )
    row = member_row(partnership, organization.id)
    if row is not None and row.state in {InvitationState.INVITED, InvitationState.ACCEPTED}:
        return row
    if row is not None and row.state is InvitationState.DECLINED:
        raise RuleViolation(
            N_("Cette structure a décliné : elle seule peut revenir sur son choix.")
        )
    if not is_cited:
        check_invitation_caps(session, organization, sender_id=partnership.organization_id, now=now)
    row = row or _new_row(partnership, organization)
    row.role = clean_line(role, MAX_ROLE)
    row.state = InvitationState.ACCEPTED if is_cited else InvitationState.INVITED
    row.invited_at, row.answered_at = now, None
    partnership.updated_at = now
    flush_partnership(session)
    if not is_cited:
        _tell(session, PartnershipEvent.INVITED, partnership, [organization.id], organization, now)
    action = "member_cited" if is_cited else "invited"
    details = {"member": organization.name}
    record_partnership(session, action, partnership, actor=person, now=now, details=details)
    return row


def _new_row(partnership: Partnership, organization: Organization) -> PartnershipMember:
    if len(partnership.members) >= MAX_MEMBERS:
        raise RuleViolation(N_("Un partenariat a au plus %(count)s membres."), count=MAX_MEMBERS)
    last = max((row.position for row in partnership.members), default=-1)
    row = PartnershipMember(organization=organization, position=last + 1, role="")
    partnership.members.append(row)
    return row


def change_member_role(
    session: Session,
    partnership: Partnership,
    row: PartnershipMember,
    *,
    role: str,
    person: User,
    now: datetime,
) -> None:
    """Say what a member does in the partnership."""
    words = clean_line(role, MAX_ROLE)
    if words == row.role:
        return
    details = {"member": row.organization.name, "before": row.role, "after": words}
    row.role = words
    partnership.updated_at = now
    flush_partnership(session)
    record_partnership(session, "role_changed", partnership, actor=person, now=now, details=details)


def remove_from_partnership(
    session: Session,
    partnership: Partnership,
    row: PartnershipMember,
    *,
    person: User,
    now: datetime,
) -> None:
    """Take back an invitation, or a member off the table and out of its groups.

    Raises:
        RuleViolation: it is the keeper of the page.
    """
    if row.organization_id == partnership.organization_id:
        raise RuleViolation(N_("La structure qui tient la page en reste membre."))
    organization = row.organization
    was_asked = row.state in {InvitationState.INVITED, InvitationState.ACCEPTED}
    _leave_groups(session, partnership, organization.id)
    partnership.members.remove(row)
    partnership.updated_at = now
    flush_partnership(session)
    if was_asked:
        _tell(session, PartnershipEvent.REMOVED, partnership, [organization.id], organization, now)
    details = {"member": organization.name}
    record_partnership(session, "removed", partnership, actor=person, now=now, details=details)


def answer_partnership(
    session: Session,
    partnership: Partnership,
    row: PartnershipMember,
    *,
    accept: bool,
    person: User,
    now: datetime,
) -> None:
    """Record what an organisation answers, by one of its owners; it may change its mind.

    Raises:
        RuleViolation: the person is not an owner of it, or it keeps the page.
        Conflict: the invitation was taken back.
    """
    lock_partnership(session, partnership)
    session.refresh(row, attribute_names=["state"])
    membership = membership_of(session, person, row.organization_id)
    if membership is None or membership.role is not MembershipRole.OWNER:
        raise RuleViolation(N_("Seul un responsable de la structure peut répondre pour elle."))
    if row.state is InvitationState.WITHDRAWN:
        raise Conflict(N_("Cette invitation a été retirée."))
    if not accept and row.organization_id == partnership.organization_id:
        raise RuleViolation(N_("Votre structure tient cette page : retirez plutôt la page."))
    wanted = InvitationState.ACCEPTED if accept else InvitationState.DECLINED
    if row.state is wanted:
        return
    event = PartnershipEvent.ACCEPTED if accept else PartnershipEvent.DECLINED
    if row.state is InvitationState.ACCEPTED:
        event = PartnershipEvent.LEFT
    if not accept:
        _leave_groups(session, partnership, row.organization_id)
    row.state, row.answered_at, partnership.updated_at = wanted, now, now
    flush_partnership(session)
    keeper = [partnership.organization_id]
    _tell(session, event, partnership, keeper, row.organization, now)
    details = {"member": row.organization.name}
    record_partnership(session, event.value, partnership, actor=person, now=now, details=details)


def _leave_groups(session: Session, partnership: Partnership, organization_id: int) -> None:
    groups = select(WorkingGroup.id).where(WorkingGroup.partnership_id == partnership.id)
    session.execute(
        delete(WorkingGroupMember).where(
            WorkingGroupMember.organization_id == organization_id,
            WorkingGroupMember.group_id.in_(groups),
        )
    )


def _tell(
    session: Session,
    event: PartnershipEvent,
    partnership: Partnership,
    to: list[int | None] | list[int],
    about: Organization,
    now: datetime,
) -> None:
    tell_owners(session, event, partnership, of=to, about=about.id, now=now)


def seats_of(session: Session, person: User) -> Sequence[PartnershipMember]:
    """Return the seats of the person's organisations, those to answer first."""
    own = teams_of(person.id)
    rows = session.scalars(
        select(PartnershipMember)
        .where(
            PartnershipMember.organization_id.in_(own),
            PartnershipMember.state != InvitationState.WITHDRAWN,
        )
        .options(
            joinedload(PartnershipMember.partnership).joinedload(Partnership.territory),
            joinedload(PartnershipMember.organization),
        )
        .order_by(PartnershipMember.partnership_id, PartnershipMember.organization_id)
        .limit(200)
    ).all()
    return sorted(rows, key=lambda row: row.state is not InvitationState.INVITED)


def kept_by(session: Session, person: User) -> Sequence[Partnership]:
    """Return the partnerships that the person's organisations keep; all of staff's own too."""
    own = teams_of(person.id)
    kept: ColumnElement[bool] = Partnership.organization_id.in_(own)
    if person.is_staff:
        kept = or_(kept, Partnership.organization_id.is_(None))
    return session.scalars(
        select(Partnership)
        .where(kept)
        .options(joinedload(Partnership.territory), joinedload(Partnership.organization))
        .order_by(Partnership.name, Partnership.id)
        .limit(200)
    ).all()
