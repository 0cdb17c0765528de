"""Explained matches: what answers a need, a quarter or a sentence, and what awaits an offer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

import numpy as np
from sqlalchemy.orm import Session, joinedload

from matching.column_scores import score_offers
from matching.columns import OfferColumns
from matching.explain import WhyNot, why_not
from matching.filters import NeedFilters, OfferFilters, kept_offers
from matching.profiles import NeedProfile, OfferProfile
from matching.ranking import (
    Page,
    Ranking,
    rank_needs,
    rank_offers,
    rank_offers_for_any,
    rank_organizations,
)
from matching.weights import Direction
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from services.match_base import (
    MatchBase,
    MatchBaseCache,
    Stamp,
    withdrawn_needs,
    withdrawn_offers,
)
from services.match_profiles import offer_profile

SHOWN_EXCLUDED: Final = 5


@dataclass(frozen=True, slots=True)
class Moment:
    """When a list is made: it decides deadlines, freshness and how ties turn."""

    now: datetime
    today: date
    drawn: int | None = None
    """The seed drawn for the day and kept (services/exposure.py)."""

    @property
    def seed(self) -> int:
        """Return the seed by which ties rotate: drawn, or the day's number until it is."""
        return self.today.toordinal() if self.drawn is None else self.drawn


@dataclass(frozen=True, slots=True)
class Excluded:
    """A related offer that a gate keeps out, and why."""

    offer: OfferProfile
    reasons: WhyNot


@dataclass(frozen=True, slots=True)
class Absence:
    """Why somebody may not see an offer in a list: the pair, or the filters that are ticked."""

    excluded: Excluded
    is_filtered_out: bool


@dataclass(frozen=True, slots=True)
class OfferMatches:
    """The list of offers or actors for a need, with the entries that the lines name."""

    need: NeedProfile
    """The first, where the list is for several."""
    ranking: Ranking
    offers: dict[int, Offer]
    excluded: tuple[Excluded, ...]
    excluded_total: int


@dataclass(frozen=True, slots=True)
class NeedMatches:
    """The list of needs or quarters for an offer or an actor, with the entries named."""

    ranking: Ranking
    needs: dict[int, Need]
    offers: dict[int, Offer]


class Matcher:
    """Answers the match pages of one process over its cached columns."""

    def __init__(self) -> None:
        self._cache = MatchBaseCache()
        self._example: tuple[Stamp, NeedProfile | None] | None = None

    def base(self, session: Session, moment: Moment) -> MatchBase:
        """Return the columns in force."""
        return self._cache.get(session, now=moment.now, today=moment.today)

    def exact_base(self, session: Session, moment: Moment) -> MatchBase:
        """Return columns of what is published at this very moment, for the worker's mails."""
        return self._cache.get(session, now=moment.now, today=moment.today, exact=True)

    def for_need(
        self,
        session: Session,
        need: NeedProfile,
        *,
        moment: Moment,
        page: Page,
        filters: OfferFilters,
        by_actor: bool = False,
    ) -> OfferMatches:
        """Rank the offers for ``need``, or with ``by_actor`` the actors by their best offer."""
        return self.for_any_need(
            session, (need,), moment=moment, page=page, filters=filters, by_actor=by_actor
        )

    def for_any_need(
        self,
        session: Session,
        needs: Sequence[NeedProfile],
        *,
        moment: Moment,
        page: Page,
        filters: OfferFilters,
        by_actor: bool = False,
    ) -> OfferMatches:
        """Rank the offers, or the actors, each by the one of ``needs`` it answers best."""
        base = self.base(session, moment)
        filters = replace(filters, withdrawn_ids=withdrawn_offers(session, base))
        ranking = rank_offers_for_any(
            needs,
            base.offers,
            context=base.offers.basis.context(moment.today),
            page=replace(page, seed=moment.seed),
            filters=filters,
            by_organization=by_actor,
        )
        excluded, total = _excluded(needs, base, filters, moment.today)
        shown = [line.offer.id for line in ranking.matches] + [one.offer.id for one in excluded]
        return OfferMatches(needs[0], ranking, load_offers(session, shown), excluded, total)

    def for_offers(
        self,
        session: Session,
        offer_ids: Sequence[int],
        *,
        moment: Moment,
        page: Page,
        filters: NeedFilters,
        by_territory: bool = False,
    ) -> NeedMatches:
        """Rank the open needs for these published offers, or the quarters by their best need."""
        base = self.base(session, moment)
        wanted = frozenset(offer_ids) - withdrawn_offers(session, base)
        profiles = [profile for profile in base.offers.offers if profile.id in wanted]
        filters = replace(filters, withdrawn_ids=withdrawn_needs(session, base))
        ranking = rank_needs(
            profiles,
            base.needs,
            context=base.needs.basis.context(moment.today),
            page=replace(page, seed=moment.seed),
            filters=filters,
            by_territory=by_territory,
        )
        shown = [line.need.id for line in ranking.matches]
        return NeedMatches(
            ranking=ranking,
            needs=load_needs(session, shown),
            offers=load_offers(session, [line.offer.id for line in ranking.matches]),
        )

    def for_chosen(
        self,
        session: Session,
        need: NeedProfile,
        offers: Sequence[Offer],
        *,
        moment: Moment,
        by_actor: bool = False,
    ) -> OfferMatches:
        """Match a few offers that somebody chose, loaded with their references, with ``need``.

        The figures are those of the list; those that a gate keeps out are told apart, all of them.
        """
        base = self.base(session, moment)
        profiles = [replace(offer_profile(offer), is_published=offer.is_public) for offer in offers]
        rank = rank_organizations if by_actor else rank_offers
        ranking = rank(
            need,
            OfferColumns.build(profiles, base.offers.basis),
            context=base.offers.basis.context(moment.today),
            page=Page(limit=len(profiles), seed=moment.seed),
        )
        listed = {line.offer.id for line in ranking.matches}
        others = tuple(
            _why_not(need, profile, base, moment.today)
            for profile in profiles
            if profile.id not in listed
        )
        named = {offer.id: offer for offer in offers}
        return OfferMatches(need, ranking, named, others, len(others))

    def understands(self, session: Session, need: NeedProfile, *, moment: Moment) -> bool:
        """Tell whether a sentence says anything the directory knows: a theme, or one word.

        Otherwise nothing can be said to answer it, and circumstances alone would fill a list.
        """
        base = self._cache.latest(session, now=moment.now, today=moment.today)
        words = base.offers.basis.statistics.idf
        return bool(need.themes) or any(word in words for word in need.tokens)

    def example(self, session: Session, *, moment: Moment) -> tuple[Need, OfferMatches] | None:
        """Return the open need whose best offer scores highest, with that one offer."""
        base = self.base(session, moment)
        if self._example is None or self._example[0] != base.stamp:
            self._example = (base.stamp, _best_answered(base, moment))
        profile = self._example[1]
        if profile is None:
            return None
        need = load_needs(session, [profile.id]).get(profile.id)
        if need is None:
            return None
        found = self.for_need(
            session, profile, moment=moment, page=Page(limit=1), filters=OfferFilters()
        )
        return (need, found) if found.ranking.matches else None

    def explain_absence(
        self,
        session: Session,
        needs: Sequence[NeedProfile],
        offer: Offer,
        *,
        moment: Moment,
        filters: OfferFilters,
    ) -> Absence:
        """Say why one offer, loaded with its references, is absent from a list or low in it.

        The offer is read as it stands now: what was withdrawn or published since the columns were
        built is told at once.
        """
        base = self.base(session, moment)
        profile = replace(offer_profile(offer), is_published=offer.is_public)
        own = OfferColumns.build([profile], base.offers.basis)
        pairs = [_why_not(need, profile, base, moment.today) for need in needs]
        return Absence(
            # Of several needs, the one it comes nearest to answering; the first of equals.
            excluded=max(pairs, key=_nearness),
            is_filtered_out=not kept_offers(own, filters)[0],
        )


def _best_answered(base: MatchBase, moment: Moment) -> NeedProfile | None:
    """Return the need whose best offer scores highest; the first of equals."""
    context = base.offers.basis.context(moment.today)

    def best(need: NeedProfile) -> int:
        scores = score_offers(need, base.offers, context)
        eligible = scores.points[scores.passed & scores.related]
        return int(eligible.max(initial=0))

    return max(base.needs.needs, key=lambda need: (best(need), -need.id), default=None)


def _nearness(one: Excluded) -> tuple[bool, bool, int]:
    return (not one.reasons.gates, one.reasons.is_related, one.reasons.score.points)


def _excluded(
    needs: Sequence[NeedProfile], base: MatchBase, filters: OfferFilters, today: date
) -> tuple[tuple[Excluded, ...], int]:
    """Return the best offers related to a need that every need keeps out, and how many."""
    context = base.offers.basis.context(today)
    scores = [score_offers(need, base.offers, context) for need in needs]
    points = np.stack([np.where(one.related, one.points, -1) for one in scores])
    passed = np.logical_or.reduce([one.passed for one in scores])
    nearest, best = np.argmax(points, axis=0), points.max(axis=0)
    rows = np.flatnonzero(~passed & (best >= 0) & kept_offers(base.offers, filters))
    order = np.lexsort((base.offers.ids[rows], -best[rows]))
    shown = tuple(
        _why_not(needs[nearest[row]], base.offers.offers[row], base, today)
        for row in rows[order][:SHOWN_EXCLUDED].tolist()
    )
    return shown, len(rows)


def _why_not(need: NeedProfile, offer: OfferProfile, base: MatchBase, today: date) -> Excluded:
    basis = base.offers.basis
    return Excluded(
        offer,
        why_not(
            need,
            offer,
            direction=Direction.NEED_TO_OFFER,
            context=basis.context(today),
            statistics=basis.statistics,
        ),
    )


def load_offers(session: Session, ids: Sequence[int]) -> dict[int, Offer]:
    """Load public offers with what a match card shows of them."""
    actor = joinedload(Offer.organization).joinedload(Organization.commune)
    found = session.scalars(Offer.published().where(Offer.id.in_(set(ids))).options(actor))
    return {offer.id: offer for offer in found.unique()}


def load_needs(session: Session, ids: Sequence[int]) -> dict[int, Need]:
    """Load public needs with what a match card shows of them."""
    place = joinedload(Need.territory).selectinload(Territory.communes)
    options = (place, joinedload(Need.carrier))
    found = session.scalars(Need.published().where(Need.id.in_(set(ids))).options(*options))
    return {need.id: need for need in found.unique()}
