"""Organising a meetup day on pages: typed text is kept, refusals stand beside their field."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSlot, MeetupTable
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_session,
    make_slots,
    make_tables,
)
from tests.factories.pages import mails_to, run_worker, submit
from tests.query_counter import count_queries
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, ParticipantState, SessionKind

BASE = "/pilotage/rencontres"
FIELDS: dict[str, Any] = {
    "title": "Journée de Nevers",
    "held_on": "2027-03-11",
    "time_zone": "Europe/Paris",
    "place": "Halle",
    "summary": "Se rencontrer.",
    "seats_per_organization": "3",
    "wish_days": "7",
    "wishes_per_participant": "12",
    "least_meetings": "3",
    "most_meetings": "10",
    "fairness": "2",
    "needs_approval": "y",
}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def staff(empty_app: Flask, empty_session: Session) -> FlaskClient:
    make_user(empty_session, role=UserRole.STAFF, email="organise@essai.example")
    empty_session.commit()
    return sign_in(empty_app, "organise@essai.example")


def day_of(session: Session, slug: str) -> MeetupDay:
    session.rollback()
    return session.scalars(select(MeetupDay).where(MeetupDay.slug == slug)).one()


def count(session: Session, column: Any) -> int:
    """Return how many rows there are now."""
    session.rollback()
    return session.scalar(select(func.count(column))) or 0


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


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


def test_a_cancelled_day_tells_its_people_why(
    empty_app: Flask, staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    make_attendee(empty_session, make_participant(empty_session, day), email="vient@x.example")
    empty_session.commit()
    blank = submit(staff, f"{BASE}/{day.slug}/annuler", {"reason": " "})
    assert (blank.status_code, "Dites pourquoi" in blank.text) == (422, True)
    response = submit(staff, f"{BASE}/{day.slug}/annuler", {"reason": "La halle a brûlé."})
    assert response.status_code == 302
    run_worker(empty_app)
    assert mails_to(empty_app, "vient@x.example") == []
    with time_machine.travel(NOW + timedelta(minutes=11), tick=False):
        run_worker(empty_app)
    (mail,) = mails_to(empty_app, "vient@x.example")
    assert "La halle a brûlé." in mail
    page = empty_app.test_client().get(f"/rencontres/{day.slug}").text
    assert ("La halle a brûlé." in page, "S’inscrire" in page) == (True, False)


def test_a_cancellation_is_taken_back(
    empty_app: Flask, staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session, state=DayState.CLOSED)
    make_attendee(empty_session, make_participant(empty_session, day), email="vient@x.example")
    empty_session.commit()
    submit(staff, f"{BASE}/{day.slug}/annuler", {"reason": "Erreur"})
    submit(staff, f"{BASE}/{day.slug}/etat/retablir")
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        run_worker(empty_app)
    assert mails_to(empty_app, "vient@x.example") == []
    assert day_of(empty_session, day.slug).state is DayState.CLOSED


def test_a_moved_day_tells_everybody(
    empty_app: Flask, staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    make_attendee(empty_session, make_participant(empty_session, day), email="vient@x.example")
    empty_session.commit()
    seen = hidden(staff.get(f"{BASE}/{day.slug}/journee").text, "seen")
    submit(
        staff,
        f"{BASE}/{day.slug}/journee",
        {**FIELDS, "seen": seen, "held_on": "2027-03-18", "place": "Gymnase"},
    )
    run_worker(empty_app)
    (mail,) = mails_to(empty_app, "vient@x.example")
    assert ("18 mars 2027" in mail, "Gymnase" in mail) == (True, True)


def test_steps_of_the_life_of_a_day(staff: FlaskClient, empty_session: Session) -> None:
    day = make_day(empty_session, state=DayState.DRAFT)
    empty_session.commit()
    states = []
    for action in ("annoncer", "ouvrir", "fermer", "ouvrir"):
        submit(staff, f"{BASE}/{day.slug}/etat/{action}")
        states.append(day_of(empty_session, day.slug).state)
    assert states == [DayState.ANNOUNCED, DayState.OPEN, DayState.CLOSED, DayState.OPEN]


def test_closing_says_what_it_does_before_it_is_done_and_can_be_undone(
    staff: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    make_participant(empty_session, day, "Invitée", state=ParticipantState.INVITED)
    make_participant(empty_session, day, "En attente", state=ParticipantState.WAITING)
    empty_session.commit()
    page = staff.get(f"{BASE}/{day.slug}/clore").text
    assert "1 structure invitée n’a pas répondu" in page
    assert "La liste d’attente reste" in page
    assert day_of(empty_session, day.slug).state is DayState.OPEN
    submit(staff, f"{BASE}/{day.slug}/etat/fermer")
    assert "Rouvrir les inscriptions" in staff.get(f"{BASE}/{day.slug}/journee").text
    assert staff.get(f"{BASE}/{day.slug}/clore").location.endswith("/journee")
    submit(staff, f"{BASE}/{day.slug}/etat/ouvrir")
    assert day_of(empty_session, day.slug).state is DayState.OPEN


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({}, "Inscriptions ouvertes"),
        ({"registration_closes_at": NOW}, "Inscriptions closes"),
        ({"state": DayState.CLOSED}, "Inscriptions closes"),
        ({"state": DayState.CLOSED, "held_on": NOW.date()}, "Aujourd’hui"),
        ({"state": DayState.DRAFT, "held_on": NOW.date()}, "Brouillon"),
        ({"state": DayState.CANCELLED, "held_on": NOW.date()}, "Annulée"),
        ({"held_on": NOW.date() - timedelta(days=1)}, "Passée"),
    ],
)
def test_one_line_says_where_a_day_stands(
    staff: FlaskClient, empty_session: Session, columns: dict[str, Any], words: str
) -> None:
    day = make_day(empty_session, **columns)
    empty_session.commit()
    page = staff.get(f"{BASE}/{day.slug}").text
    found = re.search(
        r'<p class="badges mb-1"><span class="tag[^>]*>(?:<svg.*?</svg>)?(.*?)<', page
    )
    assert found is not None
    assert found[1].strip() == words


def test_a_draft_is_deleted_and_a_public_day_is_not(
    staff: FlaskClient, empty_session: Session
) -> None:
    make_day(empty_session, "Brouillon", state=DayState.DRAFT)
    make_day(empty_session, "Publique")
    empty_session.commit()
    submit(staff, f"{BASE}/brouillon/supprimer")
    submit(staff, f"{BASE}/publique/supprimer")
    empty_session.rollback()
    assert empty_session.scalars(select(MeetupDay.slug)).all() == ["publique"]


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


@pytest.mark.parametrize("path", ["", "/journee", "/clore", "/programme", "/creneaux", "/ecran"])
def test_pages_of_the_console_hold_their_queries(
    empty_app: Flask, staff: FlaskClient, empty_session: Session, path: str
) -> None:
    counts = []
    for name, rows in (("Petite", 1), ("Grande", 20)):
        day = make_day(empty_session, name)
        for room in range(3):
            make_tables(empty_session, day, rows, room=f"Salle {room}")
        make_slots(empty_session, day, rows)
        for rank in range(rows):
            make_participant(empty_session, day, f"Participant {rank}")
            make_session(empty_session, day, f"Atelier {rank}", kind=SessionKind.WORKSHOP)
        empty_session.commit()
        staff.get(f"{BASE}/{day.slug}{path}")
        with count_queries(empty_app) as statements:
            assert staff.get(f"{BASE}/{day.slug}{path}").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 12
