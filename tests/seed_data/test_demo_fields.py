"""Entries of the fictional demo set hold the fields of its README, with codes that exist."""

import re
from collections import Counter

import pytest

from tests.factories.demo_set import (
    REGIONS,
    WRITTEN_ON,
    by_slug,
    everything,
    meetups,
    needs,
    offers,
    organizations,
    references,
    second_level,
    texts,
)
from vocabulary.geography import is_2024_quarter_code, is_commune_code
from vocabulary.kinds import (
    FEDERATING_KINDS,
    INNOVATION_KINDS,
    TERRITORY_KINDS,
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    AreaLevel,
    ContractRoute,
    ExperimentAppetite,
    FederationState,
    Maturity,
    NeedKind,
    NeedNature,
    OfferType,
    OrganizationKind,
    PriceRange,
    ReferenceGrade,
)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SIZES = {"1-9", "10-49", "50-249", "250-4999", "5000+"}
DEPARTMENTS = {f"{number:02}" for number in range(1, 96) if number != 20} | {
    *("2A", "2B"),
    *("971", "972", "973", "974", "976"),
}
CONTACT = re.compile(r"@|\b0\d(?:[ .\u00a0\u202f]?\d{2}){4}\b|https?:")


def test_slugs_are_unique_and_well_formed() -> None:
    for entries in (organizations(), offers(), needs(), meetups()):
        slugs = [entry["slug"] for entry in entries]
        assert len(set(slugs)) == len(slugs)
        assert [slug for slug in slugs if not SLUG.fullmatch(slug)] == []


def test_names_and_titles_are_unique() -> None:
    for entries, key in ((organizations(), "name"), (offers(), "title"), (needs(), "title")):
        values = [entry[key] for entry in entries]
        assert [value for value, count in Counter(values).items() if count > 1] == []


@pytest.mark.parametrize(
    ("table", "least", "most"), [("organizations", 2, 5), ("offers", 1, 4), ("needs", 2, 4)]
)
def test_themes_are_second_level_codes(table: str, least: int, most: int) -> None:
    known = second_level()
    for entry in {"organizations": organizations, "offers": offers, "needs": needs}[table]():
        codes = entry["themes"]
        assert least <= len(codes) <= most, entry["slug"]
        assert len(set(codes)) == len(codes), entry["slug"]
        assert set(codes) <= known, entry["slug"]


def test_organizations_hold_the_fields_of_the_readme() -> None:
    for entry in organizations():
        assert OrganizationKind(entry["kind"])
        assert 2 <= len(entry["name"]) <= 200, entry["slug"]
        assert 20 <= len(entry["pitch"]) <= 200, entry["slug"]
        assert 150 <= len(entry["description"]) <= 900, entry["slug"]
        assert 1900 < entry["founded_year"] <= WRITTEN_ON.year, entry["slug"]
        assert entry.get("size", "1-9") in SIZES, entry["slug"]
        assert entry["published_on"] <= entry["confirmed_on"] <= WRITTEN_ON, entry["slug"]
        assert entry["website"] == f"https://{entry['slug']}.example"


def test_organizations_carry_no_identifier_and_no_contact() -> None:
    allowed = {
        *("slug", "kind", "name", "pitch", "description", "themes", "labels", "website"),
        *("founded_year", "size", "commune_code", "area_level", "area_codes"),
        *("published_on", "confirmed_on", "members"),
    }
    assert {key for entry in organizations() for key in entry} <= allowed
    found = [text for entry in everything() for text in texts(entry) if CONTACT.search(text)]
    assert found == []


def test_areas_are_real_codes_of_their_level() -> None:
    codes_of = {AreaLevel.REGIONS: REGIONS, AreaLevel.DEPARTMENTS: DEPARTMENTS}
    for entry in (*organizations(), *offers()):
        level, codes = entry.get("area_level"), entry.get("area_codes", [])
        if level in codes_of:
            assert codes, entry["slug"]
            assert set(codes) <= codes_of[AreaLevel(level)], entry["slug"]
        else:
            assert level in {None, AreaLevel.NATIONAL}, entry["slug"]
            assert codes == [], entry["slug"]


def test_members_are_demo_organizations_of_federating_structures() -> None:
    known = by_slug()
    for entry in organizations():
        members = entry.get("members", [])
        assert bool(members) == (entry["kind"] in FEDERATING_KINDS), entry["slug"]
        assert {member["slug"] for member in members} <= set(known) - {entry["slug"]}
        assert len({member["slug"] for member in members}) == len(members)
        assert all(FederationState(member["state"]) for member in members)


def test_offers_hold_the_fields_of_the_readme() -> None:
    known = by_slug()
    for entry in offers():
        assert entry["organization"] in known, entry["slug"]
        assert 10 <= len(entry["title"]) <= 200, entry["slug"]
        assert 20 <= len(entry["pitch"]) <= 200, entry["slug"]
        assert 150 <= len(entry["description"]) <= 900, entry["slug"]
        assert known[entry["organization"]]["published_on"] <= entry["published_on"] <= WRITTEN_ON


def test_offers_carry_only_what_their_type_has() -> None:
    for entry in offers():
        kind = OfferType(entry["type"])
        assert kind in TYPES_WITH_MATURITY or "maturity" not in entry, entry["slug"]
        assert (kind in TYPES_WITH_ROUTES) == ("routes" in entry), entry["slug"]
        assert kind in TYPES_WITH_PRICE or "price_range" not in entry, entry["slug"]
        assert all(ContractRoute(route) for route in entry.get("routes", []))
        assert len(entry.get("routes", [])) <= 4, entry["slug"]
        assert "maturity" not in entry or Maturity(entry["maturity"])
        assert "price_range" not in entry or PriceRange(entry["price_range"])


def test_references_come_after_the_birth_of_their_actor() -> None:
    known = by_slug()
    for offer in offers():
        for reference in offer.get("reference", []):
            founded = known[offer["organization"]]["founded_year"]
            assert max(2016, founded) <= reference["year"] <= 2026, offer["slug"]
            assert ReferenceGrade(reference["grade"]) != ReferenceGrade.OFFICIAL
            # The client is described, never named: no capital letter but those of acronyms.
            assert re.search(r"\b[A-ZÀÉÈ][a-zàéèêîôû]", reference["client"]) is None, offer["slug"]


def test_communes_are_well_formed() -> None:
    codes = [entry["commune_code"] for entry in (*organizations(), *references(), *meetups())]
    assert [code for code in codes if not is_commune_code(code)] == []


def test_needs_hold_the_fields_of_the_readme() -> None:
    known = by_slug()
    for entry in needs():
        assert NeedKind(entry["kind"])
        assert 10 <= len(entry["title"]) <= 200, entry["slug"]
        assert len(entry["description"]) >= 200, entry["slug"]
        assert len(entry["outcome"]) >= 40, entry["slug"]
        assert {OrganizationKind(kind) for kind in entry["wanted_kinds"]} <= INNOVATION_KINDS
        assert "appetite" not in entry or ExperimentAppetite(entry["appetite"])
        assert "nature" not in entry or NeedNature(entry["nature"])
        assert 0 < entry.get("amount_min", 1) <= entry.get("amount_max", 10**9), entry["slug"]
        assert entry["published_on"] <= WRITTEN_ON, entry["slug"]
        if "starts_on" in entry and "closes_on" in entry:
            assert entry["published_on"] < entry["closes_on"] < entry["starts_on"], entry["slug"]
        carrier = known.get(entry.get("carrier_organization", ""))
        if carrier is None:
            assert entry["carrier"].endswith("(exemple fictif)"), entry["slug"]
        else:
            assert entry["carrier"] == carrier["name"], entry["slug"]
            assert carrier["kind"] in TERRITORY_KINDS, entry["slug"]


def test_needs_stand_on_quarters_of_the_new_generation() -> None:
    assert [n["slug"] for n in needs() if not is_2024_quarter_code(n["quarter"])] == []
