"""A day overseas: every hour printed, mailed or put into a calendar is that of the place."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.mail import StoredMail
from models.meetup_plan import MeetingInquiry
from services.meetup_calendar import refresh_publication
from services.meetup_evenings import close_day
from tests.factories.accounts import make_user, sign_in
from tests.factories.agendas import Scene, make_published_scene
from tests.factories.calendars import read_calendar, start_of
from tests.factories.pages import mails_to
from vocabulary.kinds import UserRole

HELD_ON = date(2027, 3, 11)
# Late in the evening in Paris: the next day already in La Réunion, still the afternoon in
# Guadeloupe.
AT = datetime(2027, 3, 10, 21, 30, tzinfo=UTC)
PLACES = [
    ("Indian/Reunion", "11 mars 2027, 1 h 30 (La Réunion)", "La Réunion", 4),
    ("America/Guadeloupe", "10 mars 2027, 17 h 30 (Guadeloupe)", "Guadeloupe", -4),
]
EACH_PLACE = pytest.mark.parametrize(("zone", "made", "name", "hours"), PLACES)


def words_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def scene_in(session: Session, zone: str) -> Scene:
    made = make_published_scene(session, time_zone=zone, held_on=HELD_ON)
    session.commit()
    return made


@EACH_PLACE
def test_paper_shows_the_hours_of_the_place(
    empty_app: Flask, empty_session: Session, zone: str, made: str, name: str, hours: int
) -> None:
    del hours
    scene = scene_in(empty_session, zone)
    staff = make_user(empty_session, role=UserRole.STAFF)
    scene.people[0].attendees[0].arrived_at = AT
    empty_session.commit()
    base = f"/pilotage/rencontres/{scene.day.slug}"
    with time_machine.travel(AT, tick=False):
        client = sign_in(empty_app, staff.email)
        papers = {
            path: words_of(client.get(f"{base}/{path}").data)
            for path in (
                "impressions/agendas.pdf",
                f"agendas/{scene.people[0].id}.pdf",
                "jour-j/emargement/feuille.pdf",
                "bilan/bilan.pdf",
            )
        }
        badges = words_of(client.get(f"{base}/impressions/badges.pdf").data)
    for path, words in papers.items():
        assert f"Édité le {made} sur" in words, path
    assert "9 h – 9 h 20 Table 1, Grande salle Toits Neufs" in papers["impressions/agendas.pdf"]
    assert f"celles du lieu de la journée ({name})." in papers["impressions/agendas.pdf"]
    assert "Premier rendez-vous : 9 h, table 1, Grande salle" in badges
    assert made.split(", ")[1].split(" (", maxsplit=1)[0] in papers["jour-j/emargement/feuille.pdf"]


@EACH_PLACE
def test_mails_and_their_calendars_show_the_hours_of_the_place(
    empty_app: Flask, empty_session: Session, zone: str, made: str, name: str, hours: int
) -> None:
    del made
    scene = scene_in(empty_session, zone)
    with time_machine.travel(AT):
        (first,) = mails_to(empty_app, "p0@essai.example")
        empty_session.rollback()
        slot = scene.slots[0]
        slot.starts_at += timedelta(minutes=5)
        slot.ends_at += timedelta(minutes=5)
        empty_session.flush()
        refresh_publication(empty_session, scene.day, now=AT)
        empty_session.commit()
        changed = mails_to(empty_app, "p0@essai.example")[1]
    assert f"Les heures sont celles du lieu ({name})." in first
    assert re.search(r"^9 h – 9 h 20 · Table 1, Grande salle$", first, re.MULTILINE)
    assert "9 h, table 1, Grande salle → 9 h 05, table 1, Grande salle" in changed
    wanted = select(StoredMail.calendar).where(StoredMail.recipient == "p0@essai.example")
    for text, minute in zip(
        empty_session.scalars(wanted.order_by(StoredMail.id)), (0, 5), strict=True
    ):
        start = start_of(read_calendar(text).events[0])
        assert (start.hour, start.minute, str(start.tzinfo)) == (9, minute, zone)
        offset = start.utcoffset()
        assert offset == timedelta(hours=hours)


@EACH_PLACE
def test_an_answer_is_dated_by_the_place(
    empty_app: Flask, empty_session: Session, zone: str, made: str, name: str, hours: int
) -> None:
    del hours, name
    scene = scene_in(empty_session, zone)
    close_day(empty_session, scene.day, now=AT)
    for inquiry in empty_session.scalars(select(MeetingInquiry)):
        inquiry.answered_at = AT
    person = make_user(empty_session)
    scene.people[0].attendees[0].user_id = person.id
    empty_session.commit()
    path = f"/rencontres/{scene.day.slug}/participations/{scene.people[0].id}/suites"
    with time_machine.travel(AT + timedelta(days=1)):
        page = re.sub(r"\s+", " ", sign_in(empty_app, person.email).get(path).text)
    assert f"({made.split(',', maxsplit=1)[0]})" in page
