"""Random profiles for property tests: every fact may be missing, every gate may close."""

from datetime import date, timedelta

from hypothesis import strategies as st

from matching.profiles import NeedProfile, OfferProfile, References
from matching.rarity import theme_parents
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

TODAY = date(2026, 11, 22)
# Two axes only, so that siblings and parents meet often.
AXES = ("mobilite", "batiment")
THEMES = sorted(
    {*AXES, *(code for code, axis in theme_parents().items() if axis in AXES), "numerique"}
)
WORDS = tuple(f"mot{number}" for number in range(12))
PLACES = ("01", "02", "93", "974")

days = st.one_of(
    st.none(), st.integers(-800, 800).map(lambda offset: TODAY + timedelta(days=offset))
)
amounts = st.one_of(st.none(), st.integers(0, 2_000_000))
themes = st.frozensets(st.sampled_from(THEMES), max_size=5)
tokens = st.lists(st.sampled_from(WORDS), max_size=12).map(tuple)
routes = st.frozensets(st.sampled_from(ContractRoute), max_size=3)
ids = st.frozensets(st.integers(1, 6), max_size=2)

needs = st.builds(
    NeedProfile,
    id=st.integers(1, 10_000),
    themes=themes,
    tokens=tokens,
    related=st.frozensets(st.sampled_from(WORDS), max_size=4),
    region_code=st.sampled_from((None, *PLACES)),
    department_code=st.sampled_from((None, *PLACES)),
    organization_id=st.one_of(st.none(), st.integers(1, 6)),
    appetite=st.sampled_from((None, *ExperimentAppetite)),
    amount_min=amounts,
    amount_max=amounts,
    nature=st.sampled_from((None, *NeedNature)),
    routes=routes,
    starts_on=days,
    closes_on=days,
    phase=st.sampled_from(ProjectPhase),
    wanted_kinds=st.one_of(
        st.just(frozenset()), st.frozensets(st.sampled_from(OrganizationKind), min_size=1)
    ),
    excluded_organization_ids=ids,
    updated_on=days,
    is_published=st.integers(0, 9).map(bool),
)
offers = st.builds(
    OfferProfile,
    id=st.integers(1, 10_000),
    organization_id=st.integers(1, 6),
    organization_kind=st.sampled_from(OrganizationKind),
    type=st.sampled_from(OfferType),
    themes=themes,
    tokens=tokens,
    area_level=st.sampled_from(AreaLevel),
    area_codes=st.frozensets(st.sampled_from(PLACES), max_size=3),
    maturity=st.sampled_from((None, *Maturity)),
    routes=routes,
    price_range=st.sampled_from((None, *PriceRange)),
    references=st.builds(References, st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)),
    available_from=days,
    confirmed_on=days,
    is_published=st.integers(0, 9).map(bool),
    has_consented=st.integers(0, 9).map(bool),
    excluded_organization_ids=ids,
)
