"""The regular summary of what concerns a person's organisations; nothing to say, no mail."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from matching.filters import NeedFilters
from matching.ranking import Page
from models.account import User
from models.consortium import ConsortiumInvitation
from models.federation import FederationMember
from models.introduction import Introduction
from models.membership import Membership
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from services.alert_views import TOLD_LEVELS
from services.digest_subscriptions import due_people, subscription_of
from services.freshness import confirmation_due
from services.matching import Matcher, Moment, NeedMatches
from services.opportunities import set_aside_ids
from services.outbox import post_message
from vocabulary.exchanges import IntroductionState, InvitationState, Side
from vocabulary.kinds import FederationState, MembershipRole, MembershipState, PublicationState
from vocabulary.periods import paris_day

DIGEST_MAIL: Final = "mail.digest"
# What the first summary looks back on.
FIRST_SPAN: Final = timedelta(days=7)
SHOWN_NEEDS: Final = 5


@dataclass(frozen=True, slots=True)
class NewNeeds:
    """The needs published since the last summary that the offers of an actor match."""

    organization: Organization
    found: NeedMatches
    total: int


@dataclass(frozen=True, slots=True)
class Digest:
    """What a summary says."""

    new_needs: tuple[NewNeeds, ...]
    introductions: int
    invitations: int
    to_confirm: tuple[Organization, ...]
    newly_stale: bool

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to say; an entry to confirm is news once."""
        return not (self.new_needs or self.introductions or self.invitations or self.newly_stale)


def post_digests(session: Session, *, now: datetime) -> int:
    """Ask for the summaries due this morning, one message each; return how many."""
    people = due_people(session, now=now)
    for person_id in people:
        subscription_of(session, person_id).looked_at = now
        post_message(session, DIGEST_MAIL, {"person_id": person_id}, now=now)
    return len(people)


def digest_of(
    session: Session, matcher: Matcher, person: User, *, since: datetime, moment: Moment
) -> Digest:
    """Gather what happened around the organisations that ``person`` answers for."""
    owned = session.scalars(
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(
            Membership.user_id == person.id,
            Membership.state == MembershipState.APPROVED,
            Membership.role == MembershipRole.OWNER,
        )
        .order_by(Organization.name_key, Organization.id)
    ).all()
    keys = [organization.id for organization in owned]
    stale = [one for one in owned if (due := confirmation_due(one)) and due <= moment.today]
    return Digest(
        new_needs=tuple(_new_needs(session, matcher, owned, since, moment)),
        introductions=_waiting_introductions(session, keys),
        invitations=_waiting_invitations(session, keys),
        to_confirm=tuple(stale),
        newly_stale=any(_is_news(one, since) for one in stale),
    )


def _is_news(organization: Organization, since: datetime) -> bool:
    due = confirmation_due(organization)
    return due is not None and due > paris_day(since)


def _new_needs(
    session: Session,
    matcher: Matcher,
    owned: Sequence[Organization],
    since: datetime,
    moment: Moment,
) -> list[NewNeeds]:
    recent = frozenset(
        session.scalars(
            Need.open_on(moment.today).where(Need.published_at > since).with_only_columns(Need.id)
        )
    )
    if not recent:
        return []
    older = frozenset(matcher.base(session, moment).needs.ids.tolist()) - recent
    told = []
    for organization in owned:
        if not organization.is_innovation_side or not organization.is_public:
            continue
        aside = set_aside_ids(session, organization.id)
        offers = session.scalars(
            select(Offer.id).where(
                Offer.organization_id == organization.id,
                Offer.state == PublicationState.PUBLISHED,
            )
        ).all()
        found = matcher.for_offers(
            session,
            offers,
            moment=moment,
            page=Page(limit=len(recent)),
            filters=NeedFilters(set_aside_ids=older | aside),
        )
        total = sum(line.score.level in TOLD_LEVELS for line in found.ranking.matches)
        if total:
            told.append(NewNeeds(organization, found, total))
    return told


def _waiting_introductions(session: Session, keys: Sequence[int]) -> int:
    to_us = or_(
        and_(Introduction.actor_id.in_(keys), Introduction.from_side == Side.TERRITORY),
        and_(Introduction.carrier_id.in_(keys), Introduction.from_side == Side.ACTOR),
    )
    counted = select(func.count(Introduction.id)).where(
        Introduction.state == IntroductionState.SENT, to_us
    )
    return session.scalar(counted) or 0


def _waiting_invitations(session: Session, keys: Sequence[int]) -> int:
    """Count what waits for an answer: structures, teams, people who ask to join."""
    counts = (
        select(func.count(FederationMember.id)).where(
            FederationMember.member_id.in_(keys), FederationMember.state == FederationState.INVITED
        ),
        select(func.count(ConsortiumInvitation.id)).where(
            ConsortiumInvitation.organization_id.in_(keys),
            ConsortiumInvitation.state == InvitationState.INVITED,
        ),
        select(func.count(Membership.id)).where(
            Membership.organization_id.in_(keys), Membership.state == MembershipState.REQUESTED
        ),
    )
    return sum(session.scalar(counted) or 0 for counted in counts)
