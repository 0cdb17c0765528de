"""Inviting actors to a team, and their answers: each is told, registered, and may be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.consortium import Consortium, ConsortiumInvitation, ConsortiumNeed
from models.membership import Membership
from models.need import Need
from models.organization import Organization
from models.territory import Territory
from services.consortiums import BECAME, partnership_of
from services.contents import clean_line, clean_text
from services.drafts import flush_or_conflict
from services.errors import RuleViolation
from services.invitation_caps import check_invitation_caps
from services.need_documents import offer_documents_to
from services.outbox import post_message
from services.register import record_event
from vocabulary.exchanges import DeclineReason, InvitationState, RegisterEvent
from vocabulary.kinds import MembershipState
from vocabulary.labels import N_
from vocabulary.periods import paris_day

CONSORTIUM_MAIL: Final = "mail.consortium"
CONSORTIUM_DUE: Final = "consortium.due"
REMINDED_AFTER: Final = timedelta(days=7)
MAX_ROLE: Final = 300
MAX_MESSAGE: Final = 1_000
MAX_NOTE: Final = 500
NOT_WAITING: Final = N_("Cette invitation n’attend plus de réponse.")


class ConsortiumEvent(StrEnum):
    """What a mail about a team tells; also the name of its template."""

    INVITED = "invited"
    REMINDED = "reminded"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Call:
    """Whom to invite, for which offer of theirs, in which role."""

    organization: Organization
    offer_id: int | None
    role: str


def invite(
    session: Session,
    consortium: Consortium,
    calls: Sequence[Call],
    *,
    message: str,
    person: User,
    now: datetime,
) -> list[ConsortiumInvitation]:
    """Invite actors, each once; one whose invitation was withdrawn may be invited again.

    The register of every open need notes it, and the documents of the authority are offered to
    each actor, as to all those contacted.

    Raises:
        RuleViolation: nobody to invite, an actor is not public, has declined or received too
            many invitations, or the team became a partnership.
    """
    if partnership_of(session, consortium.id) is not None:
        raise RuleViolation(BECAME)
    known = {one.organization_id: one for one in consortium.invitations}
    fresh = [call for call in calls if _may_invite(known.get(call.organization.id))]
    if not fresh:
        raise RuleViolation(N_("Choisissez au moins un acteur à inviter."), field="actors")
    # In one order whoever invites: two bodies at once do not wait for each other.
    for call in sorted(fresh, key=lambda one: one.organization.id):
        _check_target(session, consortium, call.organization, now)
    sent = [_send(consortium, call, message, person, now) for call in fresh]
    flush_or_conflict(session)
    for invitation in sent:
        _log(session, invitation, RegisterEvent.INVITED, person=person, now=now)
        for need in open_needs(consortium, now):
            offer_documents_to(session, need, invitation.organization, now=now)
        tell(session, invitation, ConsortiumEvent.INVITED, now=now)
        remind_at = now + REMINDED_AFTER
        payload = {"invitation_id": invitation.id, "sent_at": invitation.sent_at.isoformat()}
        post_message(session, CONSORTIUM_DUE, payload, now=now, due_at=remind_at)
    return sent


def withdraw_invitation(
    session: Session, invitation: ConsortiumInvitation, *, person: User, now: datetime
) -> None:
    """Take an invitation back, answered or not; a second call does nothing.

    Raises:
        RuleViolation: it was declined, or the team became a partnership.
    """
    _lock(session, invitation)
    if invitation.state is InvitationState.WITHDRAWN:
        return
    _check_open(session, invitation)
    if invitation.state is InvitationState.DECLINED:
        raise RuleViolation(NOT_WAITING)
    invitation.state, invitation.answered_at = InvitationState.WITHDRAWN, None
    session.flush()
    _log(session, invitation, RegisterEvent.WITHDRAWN, person=person, now=now)
    tell(session, invitation, ConsortiumEvent.WITHDRAWN, now=now)


def answer_invitation(
    session: Session,
    invitation: ConsortiumInvitation,
    *,
    reason: DeclineReason | None,
    note: str,
    person: User,
    now: datetime,
) -> None:
    """Accept an invitation, or decline it for a ``reason``.

    Raises:
        RuleViolation: it was answered or withdrawn meanwhile, or became a partnership.
    """
    _lock(session, invitation)
    _check_open(session, invitation)
    if invitation.state is not InvitationState.INVITED:
        raise RuleViolation(NOT_WAITING)
    is_accepted = reason is None
    invitation.state = InvitationState.ACCEPTED if is_accepted else InvitationState.DECLINED
    invitation.decline_reason = reason
    invitation.note = clean_text(note, MAX_NOTE)
    invitation.answered_at, invitation.answered_by_id = now, person.id
    session.flush()
    event = RegisterEvent.ACCEPTED if is_accepted else RegisterEvent.DECLINED
    facts = {} if reason is None else {"reason": reason.value}
    _log(session, invitation, event, person=person, now=now, facts=facts)
    told = ConsortiumEvent.ACCEPTED if is_accepted else ConsortiumEvent.DECLINED
    tell(session, invitation, told, now=now)


def reopen_invitation(
    session: Session, invitation: ConsortiumInvitation, *, person: User, now: datetime
) -> None:
    """Take back one's answer: the invitation waits again.

    Raises:
        RuleViolation: there is no answer to take back, or the team became a partnership.
    """
    _lock(session, invitation)
    _check_open(session, invitation)
    if invitation.state not in {InvitationState.ACCEPTED, InvitationState.DECLINED}:
        raise RuleViolation(N_("Il n’y a pas de réponse à reprendre."))
    invitation.state, invitation.decline_reason = InvitationState.INVITED, None
    invitation.note, invitation.answered_at, invitation.answered_by_id = "", None, None
    session.flush()
    _log(
        session, invitation, RegisterEvent.WITHDRAWN, person=person, now=now, facts={"answer": True}
    )
    tell(session, invitation, ConsortiumEvent.REOPENED, now=now)


def remind(session: Session, invitation: ConsortiumInvitation, *, now: datetime) -> None:
    """Remind the actor of an invitation that still waits."""
    if invitation.state is InvitationState.INVITED:
        tell(session, invitation, ConsortiumEvent.REMINDED, now=now)


def tell(
    session: Session, invitation: ConsortiumInvitation, event: ConsortiumEvent, *, now: datetime
) -> None:
    """Ask for the mails that this step writes."""
    payload = {"event": event.value, "invitation_id": invitation.id}
    post_message(session, CONSORTIUM_MAIL, payload, now=now)


def open_needs(consortium: Consortium, now: datetime) -> list[Need]:
    """Return the needs of a team that may still be answered."""
    today = paris_day(now)
    return [line.need for line in consortium.needs if line.need.is_open_on(today)]


def whole_invitation(session: Session, invitation_id: int) -> ConsortiumInvitation | None:
    """Return an invitation with all that its page shows."""
    team = joinedload(ConsortiumInvitation.consortium)
    return session.scalar(
        select(ConsortiumInvitation)
        .where(ConsortiumInvitation.id == invitation_id)
        .options(
            team.joinedload(Consortium.organization),
            team.joinedload(Consortium.territory).selectinload(Territory.communes),
            team.selectinload(Consortium.needs).joinedload(ConsortiumNeed.need),
            team.selectinload(Consortium.invitations).joinedload(ConsortiumInvitation.organization),
            joinedload(ConsortiumInvitation.organization),
            joinedload(ConsortiumInvitation.offer),
        )
    )


def companions(invitation: ConsortiumInvitation) -> list[ConsortiumInvitation]:
    """Return the other invitations of the team that were accepted: the only ones an actor sees."""
    return [
        one
        for one in invitation.consortium.invitations
        if one.id != invitation.id
        and one.state is InvitationState.ACCEPTED
        and one.organization.is_public
    ]


def attended(session: Session, organization_ids: Sequence[int]) -> set[int]:
    """Return those of these entries that somebody looks after: the others get no mail."""
    return set(
        session.scalars(
            select(Membership.organization_id).where(
                Membership.organization_id.in_(organization_ids),
                Membership.state == MembershipState.APPROVED,
            )
        )
    )


def _may_invite(known: ConsortiumInvitation | None) -> bool:
    return known is None or known.state is InvitationState.WITHDRAWN


def _check_target(
    session: Session, consortium: Consortium, actor: Organization, now: datetime
) -> None:
    if not actor.is_public or actor.id == consortium.organization_id:
        raise RuleViolation(N_("La fiche « %(name)s » n’est plus publiée."), name=actor.name)
    check_invitation_caps(session, actor, sender_id=consortium.organization_id, now=now)


def _send(
    consortium: Consortium, call: Call, message: str, person: User, now: datetime
) -> ConsortiumInvitation:
    known = {one.organization_id: one for one in consortium.invitations}
    invitation = known.get(call.organization.id)
    if invitation is None:
        invitation = ConsortiumInvitation(organization=call.organization)
        consortium.invitations.append(invitation)
    invitation.offer_id = call.offer_id
    invitation.role = clean_line(call.role, MAX_ROLE)
    invitation.message = clean_text(message, MAX_MESSAGE)
    invitation.state = InvitationState.INVITED
    invitation.sent_at, invitation.sent_by_id = now, person.id
    return invitation


def _lock(session: Session, invitation: ConsortiumInvitation) -> None:
    """Read the row afresh and keep it: of two answers at once the second sees the first."""
    session.refresh(
        invitation,
        ["state", "answered_at", "decline_reason"],
        with_for_update={"of": ConsortiumInvitation},
    )


def _check_open(session: Session, invitation: ConsortiumInvitation) -> None:
    if partnership_of(session, invitation.consortium_id) is not None:
        raise RuleViolation(BECAME)


def _log(
    session: Session,
    invitation: ConsortiumInvitation,
    event: RegisterEvent,
    *,
    person: User,
    now: datetime,
    facts: Mapping[str, str | bool] | None = None,
) -> None:
    """Note a step in the register of every need of the team that is still open."""
    for need in open_needs(invitation.consortium, now):
        record_event(
            session,
            need,
            event,
            now=now,
            organization=invitation.organization,
            offer_id=invitation.offer_id,
            person=person,
            facts={"team": invitation.consortium_id, **(facts or {})},
        )
