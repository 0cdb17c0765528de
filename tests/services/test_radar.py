"""The gap radar: what is lacking is named, what is answered is not, withdrawn entries neither."""

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from services.matching import Matcher, Moment
from services.radar import (
    RadarFilters,
    has_looked,
    is_look_waiting,
    latest_radar,
    look_over,
    request_look,
)
from tests.factories.entries import make_need, make_territory
from tests.factories.organizations import make_offer, make_organization
from vocabulary.kinds import AreaLevel, PublicationState

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT = Moment(now=NOW, today=date(2026, 11, 22))
THEME, OTHER = "renovation-energetique", "compostage"


def make_actors(session: Session, count: int, **columns: object) -> None:
    for number in range(count):
        actor = make_organization(
            session, f"Acteur {number}", area_level=AreaLevel.NATIONAL, confirmed_on=MOMENT.today
        )
        make_offer(session, actor, f"Rénover {number}", themes=[THEME], **columns)


def look(session: Session, **filters: str) -> tuple[list[tuple[str, int]], list[str]]:
    look_over(session, Matcher(), moment=MOMENT)
    radar = latest_radar(session, RadarFilters(**filters), moment=MOMENT)
    assert radar is not None
    return [(gap.need.title, gap.fair) for gap in radar.needs], [one.title for one in radar.idle]


def test_a_need_with_three_actors_is_not_lacking(empty_session: Session) -> None:
    territory = make_territory(empty_session)
    make_need(empty_session, territory, "Rénover", themes=[THEME])
    make_actors(empty_session, 3)
    assert look(empty_session) == ([], [])


def test_a_need_with_two_actors_is_lacking(empty_session: Session) -> None:
    territory = make_territory(empty_session)
    make_need(empty_session, territory, "Rénover", themes=[THEME])
    make_actors(empty_session, 2)
    assert look(empty_session) == ([("Rénover", 2)], [])


def test_several_offers_of_one_actor_count_once(empty_session: Session) -> None:
    make_need(empty_session, make_territory(empty_session), "Rénover", themes=[THEME])
    actor = make_organization(empty_session, area_level=AreaLevel.NATIONAL)
    for number in range(3):
        make_offer(empty_session, actor, f"Offre {number}", themes=[THEME], slug=f"offre-{number}")
    assert look(empty_session)[0] == [("Rénover", 1)]


def test_an_offer_that_no_need_waits_for_is_named(empty_session: Session) -> None:
    make_need(empty_session, make_territory(empty_session), "Composter", themes=[OTHER])
    make_actors(empty_session, 1)
    assert look(empty_session) == ([("Composter", 0)], ["Rénover 0"])


def test_an_actor_that_works_elsewhere_does_not_answer(empty_session: Session) -> None:
    make_need(empty_session, make_territory(empty_session), "Rénover", themes=[THEME])
    make_actors(empty_session, 3, area_level=AreaLevel.REGIONS, area_codes=["53"])
    needs, idle = look(empty_session)
    assert needs == [("Rénover", 0)]
    assert len(idle) == 3


def test_filters_by_region_and_axis(empty_session: Session) -> None:
    make_need(empty_session, make_territory(empty_session), "Composter", themes=[OTHER])
    assert look(empty_session, region="84")[0] == [("Composter", 0)]
    assert look(empty_session, region="53")[0] == []
    assert look(empty_session, axis="construction")[0] == []


def test_a_region_names_the_themes_asked_for_that_nobody_offers(empty_session: Session) -> None:
    make_need(empty_session, make_territory(empty_session), "Composter", themes=[OTHER])
    make_actors(empty_session, 1)
    look_over(empty_session, Matcher(), moment=MOMENT)
    radar = latest_radar(empty_session, RadarFilters(region="84"), moment=MOMENT)
    assert radar is not None
    assert [(one.region, one.offers, one.needs, one.uncovered) for one in radar.regions] == [
        ("84", 1, 1, (OTHER,))
    ]


def test_what_is_withdrawn_after_the_look_is_not_named(empty_session: Session) -> None:
    need = make_need(empty_session, make_territory(empty_session), "Composter", themes=[OTHER])
    look_over(empty_session, Matcher(), moment=MOMENT)
    need.state = PublicationState.ARCHIVED
    empty_session.flush()
    radar = latest_radar(empty_session, RadarFilters(), moment=MOMENT)
    assert radar is not None
    assert radar.needs == ()


def test_one_look_is_asked_for_at_a_time(empty_session: Session) -> None:
    assert not has_looked(empty_session)
    assert request_look(empty_session, now=NOW)
    assert not request_look(empty_session, now=NOW)
    assert is_look_waiting(empty_session)
