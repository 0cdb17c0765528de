"""A list gives each pair the score and the gates of that pair alone, in a replayable order."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from matching.columns import Basis, NeedColumns, OfferColumns
from matching.explain import is_related
from matching.filters import NeedFilters, OfferFilters
from matching.gates import failed_gates
from matching.profiles import NeedProfile, OfferProfile
from matching.ranking import (
    Page,
    rank_needs,
    rank_offers,
    rank_offers_for_any,
    rank_organizations,
)
from matching.score import PairScore, score_pair
from matching.weights import Direction, Level
from tests.matching.strategies import TODAY, needs, offers
from vocabulary.kinds import AreaLevel, OfferType, OrganizationKind, ProjectPhase

EVERYTHING = Page(limit=1_000)
offer_lists = st.lists(offers, max_size=12, unique_by=lambda offer: offer.id)
need_lists = st.lists(needs, max_size=12, unique_by=lambda need: need.id)


def one_pair(
    need: NeedProfile, offer: OfferProfile, direction: Direction, basis: Basis
) -> PairScore:
    text = basis.statistics.value(need.tokens, offer.tokens, need.related)
    return score_pair(need, offer, direction=direction, text=text, context=basis.context(TODAY))


def _order(score: PairScore) -> tuple[int, int]:
    """Return what a list goes by: the level, then the points."""
    return (-list(Level).index(score.level), score.points)


def may_be_listed(need: NeedProfile, offer: OfferProfile, basis: Basis) -> bool:
    score = one_pair(need, offer, Direction.NEED_TO_OFFER, basis)
    return not failed_gates(need, offer, TODAY) and is_related(score, basis.context(TODAY))


@given(needs, offer_lists, st.integers(0, 100))
def test_offers_are_listed_with_the_scores_of_their_pairs(
    need: NeedProfile, rows: list[OfferProfile], seed: int
) -> None:
    columns = OfferColumns.build(rows)
    basis = columns.basis
    ranking = rank_offers(
        need, columns, context=basis.context(TODAY), page=Page(limit=1_000, seed=seed)
    )
    expected = {
        offer.id: (
            one_pair(need, offer, Direction.NEED_TO_OFFER, basis),
            one_pair(need, offer, Direction.OFFER_TO_NEED, basis),
        )
        for offer in rows
        if may_be_listed(need, offer, basis)
    }
    assert {match.offer.id: (match.score, match.mirror) for match in ranking.matches} == expected
    assert ranking.total == len(expected)
    order = [_order(match.score) for match in ranking.matches]
    assert order == sorted(order, reverse=True)


@given(st.lists(offers, min_size=1, max_size=3), need_lists, offer_lists)
def test_needs_are_listed_with_the_best_offer_of_the_actor(
    own: list[OfferProfile], rows: list[NeedProfile], published: list[OfferProfile]
) -> None:
    basis = Basis.build(published)
    ranking = rank_needs(
        own, NeedColumns.build(rows, basis), context=basis.context(TODAY), page=EVERYTHING
    )
    expected = {}
    for need in rows:
        usable = [offer for offer in own if may_be_listed(need, offer, basis)]
        if usable:
            expected[need.id] = max(
                _order(one_pair(need, offer, Direction.OFFER_TO_NEED, basis)) for offer in usable
            )
    assert {match.need.id: _order(match.score) for match in ranking.matches} == expected
    for match in ranking.matches:
        assert match.score == one_pair(match.need, match.offer, Direction.OFFER_TO_NEED, basis)
        assert match.mirror == one_pair(match.need, match.offer, Direction.NEED_TO_OFFER, basis)


@given(st.lists(needs, min_size=1, max_size=3), offer_lists)
def test_offers_for_several_needs_come_by_the_one_they_answer_best(
    asked: list[NeedProfile], rows: list[OfferProfile]
) -> None:
    columns = OfferColumns.build(rows)
    basis = columns.basis
    ranking = rank_offers_for_any(asked, columns, context=basis.context(TODAY), page=EVERYTHING)
    expected = {}
    for offer in rows:
        usable = [need for need in asked if may_be_listed(need, offer, basis)]
        if usable:
            expected[offer.id] = max(
                _order(one_pair(need, offer, Direction.NEED_TO_OFFER, basis)) for need in usable
            )
    assert {match.offer.id: _order(match.score) for match in ranking.matches} == expected
    order = [_order(match.score) for match in ranking.matches]
    assert order == sorted(order, reverse=True)


def test_nothing_answers_no_need() -> None:
    columns = OfferColumns.build([])
    context = columns.basis.context(TODAY)
    assert rank_offers_for_any((), columns, context=context).total == 0


@given(needs, offer_lists)
def test_excluded_counts_are_the_failures_of_each_pair(
    need: NeedProfile, rows: list[OfferProfile]
) -> None:
    columns = OfferColumns.build(rows)
    ranking = rank_offers(need, columns, context=columns.basis.context(TODAY))
    failures = [failure.code for offer in rows for failure in failed_gates(need, offer, TODAY)]
    assert ranking.excluded == {code: failures.count(code) for code in set(failures)}


@given(offers, need_lists)
def test_gates_close_the_same_way_in_both_directions(
    offer: OfferProfile, rows: list[NeedProfile]
) -> None:
    columns = OfferColumns.build([offer])
    basis = columns.basis
    context = basis.context(TODAY)
    back = rank_needs([offer], NeedColumns.build(rows, basis), context=context, page=EVERYTHING)
    forth = {need.id for need in rows if rank_offers(need, columns, context=context).matches}
    assert {match.need.id for match in back.matches} == forth


@given(needs, offer_lists)
def test_each_actor_appears_once_with_its_best_offer(
    need: NeedProfile, rows: list[OfferProfile]
) -> None:
    columns = OfferColumns.build(rows)
    context = columns.basis.context(TODAY)
    by_offer = rank_offers(need, columns, context=context, page=EVERYTHING)
    by_actor = rank_organizations(need, columns, context=context, page=EVERYTHING)
    firsts: dict[int, int] = {}
    for match in by_offer.matches:
        firsts.setdefault(match.offer.organization_id, match.offer.id)
    assert [match.offer.id for match in by_actor.matches] == list(firsts.values())


def twin_offers(count: int) -> list[OfferProfile]:
    return [
        OfferProfile(
            id=number,
            organization_id=number,
            organization_kind=OrganizationKind.STARTUP,
            type=OfferType.SOLUTION,
            themes=frozenset({"solaire"}),
            tokens=("toit", "solair"),
        )
        for number in range(1, count + 1)
    ]


SOLAR_NEED = NeedProfile(id=1, themes=frozenset({"solaire"}), tokens=("solair",))


def listed(columns: OfferColumns, page: Page, filters: OfferFilters | None = None) -> list[int]:
    ranking = rank_offers(
        SOLAR_NEED,
        columns,
        context=columns.basis.context(TODAY),
        page=page,
        filters=filters or OfferFilters(),
    )
    return [match.offer.id for match in ranking.matches]


def test_equal_offers_rotate_with_the_seed_and_replay_from_it() -> None:
    columns = OfferColumns.build(twin_offers(30))
    assert listed(columns, Page(limit=30, seed=1)) == listed(columns, Page(limit=30, seed=1))
    first_places = {listed(columns, Page(limit=1, seed=seed))[0] for seed in range(60)}
    assert len(first_places) > 15


def test_the_order_of_the_rows_does_not_change_the_list() -> None:
    rows = twin_offers(12)
    forward = listed(OfferColumns.build(rows), Page(limit=12, seed=7))
    assert listed(OfferColumns.build(rows[::-1]), Page(limit=12, seed=7)) == forward


def test_pages_follow_one_another() -> None:
    columns = OfferColumns.build(twin_offers(7))
    whole = listed(columns, Page(limit=7))
    assert listed(columns, Page(limit=3)) + listed(columns, Page(limit=4, offset=3)) == whole


def test_withdrawn_offers_leave_before_counting() -> None:
    columns = OfferColumns.build(twin_offers(3))
    ranking = rank_offers(
        SOLAR_NEED,
        columns,
        context=columns.basis.context(TODAY),
        filters=OfferFilters(withdrawn_ids=frozenset({2})),
    )
    assert ranking.total == 2


def test_filters_keep_what_they_name() -> None:
    rows = twin_offers(3)
    rows[1] = replace(rows[1], type=OfferType.TRAINING)
    rows[2] = replace(rows[2], themes=frozenset({"energie-quartier"}))
    columns = OfferColumns.build(rows)
    page = Page(limit=9)
    assert listed(columns, page, OfferFilters(types=frozenset({OfferType.TRAINING}))) == [2]
    assert sorted(listed(columns, page, OfferFilters(themes=frozenset({"solaire"})))) == [1, 2]
    assert sorted(listed(columns, page, OfferFilters(themes=frozenset({"energie-quartier"})))) == [
        1,
        2,
        3,
    ]


def test_needs_are_filtered_by_theme_place_and_phase() -> None:
    offer = twin_offers(1)[0]
    basis = Basis.build([offer])
    rows = [
        replace(SOLAR_NEED, id=1, region_code="84", phase=ProjectPhase.DESIGN),
        replace(SOLAR_NEED, id=2, region_code="11", phase=ProjectPhase.WORKS),
    ]
    columns = NeedColumns.build(rows, basis)

    def kept(filters: NeedFilters) -> list[int]:
        ranking = rank_needs([offer], columns, context=basis.context(TODAY), filters=filters)
        return sorted(match.need.id for match in ranking.matches)

    assert kept(NeedFilters(regions=frozenset({"84"}))) == [1]
    assert kept(NeedFilters(phases=frozenset({ProjectPhase.WORKS}))) == [2]
    assert kept(NeedFilters(themes=frozenset({"energie-quartier"}))) == [1, 2]
    assert kept(NeedFilters(themes=frozenset({"mobilite"}))) == []


def test_nothing_in_common_is_counted_apart_from_the_gates() -> None:
    rows = [*twin_offers(1), replace(twin_offers(1)[0], id=2, themes=frozenset(), tokens=())]
    rows.append(replace(rows[0], id=3, area_level=AreaLevel.REGIONS))
    columns = OfferColumns.build(rows)
    ranking = rank_offers(
        replace(SOLAR_NEED, region_code="84"), columns, context=columns.basis.context(TODAY)
    )
    assert ([match.offer.id for match in ranking.matches], ranking.unrelated) == ([1], 1)
    assert ranking.excluded == {"area": 1}


def test_an_actor_without_offers_has_an_empty_list() -> None:
    basis = Basis.build([])
    columns = NeedColumns.build([SOLAR_NEED], basis)
    assert rank_needs([], columns, context=basis.context(TODAY)).total == 0
