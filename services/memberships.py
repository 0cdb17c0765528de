"""Who acts for an organisation: asked for, approved, changed, ended."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from models.account import User
from models.membership import Membership
from models.organization import Organization
from services.errors import Conflict, RuleViolation
from services.invitations import close_request, invitations_for
from services.membership_notes import MembershipEvent, notify, owner_ids, record_membership
from services.permissions import can_manage_organization
from vocabulary.kinds import MembershipRole, MembershipState
from vocabulary.labels import N_


def team_of(organization_id: int) -> Select[Membership]:
    """Select everybody who belongs, asks or is invited, with their accounts; owners first."""
    return (
        select(Membership)
        .where(
            Membership.organization_id == organization_id,
            Membership.state != MembershipState.REFUSED,
        )
        .options(selectinload(Membership.user))
        .order_by(Membership.role.desc(), Membership.created_at, Membership.id)
    )


def memberships_of(person: User) -> Select[Membership]:
    """Select what a person belongs to or asked for, with the organisations."""
    return (
        select(Membership)
        .where(Membership.user_id == person.id)
        .options(selectinload(Membership.organization))
        .order_by(Membership.created_at, Membership.id)
    )


def open_request(
    session: Session, organization: Organization, person: User, *, now: datetime
) -> Membership:
    """Return the person's row in the organisation, as a fresh request.

    Raises:
        RuleViolation: the person belongs already, waits already or is invited already.
    """
    row = session.scalar(
        select(Membership).where(
            Membership.organization_id == organization.id, Membership.user_id == person.id
        )
    )
    if row is not None and row.state == MembershipState.APPROVED:
        raise RuleViolation(N_("Vous faites déjà partie de cette organisation."))
    if row is not None and row.state == MembershipState.REQUESTED:
        raise RuleViolation(N_("Votre demande attend déjà une réponse."))
    invited = invitations_for(person, now=now).where(Membership.organization_id == organization.id)
    if session.scalar(invited) is not None:
        raise RuleViolation(N_("Vous êtes déjà invité : répondez à l’invitation."))
    if row is None:
        row = Membership(organization_id=organization.id, user_id=person.id)
        session.add(row)
    row.state = MembershipState.REQUESTED
    row.role = MembershipRole.EDITOR
    row.is_claim = False
    row.invited_email = None
    row.created_at = now
    row.decided_at = None
    row.decided_by_id = None
    return row


def request_membership(
    session: Session, organization: Organization, person: User, *, message: str, now: datetime
) -> Membership:
    """Ask the owners to let ``person`` in.

    Raises:
        RuleViolation: nobody could answer, or the person need not ask.
    """
    if not organization.is_claimed:
        raise RuleViolation(N_("Personne ne s’occupe encore de cette fiche : revendiquez-la."))
    membership = open_request(session, organization, person, now=now)
    membership.message = message
    session.flush()
    notify(
        session,
        MembershipEvent.REQUESTED,
        organization,
        recipients=owner_ids(session, organization.id),
        person=person,
        now=now,
    )
    return membership


def decide_request(
    session: Session, membership: Membership, decider: User, *, approve: bool, now: datetime
) -> None:
    """Answer a request to join.

    Raises:
        Conflict: it was answered meanwhile.
        RuleViolation: it is the decider's own, or not theirs to decide.
    """
    if membership.state != MembershipState.REQUESTED or membership.is_claim:
        raise Conflict(N_("Cette demande a déjà reçu une réponse."))
    if membership.user_id == decider.id:
        raise RuleViolation(N_("Personne ne décide de sa propre demande."))
    _check_manager(session, membership, decider)
    close_request(membership, decider, approve=approve, now=now)
    event = MembershipEvent.APPROVED if approve else MembershipEvent.REFUSED
    _tell_person(session, event, membership, decider, now)


def change_role(
    session: Session, membership: Membership, decider: User, *, role: MembershipRole, now: datetime
) -> None:
    """Make a member an owner or an editor.

    Raises:
        RuleViolation: not theirs to decide, not a member, or no owner would be left.
    """
    _check_manager(session, membership, decider)
    if membership.state != MembershipState.APPROVED:
        raise RuleViolation(N_("Cette personne n’est pas membre."))
    if membership.role == role:
        return
    if role is not MembershipRole.OWNER:
        _keep_one_owner(session, membership)
    membership.role = role
    _tell_person(session, MembershipEvent.ROLE_CHANGED, membership, decider, now)


def end_membership(
    session: Session, membership: Membership, decider: User, *, now: datetime
) -> None:
    """Remove a member, withdraw an invitation, or leave; it holds from the next request.

    Raises:
        RuleViolation: not theirs to decide, or no owner would be left.
    """
    is_leaving = membership.user_id == decider.id
    if not is_leaving:
        _check_manager(session, membership, decider)
    if membership.state == MembershipState.APPROVED:
        _keep_one_owner(session, membership)
    if is_leaving:
        record_membership(session, MembershipEvent.LEFT, membership, actor=decider, now=now)
        owners = owner_ids(session, membership.organization_id) - {decider.id}
        organization = membership.organization
        notify(
            session, MembershipEvent.LEFT, organization, recipients=owners, person=decider, now=now
        )
    else:
        _tell_person(session, MembershipEvent.REMOVED, membership, decider, now)
    session.delete(membership)
    session.flush()


def _keep_one_owner(session: Session, membership: Membership) -> None:
    if membership.role != MembershipRole.OWNER:
        return
    if not owner_ids(session, membership.organization_id) - {membership.user_id}:
        raise RuleViolation(
            N_("Nommez d’abord un autre responsable : il en faut au moins un par organisation.")
        )


def _check_manager(session: Session, membership: Membership, decider: User) -> None:
    if not can_manage_organization(session, decider, membership.organization_id):
        raise RuleViolation(N_("Seul un responsable de l’organisation peut le faire."))


def _tell_person(
    session: Session, event: MembershipEvent, membership: Membership, decider: User, now: datetime
) -> None:
    notify(
        session,
        event,
        membership.organization,
        recipients=[membership.user_id],
        person=membership.user,
        now=now,
    )
    record_membership(session, event, membership, actor=decider, now=now)
