"""Explanations: what is shown is what changes the score, and gates say their reason."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matching.columns import Basis
from matching.explain import ReasonCode, explain, why_not
from matching.gates import GateCode, failed_gates
from matching.improve import Improvement, ImprovementCode
from matching.profiles import NeedProfile, OfferProfile, References
from matching.score import SUBJECT, score_pair
from matching.weights import Component, Direction
from tests.matching.strategies import TODAY, needs, offers
from vocabulary.kinds import (
    AreaLevel,
    ExperimentAppetite,
    Maturity,
    OfferType,
    OrganizationKind,
)

directions = st.sampled_from(Direction)
OFFER = OfferProfile(
    id=1,
    organization_id=5,
    organization_kind=OrganizationKind.STARTUP,
    type=OfferType.SOLUTION,
    themes=frozenset({"velo-marche", "solaire"}),
    tokens=("velo", "ecol"),
    references=References(declared=1),
    confirmed_on=TODAY,
)
NEED = NeedProfile(
    id=2,
    themes=frozenset({"velo-marche", "stationnement"}),
    tokens=("velo", "rue"),
    region_code="84",
    department_code="69",
    organization_id=7,
    appetite=ExperimentAppetite.PROVEN_ONLY,
)
BASIS = Basis.build([OFFER])


def points(need: NeedProfile, offer: OfferProfile, direction: Direction, text: int | None) -> int:
    return score_pair(
        need, offer, direction=direction, text=text, context=BASIS.context(TODAY)
    ).points


@given(needs, offers, directions, st.integers(0, 10_000))
def test_removing_a_cited_theme_costs_exactly_its_marginal(
    need: NeedProfile, offer: OfferProfile, direction: Direction, text: int
) -> None:
    context = BASIS.context(TODAY)
    score = score_pair(need, offer, direction=direction, text=text, context=context)
    found = explain(need, offer, score, context=context, statistics=BASIS.statistics)
    shown = {marginal.theme: marginal.points for marginal in found.theme_marginals}
    for theme in offer.themes:
        without = replace(offer, themes=offer.themes - {theme})
        lost = score.points - points(need, without, direction, text)
        assert lost == shown.get(theme, 0)


@given(needs, offers, directions)
def test_adding_the_advised_theme_gains_exactly_what_was_said(
    need: NeedProfile, offer: OfferProfile, direction: Direction
) -> None:
    context = BASIS.context(TODAY)
    score = score_pair(need, offer, direction=direction, text=None, context=context)
    found = explain(need, offer, score, context=context, statistics=BASIS.statistics)
    for gain in found.improvements:
        assert gain.points > 0
        if gain.theme is not None:
            wider = replace(offer, themes=offer.themes | {gain.theme})
            assert points(need, wider, direction, None) == score.points + gain.points


@given(needs, offers, directions)
def test_reasons_are_those_of_the_contributions(
    need: NeedProfile, offer: OfferProfile, direction: Direction
) -> None:
    context = BASIS.context(TODAY)
    score = score_pair(need, offer, direction=direction, text=None, context=context)
    found = explain(need, offer, score, context=context, statistics=BASIS.statistics)
    assert [(reason.component, reason.points) for reason in found.reasons] == [
        (part.component, part.points) for part in score.contributions
    ]
    assert len(found.strongest) <= 3
    said = [reason.component for reason in found.strongest]
    subject = [component for component in said if component in SUBJECT]
    assert said[: len(subject)] == sorted(subject, key=list(Component).index)
    assert Component.FRESHNESS not in said[:-1]
    assert (found.unknown is None) == (not any(part.missing for part in score.contributions))


def test_a_worked_example() -> None:
    context = BASIS.context(TODAY)
    text = BASIS.statistics.value(NEED.tokens, OFFER.tokens, NEED.related)
    score = score_pair(NEED, OFFER, direction=Direction.NEED_TO_OFFER, text=text, context=context)
    found = explain(NEED, OFFER, score, context=context, statistics=BASIS.statistics)
    assert [(reason.code, reason.points) for reason in found.reasons] == [
        (ReasonCode.THEMES_SOME, 199),
        (ReasonCode.WORDS_SHARED, 200),
        (ReasonCode.UNKNOWN, 50),
        (ReasonCode.UNKNOWN, 50),
        (ReasonCode.UNKNOWN, 20),
        (ReasonCode.REFERENCES_FEW, 35),
        (ReasonCode.RECENT, 60),
    ]
    assert found.reasons[0].params == {
        "covered": ("velo-marche",),
        "partly": ("stationnement",),
        "uncovered": (),
    }
    assert [reason.component for reason in found.strongest] == [
        Component.THEMES,
        Component.TEXT,
        Component.EVIDENCE,
    ]
    assert found.unknown is not None
    assert found.unknown.component is Component.MATURITY
    assert Improvement(ImprovementCode.STATE_MATURITY, Component.MATURITY, 50, False) in (
        found.improvements
    )


GATES = [
    (GateCode.OFFER_UNPUBLISHED, NEED, replace(OFFER, is_published=False)),
    (GateCode.NEED_UNPUBLISHED, replace(NEED, is_published=False), OFFER),
    (GateCode.NEED_CLOSED, replace(NEED, closes_on=TODAY - timedelta(days=1)), OFFER),
    (GateCode.CONSENT, NEED, replace(OFFER, has_consented=False)),
    (
        GateCode.AREA,
        NEED,
        replace(OFFER, area_level=AreaLevel.REGIONS, area_codes=frozenset({"69"})),
    ),
    (
        GateCode.AREA,
        NEED,
        replace(OFFER, area_level=AreaLevel.DEPARTMENTS, area_codes=frozenset({"84"})),
    ),
    (GateCode.SAME_ORGANIZATION, NEED, replace(OFFER, organization_id=7)),
    (
        GateCode.EXCLUDED_BY_NEED,
        replace(NEED, excluded_organization_ids=frozenset({5})),
        OFFER,
    ),
    (
        GateCode.EXCLUDED_BY_OFFER,
        NEED,
        replace(OFFER, excluded_organization_ids=frozenset({7})),
    ),
    (GateCode.KIND, replace(NEED, wanted_kinds=frozenset({OrganizationKind.PME})), OFFER),
]


@pytest.mark.parametrize(("code", "need", "offer"), GATES)
def test_each_gate_says_its_reason(code: GateCode, need: NeedProfile, offer: OfferProfile) -> None:
    assert [failure.code for failure in failed_gates(need, offer, TODAY)] == [code]


def test_a_pair_that_fails_nothing_passes() -> None:
    assert failed_gates(replace(NEED, closes_on=TODAY), OFFER, TODAY) == ()


def test_a_place_nobody_stated_excludes_nobody() -> None:
    regional = replace(OFFER, area_level=AreaLevel.REGIONS, area_codes=frozenset({"84"}))
    assert failed_gates(replace(NEED, region_code=None), regional, TODAY) == ()
    assert failed_gates(NEED, regional, TODAY) == ()


def test_why_not_gives_the_gates_and_the_weakest_contributions() -> None:
    offer = replace(
        OFFER,
        themes=frozenset({"sante"}),
        tokens=(),
        maturity=Maturity.RESEARCH,
        is_published=False,
    )
    answer = why_not(
        NEED,
        offer,
        direction=Direction.NEED_TO_OFFER,
        context=BASIS.context(TODAY),
        statistics=BASIS.statistics,
    )
    assert [failure.code for failure in answer.gates] == [GateCode.OFFER_UNPUBLISHED]
    assert not answer.is_related
    assert [(reason.code, reason.signed) for reason in answer.weakest] == [
        (ReasonCode.THEMES_NONE, -200),
        (ReasonCode.WORDS_FEW, -100),
        (ReasonCode.MATURITY_DIFFERS, -50),
        (ReasonCode.REFERENCES_FEW, -15),
    ]
    assert answer.improvements[0].code is ImprovementCode.ADD_THEME
