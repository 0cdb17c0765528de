"""The columns of the match: what is in them, when they are made again, what leaves at once."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from models.offer import Offer
from models.territory import RenewalProject
from services.match_base import (
    REBUILD_AFTER,
    MatchBaseCache,
    withdrawn_needs,
    withdrawn_offers,
)
from tests.factories.entries import make_need, make_reference, make_territory
from tests.factories.organizations import NOW, make_offer, make_organization
from vocabulary.kinds import AreaLevel, ProjectPhase, PublicationState, ReferenceGrade

TODAY = NOW.date()
LATER = NOW + REBUILD_AFTER


@pytest.fixture
def cache() -> MatchBaseCache:
    return MatchBaseCache()


@pytest.fixture
def offers(empty_session: Session) -> list[Offer]:
    """Return two public offers of one public actor."""
    actor = make_organization(empty_session, "Acteur", area_level=AreaLevel.NATIONAL)
    made = [make_offer(empty_session, actor, f"Offre {name}") for name in ("une", "deux")]
    empty_session.commit()
    return made


def ids(cache: MatchBaseCache, session: Session, now: datetime, day: date = TODAY) -> list[int]:
    found: list[int] = cache.get(session, now=now, today=day).offers.ids.tolist()
    return found


def test_only_public_offers_of_public_actors_are_in_the_columns(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    actor = offers[0].organization
    make_offer(empty_session, actor, "Brouillon", state=PublicationState.DRAFT)
    hidden = make_organization(empty_session, "Suspendu", state=PublicationState.SUSPENDED)
    make_offer(empty_session, hidden, "Offre d’un acteur suspendu")
    assert ids(cache, empty_session, NOW) == [offer.id for offer in offers]


def test_a_publication_is_proposed_after_the_delay(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    known = ids(cache, empty_session, NOW)
    new = make_offer(empty_session, offers[0].organization, "Nouvelle")
    assert ids(cache, empty_session, NOW + REBUILD_AFTER / 2) == known
    assert ids(cache, empty_session, LATER) == [*known, new.id]


def test_nothing_changed_nothing_is_made_again(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    assert offers
    first = cache.get(empty_session, now=NOW, today=TODAY)
    assert cache.get(empty_session, now=NOW + timedelta(hours=1), today=TODAY) is first


def test_a_new_day_makes_new_columns(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    need = make_need(empty_session, make_territory(empty_session), closes_on=TODAY)
    assert offers
    assert cache.get(empty_session, now=NOW, today=TODAY).needs.ids.tolist() == [need.id]
    tomorrow = TODAY + timedelta(days=1)
    assert cache.get(empty_session, now=NOW, today=tomorrow).needs.ids.tolist() == []


def test_an_unchanged_offer_keeps_its_profile(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    before = cache.get(empty_session, now=NOW, today=TODAY).offers.offers
    offers[1].title = "Autre titre"
    offers[1].updated_at = NOW + timedelta(seconds=1)
    after = cache.get(empty_session, now=LATER, today=TODAY).offers.offers
    assert after[0] is before[0]
    assert after[1] != before[1]


def test_a_reference_that_a_partner_confirms_changes_the_profile(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    reference = make_reference(empty_session, offers[0])
    first = cache.get(empty_session, now=NOW, today=TODAY).offers.offers[0]
    reference.grade = ReferenceGrade.CONFIRMED
    make_offer(empty_session, offers[0].organization, "Ce qui fait refaire les colonnes")
    second = cache.get(empty_session, now=LATER, today=TODAY).offers.offers[0]
    assert (first.references.confirmed, second.references.confirmed) == (0, 1)


def test_what_is_withdrawn_is_known_before_the_columns_are_made_again(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    territory = make_territory(empty_session)
    need = make_need(empty_session, territory)
    base = cache.get(empty_session, now=NOW, today=TODAY)
    assert withdrawn_offers(empty_session, base) == frozenset()
    assert withdrawn_needs(empty_session, base) == frozenset()
    offers[0].state = PublicationState.ARCHIVED
    need.state = PublicationState.SUSPENDED
    base = cache.get(empty_session, now=NOW, today=TODAY)
    assert withdrawn_offers(empty_session, base) == {offers[0].id}
    assert withdrawn_needs(empty_session, base) == {need.id}


def test_an_actor_that_leaves_takes_its_offers_along(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    cache.get(empty_session, now=NOW, today=TODAY)
    offers[0].organization.state = PublicationState.ARCHIVED
    base = cache.get(empty_session, now=NOW, today=TODAY)
    assert withdrawn_offers(empty_session, base) == {offer.id for offer in offers}


def test_a_quarter_is_the_sum_of_its_open_needs_and_knows_its_phase(
    cache: MatchBaseCache, empty_session: Session, offers: list[Offer]
) -> None:
    assert offers
    territory = make_territory(empty_session)
    make_territory(empty_session, "QN04205M", name="Sans besoin")
    empty_session.add(
        RenewalProject(name="Projet", phase=ProjectPhase.DESIGN, territories=[territory])
    )
    make_need(empty_session, territory, themes=["solaire"])
    make_need(empty_session, territory, themes=["velo-marche"], closes_on=TODAY)
    make_need(empty_session, territory, themes=["sante"], closes_on=TODAY - timedelta(days=1))
    (quarter,) = cache.get(empty_session, now=NOW, today=TODAY).territories.needs
    assert (quarter.id, quarter.is_territory) == (territory.id, True)
    assert quarter.themes == {"solaire", "velo-marche"}
    assert quarter.phase is ProjectPhase.DESIGN
