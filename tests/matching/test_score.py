"""One pair: exact sums, exact marginals, monotonic coverage, neutral where nothing is known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.components import (
    Fact,
    Part,
    amount_fit,
    deadline_fit,
    evidence,
    freshness,
    maturity_fit,
    route_fit,
    start_fit,
    theme_coverage,
)
from matching.profiles import NeedProfile, OfferProfile, References
from matching.rarity import rarity_table, theme_parents
from matching.score import ScoringContext, level_of, points_of, score_pair
from matching.weights import (
    FULL,
    HIGHEST_SCORE,
    WEIGHTS_FILE,
    Component,
    Direction,
    Level,
    default_weights,
    read_weights,
)
from tests.matching.strategies import THEMES, TODAY, needs, offers, themes
from vocabulary.kinds import (
    ContractRoute,
    ExperimentAppetite,
    Maturity,
    OfferType,
    OrganizationKind,
    PriceRange,
)

WEIGHTS = default_weights()
PARENTS = theme_parents()
RARITY = rarity_table([frozenset({"velo-marche"}), frozenset({"solaire"})], PARENTS)
CONTEXT = ScoringContext(today=TODAY, rarity=RARITY, parents=PARENTS, weights=WEIGHTS)
NEUTRAL = WEIGHTS.neutral

directions = st.sampled_from(Direction)
texts = st.one_of(st.none(), st.integers(0, FULL))


def coverage(wanted: set[str], offered: set[str]) -> int:
    return theme_coverage(wanted, offered, RARITY, PARENTS, WEIGHTS).value


@given(needs, offers, directions, texts)
def test_contributions_sum_to_the_score(
    need: NeedProfile, offer: OfferProfile, direction: Direction, text: int | None
) -> None:
    score = score_pair(need, offer, direction=direction, text=text, context=CONTEXT)
    assert sum(part.points for part in score.contributions) == score.points
    assert score.baseline + sum(part.signed for part in score.contributions) == score.points
    assert 0 <= score.points <= HIGHEST_SCORE
    assert all(0 <= part.points <= part.weight for part in score.contributions)
    assert score.weights_version == WEIGHTS.version


@given(needs, offers, directions, texts, st.sampled_from(THEMES))
def test_an_offered_theme_never_lowers_a_score(
    need: NeedProfile, offer: OfferProfile, direction: Direction, text: int | None, theme: str
) -> None:
    wider = replace(offer, themes=offer.themes | {theme})
    before = score_pair(need, offer, direction=direction, text=text, context=CONTEXT)
    after = score_pair(need, wider, direction=direction, text=text, context=CONTEXT)
    assert after.points >= before.points


@given(themes, themes)
def test_coverage_is_full_when_every_wanted_theme_is_offered(
    wanted: frozenset[str], others: frozenset[str]
) -> None:
    expected = FULL if wanted else NEUTRAL
    assert coverage(set(wanted), set(wanted | others)) == expected


@given(needs, directions)
def test_a_bare_offer_and_need_get_the_stated_neutral_values(
    need: NeedProfile, direction: Direction
) -> None:
    bare = OfferProfile(
        id=1,
        organization_id=99,
        organization_kind=OrganizationKind.PME,
        type=OfferType.SOLUTION,
    )
    score = score_pair(
        NeedProfile(id=need.id), bare, direction=direction, text=None, context=CONTEXT
    )
    unknown = {part.component: part for part in score.contributions if part.is_unknown}
    assert unknown.keys() == {part.component for part in score.contributions} - {Component.EVIDENCE}
    assert all(part.signed == 0 for part in unknown.values())
    assert score.level is Level.PARTIAL


@pytest.mark.parametrize(
    ("wanted", "offered", "credit"),
    [
        ({"velo-marche"}, {"velo-marche"}, WEIGHTS.themes.same),
        ({"mobilite"}, {"velo-marche"}, WEIGHTS.themes.axis_wanted),
        ({"velo-marche"}, {"mobilite"}, WEIGHTS.themes.axis_offered),
        ({"velo-marche"}, {"stationnement"}, WEIGHTS.themes.sibling),
        ({"velo-marche"}, {"solaire"}, 0),
    ],
)
def test_credit_by_kinship_of_themes(wanted: set[str], offered: set[str], credit: int) -> None:
    assert coverage(wanted, offered) == credit


def test_a_rare_theme_covers_more_than_a_common_one() -> None:
    rarity = rarity_table([frozenset({"solaire"})] * 9, PARENTS)
    wanted = {"solaire", "bim"}
    rare = theme_coverage(wanted, {"bim"}, rarity, PARENTS, WEIGHTS).value
    common = theme_coverage(wanted, {"solaire"}, rarity, PARENTS, WEIGHTS).value
    # ln(10/1) + 1 and ln(10/10) + 1 in hundredths are 330 and 100; a sibling is worth nothing.
    assert (rarity["bim"], rarity["solaire"]) == (330, 100)
    assert (rare, common) == (330 * FULL // 430, 100 * FULL // 430)


def test_halves_of_a_point_are_rounded_up() -> None:
    assert [points_of(value, 100) for value in (0, 49, 50, 149, 150, FULL)] == [0, 0, 1, 1, 2, 100]


@pytest.mark.parametrize(
    ("days", "value"),
    [(-1, 0), (0, FULL // 30), (14, FULL // 2), (29, FULL), (365, FULL)],
)
def test_the_last_day_still_counts(days: int, value: int) -> None:
    assert deadline_fit(TODAY + timedelta(days=days), TODAY, WEIGHTS).value == value


@pytest.mark.parametrize(
    ("late", "value"), [(-30, FULL), (0, FULL), (90, FULL // 2), (180, 0), (400, 0)]
)
def test_a_late_start_loses_value_by_the_day(late: int, value: int) -> None:
    wanted = date(2027, 1, 1)
    assert start_fit(wanted + timedelta(days=late), wanted, WEIGHTS).value == value


@pytest.mark.parametrize(
    ("age", "value"), [(-5, FULL), (180, FULL), (450, 6000), (720, 2000), (9000, 2000)]
)
def test_freshness_falls_to_a_floor(age: int, value: int) -> None:
    last = TODAY - timedelta(days=age)
    assert freshness(last, TODAY, WEIGHTS, Fact.OFFER_DATE).value == value


def test_evidence_is_capped_so_that_newcomers_stay_in_sight() -> None:
    values = [evidence(cited, WEIGHTS).value for cited in (References(), References(1, 1, 0))]
    assert values == [2000, 7500]
    assert evidence(References(0, 9, 9), WEIGHTS).value == FULL


@pytest.mark.parametrize(
    ("price", "amount", "value"),
    [
        (PriceRange.FROM_100K_TO_500K, (None, 50_000), FULL // 2),
        (PriceRange.FROM_100K_TO_500K, (None, 100_000), FULL),
        (PriceRange.UNDER_40K, (80_000, None), FULL // 2),
        (PriceRange.OVER_500K, (10_000_000, None), FULL),
        (PriceRange.FREE, (10_000, 20_000), FULL),
    ],
)
def test_orders_of_price_and_budget(
    price: PriceRange, amount: tuple[int | None, int | None], value: int
) -> None:
    assert amount_fit(OfferType.SOLUTION, price, amount, WEIGHTS).value == value


def test_questions_without_sense_for_a_type_are_neutral_and_said_so() -> None:
    expected = Part(NEUTRAL, applies=False)
    stated = frozenset({ContractRoute.MAPA})
    kind = OfferType.TEST_GROUND
    assert maturity_fit(kind, Maturity.PILOT, ExperimentAppetite.EXPERIMENT, WEIGHTS) == expected
    assert route_fit(kind, stated, stated, WEIGHTS) == expected
    assert amount_fit(kind, PriceRange.FREE, (1, 2), WEIGHTS) == expected


def test_missing_facts_are_named() -> None:
    part = maturity_fit(OfferType.SOLUTION, None, None, WEIGHTS)
    assert part.missing == (Fact.OFFER_MATURITY, Fact.NEED_APPETITE)


def test_circumstances_alone_never_make_a_strong_match() -> None:
    assert level_of(900, subject=600, subject_weight=600, weights=WEIGHTS) is Level.STRONG
    assert level_of(900, subject=200, subject_weight=600, weights=WEIGHTS) is Level.MEDIUM
    assert level_of(900, subject=100, subject_weight=600, weights=WEIGHTS) is Level.PARTIAL
    assert level_of(900, subject=0, subject_weight=0, weights=WEIGHTS) is Level.PARTIAL


def test_weights_that_do_not_add_up_are_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    wrong = tmp_path_factory.mktemp("weights") / "weights.toml"
    text = WEIGHTS_FILE.read_text(encoding="utf-8")
    wrong.write_text(text.replace("themes = 400", "themes = 401", 1), encoding="utf-8")
    with pytest.raises(ValueError, match="must add up to 1000"):
        read_weights(wrong)
