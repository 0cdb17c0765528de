"""What a viewer keeps of a list: an empty filter keeps everything.

Values of one filter are alternatives; different filters must all hold.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from matching.columns import Booleans, Integers, NeedColumns, OfferColumns
from vocabulary.kinds import (
    ContractRoute,
    ExperimentAppetite,
    Maturity,
    NeedNature,
    OfferType,
    OrganizationKind,
    ProjectPhase,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFilters:
    """What to keep of a list of offers or actors."""

    themes: frozenset[str] = frozenset()
    """An axis keeps its themes too."""
    types: frozenset[OfferType] = frozenset()
    kinds: frozenset[OrganizationKind] = frozenset()
    maturities: frozenset[Maturity] = frozenset()
    routes: frozenset[ContractRoute] = frozenset()
    withdrawn_ids: frozenset[int] = frozenset()
    """Offers withdrawn since the columns were built: subtracted before anything is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedFilters:
    """What to keep of a list of needs or territories."""

    themes: frozenset[str] = frozenset()
    """An axis keeps its themes too."""
    regions: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    phases: frozenset[ProjectPhase] = frozenset()
    natures: frozenset[NeedNature] = frozenset()
    appetites: frozenset[ExperimentAppetite] = frozenset()
    withdrawn_ids: frozenset[int] = frozenset()
    """Needs withdrawn since the columns were built."""
    set_aside_ids: frozenset[int] = frozenset()
    """Needs that the viewer declined, or has dealt with."""


def kept_offers(columns: OfferColumns, filters: OfferFilters) -> Booleans:
    """Return the rows that the filters keep."""
    kept = _not_withdrawn(columns.ids, filters.withdrawn_ids)
    if filters.types:
        kept &= columns.types.where(lambda kind: kind in filters.types)
    if filters.kinds:
        kept &= columns.kinds.where(lambda kind: kind in filters.kinds)
    if filters.maturities:
        kept &= columns.maturities.where(lambda key: key[1] in filters.maturities)
    if filters.routes:
        kept &= columns.routes.where(lambda key: bool(key[1] & filters.routes))
    if filters.themes:
        known = columns.themes.keys() & filters.themes
        own = (columns.themes[code] for code in known)
        under = (columns.axes[code] for code in known & columns.axes.keys())
        kept &= _any_of((*own, *under), kept.size)
    return kept


def kept_needs(columns: NeedColumns, filters: NeedFilters) -> Booleans:
    """Return the rows that the filters keep."""
    kept = _not_withdrawn(columns.ids, filters.withdrawn_ids | filters.set_aside_ids)
    if filters.regions:
        kept &= columns.places.where(lambda place: place[0] in filters.regions)
    if filters.departments:
        kept &= columns.places.where(lambda place: place[1] in filters.departments)
    if filters.phases:
        kept &= columns.phases.where(lambda phase: phase in filters.phases)
    if filters.natures:
        kept &= columns.natures.where(lambda nature: nature in filters.natures)
    if filters.appetites:
        kept &= columns.appetites.where(lambda appetite: appetite in filters.appetites)
    if filters.themes:
        parents = columns.basis.parents
        under = {code for code, axis in parents.items() if axis in filters.themes}
        wanted = filters.themes | under
        kept &= _any_of((columns.themes.has(code) for code in sorted(wanted)), kept.size)
    return kept


def _not_withdrawn(ids: Integers, withdrawn: frozenset[int]) -> Booleans:
    return ~np.isin(ids, np.array(sorted(withdrawn), dtype=np.int64))


def _any_of(columns: Iterable[Booleans], rows: int) -> Booleans:
    kept = np.zeros(rows, dtype=np.bool_)
    for column in columns:
        kept |= column
    return kept
