"""Whom a need may be sent to: federating structures, and their members who have an answer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matching.column_scores import score_offers
from matching.columns import OfferColumns
from matching.ranking import Page, rank_organizations
from models.federation import FederationMember
from models.need import Need, NeedRelay
from models.organization import Organization
from services.match_base import withdrawn_offers
from services.match_profiles import need_profile
from services.matching import Matcher, Moment, OfferMatches, load_offers
from vocabulary.kinds import FEDERATING_KINDS, FederationState

MAX_SHOWN: Final = 40


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


def member_choice(
    session: Session, matcher: Matcher, relay: NeedRelay, *, moment: Moment
) -> MemberChoice:
    """Return the members of the structure: those with an answer, best first, with the reasons."""
    members = {one.id: one for one in session.scalars(consented_members(relay.federator_id))}
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


def consented_members(federator_id: int) -> Select[Organization]:
    """Select the public members that agreed to be shown by the structure, by name."""
    return (
        Organization.published()
        .join(FederationMember, FederationMember.member_id == Organization.id)
        .where(
            FederationMember.federator_id == federator_id,
            FederationMember.state == FederationState.CONSENTED,
        )
        .order_by(Organization.name_key, Organization.id)
    )
