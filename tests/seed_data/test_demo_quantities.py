"""The fictional demo set is as large and as varied as its README promises."""

import csv
from collections import Counter

import pytest

from tests.factories.demo_set import (
    QUARTERS,
    REGIONS,
    WRITTEN_ON,
    meetups,
    needs,
    offers,
    organizations,
    references,
    second_level,
)
from vocabulary.kinds import (
    INNOVATION_KINDS,
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    AreaLevel,
    FederationState,
    OfferType,
    OrganizationKind,
)


def test_quantities_are_reached() -> None:
    counts = {
        "organizations": len(organizations()) >= 155,
        "offers": len(offers()) >= 260,
        "references": len(references()) >= 120,
        "needs": len(needs()) >= 85,
        "meetups": len(meetups()) == 3,
    }
    assert counts == dict.fromkeys(counts, True)


def test_innovators_alone_pass_one_hundred_and_fifty() -> None:
    assert sum(entry["kind"] in INNOVATION_KINDS for entry in organizations()) >= 150


@pytest.mark.parametrize(
    ("kind", "least"),
    [
        (OrganizationKind.STARTUP, 50),
        (OrganizationKind.PME, 28),
        (OrganizationKind.GRAND_GROUPE, 8),
        (OrganizationKind.INCUBATOR, 10),
        (OrganizationKind.ACCELERATOR, 6),
        (OrganizationKind.POLE_COMPETITIVITE, 2),
        (OrganizationKind.ESS, 30),
        (OrganizationKind.RESEARCH_LAB, 10),
        (OrganizationKind.TRAINING_BODY, 9),
    ],
)
def test_every_innovation_kind_is_there(kind: OrganizationKind, least: int) -> None:
    assert Counter(entry["kind"] for entry in organizations())[kind] >= least


def test_every_offer_type_is_there() -> None:
    assert {entry["type"] for entry in offers()} == set(OfferType)


def test_every_theme_is_offered_twice_at_least() -> None:
    offered = Counter(theme for entry in offers() for theme in entry["themes"])
    assert {theme for theme in second_level() if offered[theme] < 2} == set()


def test_every_theme_is_looked_for() -> None:
    assert second_level() - {theme for entry in needs() for theme in entry["themes"]} == set()


def test_areas_vary_enough_to_exclude() -> None:
    levels = Counter(entry.get("area_level") for entry in organizations())
    assert {*levels} == {None, *AreaLevel}
    assert levels[AreaLevel.NATIONAL] < len(organizations()) / 2


def test_every_answer_to_a_listing_is_shown() -> None:
    states = {m["state"] for entry in organizations() for m in entry.get("members", [])}
    assert states == set(FederationState)


@pytest.mark.parametrize(
    ("field", "types"),
    [
        ("maturity", TYPES_WITH_MATURITY),
        ("routes", TYPES_WITH_ROUTES),
        ("price_range", TYPES_WITH_PRICE),
    ],
)
def test_some_optional_fields_are_left_blank(field: str, types: frozenset[OfferType]) -> None:
    asked = [entry for entry in offers() if entry["type"] in types]
    blank = sum(not entry.get(field) for entry in asked)
    assert 0.05 <= blank / len(asked) <= 0.25


def test_every_innovator_proposes_something() -> None:
    offering = {entry["organization"] for entry in offers()}
    innovators = {e["slug"] for e in organizations() if e["kind"] in INNOVATION_KINDS}
    assert innovators - offering == set()


def test_two_needs_are_closed_and_some_have_no_date() -> None:
    closing = [entry.get("closes_on") for entry in needs()]
    assert sum(day is not None and day < WRITTEN_ON for day in closing) == 2
    assert closing.count(None) >= 3


@pytest.mark.skipif(not QUARTERS.exists(), reason="seed_data/territories is not built")
def test_needs_stand_on_seeded_quarters_of_every_region() -> None:
    with QUARTERS.open(encoding="utf-8", newline="") as file:
        region_of = {row["code_2024"]: row["region"] for row in csv.DictReader(file)}
    assert [n["quarter"] for n in needs() if n["quarter"] not in region_of] == []
    assert {region_of[need["quarter"]] for need in needs()} == REGIONS


def test_a_consortium_can_be_sought_in_saint_etienne() -> None:
    assert sum(need["quarter"] == "QN04212M" for need in needs()) >= 5


def test_meetup_days_are_one_past_and_two_to_come() -> None:
    days = sorted(entry["held_on"] for entry in meetups())
    assert [day < WRITTEN_ON for day in days] == [True, False, False]
    assert all(entry["accessibility"] and entry["asked"] for entry in meetups())
