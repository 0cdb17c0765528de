"""The gap radar: needs that few can answer, themes and regions without offers, idle offers.

Looking over every pair takes seconds once there are thousands of offers: the worker does it each
morning and on demand, and keeps the numbers. Names are read when the page is shown, so that what
was withdrawn since is not named.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, joinedload, selectinload

from matching.column_scores import score_needs
from matching.gates import covers
from matching.profiles import NeedProfile, OfferProfile
from matching.ranking import Page, rank_organizations
from matching.weights import Level
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.outbox import OutboxMessage
from models.radar import RadarLook
from models.territory import Territory
from services.match_base import MatchBase
from services.matching import Matcher, Moment
from services.outbox import post_message
from vocabulary.regions import DEPARTMENTS, REGIONS
from vocabulary.themes import all_themes

LOOK_OVER: Final = "radar.look"
FEW: Final = 3
# Enough lines to tell « fewer than three » and to say how many around it.
LOOKED_AT: Final = 12
KEPT_LOOKS: Final = 400
# The key that stands for every theme, or for every region.
ANYTHING: Final = ""
Cells = dict[str, dict[str, list[int]]]
_OFFERS, _NEEDS = 0, 1
_NONE: Final = [0, 0]


def request_look(session: Session, *, now: datetime) -> bool:
    """Ask the worker for a look, unless one is asked for already."""
    if is_look_waiting(session):
        return False
    post_message(session, LOOK_OVER, {}, now=now)
    return True


def has_looked(session: Session) -> bool:
    """Tell whether a look was ever taken."""
    return session.scalar(select(RadarLook.id).limit(1)) is not None


def is_look_waiting(session: Session) -> bool:
    """Tell whether the worker still has a look to take."""
    waiting = select(OutboxMessage.id).where(
        OutboxMessage.topic == LOOK_OVER,
        OutboxMessage.done_at.is_(None),
        OutboxMessage.failed_at.is_(None),
    )
    return session.scalar(waiting.limit(1)) is not None


def look_over(session: Session, matcher: Matcher, *, moment: Moment) -> RadarLook:
    """Look over every open need and every published offer, and keep what was found."""
    base = matcher.base(session, moment)
    counts = _need_counts(base, moment)
    look = RadarLook(
        looked_at=moment.now,
        content={
            "needs": counts,
            "answered": _answered(session, counts),
            "idle_offers": _idle_offers(base, moment),
            "cells": _cells(base.offers.offers, base.needs.needs),
            "offers": len(base.offers.offers),
        },
    )
    session.add(look)
    session.flush()
    kept = select(RadarLook.id).order_by(RadarLook.id.desc()).limit(KEPT_LOOKS)
    session.execute(delete(RadarLook).where(RadarLook.id.not_in(kept.scalar_subquery())))
    return look


def _need_counts(base: MatchBase, moment: Moment) -> dict[str, list[int]]:
    """Return for each need how many actors answer it strongly, and at least fairly."""
    context = base.offers.basis.context(moment.today)
    page = Page(limit=LOOKED_AT, seed=moment.seed)
    counts: dict[str, list[int]] = {}
    for need in base.needs.needs:
        ranking = rank_organizations(need, base.offers, context=context, page=page)
        levels = Counter(match.score.level for match in ranking.matches)
        strong = levels[Level.STRONG]
        counts[str(need.id)] = [strong, strong + levels[Level.MEDIUM]]
    return counts


def _answered(session: Session, counts: dict[str, list[int]]) -> list[int]:
    """Return the needs that enough actors answered now or at an earlier look."""
    last = session.scalar(select(RadarLook.content).order_by(RadarLook.id.desc()).limit(1))
    earlier = set(last["answered"]) if last else set()
    return sorted(earlier | {int(key) for key, (_, fair) in counts.items() if fair >= FEW})


def _idle_offers(base: MatchBase, moment: Moment) -> list[int]:
    """Return the offers that no open need is related to, or that a gate keeps from all."""
    context = base.offers.basis.context(moment.today)
    idle = []
    for offer in base.offers.offers:
        scores = score_needs(offer, base.needs, context)
        if not np.any(scores.passed & scores.related):
            idle.append(offer.id)
    return sorted(idle)


def _cells(offers: Sequence[OfferProfile], needs: Sequence[NeedProfile]) -> Cells:
    """Return theme → region → [offers that work there, open needs there].

    An axis counts what any of its themes counts, once each; ``ANYTHING`` counts all of them.
    """
    found: Cells = {}
    for offer in offers:
        _count(found, _OFFERS, offer.themes, _regions_covered(offer))
    for need in needs:
        _count(found, _NEEDS, need.themes, [need.region_code] if need.region_code else [])
    return found


def _count(cells: Cells, position: int, themes: frozenset[str], regions: Sequence[str]) -> None:
    for region in (*regions, ANYTHING):
        for theme in _with_axes(themes) | {ANYTHING}:
            cells.setdefault(theme, {}).setdefault(region, [0, 0])[position] += 1


def _with_axes(codes: frozenset[str]) -> frozenset[str]:
    themes = all_themes()
    known = [themes[code] for code in codes if code in themes]
    return frozenset({one.code for one in known} | {one.parent for one in known if one.parent})


def _regions_covered(offer: OfferProfile) -> list[str]:
    """Return the regions in at least one department of which the offer works."""
    return [
        region
        for region, departments in _DEPARTMENTS_OF.items()
        if any(
            covers(offer.area_level, offer.area_codes, region, department)
            for department in departments
        )
    ]


_DEPARTMENTS_OF: Final = {
    region: [code for code, one in DEPARTMENTS.items() if one.region_code == region]
    for region in REGIONS
}


@dataclass(frozen=True, slots=True)
class NeedGap:
    """An open need that fewer than three actors answer at least fairly."""

    need: Need
    strong: int
    fair: int


@dataclass(frozen=True, slots=True)
class ThemeGap:
    """How many offers and open needs one theme has in the regions looked at."""

    theme: str
    offers: int
    needs: int


@dataclass(frozen=True, slots=True)
class RegionGap:
    """How many offers work in one region, and the themes asked for there that none answers."""

    region: str
    offers: int
    needs: int
    uncovered: tuple[str, ...]
    """Themes with an open need there and no offer that works there."""


@dataclass(frozen=True, slots=True)
class Radar:
    """The last look, with names."""

    looked_at: datetime
    needs: tuple[NeedGap, ...]
    themes: tuple[ThemeGap, ...]
    regions: tuple[RegionGap, ...]
    idle: tuple[Offer, ...]
    axes: dict[str, dict[str, tuple[int, int]]]
    """Axis → region → (offers, needs)."""
    open_needs: int
    answered_needs: int


@dataclass(frozen=True, slots=True)
class RadarFilters:
    """What the reader looks at; empty means everything."""

    region: str = ""
    axis: str = ""


def latest_radar(session: Session, filters: RadarFilters, *, moment: Moment) -> Radar | None:
    """Return the last look, ``None`` before the first; what is no longer public is left out."""
    look = session.scalars(select(RadarLook).order_by(RadarLook.id.desc()).limit(1)).first()
    if look is None:
        return None
    content: dict[str, Any] = look.content
    counts = {int(key): (strong, fair) for key, (strong, fair) in content["needs"].items()}
    cells: Cells = content["cells"]
    needs = _open_needs(session, sorted(counts), filters, moment)
    gaps = [NeedGap(need, *counts[need.id]) for need in needs if counts[need.id][1] < FEW]
    return Radar(
        looked_at=look.looked_at,
        needs=tuple(sorted(gaps, key=lambda gap: (gap.fair, gap.strong, gap.need.id))),
        themes=tuple(_theme_gaps(cells, filters)),
        regions=tuple(_region_gaps(cells, filters)),
        idle=tuple(_idle(session, content["idle_offers"], filters)),
        axes=_axis_table(cells),
        open_needs=len(needs),
        answered_needs=len(needs) - len(gaps),
    )


def _open_needs(
    session: Session, keys: Sequence[int], filters: RadarFilters, moment: Moment
) -> list[Need]:
    place = joinedload(Need.territory).selectinload(Territory.communes)
    found = session.scalars(
        Need.open_on(moment.today).where(Need.id.in_(keys)).options(place, joinedload(Need.carrier))
    )
    return [
        need
        for need in found
        if (not filters.region or need.territory.region_code == filters.region)
        and (not filters.axis or filters.axis in _with_axes(frozenset(need.themes)))
    ]


def _idle(session: Session, keys: Sequence[int], filters: RadarFilters) -> list[Offer]:
    found = session.scalars(
        Offer.published()
        .where(Offer.id.in_(keys))
        .options(selectinload(Offer.organization).joinedload(Organization.commune))
        .order_by(Offer.title, Offer.id)
    )
    return [
        offer
        for offer in found
        if not filters.axis or filters.axis in _with_axes(frozenset(offer.themes))
    ]


def _theme_gaps(cells: Cells, filters: RadarFilters) -> list[ThemeGap]:
    """Return the themes with few offers, those most asked for first."""
    counted = [
        ThemeGap(theme.code, *cells.get(theme.code, {}).get(filters.region, _NONE))
        for theme in all_themes().values()
        if theme.parent is not None and filters.axis in {ANYTHING, theme.parent}
    ]
    return sorted(
        (gap for gap in counted if gap.offers < FEW), key=lambda gap: (gap.offers, -gap.needs)
    )


def _region_gaps(cells: Cells, filters: RadarFilters) -> list[RegionGap]:
    regions = [filters.region] if filters.region in REGIONS else list(REGIONS)
    counts = {region: cells.get(filters.axis, {}).get(region, _NONE) for region in regions}
    return [
        RegionGap(region, offers, needs, tuple(_uncovered(cells, region, filters.axis)))
        for region, (offers, needs) in counts.items()
    ]


def _uncovered(cells: Cells, region: str, axis: str) -> Iterator[str]:
    for theme in all_themes().values():
        is_asked = theme.parent is not None and axis in {ANYTHING, theme.parent}
        if is_asked and _is_uncovered(cells.get(theme.code, {}).get(region)):
            yield theme.code


def _is_uncovered(cell: list[int] | None) -> bool:
    return cell is not None and cell[0] == 0 and cell[1] > 0


def _axis_table(cells: Cells) -> dict[str, dict[str, tuple[int, int]]]:
    return {
        theme.code: {
            region: (cell[0], cell[1])
            for region, cell in cells.get(theme.code, {}).items()
            if region != ANYTHING
        }
        for theme in all_themes().values()
        if theme.parent is None
    }
