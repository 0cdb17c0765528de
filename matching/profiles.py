"""Frozen inputs of the matching core: what is known of an offer and of a need or a territory.

Sets are ``frozenset`` and sequences ``tuple``, so that a profile can be hashed, compared and
kept from one generation of the index to the next. ``None`` and empty always mean "not stated",
never "none": a component that rests on an unstated fact takes its neutral value.
"""

from dataclasses import dataclass, field
from datetime import date

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


@dataclass(frozen=True, slots=True)
class References:
    """How many deployments an offer cites, by grade of evidence."""

    declared: int = 0
    confirmed: int = 0
    official: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedProfile:
    """What a territory looks for, or a territory itself seen as the sum of what it looks for.

    A sentence typed without an account is a need too: ``id`` 0, ``organization_id`` ``None``.
    """

    id: int
    themes: frozenset[str] = frozenset()
    """Theme codes, axes allowed; unknown codes weigh nothing."""
    tokens: tuple[str, ...] = ()
    """Words of the title and the description, already analysed (folded, stemmed)."""
    related: frozenset[str] = frozenset()
    """Other words for the themes, analysed too: they count for less than what the need says."""
    region_code: str | None = None
    department_code: str | None = None
    organization_id: int | None = None
    """Who carries the need."""
    appetite: ExperimentAppetite | None = None
    amount_min: int | None = None
    """Euros, excluding tax."""
    amount_max: int | None = None
    """Euros, excluding tax."""
    nature: NeedNature | None = None
    routes: frozenset[ContractRoute] = frozenset()
    """Contract routes the buyer considers; empty when it has not said."""
    starts_on: date | None = None
    """When the answer should be at work."""
    closes_on: date | None = None
    """Last day for answering, included."""
    phase: ProjectPhase = ProjectPhase.UNSTATED
    """Of the renewal project the need belongs to."""
    wanted_kinds: frozenset[OrganizationKind] = frozenset()
    """Kinds of actor asked for; empty for all."""
    excluded_organization_ids: frozenset[int] = frozenset()
    updated_on: date | None = None
    is_published: bool = True
    is_territory: bool = False
    """True when this stands for a whole territory, ``id`` being then the territory's."""
    territory_id: int | None = None
    """Where the need is stated: a list of territories has one line for each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferProfile:
    """What an actor proposes, with the facts of the actor that count in a match."""

    id: int
    organization_id: int
    organization_kind: OrganizationKind
    type: OfferType
    themes: frozenset[str] = frozenset()
    tokens: tuple[str, ...] = ()
    """Words of the title and the pitch, already analysed (folded, stemmed)."""
    area_level: AreaLevel = AreaLevel.NATIONAL
    area_codes: frozenset[str] = frozenset()
    """Region codes or department codes, as ``area_level`` says; never the head office."""
    maturity: Maturity | None = None
    routes: frozenset[ContractRoute] = frozenset()
    """Contract routes the actor accepts; empty when it has not said."""
    price_range: PriceRange | None = None
    references: References = field(default_factory=References)
    available_from: date | None = None
    """First day the actor could start; ``None`` when it has not said."""
    confirmed_on: date | None = None
    """When the owner last confirmed or updated the entry."""
    is_published: bool = True
    has_consented: bool = True
    """The actor agreed to be proposed in matches."""
    excluded_organization_ids: frozenset[int] = frozenset()
    """Territory-side bodies the actor does not want to be proposed to."""
