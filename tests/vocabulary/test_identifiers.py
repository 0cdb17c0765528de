"""Numbers of organisations: the cases the field knows, and the properties behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from vocabulary.identifiers import compact, is_rnsr, is_siren, is_siret, siren_of


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("35600000000048", True),  # La Poste's seat: Luhn holds
        ("35600000037187", True),  # La Poste: the sum of the digits is divisible by five
        ("35600000012345", False),  # La Poste: neither holds
        ("73282932000074", True),
        ("73282932000075", False),
        ("7328293200007", False),
        ("", False),
        ("７３２８２９３２００００７４", False),  # figures that are not ASCII
    ],
)
def test_siret(number: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_siret(number) is expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [("201622148J", True), ("000021565R", True), ("301622148J", False), ("20162214J", False)],
)
def test_rnsr(number: str, expected: bool) -> None:  # noqa: FBT001 - a table
    assert is_rnsr(number) is expected


def test_what_people_type_around_a_number() -> None:
    assert compact(" 732 829 320\u00a000074 ") == "73282932000074"


@given(st.integers(min_value=0, max_value=99_999_999))
def test_one_check_digit_makes_a_siren(stem: int) -> None:
    digits = f"{stem:08d}"
    sirens = [digits + str(last) for last in range(10) if is_siren(digits + str(last))]
    assert sirens == [digits + luhn.calc_check_digit(digits)]


def test_the_siren_inside() -> None:
    assert [siren_of(n) for n in ("732829320", "73282932000074", "201622148J")] == [
        "732829320",
        "732829320",
        None,
    ]
