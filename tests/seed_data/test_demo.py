"""The fictional demo set holds what its README promises: counts, codes, fields, texts."""

import csv
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rapidfuzz import fuzz, process

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
from vocabulary.themes import all_themes

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "seed_data"
DEMO = SEED / "demo"
QUARTERS = SEED / "territories" / "npnru_quarters.csv"
# The day the set was written: a field meant to be past or future is so against it.
WRITTEN_ON = date(2026, 11, 22)

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SIZES = {"1-9", "10-49", "50-249", "250-4999", "5000+"}
REGIONS = {
    *("01", "02", "03", "04", "06", "11", "24", "27", "28"),
    *("32", "44", "52", "53", "75", "76", "84", "93", "94"),
}
DEPARTMENTS = {f"{number:02}" for number in range(1, 96) if number != 20} | {
    *("2A", "2B"),
    *("971", "972", "973", "974", "976"),
}
# A plain blank before high punctuation, inside guillemets or inside a number; straight quotes.
BAD_TYPOGRAPHY = re.compile(r"['\"]| [;:!?»]|« |\d \d{3}(?!\d)|\.\.\.|  ")
CONTACT = re.compile(r"@|\b0\d(?:[ .\u00a0\u202f]?\d{2}){4}\b|https?:")

Entry = dict[str, Any]


def _load(folder: str, table: str) -> list[Entry]:
    files = sorted((DEMO / folder).glob("*.toml"))
    return [entry for file in files for entry in tomllib.loads(file.read_text("utf-8"))[table]]


@cache
def organizations() -> list[Entry]:
    return _load("organizations", "organization")


@cache
def offers() -> list[Entry]:
    return _load("offers", "offer")


@cache
def needs() -> list[Entry]:
    return _load("needs", "need")


@cache
def meetups() -> list[Entry]:
    table = tomllib.loads((DEMO / "meetups.toml").read_text("utf-8"))
    return list(table["meetup"])


def references() -> list[Entry]:
    return [reference for offer in offers() for reference in offer.get("reference", [])]


def by_slug() -> dict[str, Entry]:
    return {entry["slug"]: entry for entry in organizations()}


def second_level() -> set[str]:
    return {code for code, theme in all_themes().items() if theme.parent}


def texts(entry: Entry) -> Iterator[str]:
    """Yield every sentence a reader sees in ``entry``."""
    for key in (
        *("name", "title", "pitch", "description", "outcome", "carrier"),
        *("summary", "accessibility", "asked", "place"),
    ):
        if key in entry:
            yield entry[key]
    yield from entry.get("labels", [])
    for reference in entry.get("reference", []):
        yield from (reference["place"], reference["client"], reference["result"])


def everything() -> list[Entry]:
    return [*organizations(), *offers(), *needs(), *meetups()]


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


def test_areas_vary_enough_to_exclude() -> None:
    levels = Counter(entry.get("area_level") for entry in organizations())
    assert {*levels} == {None, *AreaLevel}
    assert levels[AreaLevel.NATIONAL] < len(organizations()) / 2


def test_members_are_demo_organizations_of_federating_structures() -> None:
    known = by_slug()
    for entry in organizations():
        members = entry.get("members", [])
        assert bool(members) == (entry["kind"] in FEDERATING_KINDS), entry["slug"]
        assert {member["slug"] for member in members} <= set(known) - {entry["slug"]}
        assert len({member["slug"] for member in members}) == len(members)
        assert all(FederationState(member["state"]) for member in members)


def test_every_answer_to_a_listing_is_shown() -> None:
    states = {m["state"] for entry in organizations() for m in entry.get("members", [])}
    assert states == set(FederationState)


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


def test_two_needs_are_closed_and_some_have_no_date() -> None:
    closing = [entry.get("closes_on") for entry in needs()]
    assert sum(day is not None and day < WRITTEN_ON for day in closing) == 2
    assert closing.count(None) >= 3


def test_needs_stand_on_quarters_of_the_new_generation() -> None:
    assert [n["slug"] for n in needs() if not is_2024_quarter_code(n["quarter"])] == []


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


def test_no_two_texts_look_alike() -> None:
    entries = [*organizations(), *offers(), *needs()]
    described = [entry["description"] for entry in entries]
    scores = process.cdist(described, described, scorer=fuzz.ratio, score_cutoff=90)
    np.fill_diagonal(scores, 0)
    alike = [(entries[i]["slug"], entries[j]["slug"]) for i, j in np.argwhere(scores)]
    assert alike == []


def test_no_sentence_is_said_twice() -> None:
    sentences = Counter(
        sentence
        for entry in everything()
        for text in texts(entry)
        for sentence in re.split(r"(?<=[.!?])\s+", text)
        if len(sentence) > 60
    )
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


def test_typography_is_french() -> None:
    found = [
        (entry["slug"], text)
        for entry in everything()
        for text in texts(entry)
        if BAD_TYPOGRAPHY.search(text)
    ]
    assert found == []


def test_entries_of_a_file_are_sorted_so_that_a_change_reads_well() -> None:
    for folder, table in (
        ("organizations", "organization"),
        ("offers", "offer"),
        ("needs", "need"),
    ):
        for file in sorted((DEMO / folder).glob("*.toml")):
            slugs = [entry["slug"] for entry in tomllib.loads(file.read_text("utf-8"))[table]]
            assert all(first < second for first, second in pairwise(slugs)), file.name
