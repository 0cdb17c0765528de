"""A day is opened, closed, moved, cancelled, taken back or deleted; its people are told."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
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
from tests.views.meetup_setup.steps import BASE, FIELDS, day_of, hidden
from vocabulary.meetups import DayState, ParticipantState, SessionKind


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
        r'<p class="badges[^"]*"><span class="tag[^>]*>(?:<svg.*?</svg>)?(.*?)<', page
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
