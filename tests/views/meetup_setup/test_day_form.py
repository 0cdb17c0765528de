"""The form of a meetup day: typed text is kept, refusals stand beside their field."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from tests.factories.meetups import (
    make_day,
    make_slots,
    make_tables,
)
from tests.factories.pages import submit
from tests.views.meetup_setup.steps import BASE, FIELDS, count, day_of, hidden
from vocabulary.meetups import DayState


def test_a_day_is_created_as_a_draft_that_nobody_else_sees(
    empty_app: Flask, staff: FlaskClient, empty_session: Session
) -> None:
    response = submit(staff, f"{BASE}/nouvelle", FIELDS)
    assert response.headers["Location"] == f"{BASE}/journee-de-nevers"
    assert day_of(empty_session, "journee-de-nevers").state is DayState.DRAFT
    assert empty_app.test_client().get("/rencontres/journee-de-nevers").status_code == 404
    assert staff.get("/rencontres/journee-de-nevers").status_code == 200


def test_a_new_day_opens_with_the_usual_numbers(staff: FlaskClient) -> None:
    page = staff.get(f"{BASE}/nouvelle").text
    of_everybody = ("seats_per_organization", "wishes_per_participant", "wish_days")
    of_the_plan = ("least_meetings", "most_meetings", "fairness")
    assert [hidden(page, name) for name in of_everybody] == ["3", "12", "7"]
    assert [hidden(page, name) for name in of_the_plan] == ["3", "10", "2"]
    assert hidden(page, "capacity") == ""


def test_the_same_form_sent_twice_makes_one_day(staff: FlaskClient, empty_session: Session) -> None:
    fields = {**FIELDS, "form_number": "a" * 32}
    locations = [submit(staff, f"{BASE}/nouvelle", fields).headers["Location"] for _ in range(2)]
    assert len(set(locations)) == 1
    assert count(empty_session, MeetupDay.id) == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "Donnez un nom à la journée."),
        ({"held_on": ""}, "Choisissez une date."),
        ({"held_on": "31/02/2027"}, "Cette date n’existe pas"),
        ({"held_on": "2026-11-21"}, "Cette date est passée."),
        ({"time_zone": "Mars/Olympus"}, "Ce fuseau horaire n’est pas dans la liste."),
        ({"commune": "Nulle-part"}, "Aucune commune ne porte ce nom ou ce code."),
        ({"capacity": "beaucoup"}, "Ce n’est pas un nombre entier."),
        ({"capacity": "99999999999999"}, "Ce n’est pas un nombre entier."),
        ({"capacity": "0"}, "Un nombre de 2 à 5000."),
        ({"registration_closes_at": "2027-03-12T09:00"}, "Cette date vient après la journée."),
        ({"registration_closes_at": "bientôt"}, "Cette date et cette heure ne se lisent pas."),
        (
            {"held_on": "2027-03-28", "wishes_close_at": "2027-03-28T02:30"},
            "2 h 30 n’existe pas ce jour-là",
        ),
        ({"least_meetings": "12"}, "Pas plus que le nombre de rendez-vous au plus (10)."),
    ],
)
def test_bad_input_is_kept_and_named(
    staff: FlaskClient, changes: dict[str, str], message: str
) -> None:
    response = submit(staff, f"{BASE}/nouvelle", {**FIELDS, "place": "Ma halle", **changes})
    assert response.status_code == 422
    assert message in response.text
    assert 'value="Ma halle"' in response.text


def test_deadlines_are_read_by_the_clocks_of_the_place(
    staff: FlaskClient, empty_session: Session
) -> None:
    fields = {
        **FIELDS,
        "time_zone": "Indian/Reunion",
        "registration_closes_at": "2027-03-01T18:00",
    }
    submit(staff, f"{BASE}/nouvelle", fields)
    day = day_of(empty_session, "journee-de-nevers")
    assert day.registration_closes_at == datetime(2027, 3, 1, 14, tzinfo=UTC)
    page = staff.get(f"{BASE}/journee-de-nevers/journee").text
    assert 'value="2027-03-01T18:00"' in page


def test_a_copy_is_proposed_with_its_texts_and_asks_for_a_date(
    staff: FlaskClient, empty_session: Session
) -> None:
    source = make_day(empty_session, "Ancienne", accessibility="De plain-pied.")
    make_tables(empty_session, source, 2)
    make_slots(empty_session, source, 2)
    empty_session.commit()
    page = staff.get(f"{BASE}/nouvelle?modele=ancienne").text
    assert "De plain-pied." in page
    assert re.search(r'name="held_on"[^>]*value="[^"]+"', page) is None
    fields = {**FIELDS, "source": "ancienne", "copy_rooms": "y", "copy_slots": "y"}
    submit(staff, f"{BASE}/nouvelle", fields)
    day = day_of(empty_session, "journee-de-nevers")
    assert (len(day.rooms[0].tables), len(day.slots)) == (2, 2)


def test_who_may_wish_whom_is_written_with_the_day_and_copied(
    staff: FlaskClient, empty_session: Session
) -> None:
    make_day(empty_session, "Ancienne", same_side_wishes=True)
    empty_session.commit()
    ticked = r'<input[^>]*\bchecked\b[^>]*name="same_side_wishes"'
    assert re.search(ticked, staff.get(f"{BASE}/nouvelle?modele=ancienne").text)
    submit(staff, f"{BASE}/nouvelle", {**FIELDS, "source": "ancienne", "same_side_wishes": "y"})
    assert day_of(empty_session, "journee-de-nevers").same_side_wishes
    page = f"{BASE}/journee-de-nevers/journee"
    seen = hidden(staff.get(page).text, "seen")
    submit(staff, page, {**FIELDS, "seen": seen})
    assert not day_of(empty_session, "journee-de-nevers").same_side_wishes


def test_a_change_over_somebody_elses_shows_the_difference(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    empty_session.commit()
    seen = hidden(staff.get(f"{BASE}/{day.slug}/journee").text, "seen")
    assert (
        submit(
            staff, f"{BASE}/{day.slug}/journee", {**FIELDS, "seen": seen, "place": "Un"}
        ).status_code
        == 302
    )
    late = submit(staff, f"{BASE}/{day.slug}/journee", {**FIELDS, "seen": seen, "place": "Deux"})
    assert late.status_code == 409
    assert ("Un</del>" in late.text, "Deux</ins>" in late.text) == (True, True)
    assert day_of(empty_session, day.slug).place == "Un"
    again = {**FIELDS, "seen": hidden(late.text, "seen"), "place": "Deux"}
    assert submit(staff, f"{BASE}/{day.slug}/journee", again).status_code == 302
    assert day_of(empty_session, day.slug).place == "Deux"
