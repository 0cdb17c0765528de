"""Communes and quarters as people type them."""

import pytest
from sqlalchemy.orm import Session

from services.places import complete_places, find_quarters, resolve_commune


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("saint-etienne", "42218"),
        ("  St   Étienne ", "42218"),
        ("42000", "42218"),
        ("42218", "42218"),
        ("Saint-Étienne (42)", "42218"),
        ("Saint-Étienne (42218)", "42218"),
        ("42000 Saint-Étienne", "42218"),
        ("Aubervilliers 93300", "93001"),
        ("Ste Foy les Lyon", "69202"),
        ("l’haÿ les roses", "94038"),
        ("2a004", "2A004"),
        ("Ajaccio (2a)", "2A004"),
        ("93059", "93066"),
        ("Pierrefitte-sur-Seine", "93066"),
        ("Saint-Denis (974)", "97411"),
    ],
)
def test_one_commune_is_meant(session: Session, typed: str, code: str) -> None:
    assert [commune.code for commune in resolve_commune(session, typed)] == [code]


def test_homonyms_come_most_peopled_first(session: Session) -> None:
    found = [commune.code for commune in resolve_commune(session, "Saint-Denis")]
    assert found[:2] == ["97411", "93066"]


def test_a_postcode_comes_before_an_insee_code(session: Session) -> None:
    found = [commune.code for commune in resolve_commune(session, "97411")]
    assert found == ["97415", "97411"]


@pytest.mark.parametrize("typed", ["", " ", "%", "x", "zzzzzz", "99999", "\x00", "(" * 5000])
def test_nothing_is_meant(session: Session, typed: str) -> None:
    assert resolve_commune(session, typed) == []
    assert complete_places(session, typed, limit=5) == []


def test_completion_offers_exact_names_first(session: Session) -> None:
    found = complete_places(session, "lyon", limit=3)
    assert [place.label for place in found][:2] == ["Lyon (69)", "Lyons-la-Forêt (27)"]


def test_completion_offers_both_kinds(session: Session) -> None:
    found = complete_places(session, "montreynaud", limit=5)
    assert [(place.kind, place.detail) for place in found] == [("territoires", "Saint-Étienne")]


def test_what_completion_writes_is_read_back(session: Session) -> None:
    for place in complete_places(session, "saint-p", limit=8):
        if place.kind == "commune":
            assert [one.code for one in resolve_commune(session, place.value)] == [place.code]
        else:
            assert [one.code for one in find_quarters(session, place.value)] == [place.code]


def test_both_generations_of_quarter_codes(session: Session) -> None:
    by_old = {quarter.code for quarter in find_quarters(session, "QP042012")}
    assert by_old == {quarter.code for quarter in find_quarters(session, "qn 04212m")}
