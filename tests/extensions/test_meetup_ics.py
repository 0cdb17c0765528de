"""Agendas as calendars: read back by a parser, updated in place, the same bytes anywhere."""

import os
import time as process_time
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from icalendar import Calendar, Event
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.meetup_ics import agenda_calendar
from models.mail import StoredMail
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.meetup_agenda_news import AgendaNews
from services.meetup_agendas import agenda_of
from services.meetup_calendar import refresh_publication
from services.meetup_leaving import cancel
from tests.factories.agendas import (
    PUBLISHED_AT,
    USUAL,
    Scene,
    add_session,
    make_agenda_scene,
    make_published_scene,
    publish,
)
from tests.factories.calendars import read_calendar, sequence_of, start_of
from tests.factories.pages import run_worker
from vocabulary.meetups import DayState, SessionKind

LATER = PUBLISHED_AT + timedelta(hours=2)


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    made = make_published_scene(empty_session)
    empty_session.commit()
    return made


def bytes_of(app: Flask, participant: MeetupParticipant) -> bytes:
    """Return the calendar of a participant as the database has it now."""
    with app.test_request_context("/"):
        session = db_session()
        found = session.get_one(MeetupParticipant, participant.id)
        agenda = agenda_of(session, found.day, found)
        news = AgendaNews(session, found.day, [found.id])
        return agenda_calendar(agenda, news.dropped(found.id))


def calendar_of(app: Flask, participant: MeetupParticipant) -> Calendar:
    """Return the same, read by a parser."""
    return read_calendar(bytes_of(app, participant))


def events_of(app: Flask, participant: MeetupParticipant) -> list[Event]:
    """Return the events, by hour."""
    return sorted(calendar_of(app, participant).events, key=start_of)


def test_events_say_when_where_and_whom(empty_app: Flask, scene: Scene) -> None:
    first, second = events_of(empty_app, scene.people[0])
    assert str(first["summary"]) == "Rendez-vous : Toits Neufs"
    assert str(first["location"]) == "Table 1, Grande salle, Halle d’essai"
    assert start_of(first) == datetime.combine(scene.day.held_on, time(9), tzinfo=scene.day.zone)
    assert first.end - start_of(first) == timedelta(minutes=20)
    assert (str(first["status"]), sequence_of(first)) == ("CONFIRMED", 0)
    assert str(second["summary"]) == "Rendez-vous : Roue Libre"


def test_calendar_says_its_method_zone_and_name(empty_app: Flask, scene: Scene) -> None:
    calendar = calendar_of(empty_app, scene.people[0])
    assert str(calendar["method"]) == "PUBLISH"
    assert str(calendar["x-wr-timezone"]) == "Europe/Paris"
    assert [zone.tz_name for zone in calendar.timezones] == ["Europe/Paris"]
    assert str(calendar["x-wr-calname"]) == "Journée des toits : Ville d’Essai"


def test_polling_interval_is_a_duration(empty_app: Flask, scene: Scene) -> None:
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n" in bytes_of(empty_app, scene.people[0])


def test_every_line_is_folded(empty_app: Flask, empty_session: Session, scene: Scene) -> None:
    scene.people[2].name = "Éé" * 90
    empty_session.commit()
    lines = bytes_of(empty_app, scene.people[0]).split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    first = events_of(empty_app, scene.people[0])[0]
    assert str(first["summary"]) == "Rendez-vous : " + "Éé" * 90


@pytest.mark.parametrize("mark", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b", "\x00"])
def test_a_line_end_in_a_name_makes_no_line(
    empty_app: Flask, empty_session: Session, scene: Scene, mark: str
) -> None:
    hostile = f"Toits{mark}END:VEVENT{mark}BEGIN:VEVENT{mark}ATTENDEE:mailto:x@y.example"
    # A body may have any name; SQLite takes what PostgreSQL refuses.
    scene.people[2].name = hostile
    scene.people[2].attendees[0].name = hostile
    scene.day.title = hostile
    empty_session.commit()
    content = bytes_of(empty_app, scene.people[0])
    assert content.count(b"\r\nBEGIN:VEVENT\r\n") == 2
    assert b"\r\nATTENDEE" not in content
    assert all(mark not in str(one["summary"]) for one in events_of(empty_app, scene.people[0]))


def test_marks_of_the_format_come_back_whole(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    scene.people[2].name = 'Toits; Neufs, et \\n "Cie"'
    empty_session.commit()
    first = events_of(empty_app, scene.people[0])[0]
    assert str(first["summary"]) == 'Rendez-vous : Toits; Neufs, et \\n "Cie"'


def test_no_address_of_anybody_is_in_it(empty_app: Flask, scene: Scene) -> None:
    content = bytes_of(empty_app, scene.people[0])
    assert (b"@essai" in content, b"ORGANIZER" in content) == (False, False)


def test_moved_meeting_keeps_its_uid_with_a_higher_number(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    before = {str(one["uid"]): sequence_of(one) for one in events_of(empty_app, scene.people[0])}
    publish(empty_session, scene, (USUAL[0], USUAL[1], (3, 1, (0, 3))), now=LATER)
    empty_session.commit()
    after = {str(one["uid"]): sequence_of(one) for one in events_of(empty_app, scene.people[0])}
    assert after.keys() == before.keys()
    assert sorted(after.values()) == [0, 1]


def test_meeting_that_was_told_and_dropped_is_there_cancelled(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    told = events_of(empty_app, scene.people[0])
    run_worker(empty_app)
    empty_session.rollback()
    publish(empty_session, scene, (USUAL[0],), now=LATER)
    empty_session.commit()
    first, gone = events_of(empty_app, scene.people[0])
    assert str(first["status"]) == "CONFIRMED"
    assert (str(gone["uid"]), str(gone["status"])) == (str(told[1]["uid"]), "CANCELLED")
    assert (start_of(gone), sequence_of(gone)) == (start_of(told[1]), 1)


def test_cancelled_day_cancels_every_event(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    add_session(empty_session, scene.day, time(8), time(8, 30), kind=SessionKind.WELCOME)
    empty_session.commit()
    run_worker(empty_app)
    empty_session.rollback()
    scene.day.state = DayState.CANCELLED
    refresh_publication(empty_session, scene.day, now=LATER)
    empty_session.commit()
    statuses = [str(one["status"]) for one in events_of(empty_app, scene.people[0])]
    assert statuses == ["CANCELLED"] * 3


def test_who_gives_up_finds_every_event_cancelled_before_and_after_the_repair(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    add_session(empty_session, scene.day, time(8), time(8, 30), kind=SessionKind.WELCOME)
    empty_session.commit()
    run_worker(empty_app)
    told = {str(one["uid"]): sequence_of(one) for one in events_of(empty_app, scene.people[0])}
    empty_session.rollback()
    cancel(empty_session, scene.people[0], note="", actor=None, now=LATER)
    empty_session.commit()
    found = []
    for placed in (None, (USUAL[1],)):
        if placed:  # what was theirs is out of the next plan
            empty_session.rollback()
            publish(empty_session, scene, placed, now=LATER)
            empty_session.commit()
        events = events_of(empty_app, scene.people[0])
        assert [str(one["status"]) for one in events] == ["CANCELLED"] * 3
        assert "Toits" not in bytes_of(empty_app, scene.people[0]).decode().split("VEVENT", 1)[1]
        found.append({str(one["uid"]): sequence_of(one) for one in events})
    for before, after in pairwise([told, *found]):
        assert all(number >= before[uid] for uid, number in after.items())
    assert all(number > told[uid] for uid, number in found[0].items())


def test_the_mail_to_who_gives_up_takes_the_meetings_out_of_the_calendar(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    run_worker(empty_app)
    empty_session.rollback()
    cancel(empty_session, scene.people[0], note="", actor=None, now=LATER)
    empty_session.commit()
    run_worker(empty_app)
    with empty_app.app_context():
        sent = db_session().scalars(
            select(StoredMail.calendar)
            .where(StoredMail.recipient == "p0@essai.example")
            .order_by(StoredMail.id)
        )
        first, last = (read_calendar(text) for text in sent)
    assert [str(one["status"]) for one in last.events] == ["CANCELLED"] * 2
    assert {str(one["uid"]) for one in last.events} == {str(one["uid"]) for one in first.events}
    assert str(last["method"]) == "PUBLISH"


def test_part_of_the_programme_that_moves_gets_a_higher_number(
    empty_app: Flask, empty_session: Session, scene: Scene
) -> None:
    part = add_session(empty_session, scene.day, time(8), time(8, 30), kind=SessionKind.WELCOME)
    empty_session.commit()
    before = events_of(empty_app, scene.people[0])[0]
    part.starts_at -= timedelta(minutes=10)
    empty_session.commit()
    after = events_of(empty_app, scene.people[0])[0]
    assert (after["uid"], sequence_of(after)) == (before["uid"], sequence_of(before) + 1)


# --- Time zones (THREATS T1–T3) ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("Europe/Paris", 1),
        ("America/Guadeloupe", -4),
        ("America/Cayenne", -3),
        ("Indian/Reunion", 4),
        ("Indian/Mayotte", 3),
        ("America/Miquelon", -3),
        ("Pacific/Noumea", 11),
        ("Pacific/Tahiti", -10),
    ],
)
def test_overseas_hours_are_local_with_the_right_offset(
    empty_app: Flask, empty_session: Session, zone: str, hours: int
) -> None:
    scene = make_published_scene(empty_session, time_zone=zone, held_on=date(2027, 1, 14))
    empty_session.commit()
    first = events_of(empty_app, scene.people[0])[0]
    assert (start_of(first).hour, start_of(first).utcoffset()) == (9, timedelta(hours=hours))
    assert start_of(first).astimezone(UTC) == scene.slots[0].starts_at


@pytest.mark.parametrize("held_on", [date(2027, 3, 28), date(2027, 10, 31)])
@pytest.mark.parametrize("first", [time(1), time(9)])
def test_clock_change_sunday_loses_and_doubles_no_slot(
    empty_app: Flask, empty_session: Session, held_on: date, first: time
) -> None:
    scene = make_agenda_scene(empty_session, held_on=held_on)
    start = scene.day.at(first).astimezone(UTC)
    for rank, slot in enumerate(scene.slots):
        slot.starts_at = start + timedelta(minutes=45 * rank)
        slot.ends_at = slot.starts_at + timedelta(minutes=40)
    publish(empty_session, scene, [(rank, 0, (0, 2 + rank % 2)) for rank in (0, 1)])
    empty_session.commit()
    placed = [(rank, 0, (0, 2)) if rank == 3 else (rank, 0, (0, 3)) for rank in (3, 4)]
    publish(empty_session, scene, placed, now=LATER)
    empty_session.commit()
    found = [start_of(one).astimezone(UTC) for one in events_of(empty_app, scene.people[0])]
    assert found == [scene.slots[3].starts_at, scene.slots[4].starts_at]


@pytest.fixture
def server_zone() -> Iterator[None]:
    """Give the process its zone back."""
    before = os.environ.get("TZ")
    yield
    if before is None:
        os.environ.pop("TZ", None)
    else:
        os.environ["TZ"] = before
    process_time.tzset()


@pytest.mark.usefixtures("server_zone")
def test_zone_of_the_server_changes_no_byte(empty_app: Flask, scene: Scene) -> None:
    found = set()
    for zone in ("UTC", "Pacific/Auckland", "America/Los_Angeles", "Europe/Paris"):
        os.environ["TZ"] = zone
        process_time.tzset()
        found.add(bytes_of(empty_app, scene.people[0]))
    assert len(found) == 1


def test_day_is_untouched_by_reading(
    empty_session: Session, empty_app: Flask, scene: Scene
) -> None:
    bytes_of(empty_app, scene.people[0])
    empty_session.expire_all()
    assert empty_session.get_one(MeetupDay, scene.day.id).lock == scene.day.lock
