"""Conditions that a need and an offer must meet to be proposed to each other at all.

The gates are the same in both directions: if a territory may be shown an offer, the innovator may
be shown the need. Each failure carries its code and what it was judged on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from matching.profiles import NeedProfile, OfferProfile
from vocabulary.kinds import AreaLevel


class GateCode(StrEnum):
    """Why a pair is not proposed."""

    OFFER_UNPUBLISHED = "offer-unpublished"
    NEED_UNPUBLISHED = "need-unpublished"
    NEED_CLOSED = "need-closed"
    CONSENT = "consent"
    AREA = "area"
    SAME_ORGANIZATION = "same-organization"
    EXCLUDED_BY_NEED = "excluded-by-need"
    EXCLUDED_BY_OFFER = "excluded-by-offer"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class GateFailure:
    """One gate that a pair does not pass, with the facts a sentence about it needs."""

    code: GateCode
    params: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)


def failed_gates(need: NeedProfile, offer: OfferProfile, today: date) -> tuple[GateFailure, ...]:
    """Return every gate the pair fails, in the order of ``GateCode``; empty when it may match."""
    return (
        *_publication_failures(need, offer, today),
        *_area_failures(need, offer),
        *_exclusion_failures(need, offer),
        *_kind_failures(need, offer),
    )


def covers(
    level: AreaLevel,
    codes: frozenset[str],
    region_code: str | None,
    department_code: str | None,
) -> bool:
    """Tell whether a declared intervention area covers a place.

    Region codes 01 to 06 are also department codes: the level decides which one is compared. A
    place nobody stated cannot exclude anyone.
    """
    if level is AreaLevel.NATIONAL:
        return True
    place = region_code if level is AreaLevel.REGIONS else department_code
    return place is None or place in codes


def is_need_open(closes_on: date | None, today: date) -> bool:
    """Tell whether a need may still be answered: its last day is included."""
    return closes_on is None or closes_on >= today


def _publication_failures(
    need: NeedProfile, offer: OfferProfile, today: date
) -> Iterator[GateFailure]:
    if not offer.is_published:
        yield GateFailure(GateCode.OFFER_UNPUBLISHED)
    if not need.is_published:
        yield GateFailure(GateCode.NEED_UNPUBLISHED)
    if need.closes_on is not None and not is_need_open(need.closes_on, today):
        yield GateFailure(GateCode.NEED_CLOSED, {"closes_on": need.closes_on.isoformat()})
    if not offer.has_consented:
        yield GateFailure(GateCode.CONSENT)


def _area_failures(need: NeedProfile, offer: OfferProfile) -> Iterator[GateFailure]:
    if not covers(offer.area_level, offer.area_codes, need.region_code, need.department_code):
        yield GateFailure(
            GateCode.AREA,
            {
                "level": offer.area_level.value,
                "codes": tuple(sorted(offer.area_codes)),
                "region": need.region_code or "",
                "department": need.department_code or "",
            },
        )


def _exclusion_failures(need: NeedProfile, offer: OfferProfile) -> Iterator[GateFailure]:
    carrier = need.organization_id
    if carrier == offer.organization_id:
        yield GateFailure(GateCode.SAME_ORGANIZATION)
    if offer.organization_id in need.excluded_organization_ids:
        yield GateFailure(GateCode.EXCLUDED_BY_NEED)
    if carrier is not None and carrier in offer.excluded_organization_ids:
        yield GateFailure(GateCode.EXCLUDED_BY_OFFER)


def _kind_failures(need: NeedProfile, offer: OfferProfile) -> Iterator[GateFailure]:
    if need.wanted_kinds and offer.organization_kind not in need.wanted_kinds:
        yield GateFailure(
            GateCode.KIND,
            {
                "kind": offer.organization_kind.value,
                "wanted": tuple(sorted(kind.value for kind in need.wanted_kinds)),
            },
        )
