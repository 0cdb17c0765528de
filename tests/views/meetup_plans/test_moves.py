"""Moves on the grid: checked, refused with their reason, locked, undone; without scripts too."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from services.meetup_why import unplaced_meetings
from tests.factories.accounts import sign_in
from tests.factories.meetup_plans import compute_here, make_full_day
from tests.factories.pages import submit
from tests.views.meetup_plans.steps import (
    BASE,
    JSON,
    STAFF,
    _plans,
    free_move,
    held,
    movable,
    move,
    plan_numbered,
)
from vocabulary.meetups import PlanOrigin


def plan_numbers(session: Session) -> list[int]:
    """Return the numbers of the plans that the day has."""
    return [plan.number for plan in session.scalars(_plans())]


def test_a_move_away_from_a_free_loop_is_refused_and_named(app: Flask, session: Session) -> None:
    made = make_full_day(session, people=8, slots=5, tables=3, wishes=3)
    asking, table = made.participants[3], made.rooms[0].tables[0]
    asking.needs_hearing_loop = table.has_hearing_loop = True
    session.flush()
    compute_here(session, made)
    words = f"{asking.name} a demandé une boucle magnétique"
    asking_id, without = asking.id, made.rooms[0].tables[1].id
    session.commit()
    one = next(one for one in held(session, 1) if asking_id in one.participants)
    session.rollback()
    staff = sign_in(app, STAFF)
    cells = staff.get(f"{BASE}/1/grille/cases?rencontre={one.key}", headers=JSON).get_json()
    verdict, text = cells["cells"][f"{one.slot_id}-{without}"]
    assert (verdict, words in text) == ("refused", True)


@pytest.mark.usefixtures("day")
def test_a_move_changes_a_copy_and_can_be_undone_and_redone(
    staff: FlaskClient, session: Session
) -> None:
    one, cell = movable(staff, session, 1)
    before = held(session, 1)
    session.rollback()
    moved = move(staff, 1, one, cell)
    assert moved.headers["Location"].startswith(f"{BASE}/2/grille")
    assert held(session, 1) == before
    where = {found.key: f"{found.slot_id}-{found.table_id}" for found in held(session, 2)}
    assert where[one.key] == cell
    session.rollback()
    submit(staff, f"{BASE}/2/grille/annuler", {})
    assert sorted(found.key for found in held(session, 2)) == sorted(found.key for found in before)
    back = {found.key: f"{found.slot_id}-{found.table_id}" for found in held(session, 2)}
    assert back[one.key] == f"{one.slot_id}-{one.table_id}"
    session.rollback()
    submit(staff, f"{BASE}/2/grille/retablir", {})
    again = {found.key: f"{found.slot_id}-{found.table_id}" for found in held(session, 2)}
    assert again[one.key] == cell


@pytest.mark.usefixtures("day")
def test_of_two_moves_into_one_place_the_second_is_a_conflict(
    app: Flask, staff: FlaskClient, session: Session
) -> None:
    submit(staff, f"{BASE}/1/dupliquer", {})
    one, cell = movable(staff, session, 2)
    slot_id = int(cell.partition("-")[0])
    busy = {
        number
        for found in held(session, 2)
        if found.slot_id == slot_id
        for number in found.participants
    }
    others = [found for found in held(session, 2) if found.key != one.key]
    other = next(
        (found for found in others if not busy & set(found.participants)),
        others[0],
    )
    session.rollback()
    colleague = sign_in(app, "equipe2@demo.example")
    first = move(staff, 2, one, cell)
    second = move(colleague, 2, other, cell)
    assert (first.status_code, second.status_code) == (302, 409)
    assert sum(f"{found.slot_id}-{found.table_id}" == cell for found in held(session, 2)) == 1


@pytest.mark.usefixtures("day")
def test_an_impossible_move_says_why_and_changes_nothing(
    staff: FlaskClient, session: Session
) -> None:
    for one in held(session, 1):
        session.rollback()
        answer = staff.get(f"{BASE}/1/grille/cases?rencontre={one.key}", headers=JSON).get_json()
        cells = answer["cells"].items()
        refused = [cell for cell, (verdict, _text) in cells if verdict == "refused"]
        taken = {f"{found.slot_id}-{found.table_id}" for found in held(session, 1)}
        session.rollback()
        empty = [cell for cell in refused if cell not in taken]
        if empty:
            break
    page = submit(
        staff,
        f"{BASE}/1/grille/deplacer",
        {
            "rencontre": one.key,
            "depuis": f"{one.slot_id}-{one.table_id}",
            "vers": f"{empty[0]}-",
        },
        headers=JSON,
    )
    assert page.status_code == 422
    assert page.get_json()["message"].replace("\u00a0", " ").startswith("Impossible : ")
    assert plan_numbers(session) == [1]


@pytest.mark.usefixtures("day")
def test_a_locked_meeting_does_not_move_until_it_is_unlocked(
    staff: FlaskClient, session: Session
) -> None:
    one, cell = movable(staff, session, 1)
    submit(staff, f"{BASE}/1/grille/verrouiller", {"rencontre": one.key})
    assert free_move(staff, 1, one) is None
    session.rollback()
    assert "Celles du planning 1 (1)" in staff.get(f"{BASE}/nouveau").text
    submit(staff, f"{BASE}/1/grille/deverrouiller", {"rencontre": one.key})
    assert move(staff, 1, one, cell).status_code == 302
    assert plan_numbered(session, 2).origin is PlanOrigin.EDITED


@pytest.mark.usefixtures("day")
def test_a_meeting_is_taken_out_and_put_back_in(staff: FlaskClient, session: Session) -> None:
    one = held(session, 1)[0]
    count = len(held(session, 1))
    session.rollback()
    spot = f"{one.slot_id}-{one.table_id}"
    submit(staff, f"{BASE}/1/grille/sortir", {"rencontre": one.key, "depuis": spot})
    copy = plan_numbered(session, 2)
    assert (copy.placed, one.key in {each.key for each in unplaced_meetings(copy)}) == (
        count - 1,
        True,
    )
    session.rollback()
    submit(
        staff,
        f"{BASE}/2/grille/deplacer",
        {"rencontre": one.key, "depuis": "", "vers": f"{spot}-"},
    )
    assert plan_numbered(session, 2).placed == count


@pytest.mark.usefixtures("day")
def test_the_page_of_a_meeting_moves_it_without_scripts(
    staff: FlaskClient, session: Session
) -> None:
    one, _cell = movable(staff, session, 1)
    page = staff.get(f"{BASE}/1/grille/rencontres/{one.key}").text
    value = re.search(r'<option value="([0-9]+-[0-9]+-)">[^<]* libre', page)
    assert value is not None
    done = submit(
        staff,
        f"{BASE}/1/grille/deplacer",
        {"rencontre": one.key, "depuis": f"{one.slot_id}-{one.table_id}", "vers": value[1]},
    )
    assert done.headers["Location"].startswith(f"{BASE}/2/grille")


@pytest.mark.parametrize(
    ("field", "value"),
    [("vers", ""), ("vers", "x-y-"), ("vers", "1"), ("rencontre", "p1"), ("rencontre", "'; --")],
)
def test_a_move_that_names_nothing_is_refused(
    staff: FlaskClient, session: Session, day: MeetupDay, field: str, value: str
) -> None:
    one = held(session, 1)[0]
    session.rollback()
    page = move(staff, 1, one, f"{day.slots[0].id}-99999", **{field: value})
    assert page.status_code in {302, 400}
    assert plan_numbers(session) == [1]


@pytest.mark.usefixtures("day")
def test_a_meeting_of_another_day_is_not_found(staff: FlaskClient, session: Session) -> None:
    other = make_full_day(session, "Autre journée", people=4)
    first, second = (one.id for one in other.participants[:2])
    session.commit()
    assert staff.get(f"{BASE}/1/grille/rencontres/p{first}-{second}").status_code == 404
    assert staff.get("/pilotage/rencontres/autre-journee/plannings/1").status_code == 404
