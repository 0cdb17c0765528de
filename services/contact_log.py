"""Calls and meetings written down by the buyer; a mistake is corrected by a line, never erased."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.account import User
from models.need import Need
from models.organization import Organization
from models.register import RegisterEntry
from services.errors import NotFound, RuleViolation
from services.need_documents import offer_documents_to
from services.register import record_event
from services.register_reading import known_actors
from services.text_keys import name_key
from vocabulary.exchanges import RegisterEvent
from vocabulary.kinds import TERRITORY_KINDS, PublicationState
from vocabulary.labels import N_

LOGGED_EVENTS: Final = (RegisterEvent.CALL, RegisterEvent.MEETING)
FUTURE: Final = N_("Cet échange n’a pas encore eu lieu : consignez-le après.")
NO_LINE: Final = N_("Cette ligne n’existe pas ou ne se rectifie pas ici.")
ALREADY: Final = N_("Cette ligne a déjà été rectifiée.")


def log_contact(
    session: Session,
    need: Need,
    event: RegisterEvent,
    *,
    partner: str,
    said: str,
    happened_at: datetime,
    person: User,
    now: datetime,
) -> RegisterEntry:
    """Write down a call or a meeting; its line comes at the end, with when it took place.

    ``partner`` is an actor's name when the register knows it, else kept as typed. An actor met is
    an actor contacted: what the buyer gave others is offered to it.

    Raises:
        RuleViolation: it lies in the future.
    """
    if happened_at > now:
        raise RuleViolation(FUTURE, field="happened_at")
    organization = _actor_named(session, need, partner)
    words = {"said": said}
    if organization is None:
        words["with"] = partner
    entry = record_event(
        session,
        need,
        event,
        now=now,
        organization=organization,
        person=person,
        facts={"happened_at": happened_at.isoformat(timespec="minutes")},
        words=words,
    )
    if organization is not None:
        offer_documents_to(session, need, organization, now=now)
    return entry


def correct_line(
    session: Session, need: Need, sequence: int, *, reason: str, person: User, now: datetime
) -> RegisterEntry:
    """Write that a call or a meeting was logged by mistake; both lines stay.

    Raises:
        NotFound: no such line, or one that the application itself wrote.
        RuleViolation: it was corrected before.
    """
    entry = correctable_line(session, need, sequence)
    corrections = session.scalars(
        select(RegisterEntry.facts).where(
            RegisterEntry.need_id == need.id, RegisterEntry.event == RegisterEvent.CORRECTION
        )
    )
    if any(facts.get("corrects") == sequence for facts in corrections):
        raise RuleViolation(ALREADY)
    organization = (
        session.get(Organization, entry.organization_ref) if entry.organization_ref else None
    )
    return record_event(
        session,
        need,
        RegisterEvent.CORRECTION,
        now=now,
        organization=organization,
        person=person,
        facts={"corrects": sequence},
        words={"note": reason},
    )


def correctable_line(session: Session, need: Need, sequence: int) -> RegisterEntry:
    """Return the call or meeting of this number.

    Raises:
        NotFound: no such line, or one that the application itself wrote.
    """
    entry = session.scalar(
        select(RegisterEntry)
        .where(
            RegisterEntry.need_id == need.id,
            RegisterEntry.sequence == sequence,
            RegisterEntry.event.in_(LOGGED_EVENTS),
        )
        .options(joinedload(RegisterEntry.part))
    )
    if entry is None:
        raise NotFound(NO_LINE)
    return entry


def _actor_named(session: Session, need: Need, partner: str) -> Organization | None:
    """Return the actor of this name: one the register knows, else the only public one."""
    wanted = name_key(partner)
    for one in known_actors(session, need):
        if one.name_key == wanted:
            return one
    found = session.scalars(
        select(Organization)
        .where(
            Organization.name_key == wanted,
            Organization.state == PublicationState.PUBLISHED,
            Organization.kind.not_in(TERRITORY_KINDS),
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None
