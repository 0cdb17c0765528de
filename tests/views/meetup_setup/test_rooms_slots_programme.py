"""Rooms with their tables, slots and the programme: what overlaps or is taken is named."""

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupSlot, MeetupTable
from tests.factories.meetups import (
    make_day,
    make_session,
    make_slots,
    make_tables,
)
from tests.factories.pages import submit
from tests.views.meetup_setup.steps import BASE, count, day_of, hidden
from vocabulary.meetups import SessionKind


def test_a_room_comes_with_its_tables(staff: FlaskClient, empty_session: Session) -> None:
    day = make_day(empty_session)
    empty_session.commit()
    fields = {"name": "Halle", "count": "24", "seats": "4", "is_step_free": "y"}
    submit(staff, f"{BASE}/{day.slug}/salles/nouvelle", fields)
    assert count(empty_session, MeetupTable.id) == 24
    page = staff.get(f"{BASE}/{day.slug}/programme").text
    assert "24 tables (1 – 24)" in page


def test_zero_tables_are_refused_beside_the_number(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    make_tables(empty_session, day, 1)
    empty_session.commit()
    url = f"{BASE}/{day.slug}/salles/{day.rooms[0].id}/tables"
    response = submit(staff, url, {"count": "0", "seats": "4"})
    assert (response.status_code, "Ajoutez au moins une table." in response.text) == (422, True)


def test_a_room_and_its_tables_are_changed_together(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    first, second = make_tables(empty_session, day, 2)
    empty_session.commit()
    room = day.rooms[0]
    fields = {
        "name": "Halle",
        "tables-0-table_id": str(first.id),
        "tables-0-table_name": "Fenêtre",
        "tables-0-seats": "6",
        "tables-0-has_hearing_loop": "y",
        "tables-1-table_id": str(second.id),
        "tables-1-table_name": "2",
        "tables-1-seats": "4",
        "tables-1-is_removed": "y",
    }
    assert submit(staff, f"{BASE}/{day.slug}/salles/{room.id}", fields).status_code == 302
    empty_session.rollback()
    found = empty_session.execute(
        select(MeetupTable.label, MeetupTable.seats, MeetupTable.has_hearing_loop)
    ).all()
    assert found == [("Fenêtre", 6, True)]


def test_slots_are_laid_out_and_what_overlaps_is_named(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    empty_session.commit()
    fields = {
        "first": "09:00",
        "last": "12:30",
        "minutes": "20",
        "pause": "5",
        "breaks": "10 h 30 – 10 h 45",
        "avoids_programme": "y",
    }
    url = f"{BASE}/{day.slug}/creneaux/poser"
    assert submit(staff, url, fields).status_code == 302
    assert count(empty_session, MeetupSlot.id) == 7
    again = submit(staff, url, fields)
    assert (again.status_code, "se chevauchent" in again.text) == (422, True)
    bad = submit(staff, url, {**fields, "breaks": "midi"})
    assert (bad.status_code, "« midi » ne se lit pas" in bad.text) == (422, True)
    assert 'value="midi"' in bad.text


def test_slots_written_over_somebody_elses_change_show_the_difference(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    make_slots(empty_session, day, 1)
    empty_session.commit()
    url = f"{BASE}/{day.slug}/creneaux"
    page = staff.get(url).text
    fields = {"seen": hidden(page, "seen"), "rows-0-starts": "15:00", "rows-0-ends": "15:20"}
    assert submit(staff, url, fields).status_code == 302
    late = submit(staff, url, {**fields, "rows-0-starts": "16:00", "rows-0-ends": "16:20"})
    assert late.status_code == 409
    assert ("15 h – 15 h 20" in late.text, "16 h – 16 h 20" in late.text) == (True, True)


def test_a_slot_with_one_hour_only_is_asked_for_the_other(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    empty_session.commit()
    response = submit(staff, f"{BASE}/{day.slug}/creneaux", {"seen": "1", "rows-0-starts": "15:00"})
    assert (response.status_code, "Donnez une heure." in response.text) == (422, True)


def test_the_programme_is_written_and_a_taken_room_named(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    make_tables(empty_session, day, 1)
    empty_session.commit()
    fields = {
        "kind": "atelier",
        "title": "Atelier",
        "starts": "11:00",
        "ends": "12:00",
        "room_id": str(day.rooms[0].id),
    }
    url = f"{BASE}/{day.slug}/programme/nouveau"
    assert submit(staff, url, fields).status_code == 302
    again = submit(staff, url, {**fields, "title": "Autre"})
    assert (again.status_code, "« Atelier » occupe déjà" in again.text) == (422, True)
    empty_session.rollback()
    part = day_of(empty_session, day.slug).sessions[0]
    submit(staff, f"{BASE}/{day.slug}/programme/{part.id}/supprimer")
    assert day_of(empty_session, day.slug).sessions == []


def test_what_is_of_another_day_is_missing(staff: FlaskClient, empty_session: Session) -> None:
    mine, other = make_day(empty_session, "Une"), make_day(empty_session, "Autre")
    make_tables(empty_session, other, 1)
    part = make_session(empty_session, other, kind=SessionKind.WORKSHOP)
    empty_session.commit()
    paths = (f"salles/{other.rooms[0].id}", f"programme/{part.id}")
    assert [staff.get(f"{BASE}/{mine.slug}/{path}").status_code for path in paths] == [404, 404]
