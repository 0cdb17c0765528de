"""Contents: what is kept of what was typed, what is refused, what changes."""

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.content_checks import (
    normalise_website,
    offer_problems,
    organization_problems,
    website_host,
)
from services.content_diff import Change, Run, content_changes, word_runs
from services.contents import (
    OfferContent,
    OrganizationContent,
    ReferenceContent,
    clean_line,
    clean_text,
)
from tests.factories.drafts import TODAY, whole_content, whole_offer
from vocabulary.kinds import AreaLevel, Maturity, OfferType, OrganizationKind, PriceRange

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
NAMES = [*OrganizationContent.__slots__, *OfferContent.__slots__]


def test_a_content_survives_its_storage() -> None:
    content = whole_content(labels=("ESUS",), founded_year=2019, size="10-49")
    assert OrganizationContent.from_dict(content.to_dict()) == content
    offer = whole_offer(
        maturity=Maturity.PILOT,
        references=(ReferenceContent("a" * 32, "Lyon", "69123", None, 2023, "un bailleur", "ok"),),
    )
    assert OfferContent.from_dict(offer.to_dict()) == offer


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_stored_value_is_read_and_read_alike_twice(data: dict[str, Any]) -> None:
    content = OrganizationContent.from_dict(data)
    assert OrganizationContent.from_dict(content.to_dict()) == content
    offer = OfferContent.from_dict(data)
    again = OfferContent.from_dict(offer.to_dict())
    assert again == offer


def test_fields_that_are_not_of_a_content_are_ignored() -> None:
    data = {**whole_content().to_dict(), "state": "publie", "is_claimed": True, "id": 3}
    assert OrganizationContent.from_dict(data) == whole_content()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "ab"),
        ("évil\u202egpj", "évilgpj"),
        ("un\r\n deux\t", "un deux"),
        ("e\u0301", "é"),
        ("\ud800x", "x"),
        ("👩‍🔧 atelier", "👩‍🔧 atelier"),
    ],
)
def test_a_line_is_cleaned(typed: str, kept: str) -> None:
    assert clean_line(typed) == kept


def test_a_text_keeps_its_paragraphs() -> None:
    assert clean_text("un \r\n\r\n\r\n\r\ndeux\x07\n- trois ") == "un\n\ndeux\n- trois"


def test_a_type_keeps_only_its_own_questions() -> None:
    ground = whole_offer(maturity=Maturity.PILOT, price_range=PriceRange.FREE, routes=("mapa",))
    moved = ground.changed(type=OfferType.TEST_GROUND)
    assert (moved.maturity, moved.price_range, moved.routes) == (None, None, ())


def test_area_codes_follow_their_level() -> None:
    content = whole_content().changed(area_level=AreaLevel.REGIONS, area_codes=("84", "2A", "x"))
    assert content.area_codes == ("84",)
    assert content.changed(area_level=AreaLevel.NATIONAL).area_codes == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("www.exemple.fr", "https://www.exemple.fr"),
        ("http://exemple.fr/a?b=c#d", "http://exemple.fr/a?b=c#d"),
        ("https://éco-quartier.fr", "https://éco-quartier.fr"),
        ("javascript:alert(1)", None),
        ("JaVaScRiPt://exemple.fr/%0aalert(1)", None),
        ("data:text/html,x", None),
        ("ftp://exemple.fr", None),
        ("https://moi@exemple.fr", None),
        ("https://exemple.fr:8080/", None),
        ("http://127.0.0.1/", None),
        ("http://[::1]/", None),
        ("http://localhost/", None),
        ("https://exemple.fr/ x", None),
        ("https://exemple.fr/\r\nX: y", None),
        ("exemple", None),
        ("https://[", None),
    ],
)
def test_only_public_web_addresses_are_kept(typed: str, kept: str | None) -> None:
    assert normalise_website(typed) == kept


def test_sites_are_compared_by_their_host() -> None:
    assert website_host("https://WWW.Exemple.fr/a") == "exemple.fr"
    assert website_host("https://[") == ""


def test_a_whole_content_has_no_problem() -> None:
    assert organization_problems(whole_content(), today=TODAY) == []
    assert offer_problems(whole_offer(), today=TODAY) == []


def test_what_is_missing_is_named_in_the_order_of_the_steps() -> None:
    blank = OrganizationContent(kind=OrganizationKind.STARTUP, name="")
    found = [problem.field for problem in organization_problems(blank, today=TODAY)]
    assert found == ["name", "commune_code", "pitch", "description", "themes", "area_level"]


def test_a_territory_side_actor_need_not_declare_an_area() -> None:
    city = whole_content(kind=OrganizationKind.COLLECTIVITE, area_level=None)
    assert organization_problems(city, today=TODAY) == []


def test_a_reference_needs_a_place_and_a_year_that_was() -> None:
    offer = whole_offer(references=(ReferenceContent("a", client="x", year=2031),))
    found = [problem.params for problem in offer_problems(offer, today=TODAY)]
    assert found == [{"number": 1}, {"number": 1, "first": 1990, "last": 2026}]


def test_words_are_compared_one_by_one() -> None:
    assert word_runs("posé en deux jours", "posé en trois jours") == (
        Run(Change.SAME, "posé en "),
        Run(Change.REMOVED, "deux "),
        Run(Change.ADDED, "trois "),
        Run(Change.SAME, "jours"),
    )


def test_a_text_written_anew_is_read_whole() -> None:
    assert word_runs("Un réseau de capteurs.", "Des voitures à partager.") == (
        Run(Change.REMOVED, "Un réseau de capteurs."),
        Run(Change.ADDED, "\nDes voitures à partager."),
    )


def test_a_first_content_is_all_new() -> None:
    changes = content_changes(None, whole_content())
    assert [change.field for change in changes] == [
        "kind",
        "name",
        "commune_code",
        "pitch",
        "description",
        "themes",
        "area_level",
    ]


def test_only_what_differs_is_shown() -> None:
    before = whole_content(themes=("renovation-energetique", "solaire"))
    after = whole_content(themes=("solaire", "confort-ete"))
    (change,) = content_changes(before, after)
    assert change.runs == (
        Run(Change.SAME, "solaire"),
        Run(Change.ADDED, "confort-ete"),
        Run(Change.REMOVED, "renovation-energetique"),
    )


def test_a_blank_reference_is_no_reference() -> None:
    blank = asdict(ReferenceContent("b"))
    offer = OfferContent.from_dict({**whole_offer().to_dict(), "references": [blank, 3, None]})
    assert offer.references == ()
