"""Codes of places as text, and the theme vocabulary."""

import pytest

from vocabulary.geography import (
    department_of_commune,
    is_2024_quarter_code,
    is_commune_code,
    is_quarter_code,
    normalise_quarter_code,
)
from vocabulary.kinds import OrganizationKind, SubjectKind
from vocabulary.regions import DEPARTMENTS, REGIONS
from vocabulary.themes import all_themes, axes, children_of, with_parents


@pytest.mark.parametrize("code", ["QP042012", "QN04212M", "QN02A01M", "QP02B001", "QP976017"])
def test_both_generations_of_quarter_codes(code: str) -> None:
    assert (is_quarter_code(code), is_2024_quarter_code(code)) == (True, code.startswith("QN"))


@pytest.mark.parametrize("code", ["", "QN04212", "QP04201", "XX042012", "QN02C01M", "01053"])
def test_what_is_no_quarter_code(code: str) -> None:
    assert not is_quarter_code(code)


def test_a_code_typed_with_blanks() -> None:
    assert normalise_quarter_code(" qn 04212m ") == "QN04212M"


@pytest.mark.parametrize(
    ("code", "department"),
    [("01053", "01"), ("2A004", "2A"), ("97105", "971"), ("97608", "976"), ("98735", "987")],
)
def test_department_of_a_commune(code: str, department: str) -> None:
    assert (is_commune_code(code), department_of_commune(code)) == (True, department)


def test_region_and_department_codes_collide_and_are_kept_apart() -> None:
    assert (REGIONS["01"].name, DEPARTMENTS["01"].name) == ("Guadeloupe", "Ain")


def test_two_levels_of_themes() -> None:
    assert (len(axes()), {len(children_of(axis.code)) for axis in axes()}) == (12, {6})


def test_a_theme_brings_its_axis_and_unknown_codes_are_dropped() -> None:
    assert with_parents(["reseau-chaleur", "inconnu"]) == {"reseau-chaleur", "energie-quartier"}


def test_every_theme_has_both_labels() -> None:
    assert [theme.code for theme in all_themes().values() if not theme.label_en] == []


def test_values_of_enumerations_are_plain_text() -> None:
    assert (f"{OrganizationKind.PME}", SubjectKind("besoins").label) == ("pme", "Besoins")
