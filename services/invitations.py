"""Invitations into an organisation: sent to an address, accepted or declined by its holder."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, selectinload

from models.account import User
from models.membership import Membership
from models.organization import Organization
from services.errors import Conflict, NotFound, RuleViolation
from services.membership_notes import (
    MEMBERSHIP_MAIL,
    MembershipEvent,
    notify,
    owner_ids,
    record_membership,
)
from services.outbox import post_message
from vocabulary.kinds import MembershipRole, MembershipState
from vocabulary.labels import N_

INVITATION_LIFE: Final = timedelta(days=14)


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
    for row in session.scalars(_rows_of(organization.id)):
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
    record_membership(session, MembershipEvent.INVITED, membership, actor=inviter, now=now)
    return membership


def _rows_of(organization_id: int) -> Select[Membership]:
    return (
        select(Membership)
        .where(Membership.organization_id == organization_id)
        .options(selectinload(Membership.user))
    )


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
        recipients=owner_ids(session, membership.organization_id) - {person.id},
        person=person,
        now=now,
    )
    record_membership(session, event, membership, actor=person, now=now)


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


def close_request(
    membership: Membership, decider: User | None, *, approve: bool, now: datetime
) -> None:
    """Write the answer on the row."""
    membership.state = MembershipState.APPROVED if approve else MembershipState.REFUSED
    membership.decided_at = now
    membership.decided_by_id = decider.id if decider else None
