"""Who acts for an organisation: asked for, invited, approved, changed, ended."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from models.account import User
from models.membership import Membership
from models.organization import Organization
from services.audit import record_action
from services.errors import Conflict, NotFound, RuleViolation
from services.outbox import post_message
from services.permissions import can_manage_organization
from vocabulary.kinds import MembershipRole, MembershipState, SubjectKind
from vocabulary.labels import N_

MEMBERSHIP_MAIL: Final = "mail.membership"
INVITATION_LIFE: Final = timedelta(days=14)


class MembershipEvent(StrEnum):
    """What a mail about a membership tells; also the name of its template."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REFUSED = "refused"
    INVITED = "invited"
    JOINED = "joined"
    DECLINED = "declined"
    ROLE_CHANGED = "role_changed"
    REMOVED = "removed"
    LEFT = "left"
    CLAIMED = "claimed"
    CLAIM_LINK = "claim_link"
    CLAIM_APPROVED = "claim_approved"
    CLAIM_REFUSED = "claim_refused"


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


def invitations_for(person: User, *, now: datetime) -> Select[Membership]:
    """Select the invitations still open for the person's address."""
    return (
        select(Membership)
        .where(
            Membership.state == MembershipState.INVITED,
            func.lower(Membership.invited_email) == person.email.lower(),
            Membership.created_at > now - INVITATION_LIFE,
        )
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
        recipients=_owner_ids(session, organization.id),
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


def close_request(
    membership: Membership, decider: User | None, *, approve: bool, now: datetime
) -> None:
    """Write the answer on the row."""
    membership.state = MembershipState.APPROVED if approve else MembershipState.REFUSED
    membership.decided_at = now
    membership.decided_by_id = decider.id if decider else None


def invite_member(
    session: Session,
    organization: Organization,
    inviter: User,
    *,
    email: str,
    role: MembershipRole,
    now: datetime,
) -> Membership:
    """Invite an address, with or without an account; inviting again sends a new link.

    Raises:
        RuleViolation: the address belongs to a member or to somebody who already asks.
    """
    for row in session.scalars(team_of(organization.id)):
        holder = row.user.email if row.user is not None else ""
        if holder.lower() == email.lower() and row.state == MembershipState.APPROVED:
            raise RuleViolation(N_("Cette personne est déjà membre."), field="email")
        if holder.lower() == email.lower() and row.state == MembershipState.REQUESTED:
            raise RuleViolation(
                N_("Cette personne a demandé à rejoindre l’organisation : répondez-lui."),
                field="email",
            )
    membership = _open_invitation(session, organization.id, email)
    membership.role = role
    membership.created_at = now  # the links of earlier invitations carry another instant
    membership.decided_by_id = inviter.id
    session.flush()
    payload = {"event": MembershipEvent.INVITED.value, "membership_id": membership.id}
    post_message(session, MEMBERSHIP_MAIL, payload, now=now)
    _record(session, MembershipEvent.INVITED, membership, inviter, now)
    return membership


def _open_invitation(session: Session, organization_id: int, email: str) -> Membership:
    known = session.scalar(
        select(Membership).where(
            Membership.organization_id == organization_id,
            Membership.state == MembershipState.INVITED,
            func.lower(Membership.invited_email) == email.lower(),
        )
    )
    if known is not None:
        return known
    membership = Membership(
        organization_id=organization_id, invited_email=email, state=MembershipState.INVITED
    )
    session.add(membership)
    return membership


def answer_invitation(
    session: Session, membership: Membership, person: User, *, accept: bool, now: datetime
) -> None:
    """Accept or decline an invitation; it must be for the person's own confirmed address.

    Raises:
        NotFound: the invitation is for another address.
        Conflict: it was answered, withdrawn or is too old.
    """
    if (membership.invited_email or "").lower() != person.email.lower():
        raise NotFound(N_("Cette invitation est adressée à quelqu’un d’autre."))
    if membership.state != MembershipState.INVITED or membership.created_at <= (
        now - INVITATION_LIFE
    ):
        raise Conflict(N_("Cette invitation n’est plus valable : demandez-en une autre."))
    if accept:
        _drop_former_row(session, membership, person)
        membership.user_id = person.id
        membership.user = person
    close_request(membership, person, approve=accept, now=now)
    event = MembershipEvent.JOINED if accept else MembershipEvent.DECLINED
    notify(
        session,
        event,
        membership.organization,
        recipients=_owner_ids(session, membership.organization_id) - {person.id},
        person=person,
        now=now,
    )
    _record(session, event, membership, person, now)


def _drop_former_row(session: Session, membership: Membership, person: User) -> None:
    """Make room: one row per person and organisation, the accepted one."""
    former = session.scalar(
        select(Membership).where(
            Membership.organization_id == membership.organization_id,
            Membership.user_id == person.id,
        )
    )
    if former is None:
        return
    if former.state == MembershipState.APPROVED:
        raise Conflict(N_("Vous faites déjà partie de cette organisation."))
    session.delete(former)
    session.flush()


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
        _record(session, MembershipEvent.LEFT, membership, decider, now)
        owners = _owner_ids(session, membership.organization_id) - {decider.id}
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
    if not _owner_ids(session, membership.organization_id) - {membership.user_id}:
        raise RuleViolation(
            N_("Nommez d’abord un autre responsable : il en faut au moins un par organisation.")
        )


def _check_manager(session: Session, membership: Membership, decider: User) -> None:
    if not can_manage_organization(session, decider, membership.organization_id):
        raise RuleViolation(N_("Seul un responsable de l’organisation peut le faire."))


def _owner_ids(session: Session, organization_id: int) -> set[int | None]:
    return set(
        session.scalars(
            select(Membership.user_id).where(
                Membership.organization_id == organization_id,
                Membership.state == MembershipState.APPROVED,
                Membership.role == MembershipRole.OWNER,
            )
        )
    )


def notify(
    session: Session,
    event: MembershipEvent,
    organization: Organization,
    *,
    recipients: Iterable[int | None],
    person: User | None,
    now: datetime,
) -> None:
    """Ask for one mail to each recipient about what ``person`` did or got."""
    for recipient in sorted(found for found in recipients if found is not None):
        payload = {
            "event": event.value,
            "organization_id": organization.id,
            "recipient_id": recipient,
            "person_id": person.id if person else None,
        }
        post_message(session, MEMBERSHIP_MAIL, payload, now=now)


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
    _record(session, event, membership, decider, now)


def _record(
    session: Session, event: MembershipEvent, membership: Membership, actor: User, now: datetime
) -> None:
    record_membership(session, event, membership, actor=actor, now=now)


def record_membership(
    session: Session,
    event: MembershipEvent,
    membership: Membership,
    *,
    actor: User,
    now: datetime,
) -> None:
    """Write the step in the audit log; the person is named by their number, never the address."""
    record_action(
        session,
        f"membership.{event.value}",
        actor=actor,
        kind=SubjectKind.ORGANIZATION,
        subject_id=membership.organization_id,
        label=membership.organization.name,
        now=now,
        details={"person": membership.user_id, "role": membership.role.value},
    )
