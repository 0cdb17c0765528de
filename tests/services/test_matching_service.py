"""Explained lists over real entries: exact sums, marginals, gates, what leaves at once."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from matching.filters import NeedFilters, OfferFilters
from matching.gates import GateCode
from matching.profiles import NeedProfile
from matching.ranking import Page
from matching.weights import Direction
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from services.match_base import REBUILD_AFTER
from services.match_profiles import need_profile, sentence_profile
from services.matching import Matcher, Moment, OfferMatches
from tests.factories.entries import make_need, make_reference, make_territory
from tests.factories.organizations import NOW, make_offer, make_organization
from vocabulary.kinds import (
    AreaLevel,
    ExperimentAppetite,
    Maturity,
    NeedNature,
    PriceRange,
    ProjectPhase,
    PublicationState,
)

MOMENT = Moment(now=NOW, today=NOW.date())
SOON = replace(MOMENT, now=NOW + REBUILD_AFTER / 2)
PAGE = Page(limit=10)
THEMES = ["solaire", "autoconsommation-collective", "reseau-chaleur"]


@dataclass
class World:
    """A quarter with one need, and an actor whose two offers answer it."""

    session: Session
    matcher: Matcher
    actor: Organization
    offer: Offer
    other: Offer
    territory: Territory
    need: Need

    def list_for(self, need: NeedProfile, moment: Moment = MOMENT) -> OfferMatches:
        """Return the first page of offers for ``need``."""
        return self.matcher.for_need(
            self.session, need, moment=moment, page=PAGE, filters=OfferFilters()
        )

    def listed(self, moment: Moment = MOMENT) -> list[int]:
        """Return the offers listed for the need."""
        found = self.list_for(need_profile(self.need), moment)
        assert found.ranking.total == len(found.ranking.matches)
        return [line.offer.id for line in found.ranking.matches]


@pytest.fixture
def world(empty_session: Session) -> World:
    session = empty_session
    actor = make_organization(session, "Soleil en commun", area_level=AreaLevel.REGIONS)
    actor.area_codes = ["84"]
    offer = make_offer(
        session,
        actor,
        "Panneaux solaires partagés",
        themes=["solaire", "autoconsommation-collective"],
        maturity=Maturity.DEPLOYED,
        price_range=PriceRange.UNDER_40K,
    )
    make_reference(session, offer)
    other = make_offer(session, actor, "Chaleur du sous-sol", themes=["reseau-chaleur"])
    territory = make_territory(session)
    need = make_need(
        session,
        territory,
        "Partager l’électricité des panneaux",
        themes=THEMES,
        appetite=ExperimentAppetite.PROVEN_ONLY,
        nature=NeedNature.SERVICES,
        amount_max=50_000,
        closes_on=MOMENT.today + timedelta(days=60),
    )
    session.commit()
    return World(session, Matcher(), actor, offer, other, territory, need)


def test_contributions_add_up_to_the_score_both_ways(world: World) -> None:
    lines = [
        *world.list_for(need_profile(world.need)).ranking.matches,
        *world.matcher.for_offers(
            world.session, [world.offer.id], moment=MOMENT, page=PAGE, filters=NeedFilters()
        ).ranking.matches,
    ]
    assert [line.score.direction for line in lines] == [
        Direction.NEED_TO_OFFER,
        Direction.NEED_TO_OFFER,
        Direction.OFFER_TO_NEED,
    ]
    for line in lines:
        parts = line.score.contributions
        assert sum(part.points for part in parts) == line.score.points
        assert line.score.baseline + sum(part.signed for part in parts) == line.score.points


def test_removing_a_cited_theme_costs_exactly_the_marginal_shown(world: World) -> None:
    first = world.list_for(need_profile(world.need)).ranking.matches[0]
    assert first.offer.id == world.offer.id
    marginals = {one.theme: one.points for one in first.explanation.theme_marginals}
    assert set(marginals) == {"solaire", "autoconsommation-collective"}
    world.offer.themes = ["autoconsommation-collective"]
    world.session.flush()
    # Until the columns are made again, rarity and words are those of the first list.
    absence = world.matcher.explain_absence(
        world.session, [first.need], world.offer, moment=SOON, filters=OfferFilters()
    )
    after = absence.excluded.reasons.score.points
    assert after == first.score.points - marginals["solaire"]


@pytest.mark.parametrize("state", [PublicationState.ARCHIVED, PublicationState.SUSPENDED])
def test_a_withdrawn_offer_leaves_the_list_and_its_total_at_once(
    world: World, state: PublicationState
) -> None:
    assert world.listed() == [world.offer.id, world.other.id]
    world.offer.state = state
    assert world.listed(SOON) == [world.other.id]
    named = world.matcher.explain_absence(
        world.session,
        [need_profile(world.need)],
        world.offer,
        moment=SOON,
        filters=OfferFilters(),
    )
    assert [one.code for one in named.excluded.reasons.gates] == [GateCode.OFFER_UNPUBLISHED]


def test_the_offers_of_a_withdrawn_actor_leave_at_once(world: World) -> None:
    world.listed()
    world.actor.state = PublicationState.SUSPENDED
    assert world.listed(SOON) == []


def test_a_withdrawn_offer_is_not_among_the_excluded_either(world: World) -> None:
    world.actor.area_codes = ["93"]
    world.session.commit()
    before = world.list_for(need_profile(world.need))
    assert before.excluded_total == 2
    world.offer.state = PublicationState.ARCHIVED
    after = world.list_for(need_profile(world.need), SOON)
    assert [one.offer.id for one in after.excluded] == [world.other.id]
    assert after.excluded_total == 1


def test_a_withdrawn_need_leaves_the_lists_of_needs_and_quarters_at_once(world: World) -> None:
    def totals(moment: Moment) -> list[int]:
        return [
            world.matcher.for_offers(
                world.session,
                [world.offer.id],
                moment=moment,
                page=PAGE,
                filters=NeedFilters(),
                by_territory=by_territory,
            ).ranking.total
            for by_territory in (False, True)
        ]

    assert totals(MOMENT) == [1, 1]
    world.need.state = PublicationState.ARCHIVED
    assert totals(SOON) == [0, 0]


def test_an_actor_without_a_declared_area_is_excluded_for_that_reason(world: World) -> None:
    world.actor.area_level = None
    world.actor.area_codes = []
    world.session.commit()
    found = world.list_for(need_profile(world.need))
    assert found.ranking.total == 0
    assert [
        (one.reasons.gates[0].code, one.reasons.gates[0].params["codes"])
        for one in (found.excluded)
    ] == [(GateCode.AREA, ()), (GateCode.AREA, ())]


def test_an_area_declared_by_the_offer_wins_over_the_actors(world: World) -> None:
    world.offer.area_level = AreaLevel.DEPARTMENTS
    world.offer.area_codes = ["84"]  # the department Vaucluse, not the region of the same code
    world.session.commit()
    assert world.listed() == [world.other.id]


def test_a_sentence_without_a_place_excludes_nobody_by_area(world: World) -> None:
    everywhere = sentence_profile(
        "des panneaux solaires",
        region_code=None,
        department_code=None,
        phase=ProjectPhase.UNSTATED,
    )
    assert [line.offer.id for line in world.list_for(everywhere).ranking.matches][:1] == [
        world.offer.id
    ]


def test_a_quarter_shows_each_offer_with_the_need_it_answers_best(world: World) -> None:
    mobility = make_need(world.session, world.territory, "Garer des vélos", themes=["velo-marche"])
    bikes = make_offer(world.session, world.actor, "Abri à vélos", themes=["velo-marche"])
    world.session.commit()
    found = world.matcher.for_any_need(
        world.session,
        [need_profile(world.need), need_profile(mobility)],
        moment=MOMENT,
        page=PAGE,
        filters=OfferFilters(),
    )
    pairs = {line.offer.id: line.need.id for line in found.ranking.matches}
    assert pairs == {
        world.offer.id: world.need.id,
        world.other.id: world.need.id,
        bikes.id: mobility.id,
    }
    alone = world.list_for(need_profile(mobility)).ranking.matches
    (line,) = (one for one in found.ranking.matches if one.offer.id == bikes.id)
    assert line.score == alone[0].score


def test_a_quarter_is_listed_once_by_the_need_answered_best(world: World) -> None:
    make_need(world.session, world.territory, "Un autre besoin", themes=["reseau-chaleur"])
    world.session.commit()
    found = world.matcher.for_offers(
        world.session,
        [world.offer.id],
        moment=MOMENT,
        page=PAGE,
        filters=NeedFilters(),
        by_territory=True,
    )
    assert [line.need.id for line in found.ranking.matches] == [world.need.id]
    assert found.ranking.total == 1


def test_actors_are_ranked_by_their_best_offer(world: World) -> None:
    found = world.matcher.for_need(
        world.session,
        need_profile(world.need),
        moment=MOMENT,
        page=PAGE,
        filters=OfferFilters(),
        by_actor=True,
    )
    assert [line.offer.id for line in found.ranking.matches] == [world.offer.id]


def test_filters_keep_the_list_and_the_excluded(world: World) -> None:
    only_heat = OfferFilters(themes=frozenset({"reseau-chaleur"}))
    found = world.matcher.for_need(
        world.session, need_profile(world.need), moment=MOMENT, page=PAGE, filters=only_heat
    )
    assert [line.offer.id for line in found.ranking.matches] == [world.other.id]
    named = world.matcher.explain_absence(
        world.session, [need_profile(world.need)], world.offer, moment=MOMENT, filters=only_heat
    )
    assert (named.is_filtered_out, named.excluded.reasons.gates) == (True, ())


def test_the_example_of_the_home_page_is_the_best_answered_need(world: World) -> None:
    found = world.matcher.example(world.session, moment=MOMENT)
    assert found is not None
    assert found[0].id == world.need.id
    assert [line.offer.id for line in found[1].ranking.matches] == [world.offer.id]
    world.need.state = PublicationState.ARCHIVED
    assert world.matcher.example(world.session, moment=SOON) is None


def test_ties_turn_from_one_day_to_the_next_and_can_be_replayed(world: World) -> None:
    for number in range(8):
        make_offer(
            world.session, world.actor, f"Toit {number}", themes=["solaire"], slug=f"toit-{number}"
        )
    world.session.commit()
    profile = sentence_profile(
        "solaire", region_code="84", department_code="42", phase=ProjectPhase.UNSTATED
    )

    def order(days: int) -> list[int]:
        day = replace(MOMENT, today=MOMENT.today + timedelta(days=days))
        return [line.offer.id for line in world.list_for(profile, day).ranking.matches]

    assert order(0) == order(0)
    assert len({tuple(order(days)) for days in range(4)}) > 1
