"""The published offers and open needs as columns, rebuilt when what is published changed."""

import threading
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from matching.columns import Basis, NeedColumns, OfferColumns
from matching.profiles import NeedProfile, OfferProfile
from models.need import Need
from models.offer import Offer, Reference
from models.organization import Organization
from models.territory import Territory
from services.match_profiles import (
    need_profile,
    offer_profile,
    project_phase,
    territory_profile,
)
from vocabulary.kinds import PublicationState

# A publication is proposed at most this late; a withdrawal is subtracted at once.
REBUILD_AFTER: Final = timedelta(seconds=3)
Stamp = tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class MatchBase:
    """One generation of columns with the day and the database state it was made from."""

    stamp: Stamp
    day: date
    built_at: datetime
    offers: OfferColumns
    needs: NeedColumns
    territories: NeedColumns
    is_behind: bool = False
    """What is published had changed when these columns were asked for."""


class MatchBaseCache:
    """The current generation, shared by the threads of one process.

    Analysing words is what costs: an entry that did not change keeps its profile from one
    generation to the next.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._base: MatchBase | None = None
        self._offers: dict[Stamp, OfferProfile] = {}
        self._needs: dict[Stamp, NeedProfile] = {}

    def get(
        self, session: Session, *, now: datetime, today: date, exact: bool = False
    ) -> MatchBase:
        """Return columns no older than ``REBUILD_AFTER`` behind what is published.

        With ``exact``, those of what is published now: what a mail tells cannot wait.
        """
        stamp = published_stamp(session)
        base = self._base
        if base is None or not _is_fresh(base, stamp, now, today, exact=exact):
            with self._lock:
                base = self._base
                if base is None or not _is_fresh(base, stamp, now, today, exact=exact):
                    base = self._base = self._build(session, stamp, now, today)
        return base if base.stamp == stamp else replace(base, is_behind=True)

    def latest(self, session: Session, *, now: datetime, today: date) -> MatchBase:
        """Return the last columns built, whatever was published since: no query once they are."""
        return self._base or self.get(session, now=now, today=today)

    def _build(self, session: Session, stamp: Stamp, now: datetime, today: date) -> MatchBase:
        needs = _open_needs(session, today)
        offers = self._offer_profiles(_published_offers(session))
        basis = Basis.build(list(offers.values()))
        self._offers, self._needs = offers, self._need_profiles(needs)
        return MatchBase(
            stamp=stamp,
            day=today,
            built_at=now,
            offers=OfferColumns.build(offers.values(), basis),
            needs=NeedColumns.build(self._needs.values(), basis),
            territories=NeedColumns.build(_territory_profiles(needs), basis),
        )

    def _offer_profiles(self, offers: Iterable[Offer]) -> dict[Stamp, OfferProfile]:
        profiles: dict[Stamp, OfferProfile] = {}
        for offer in offers:
            key = (*_version(offer), offer.organization.confirmed_on, _grades(offer))
            profiles[key] = self._offers.get(key) or offer_profile(offer)
        return profiles

    def _need_profiles(self, needs: Iterable[Need]) -> dict[Stamp, NeedProfile]:
        profiles: dict[Stamp, NeedProfile] = {}
        for need in needs:
            phase = project_phase(need.territory)
            key = (need.id, need.updated_at, need.territory.updated_at, phase)
            profiles[key] = self._needs.get(key) or need_profile(need)
        return profiles


def _version(offer: Offer) -> Stamp:
    return (offer.id, offer.updated_at, offer.organization.updated_at)


def _grades(offer: Offer) -> Stamp:
    """Return how well its references are established: a partner may confirm one at any time."""
    return tuple(reference.grade for reference in offer.shown_references)


def published_stamp(session: Session) -> Stamp:
    """Return what changes whenever something published changes, in one query."""
    published = PublicationState.PUBLISHED
    row = session.execute(
        select(
            *(
                select(measure).where(model.state == published).scalar_subquery()
                for model in (Organization, Offer, Need)
                for measure in (func.count(model.id), func.max(model.updated_at))
            ),
            select(func.max(Territory.updated_at)).scalar_subquery(),
            select(func.max(Reference.graded_at)).scalar_subquery(),
        )
    ).one()
    return tuple(row)


def withdrawn_offers(session: Session, base: MatchBase) -> frozenset[int]:
    """Return the offers of the columns that nobody may see any more."""
    if not base.is_behind:
        return frozenset()
    public = session.scalars(Offer.published().with_only_columns(Offer.id))
    return frozenset(base.offers.ids.tolist()) - frozenset(public)


def withdrawn_needs(session: Session, base: MatchBase) -> frozenset[int]:
    """Return the needs of the columns that were withdrawn or closed since."""
    if not base.is_behind:
        return frozenset()
    public = session.scalars(Need.open_on(base.day).with_only_columns(Need.id))
    return frozenset(base.needs.ids.tolist()) - frozenset(public)


def _is_fresh(base: MatchBase, stamp: Stamp, now: datetime, today: date, *, exact: bool) -> bool:
    same = base.stamp == stamp or (not exact and now - base.built_at < REBUILD_AFTER)
    return same and base.day == today


def _published_offers(session: Session) -> Sequence[Offer]:
    statement = Offer.published().options(
        contains_eager(Offer.organization), selectinload(Offer.references)
    )
    return session.scalars(statement.order_by(Offer.id)).all()


def _open_needs(session: Session, today: date) -> Sequence[Need]:
    projects = joinedload(Need.territory).selectinload(Territory.projects)
    statement = Need.open_on(today).options(projects)
    return session.scalars(statement.order_by(Need.territory_id, Need.id)).all()


def _territory_profiles(needs: Sequence[Need]) -> list[NeedProfile]:
    """Describe the quarters with an open need: the others have nothing to be matched on."""
    groups = groupby(needs, key=lambda need: need.territory)
    return [territory_profile(territory, stated) for territory, stated in groups]
