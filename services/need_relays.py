"""A need sent to a federating structure, which passes it on to its members concerned."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.need import Need, NeedRelay, NeedRelayMember
from models.organization import Organization
from services.contents import clean_text
from services.drafts import flush_or_conflict
from services.errors import Conflict, RuleViolation
from services.permissions import can_edit_need, can_edit_organization
from services.publishing import record
from services.register import record_event
from services.relay_choices import consented_members
from services.relay_notes import RelayEvent, tell_teams
from vocabulary.exchanges import RegisterEvent, RelayState
from vocabulary.labels import N_

MAX_MESSAGE: Final = 1_000
MAX_NOTE: Final = 500
ALREADY_SENT: Final = N_("Ce besoin a déjà été envoyé à cette structure.")


def send_to_federator(
    session: Session,
    need: Need,
    federator: Organization,
    *,
    message: str,
    author: User,
    today: date,
    now: datetime,
) -> NeedRelay:
    """Send an open need to a federating structure, once.

    Raises:
        RuleViolation: the need is not open, the structure federates nobody in public, the author
            does not act for the carrier, or the need was sent there already.
    """
    if not can_edit_need(session, author, need):
        raise RuleViolation(N_("Vous n’agissez pas pour cette structure."))
    if not need.is_open_on(today):
        raise RuleViolation(N_("Ce besoin n’attend plus de réponse."))
    if not (federator.is_public and federator.is_federating):
        raise RuleViolation(N_("Choisissez une structure qui fédère des membres."))
    if relay_of(session, need.id, federator.id) is not None:
        raise RuleViolation(ALREADY_SENT, field="federator")
    relay = NeedRelay(
        need=need,
        federator=federator,
        message=clean_text(message, MAX_MESSAGE),
        sent_at=now,
        sent_by_id=author.id,
    )
    session.add(relay)
    try:
        flush_or_conflict(session)
    except Conflict as error:
        raise Conflict(ALREADY_SENT) from error
    _log(session, relay, "envoi", "need.sent", author=author, now=now)
    tell_teams(session, RelayEvent.RECEIVED, relay, [federator.id], now=now)
    return relay


def relay_of(session: Session, need_id: int, federator_id: int) -> NeedRelay | None:
    """Return what was sent of this need to this structure."""
    return session.scalar(
        select(NeedRelay).where(
            NeedRelay.need_id == need_id, NeedRelay.federator_id == federator_id
        )
    )


def relay_to_members(
    session: Session,
    relay: NeedRelay,
    members: Collection[int],
    *,
    note: str,
    author: User,
    today: date,
    now: datetime,
) -> None:
    """Pass the need on to the chosen members; each is told, and the register says how many.

    Raises:
        Conflict: somebody of the structure answered first.
        RuleViolation: nobody is chosen, one is no member, or the need is closed.
    """
    _require_waiting(session, relay, author)
    if not relay.need.is_open_on(today):
        raise RuleViolation(N_("Ce besoin n’attend plus de réponse."))
    allowed = {one.id: one for one in session.scalars(consented_members(relay.federator_id))}
    chosen = sorted(set(members))
    if not chosen:
        raise RuleViolation(N_("Choisissez au moins un membre."), field="members")
    if not set(chosen) <= set(allowed):
        raise RuleViolation(N_("L’un des membres choisis ne l’est plus."), field="members")
    _answer(relay, RelayState.RELAYED, note, author=author, now=now)
    relay.members = [NeedRelayMember(organization=allowed[key], relayed_at=now) for key in chosen]
    flush_or_conflict(session)
    _log(session, relay, "relais", "need.relayed", author=author, now=now)
    tell_teams(session, RelayEvent.RELAYED, relay, chosen, now=now)
    _tell_carrier(session, RelayEvent.DONE, relay, now=now)


def decline_relay(
    session: Session, relay: NeedRelay, *, note: str, author: User, now: datetime
) -> None:
    """Answer that the need is not passed on.

    Raises:
        Conflict: somebody of the structure answered first.
    """
    _require_waiting(session, relay, author)
    _answer(relay, RelayState.DECLINED, note, author=author, now=now)
    flush_or_conflict(session)
    _log(session, relay, "refus", "need.relay_declined", author=author, now=now)
    _tell_carrier(session, RelayEvent.DECLINED, relay, now=now)


def _require_waiting(session: Session, relay: NeedRelay, author: User) -> None:
    if not can_edit_organization(session, author, relay.federator_id):
        raise RuleViolation(N_("Vous n’agissez pas pour cette structure."))
    session.refresh(relay, attribute_names=["state"], with_for_update=True)
    if relay.state is not RelayState.SENT:
        raise Conflict(N_("Une personne de votre structure a déjà répondu."))


def _answer(relay: NeedRelay, state: RelayState, note: str, *, author: User, now: datetime) -> None:
    relay.state = state
    relay.note = clean_text(note, MAX_NOTE)
    relay.answered_at, relay.answered_by_id = now, author.id


def _log(
    session: Session, relay: NeedRelay, step: str, action: str, *, author: User, now: datetime
) -> None:
    """Write the step in the register of the need and in the audit log."""
    keys = [member.organization.id for member in relay.members]
    facts = {"federator": relay.federator_id, "step": step, "members": len(keys)}
    record_event(
        session,
        relay.need,
        RegisterEvent.RELAYED,
        now=now,
        organization=relay.federator,
        person=author,
        facts={**facts, "organizations": keys},
        words={"note": relay.note} if relay.note else {},
    )
    details = {"federator": relay.federator.name, "members": len(keys)}
    record(session, action, relay.need, actor=author, now=now, details=details)


def _tell_carrier(session: Session, event: RelayEvent, relay: NeedRelay, *, now: datetime) -> None:
    if relay.need.carrier_id is not None:
        tell_teams(session, event, relay, [relay.need.carrier_id], now=now)
