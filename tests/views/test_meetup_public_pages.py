"""The public pages of meetup days, their calendar, and the hall's screen."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import (
    HELD_ON,
    NOW,
    make_day,
    make_participant,
    make_session,
    make_slots,
    make_tables,
    publish_meetings,
)
from tests.factories.pages import submit
from tests.query_counter import count_queries
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, ParticipantVisibility

KEY = "0123456789abcdef"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def visitor(empty_app: Flask) -> FlaskClient:
    return empty_app.test_client()


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"state": DayState.ANNOUNCED}, "Inscriptions à venir"),
        ({"state": DayState.OPEN}, "Inscriptions ouvertes"),
        ({"state": DayState.OPEN, "capacity": 2}, "Complet, liste d’attente"),
        ({"state": DayState.OPEN, "registration_closes_at": NOW}, "Inscriptions closes"),
        ({"state": DayState.CLOSED}, "Inscriptions closes"),
        ({"state": DayState.CANCELLED, "cancelled_reason": "Grève"}, "Annulée"),
        ({"held_on": date(2026, 11, 21)}, "Passée"),
        ({"held_on": date(2026, 11, 22), "state": DayState.CLOSED}, "Aujourd’hui"),
    ],
)
def test_a_day_says_where_it_stands(
    visitor: FlaskClient, empty_session: Session, columns: dict[str, Any], words: str
) -> None:
    day = make_day(empty_session, **columns)
    for name in ("A", "B"):
        make_participant(empty_session, day, name)
    empty_session.commit()
    pages = [visitor.get(path).text for path in ("/rencontres", f"/rencontres/{day.slug}")]
    assert [words in page for page in pages] == [True, True]
    assert ("/inscription" in pages[1].split("<main")[1]) == (
        words in {"Inscriptions ouvertes", "Complet, liste d’attente"}
    )


def test_a_past_day_is_told_in_the_past(visitor: FlaskClient, empty_session: Session) -> None:
    day = make_day(empty_session, held_on=date(2026, 11, 21), asked="Un nom, pour les badges.")
    make_participant(empty_session, day, "A")
    empty_session.commit()
    page = visitor.get(f"/rencontres/{day.slug}").text
    told = ("De quoi il s’agissait", "Ce qui était demandé aux participants", "Qui était inscrit")
    assert [words in page for words in told] == [True] * 3
    assert "Ajouter à mon calendrier" not in page


def test_a_draft_is_nowhere(visitor: FlaskClient, empty_session: Session) -> None:
    day = make_day(empty_session, "Cachée", state=DayState.DRAFT)
    empty_session.commit()
    paths = [f"/rencontres/{day.slug}", f"/rencontres/{day.slug}/journee.ics"]
    assert [visitor.get(path).status_code for path in paths] == [404, 404]
    lists = ("/rencontres", "/rencontres/calendrier.ics", "/sitemap.xml")
    assert ["cach" in visitor.get(path).text.lower() for path in lists] == [False] * 3


def test_a_day_overseas_is_past_by_its_own_date(
    visitor: FlaskClient, empty_session: Session
) -> None:
    """T2, T3: in the evening of the 22nd in Paris it is the 23rd in Nouméa, the 22nd in Papeete."""
    for name, zone in (("Nouméa", "Pacific/Noumea"), ("Papeete", "Pacific/Tahiti")):
        make_day(empty_session, name, held_on=date(2026, 11, 22), time_zone=zone)
    empty_session.commit()
    with time_machine.travel(datetime(2026, 11, 22, 20, tzinfo=UTC), tick=False):
        page = visitor.get("/rencontres").text
    coming, past = page.split('id="passees"')
    assert ("Papeete" in coming, "Nouméa" in past) == (True, True)


def test_only_those_who_let_everybody_see_them_are_named(
    visitor: FlaskClient, empty_session: Session
) -> None:
    day = make_day(empty_session)
    for visibility in ParticipantVisibility:
        make_participant(empty_session, day, f"Nom {visibility.value}", visibility=visibility)
    empty_session.commit()
    page = visitor.get(f"/rencontres/{day.slug}").text
    named = [f"Nom {visibility.value}" in page for visibility in ParticipantVisibility]
    assert named == [False, False, True]
    assert "3 organisations inscrites." in page


def test_hours_are_those_of_the_place(visitor: FlaskClient, empty_session: Session) -> None:
    day = make_day(empty_session, time_zone="Indian/Reunion")
    make_slots(empty_session, day, 2)
    make_session(empty_session, day)
    empty_session.commit()
    page = visitor.get(f"/rencontres/{day.slug}").text
    assert [text in page for text in ("9 h</time>", "11 h 30</time>", "Heures du lieu")] == [
        True,
        True,
        True,
    ]


def test_the_calendar_is_read_back(visitor: FlaskClient, empty_session: Session) -> None:
    timed = make_day(empty_session, "À heures", time_zone="Indian/Reunion", address="1 rue, ici")
    make_slots(empty_session, timed, 2)
    make_day(empty_session, "Sans heures", held_on=HELD_ON + timedelta(days=1))
    make_day(empty_session, "Annulée", state=DayState.CANCELLED, held_on=date(2027, 4, 1))
    empty_session.commit()
    response = visitor.get("/rencontres/calendrier.ics")
    assert response.headers["Content-Type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(response.data)
    events = {str(event["summary"]): event for event in calendar.walk("VEVENT")}
    start = events["À heures"].decoded("dtstart")
    assert start.astimezone(UTC) == datetime(2027, 3, 11, 5, tzinfo=UTC)
    assert events["À heures"]["dtstart"].params["TZID"] == "Indian/Reunion"
    assert [str(zone["tzid"]) for zone in calendar.walk("VTIMEZONE")] == ["Indian/Reunion"]
    assert events["Sans heures"].decoded("dtstart") == HELD_ON + timedelta(days=1)
    assert str(events["Annulée"]["status"]) == "CANCELLED"
    assert str(events["À heures"]["uid"]) == f"journee-{timed.id}@localhost"
    again = visitor.get(
        "/rencontres/calendrier.ics", headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


def test_a_change_moves_the_sequence_and_keeps_the_uid(
    empty_app: Flask, visitor: FlaskClient, empty_session: Session
) -> None:
    make_user(empty_session, role=UserRole.STAFF, email="organise@essai.example")
    day = make_day(empty_session)
    empty_session.commit()

    def event() -> tuple[str, int]:
        content = visitor.get(f"/rencontres/{day.slug}/journee.ics").data
        (found,) = Calendar.from_ical(content).walk("VEVENT")
        return str(found["uid"]), int(str(found["sequence"]))

    before = event()
    staff = sign_in(empty_app, "organise@essai.example")
    submit(staff, f"/pilotage/rencontres/{day.slug}/etat/fermer")
    after = event()
    assert (after[0], after[1] > before[1]) == (before[0], True)


def _hall(session: Session) -> MeetupDay:
    day = make_day(session, hall_key=KEY, held_on=date(2026, 11, 22))
    slots = make_slots(session, day, 3, first=time(12, 50))
    tables = make_tables(session, day, 30)
    for rank, table in enumerate(tables[:14]):
        people = [
            make_participant(session, day, f"Acteur {rank}"),
            make_participant(session, day, f"Ville {rank}", side=Side.TERRITORY),
        ]
        if rank == 0:
            people[0].visibility = ParticipantVisibility.ORGANIZERS
            first = (slots[0], table, people)
            placed = [first]
        else:
            placed.append((slots[0], table, people))
    publish_meetings(session, day, placed)
    make_session(session, day, "Plénière", first=time(16))
    session.commit()
    return day


@pytest.mark.parametrize("query", ["", "?cle=", "?cle=fffffffffffffff0", "?cle=é"])
def test_the_screen_opens_by_its_key_alone(
    visitor: FlaskClient, empty_session: Session, query: str
) -> None:
    day = _hall(empty_session)
    assert visitor.get(f"/rencontres/{day.slug}/ecran{query}").status_code == 404


def test_without_a_key_no_screen_opens(visitor: FlaskClient, empty_session: Session) -> None:
    day = make_day(empty_session)
    empty_session.commit()
    assert visitor.get(f"/rencontres/{day.slug}/ecran?cle=").status_code == 404


def test_the_screen_shows_now_and_next_and_turns_its_pages(
    visitor: FlaskClient, empty_session: Session
) -> None:
    day = _hall(empty_session)
    path = f"/rencontres/{day.slug}/ecran?cle={KEY}"
    first = visitor.get(path)
    assert ("Maintenant" in first.text, "Ensuite" in first.text) == (True, True)
    assert first.headers["Refresh"] == f"20; url={path}&page=1"
    assert ("Ville 11" in first.text, "Ville 12" in first.text) == (True, False)
    second = visitor.get(f"{path}&page=1")
    assert ("Ville 11" in second.text, "Ville 12" in second.text) == (False, True)
    assert second.headers["Refresh"] == f"20; url={path}&page=0"
    assert "Refresh" not in visitor.get(f"{path}&pause=1").headers
    assert "13 h</time>" in first.text


def test_the_screen_names_nobody_who_is_seen_by_organisers_only(
    visitor: FlaskClient, empty_session: Session
) -> None:
    day = _hall(empty_session)
    page = visitor.get(f"/rencontres/{day.slug}/ecran?cle={KEY}").text
    assert ("Acteur 0<" in page, "un participant" in page, "Ville 0" in page) == (
        False,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (8, "Premiers rendez-vous à 12 h 50."),
        (14, "Plénière"),
        (18, "La journée est finie."),
    ],
)
def test_the_screen_before_between_and_after(
    visitor: FlaskClient, empty_session: Session, hour: int, words: str
) -> None:
    day = _hall(empty_session)
    if hour == 8:
        empty_session.delete(day.sessions[0])
        empty_session.commit()
    with time_machine.travel(datetime(2026, 11, 22, hour, tzinfo=UTC), tick=False):
        page = visitor.get(f"/rencontres/{day.slug}/ecran?cle={KEY}").text
    assert words in page


def test_the_screen_without_a_published_plan(visitor: FlaskClient, empty_session: Session) -> None:
    day = _hall(empty_session)
    day.published_plan_id = None
    empty_session.commit()
    page = visitor.get(f"/rencontres/{day.slug}/ecran?cle={KEY}").text
    assert ("pas encore publiés" in page, "Ville 1" in page) == (True, False)


def test_staff_change_the_address_of_the_screen(
    empty_app: Flask, visitor: FlaskClient, empty_session: Session
) -> None:
    make_user(empty_session, role=UserRole.STAFF, email="organise@essai.example")
    day = _hall(empty_session)
    staff = sign_in(empty_app, "organise@essai.example")
    submit(staff, f"/pilotage/rencontres/{day.slug}/ecran")
    empty_session.rollback()
    empty_session.refresh(day)
    paths = [f"/rencontres/{day.slug}/ecran?cle={key}" for key in (KEY, day.hall_key)]
    assert [visitor.get(path).status_code for path in paths] == [404, 200]


@pytest.mark.parametrize("path", ["", "/{slug}", "/calendrier.ics", "/{slug}/ecran?cle=" + KEY])
def test_public_pages_hold_their_queries_and_weight(
    empty_app: Flask, visitor: FlaskClient, empty_session: Session, path: str
) -> None:
    counts = []
    for rows in (1, 25):
        day = make_day(empty_session, f"Journée {rows}", held_on=date(2026, 11, 22), hall_key=KEY)
        slots = make_slots(empty_session, day, 2, first=time(12, 50))
        placed = []
        for rank, table in enumerate(make_tables(empty_session, day, rows)):
            people = [
                make_participant(
                    empty_session,
                    day,
                    f"{side.value} {rank}",
                    side=side,
                    visibility=ParticipantVisibility.EVERYONE,
                )
                for side in Side
            ]
            placed.append((slots[0], table, people))
            make_session(empty_session, day, f"Partie {rank}")
            make_day(empty_session, f"Autre {rows} {rank}")
        publish_meetings(empty_session, day, placed)
        empty_session.commit()
        url = "/rencontres" + path.format(slug=day.slug)
        visitor.get(url)
        with count_queries(empty_app) as statements:
            response = visitor.get(url)
        assert (response.status_code, len(response.data) < 100_000) == (200, True)
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= 12
