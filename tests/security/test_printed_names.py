"""Names that are anything but names, on all that a meetup day prints: read back as typed (O1)."""

import re
import unicodedata
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_session,
    make_slots,
    make_tables,
    publish_meetings,
)
from vocabulary.kinds import UserRole

READING: Final = '#read("/etc/passwd")'
EVALUATING: Final = '"); #eval("1+1") #{sys.inputs}'
IMPORTING: Final = '#import "@preview/cetz:0.3.0"'
MARKS: Final = "$x^2$ @ref <label> // fin /* rien */ *g* _s_ `c` = + - ~ -- ---"
ESCAPES: Final = "\\ \\# \\u{41} %(name)s {page} {{ 7*7 }} ${data} &lt;b&gt;"
QUOTES: Final = "l'« O'Neil \"dit\" ' » ..."
NAMES: Final = (
    *(READING, EVALUATING, IMPORTING, MARKS, ESCAPES, QUOTES),
    '#read("layout.typ")',
    "E\u0301cole d’E\u0301te\u0301, Cie\u0301 et Noe\u0308l",
    "Laboratoire" * 18,
    "\u05e2\u05d1\u05e8\u05d9\u05ea",
)
# What stands for what no page can hold.
REPLACED: Final = (
    ("A\x00B un", "A\ufffdB un"),
    ("A\x1b[31mB deux", "A\ufffd[31mB deux"),
    ("A\x85\x9fB trois", "A\ufffd\ufffdB trois"),
    ("A\u2028B\u2029C quatre", "A\ufffdB\ufffdC quatre"),
    ("A\u202etxt.exe\u2066B cinq", "Atxt.exeB cinq"),
    ("\u6f22\u5b57 \U0001f331 six", " six"),
)
# Each document, and how many sheets of it ten participants take: their agendas and one table.
PRINTED: Final = {
    "impressions/agendas.pdf": 11,
    "impressions/badges.pdf": 2,
    "jour-j/emargement/feuille.pdf": 2,
}
# No line of ours holds more letters on a sheet turned sideways.
LONGEST_LINE: Final = 150


@dataclass(frozen=True)
class Printed:
    """A day whose names are hostile, and somebody of the staff to print it."""

    day: MeetupDay
    people: list[MeetupParticipant]
    staff: FlaskClient

    def read(self, path: str) -> PdfReader:
        """Return a document of the day, read back."""
        answer = self.staff.get(f"/pilotage/rencontres/{self.day.slug}/{path}")
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf"), path
        return PdfReader(BytesIO(answer.data))


def make_printed(app: Flask, session: Session, names: tuple[str, ...]) -> Printed:
    """Store a published day at which each participant, person and job has one of the names."""
    day = make_day(session, EVALUATING, slug="impressions-hostiles", place=MARKS, address=ESCAPES)
    table = make_tables(session, day, 1, room=QUOTES)[0]
    table.label = READING
    slots = make_slots(session, day, len(names) // 2)
    make_session(session, day, IMPORTING)
    people = []
    for number, name in enumerate(names):
        one = make_participant(session, day, f"Participant {number}")
        one.name = name
        make_attendee(session, one, name, job_title=name[:160])
        people.append(one)
    pairs = zip(slots, people[::2], people[1::2], strict=True)
    publish_meetings(session, day, [(slot, table, pair) for slot, *pair in pairs])
    staff = make_user(session, role=UserRole.STAFF)
    session.commit()
    return Printed(day, people, sign_in(app, staff.email))


@pytest.fixture
def printed(empty_app: Flask, empty_session: Session) -> Printed:
    return make_printed(empty_app, empty_session, NAMES)


def squeezed(text: str) -> str:
    """Return a text without its blanks: lines end where the paper does."""
    return re.sub(r"\s", "", unicodedata.normalize("NFC", text))


def words(reader: PdfReader) -> str:
    return squeezed("".join(page.extract_text() for page in reader.pages))


@pytest.mark.parametrize("path", PRINTED)
def test_each_name_is_printed_as_it_was_typed(printed: Printed, path: str) -> None:
    reader = printed.read(path)
    found = words(reader)
    assert [name for name in NAMES if squeezed(name) not in found] == []
    assert "root:x:0" not in found
    assert len(reader.pages) == PRINTED[path]


@pytest.mark.parametrize("path", PRINTED)
def test_a_name_without_a_blank_keeps_to_the_sheet(printed: Printed, path: str) -> None:
    lines = [line for page in printed.read(path).pages for line in page.extract_text().splitlines()]
    assert max(len(line) for line in lines) < LONGEST_LINE


def test_ones_own_agenda_and_badge_and_the_report_hold_them_too(printed: Printed) -> None:
    one = printed.people[0]
    for path, pages, expected in (
        (f"agendas/{one.id}.pdf", 1, (READING, EVALUATING, IMPORTING, MARKS, ESCAPES, QUOTES)),
        (f"impressions/badges/{one.attendees[0].id}.pdf", 1, (READING, EVALUATING, QUOTES)),
        ("bilan/bilan.pdf", 2, (EVALUATING,)),
    ):
        reader = printed.read(path)
        found = words(reader)
        assert [name for name in expected if squeezed(name) not in found] == [], path
        assert "root:x:0" not in found
        assert len(reader.pages) <= pages, path


@pytest.mark.parametrize("path", PRINTED)
def test_what_no_page_can_hold_is_replaced(
    empty_app: Flask, empty_session: Session, path: str
) -> None:
    typed = tuple(text for text, _shown in REPLACED)
    found = words(make_printed(empty_app, empty_session, typed).read(path))
    assert [shown for _typed, shown in REPLACED if squeezed(shown) not in found] == []
