"""A need sent to a federating structure, which passes it on to its members concerned."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import numpy as np
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matching.column_scores import score_offers
from matching.columns import OfferColumns
from matching.ranking import Page, rank_organizations
from models.account import User
from models.federation import FederationMember
from models.need import Need, NeedRelay, NeedRelayMember
from models.organization import Organization
from models.territory import Territory
from services.contents import clean_text
from services.drafts import flush_or_conflict
from services.errors import Conflict, RuleViolation
from services.match_base import withdrawn_offers
from services.match_profiles import need_profile
from services.matching import Matcher, Moment, OfferMatches, load_offers
from services.permissions import can_edit_need, can_edit_organization
from services.publishing import record
from services.register import record_event
from services.relay_notes import RelayEvent, tell_teams
from vocabulary.exchanges import RegisterEvent, RelayState
from vocabulary.kinds import FEDERATING_KINDS, FederationState, PublicationState
from vocabulary.labels import N_

MAX_MESSAGE: Final = 1_000
MAX_NOTE: Final = 500
MAX_SHOWN: Final = 40
ALREADY_SENT: Final = N_("Ce besoin a déjà été envoyé à cette structure.")


@dataclass(frozen=True, slots=True)
class RelayCandidate:
    """A federating structure, its members, and how many have an offer that answers the need."""

    federator: Organization
    members: int
    concerned: int


@dataclass(frozen=True, slots=True)
class MemberChoice:
    """The members of a structure before a need: those who have an answer, explained, and others."""

    matches: OfferMatches
    others: tuple[Organization, ...]


def answering_actors(
    session: Session, matcher: Matcher, need: Need, *, moment: Moment
) -> frozenset[int]:
    """Return the actors one of whose offers passes the gates of the need and has a tie with it."""
    base = matcher.base(session, moment)
    scores = score_offers(need_profile(need), base.offers, base.offers.basis.context(moment.today))
    hidden = withdrawn_offers(session, base)
    rows = np.flatnonzero(scores.passed & scores.related).tolist()
    offers = (base.offers.offers[row] for row in rows)
    return frozenset(offer.organization_id for offer in offers if offer.id not in hidden)


def relay_candidates(session: Session, answering: Collection[int]) -> list[RelayCandidate]:
    """Return the public federating structures, those with most members concerned first."""
    federators = session.scalars(
        Organization.published().where(Organization.kind.in_(FEDERATING_KINDS))
    ).all()
    members = _members_by_federator(session)
    candidates = [
        RelayCandidate(
            federator=federator,
            members=len(members.get(federator.id, ())),
            concerned=sum(1 for key in members.get(federator.id, ()) if key in answering),
        )
        for federator in federators
    ]
    useful = [one for one in candidates if one.members]
    return sorted(useful, key=lambda one: (-one.concerned, one.federator.name_key))


def _members_by_federator(session: Session) -> Mapping[int, list[int]]:
    found: dict[int, list[int]] = {}
    public = Organization.published().with_only_columns(Organization.id)
    for federator_id, member_id in session.execute(
        select(FederationMember.federator_id, FederationMember.member_id).where(
            FederationMember.state == FederationState.CONSENTED,
            FederationMember.member_id.in_(public),
        )
    ):
        found.setdefault(federator_id, []).append(member_id)
    return found


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


def member_choice(
    session: Session, matcher: Matcher, relay: NeedRelay, *, moment: Moment
) -> MemberChoice:
    """Return the members of the structure: those with an answer, best first, with the reasons."""
    members = {one.id: one for one in session.scalars(_consented(relay.federator_id))}
    base = matcher.base(session, moment)
    hidden = withdrawn_offers(session, base)
    own = [
        offer
        for offer in base.offers.offers
        if offer.organization_id in members and offer.id not in hidden
    ]
    profile = need_profile(relay.need)
    ranking = rank_organizations(
        profile,
        OfferColumns.build(own, base.offers.basis),
        context=base.offers.basis.context(moment.today),
        page=Page(limit=MAX_SHOWN, seed=moment.seed),
    )
    shown = {line.offer.organization_id for line in ranking.matches}
    offers = load_offers(session, [line.offer.id for line in ranking.matches])
    return MemberChoice(
        matches=OfferMatches(profile, ranking, offers, (), 0),
        others=tuple(one for key, one in members.items() if key not in shown),
    )


def _consented(federator_id: int) -> Select[Organization]:
    return (
        Organization.published()
        .join(FederationMember, FederationMember.member_id == Organization.id)
        .where(
            FederationMember.federator_id == federator_id,
            FederationMember.state == FederationState.CONSENTED,
        )
        .order_by(Organization.name_key, Organization.id)
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
    allowed = {one.id: one for one in session.scalars(_consented(relay.federator_id))}
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


def relays_of_need(session: Session, need: Need) -> Sequence[NeedRelay]:
    """Return what was sent of a need, with the answers, oldest first."""
    return session.scalars(
        select(NeedRelay)
        .where(NeedRelay.need_id == need.id)
        .options(joinedload(NeedRelay.federator), selectinload(NeedRelay.members))
        .order_by(NeedRelay.id)
    ).all()


def relays_received(session: Session, organizations: Sequence[int]) -> Sequence[NeedRelay]:
    """Return the needs sent to these structures, those that wait first, then the newest."""
    place = joinedload(NeedRelay.need).joinedload(Need.territory)
    return session.scalars(
        select(NeedRelay)
        .join(NeedRelay.need)
        .where(NeedRelay.federator_id.in_(organizations), _is_published())
        .options(
            place.selectinload(Territory.communes),
            joinedload(NeedRelay.need).joinedload(Need.carrier),
            joinedload(NeedRelay.federator),
            selectinload(NeedRelay.members),
        )
        .order_by(NeedRelay.state != RelayState.SENT, NeedRelay.id.desc())
        .limit(MAX_SHOWN)
    ).all()


def needs_relayed_to(session: Session, organizations: Sequence[int]) -> Sequence[NeedRelayMember]:
    """Return the needs that structures passed on to these members, the newest first."""
    relay = joinedload(NeedRelayMember.relay)
    need = relay.joinedload(NeedRelay.need)
    return session.scalars(
        select(NeedRelayMember)
        .join(NeedRelayMember.relay)
        .join(NeedRelay.need)
        .where(NeedRelayMember.organization_id.in_(organizations), _is_published())
        .options(
            relay.joinedload(NeedRelay.federator),
            need.joinedload(Need.territory).selectinload(Territory.communes),
            need.joinedload(Need.carrier),
            joinedload(NeedRelayMember.organization),
        )
        .order_by(NeedRelayMember.relayed_at.desc(), NeedRelayMember.relay_id.desc())
        .limit(MAX_SHOWN)
    ).all()


def _is_published() -> ColumnElement[bool]:
    """Select needs that anyone may read, closed or not: what was taken off is listed no more."""
    return Need.state == PublicationState.PUBLISHED


def waiting_relays(session: Session, organizations: Sequence[int]) -> int:
    """Return how many needs wait for the answer of these structures."""
    counted = (
        select(func.count(NeedRelay.id))
        .join(NeedRelay.need)
        .where(
            NeedRelay.federator_id.in_(organizations),
            NeedRelay.state == RelayState.SENT,
            _is_published(),
        )
    )
    return session.scalar(counted) or 0


def relays_concerning(
    session: Session, need: Need, organizations: Sequence[int]
) -> Sequence[NeedRelay]:
    """Return the relays by which this need reached one of these organisations."""
    return session.scalars(
        select(NeedRelay)
        .join(NeedRelayMember)
        .where(NeedRelay.need_id == need.id, NeedRelayMember.organization_id.in_(organizations))
        .options(joinedload(NeedRelay.federator))
        .order_by(NeedRelay.id)
    ).all()
