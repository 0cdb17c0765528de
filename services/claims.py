"""Claims on entries that nobody looks after: proved by an address, or approved by staff."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session, selectinload

from models.account import Role, User
from models.membership import Membership
from models.organization import Organization
from services.errors import Conflict, NotFound, RuleViolation
from services.invitations import close_request
from services.membership_notes import (
    MEMBERSHIP_MAIL,
    MembershipEvent,
    notify,
    record_membership,
)
from services.memberships import open_request
from services.outbox import post_message
from services.permissions import can_moderate
from vocabulary.kinds import MembershipRole, MembershipState, UserRole
from vocabulary.labels import N_

CLAIM_LINK_LIFE: Final = timedelta(days=2)
# Anyone may have an address there: it proves nothing about an organisation.
PUBLIC_MAIL_HOSTS: Final = frozenset(
    {
        "free.fr",
        "gmail.com",
        "gmx.fr",
        "hotmail.com",
        "hotmail.fr",
        "icloud.com",
        "laposte.net",
        "live.fr",
        "orange.fr",
        "outlook.com",
        "outlook.fr",
        "proton.me",
        "protonmail.com",
        "sfr.fr",
        "wanadoo.fr",
        "yahoo.com",
        "yahoo.fr",
    }
)


def domain_of(organization: Organization) -> str:
    """Return the domain at which the organisation's people have addresses, empty if unknown."""
    website = organization.website
    host = urlsplit(website if "//" in website else f"//{website}").hostname or ""
    domain = host.removeprefix("www.")
    return "" if domain in PUBLIC_MAIL_HOSTS or "." not in domain else domain


def is_address_of(organization: Organization, email: str) -> bool:
    """Tell whether an address lies at the organisation's domain, or below it."""
    domain = domain_of(organization)
    host = email.rpartition("@")[2].lower()
    return bool(domain) and (host == domain or host.endswith(f".{domain}"))


def pending_claims() -> Select[Membership]:
    """Select the claims that wait for staff, oldest first."""
    return (
        select(Membership)
        .where(Membership.is_claim.is_(True), Membership.state == MembershipState.REQUESTED)
        .options(selectinload(Membership.organization), selectinload(Membership.user))
        .order_by(Membership.created_at, Membership.id)
    )


def claim_organization(
    session: Session,
    organization: Organization,
    person: User,
    *,
    work_email: str,
    message: str,
    now: datetime,
) -> Membership:
    """Claim an entry; a link goes to ``work_email`` when it proves something, staff see it anyway.

    Raises:
        RuleViolation: somebody looks after the entry, or the address is not at its domain.
    """
    if organization.is_claimed:
        raise RuleViolation(N_("Quelqu’un s’occupe déjà de cette fiche : demandez à rejoindre."))
    if work_email and not is_address_of(organization, work_email):
        raise RuleViolation(
            N_("Cette adresse n’est pas au nom de l’organisation : laissez le champ vide."),
            field="work_email",
        )
    membership = open_request(session, organization, person, now=now)
    membership.is_claim = True
    membership.role = MembershipRole.OWNER
    membership.message = message
    membership.invited_email = work_email or None
    session.flush()
    if work_email:
        payload = {"event": MembershipEvent.CLAIM_LINK.value, "membership_id": membership.id}
        post_message(session, MEMBERSHIP_MAIL, payload, now=now)
    notify(
        session,
        MembershipEvent.CLAIMED,
        organization,
        recipients=_staff_ids(session) - {person.id},
        person=person,
        now=now,
    )
    record_membership(session, MembershipEvent.CLAIMED, membership, actor=person, now=now)
    return membership


def confirm_claim(session: Session, membership: Membership, person: User, *, now: datetime) -> None:
    """Grant a claim proved by the link mailed to the organisation's own domain.

    Raises:
        NotFound: the claim is somebody else's.
        Conflict: it was answered, or the link is too old.
    """
    if membership.user_id != person.id:
        raise NotFound(N_("Cette revendication est celle de quelqu’un d’autre."))
    if membership.created_at <= now - CLAIM_LINK_LIFE:
        raise Conflict(N_("Ce lien n’est plus valable."))
    _check_pending(membership)
    if not is_address_of(membership.organization, membership.invited_email or ""):
        raise Conflict(N_("Ce lien n’est plus valable."))
    _grant(session, membership, decider=None, now=now)
    record_membership(session, MembershipEvent.CLAIM_APPROVED, membership, actor=person, now=now)


def decide_claim(
    session: Session, membership: Membership, decider: User, *, approve: bool, now: datetime
) -> None:
    """Answer a claim as staff.

    Raises:
        Conflict: it was answered meanwhile.
        RuleViolation: it is the decider's own, or they belong to the organisation.
    """
    _check_pending(membership)
    if membership.user_id == decider.id:
        raise RuleViolation(N_("Personne ne décide de sa propre demande."))
    if not can_moderate(session, decider, membership.organization_id):
        raise RuleViolation(N_("Vous faites partie de cette organisation : laissez un collègue."))
    if approve:
        _grant(session, membership, decider=decider, now=now)
    else:
        close_request(membership, decider, approve=False, now=now)
    event = MembershipEvent.CLAIM_APPROVED if approve else MembershipEvent.CLAIM_REFUSED
    notify(
        session,
        event,
        membership.organization,
        recipients=[membership.user_id],
        person=membership.user,
        now=now,
    )
    record_membership(session, event, membership, actor=decider, now=now)


def _check_pending(membership: Membership) -> None:
    if (
        membership.state != MembershipState.REQUESTED
        or not membership.is_claim
        or membership.organization.is_claimed
    ):
        raise Conflict(N_("Cette demande a déjà reçu une réponse."))


def _grant(
    session: Session, membership: Membership, *, decider: User | None, now: datetime
) -> None:
    """Give the entry to the claimant; the other claimants now ask the new owner."""
    close_request(membership, decider, approve=True, now=now)
    membership.role = MembershipRole.OWNER
    membership.organization.is_claimed = True
    session.execute(
        update(Membership)
        .where(
            Membership.organization_id == membership.organization_id,
            Membership.id != membership.id,
            Membership.is_claim.is_(True),
            Membership.state == MembershipState.REQUESTED,
        )
        .values(is_claim=False, role=MembershipRole.EDITOR)
    )


def _staff_ids(session: Session) -> set[int]:
    names = (UserRole.STAFF.value, UserRole.ADMINISTRATOR.value)
    staff = select(User.id).where(User.active.is_(True), User.roles.any(Role.name.in_(names)))
    return set(session.scalars(staff))
