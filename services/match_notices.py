"""Tells a territory's team, once, that an offer just published answers one of its open needs."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.columns import OfferColumns
from matching.profiles import NeedProfile
from matching.ranking import Match, Page, rank_offers
from matching.weights import Level
from models.alert import MatchNotice
from models.need import Need
from models.offer import Offer
from services.digest_subscriptions import wants_digest
from services.match_base import MatchBase
from services.matching import Matcher, Moment
from services.outbox import post_message
from services.seats import seats_in

MATCH_NOTICE: Final = "mail.match-notice"
# An offer is news for so long: longer than any stop of the worker that nobody notices.
NEWS_FOR: Final = timedelta(days=14)
Pair = tuple[int, int]


def post_match_notices(session: Session, matcher: Matcher, *, moment: Moment) -> int:
    """Ask for one mail to each member of the teams concerned, and note the pairs as told.

    A pair is told when the offer was published after the need, its match is « forte », and it was
    never told. Return how many pairs are.
    """
    offers = session.scalars(
        Offer.published().where(Offer.published_at >= moment.now - NEWS_FOR).order_by(Offer.id)
    ).all()
    needs = session.scalars(
        Need.open_on(moment.today).where(Need.carrier_id.is_not(None)).order_by(Need.id)
    ).all()
    if not offers or not needs:
        return 0
    told = _told(session, [offer.id for offer in offers])
    found = _strong_pairs(matcher.exact_base(session, moment), offers, needs, moment) - told
    carriers = {need.id: need.carrier_id for need in needs}
    pairs: dict[int, list[Pair]] = defaultdict(list)
    for need_id, offer_id in sorted(found):
        carrier_id = carriers[need_id]
        if carrier_id is not None:
            pairs[carrier_id].append((need_id, offer_id))
    for carrier_id, new in pairs.items():
        _tell_team(session, carrier_id, new, moment)
    return len(found)


def notice_lines(
    base: MatchBase, pairs: Collection[Pair], moment: Moment
) -> Iterator[tuple[int, Match]]:
    """Yield each need of ``pairs`` with its matches, as the territory sees them, best first."""
    wanted: dict[int, set[int]] = defaultdict(set)
    for need_id, offer_id in pairs:
        wanted[need_id].add(offer_id)
    for need in base.needs.needs:
        if need.id in wanted:
            for line in _lines(base, need, wanted[need.id], moment):
                yield need.id, line


def _strong_pairs(
    base: MatchBase, offers: Sequence[Offer], needs: Sequence[Need], moment: Moment
) -> set[Pair]:
    by_need = {need.id: need for need in needs}
    published = {offer.id: offer.published_at for offer in offers}
    found: set[Pair] = set()
    for profile in base.needs.needs:
        need = by_need.get(profile.id)
        if need is None or need.published_at is None:
            continue
        younger = {key for key, at in published.items() if at and at >= need.published_at}
        found |= {
            (need.id, line.offer.id)
            for line in _lines(base, profile, younger, moment)
            if line.score.level is Level.STRONG and line.offer.organization_id != need.carrier_id
        }
    return found


def _lines(
    base: MatchBase, need: NeedProfile, offer_ids: Collection[int], moment: Moment
) -> tuple[Match, ...]:
    offers = [offer for offer in base.offers.offers if offer.id in offer_ids]
    if not offers:
        return ()
    columns = OfferColumns.build(offers, base.offers.basis)
    context = base.offers.basis.context(moment.today)
    return rank_offers(need, columns, context=context, page=Page(limit=len(offers))).matches


def _told(session: Session, offer_ids: Collection[int]) -> set[Pair]:
    rows = session.execute(
        select(MatchNotice.need_id, MatchNotice.offer_id).where(MatchNotice.offer_id.in_(offer_ids))
    )
    return {(need_id, offer_id) for need_id, offer_id in rows}


def _tell_team(session: Session, carrier_id: int, pairs: Sequence[Pair], moment: Moment) -> None:
    session.add_all(
        MatchNotice(need_id=need_id, offer_id=offer_id, told_at=moment.now)
        for need_id, offer_id in pairs
    )
    for seat in seats_in(session, carrier_id):
        if wants_digest(session, seat.person_id):
            payload = {
                "person_id": seat.person_id,
                "organization_id": carrier_id,
                "pairs": [list(pair) for pair in pairs],
            }
            post_message(session, MATCH_NOTICE, payload, now=moment.now)
