"""Offers and needs laid out by column, built once per generation of the index.

A fact that takes few distinct values is a ``Factor``: the component functions of one pair are
called once per distinct value and the result is spread over all rows. Words are a sparse matrix.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array

from matching.profiles import NeedProfile, OfferProfile, References
from matching.rarity import rarity_table, theme_parents
from matching.score import ScoringContext
from matching.text import TextStatistics
from matching.weights import Weights, default_weights
from vocabulary.kinds import (
    AreaLevel,
    ContractRoute,
    ExperimentAppetite,
    Maturity,
    NeedNature,
    OfferType,
    OrganizationKind,
    PriceRange,
    ProjectPhase,
)

Integers = NDArray[np.int64]
Booleans = NDArray[np.bool_]
Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Factor(Generic[Value]):
    """A column as its distinct values and, for each row, the position of its value."""

    values: tuple[Value, ...]
    codes: NDArray[np.intp]

    @classmethod
    def build(cls, column: Iterable[Value]) -> Self:
        """Number the distinct values of a column in order of appearance."""
        positions: dict[Value, int] = {}
        codes = [positions.setdefault(value, len(positions)) for value in column]
        return cls(tuple(positions), np.array(codes, dtype=np.intp))

    def spread(self, function: Callable[[Value], int]) -> Integers:
        """Return ``function`` of every row, called once per distinct value."""
        return np.array([function(value) for value in self.values], dtype=np.int64)[self.codes]

    def where(self, predicate: Callable[[Value], bool]) -> Booleans:
        """Return for every row whether its value satisfies ``predicate``."""
        return np.array([predicate(value) for value in self.values], dtype=np.bool_)[self.codes]


@dataclass(frozen=True, slots=True)
class WordMatrix:
    """Integers by row and word, stored word by word."""

    positions: Mapping[str, int]
    matrix: csc_array

    @classmethod
    def build(cls, rows: Iterable[Mapping[str, int]]) -> Self:
        """Lay out one mapping of words to integers per row."""
        positions: dict[str, int] = {}
        columns: list[int] = []
        values: list[int] = []
        ends = [0]
        for row in rows:
            columns.extend(positions.setdefault(word, len(positions)) for word in row)
            values.extend(row.values())
            ends.append(len(columns))
        counts = np.diff(ends)
        lines = np.repeat(np.arange(len(counts)), counts)
        shape = (len(counts), len(positions))
        return cls(positions, csc_array((np.array(values, np.int64), (lines, columns)), shape))

    def totals(self, words: Mapping[str, int]) -> Integers:
        """Return for every row the sum over ``words`` of its integer times theirs."""
        totals = np.zeros(self.matrix.shape[0], dtype=np.int64)
        starts, lines, values = self.matrix.indptr, self.matrix.indices, self.matrix.data
        for word, factor in words.items():
            column = self.positions.get(word)
            if column is not None:
                span = slice(starts[column], starts[column + 1])
                totals[lines[span]] += factor * values[span]
        return totals

    def has(self, word: str) -> Booleans:
        """Return the rows that hold ``word``."""
        return self.totals({word: 1}) > 0


@dataclass(frozen=True, slots=True)
class Basis:
    """What scoring needs to know of all published offers: rarity, word statistics, weights."""

    weights: Weights
    parents: Mapping[str, str]
    rarity: Mapping[str, int]
    statistics: TextStatistics

    @classmethod
    def build(cls, offers: Sequence[OfferProfile], weights: Weights | None = None) -> Self:
        """Count the themes and the words of the published offers."""
        chosen = weights or default_weights()
        parents = theme_parents()
        published = [offer for offer in offers if offer.is_published]
        return cls(
            weights=chosen,
            parents=parents,
            rarity=rarity_table((offer.themes for offer in published), parents),
            statistics=TextStatistics.build((offer.tokens for offer in published), chosen.text),
        )

    def context(self, today: date) -> ScoringContext:
        """Return the scoring context of one day."""
        return ScoringContext(
            today=today, rarity=self.rarity, parents=self.parents, weights=self.weights
        )


@dataclass(frozen=True, slots=True)
class OfferColumns:
    """Every offer of a generation, by column; row ``i`` is ``offers[i]``."""

    offers: tuple[OfferProfile, ...]
    basis: Basis
    ids: Integers
    organization_ids: Integers
    published: Booleans
    consented: Booleans
    kinds: Factor[OrganizationKind]
    types: Factor[OfferType]
    maturities: Factor[tuple[OfferType, Maturity | None]]
    routes: Factor[tuple[OfferType, frozenset[ContractRoute]]]
    prices: Factor[tuple[OfferType, PriceRange | None]]
    areas: Factor[tuple[AreaLevel, frozenset[str]]]
    availabilities: Factor[date | None]
    confirmations: Factor[date | None]
    references: Factor[References]
    exclusions: Factor[frozenset[int]]
    themes: Mapping[str, Booleans]
    axes: Mapping[str, Booleans]
    """For each axis, the rows that cite a theme under it."""
    words: WordMatrix

    @classmethod
    def build(cls, offers: Iterable[OfferProfile], basis: Basis | None = None) -> Self:
        """Lay out the offers; without ``basis``, it is counted from these offers."""
        rows = tuple(offers)
        known = basis or Basis.build(rows)
        themes = _theme_columns([offer.themes for offer in rows], known.parents)
        return cls(
            offers=rows,
            basis=known,
            ids=np.array([offer.id for offer in rows], dtype=np.int64),
            organization_ids=np.array([offer.organization_id for offer in rows], dtype=np.int64),
            published=np.array([offer.is_published for offer in rows], dtype=np.bool_),
            consented=np.array([offer.has_consented for offer in rows], dtype=np.bool_),
            kinds=Factor.build(offer.organization_kind for offer in rows),
            types=Factor.build(offer.type for offer in rows),
            maturities=Factor.build((offer.type, offer.maturity) for offer in rows),
            routes=Factor.build((offer.type, offer.routes) for offer in rows),
            prices=Factor.build((offer.type, offer.price_range) for offer in rows),
            areas=Factor.build((offer.area_level, offer.area_codes) for offer in rows),
            availabilities=Factor.build(offer.available_from for offer in rows),
            confirmations=Factor.build(offer.confirmed_on for offer in rows),
            references=Factor.build(offer.references for offer in rows),
            exclusions=Factor.build(offer.excluded_organization_ids for offer in rows),
            themes=themes,
            axes=_axis_columns(themes, known.parents),
            words=WordMatrix.build(known.statistics.impacts(offer.tokens) for offer in rows),
        )


@dataclass(frozen=True, slots=True)
class NeedColumns:
    """Every need of a generation, by column; row ``i`` is ``needs[i]``."""

    needs: tuple[NeedProfile, ...]
    basis: Basis
    ids: Integers
    territory_ids: Integers
    """0 where the need names none."""
    carriers: Factor[int | None]
    published: Booleans
    appetites: Factor[ExperimentAppetite | None]
    natures: Factor[NeedNature | None]
    routes: Factor[frozenset[ContractRoute]]
    amounts: Factor[tuple[int | None, int | None]]
    places: Factor[tuple[str | None, str | None]]
    starts: Factor[date | None]
    deadlines: Factor[date | None]
    phases: Factor[ProjectPhase]
    updates: Factor[date | None]
    wanted_kinds: Factor[frozenset[OrganizationKind]]
    exclusions: Factor[frozenset[int]]
    themes: WordMatrix
    """Rarity of each wanted theme."""
    theme_totals: Integers
    words: WordMatrix
    """What each known word counts for; see ``NeedWords``."""
    ideals: Integers
    """What a full textual answer is worth."""

    @classmethod
    def build(cls, needs: Iterable[NeedProfile], basis: Basis) -> Self:
        """Lay out the needs, their words weighed by the offers that ``basis`` counted."""
        rows = tuple(needs)
        words = [basis.statistics.need_words(need.tokens, need.related) for need in rows]
        rarity = basis.rarity
        themes = [
            {code: rarity[code] for code in sorted(need.themes) if code in rarity} for need in rows
        ]
        return cls(
            needs=rows,
            basis=basis,
            ids=np.array([need.id for need in rows], dtype=np.int64),
            territory_ids=np.array([need.territory_id or 0 for need in rows], dtype=np.int64),
            carriers=Factor.build(need.organization_id for need in rows),
            published=np.array([need.is_published for need in rows], dtype=np.bool_),
            appetites=Factor.build(need.appetite for need in rows),
            natures=Factor.build(need.nature for need in rows),
            routes=Factor.build(need.routes for need in rows),
            amounts=Factor.build((need.amount_min, need.amount_max) for need in rows),
            places=Factor.build((need.region_code, need.department_code) for need in rows),
            starts=Factor.build(need.starts_on for need in rows),
            deadlines=Factor.build(need.closes_on for need in rows),
            phases=Factor.build(need.phase for need in rows),
            updates=Factor.build(need.updated_on for need in rows),
            wanted_kinds=Factor.build(need.wanted_kinds for need in rows),
            exclusions=Factor.build(need.excluded_organization_ids for need in rows),
            themes=WordMatrix.build(themes),
            theme_totals=np.array([sum(row.values()) for row in themes], dtype=np.int64),
            words=WordMatrix.build(known.counts for known in words),
            ideals=np.array([known.ideal for known in words], dtype=np.int64),
        )


def _theme_columns(
    sets: Sequence[frozenset[str]], parents: Mapping[str, str]
) -> dict[str, Booleans]:
    """Return one boolean column per theme of the vocabulary."""
    codes = set(parents) | set(parents.values())
    columns = {code: np.zeros(len(sets), dtype=np.bool_) for code in codes}
    for row, themes in enumerate(sets):
        for code in themes & codes:
            columns[code][row] = True
    return columns


def _axis_columns(
    themes: Mapping[str, Booleans], parents: Mapping[str, str]
) -> dict[str, Booleans]:
    """Return for each axis the rows that cite at least one theme under it."""
    columns: dict[str, Booleans] = {}
    for code, axis in parents.items():
        columns[axis] = columns[axis] | themes[code] if axis in columns else themes[code]
    return columns
