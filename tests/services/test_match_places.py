"""The place of a sentence: codes, names, postcodes, several places, none."""

import pytest
from sqlalchemy.orm import Session

from models.territory import RenewalProject
from services.match_places import find_place
from tests.factories.entries import make_territory
from vocabulary.kinds import ProjectPhase

TARDY = "QN04212M"


@pytest.mark.parametrize(
    "text",
    [TARDY, "qn04212m", " QN04212M ", "QP042012", "Tarentaize Beaubrun Couriot", "tarentaize"],
)
def test_a_quarter_by_either_code_or_by_name(session: Session, text: str) -> None:
    found = find_place(session, text)
    assert found.place is not None
    assert (found.place.quarter, found.place.detail) == (TARDY, "Saint-Étienne")
    assert (found.place.region_code, found.place.department_code) == ("84", "42")


@pytest.mark.parametrize(
    "text", ["Saint-Étienne", "st etienne", "42000", "42218", "Saint-Étienne (42)"]
)
def test_a_commune_by_name_postcode_or_code(session: Session, text: str) -> None:
    found = find_place(session, text)
    assert found.place is not None
    assert (found.place.name, found.place.quarter) == ("Saint-Étienne", None)
    assert found.place.department_code == "42"


def test_several_places_are_offered_and_each_is_certain(session: Session) -> None:
    found = find_place(session, "Saint-Denis")
    assert found.place is None
    assert {choice.department_code for choice in found.choices} >= {"93", "974"}
    for choice in found.choices:
        again = find_place(session, choice.code)
        assert again.place == choice


def test_a_place_is_read_back_as_it_is_shown(session: Session) -> None:
    for text in (TARDY, "42218"):
        place = find_place(session, text).place
        assert place is not None
        assert find_place(session, place.label).place == place
    quarter = find_place(session, TARDY).place
    assert quarter is not None
    assert quarter.label == f"{quarter.name} ({TARDY})"


@pytest.mark.parametrize("text", ["zzzzqq", "QN99999M", "00000", "?", "%", "' OR 1=1 --", "\ud800"])
def test_an_unknown_place_is_nothing(session: Session, text: str) -> None:
    found = find_place(session, text)
    assert (found.place, found.choices) == (None, ())


def test_a_quarter_knows_the_phase_of_its_project(empty_session: Session) -> None:
    territory = make_territory(empty_session, TARDY)
    for phase in (ProjectPhase.WORKS, ProjectPhase.DESIGN):
        empty_session.add(RenewalProject(name=phase.label, phase=phase, territories=[territory]))
    empty_session.flush()
    place = find_place(empty_session, TARDY).place
    assert place is not None
    assert place.phase is ProjectPhase.DESIGN
