"""The report of a day, wherever the day stands: its sentences, its files, its number of queries."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import python_calamine
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now, today
from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_plan import MeetingInquiry
from services.meetup_evenings import close_day
from services.meetup_report import earlier_days, read_figures
from tests.databases import site_from
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetup_evenings import Evening, make_evening
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    publish_meetings,
)
from tests.factories.pages import submit
from tests.query_counter import count_queries
from vocabulary.exchanges import OutcomeStage, Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, MeetingReport, ParticipantState

MOST = 12
FILES = ("", "/bilan.pdf", "/bilan.xlsx", "/bilan.csv")
HOSTILE = ("=1+1", "+33", "-2", "@SUM(A1)", "\t=1")


def report_of(day: MeetupDay, name: str = "") -> str:
    return f"/pilotage/rencontres/{day.slug}/bilan{name}"


def words_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def sheets_of(content: bytes) -> dict[str, list[list[str]]]:
    """Return the cells of a workbook, sheet by sheet."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {
        name: [[str(cell) for cell in row] for row in book.get_sheet_by_name(name).to_python()]
        for name in book.sheet_names
    }


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture
def staff(empty_app: Flask, empty_session: Session) -> FlaskClient:
    person = make_user(empty_session, role=UserRole.STAFF)
    empty_session.commit()
    return sign_in(empty_app, person.email)


def make_told_day(session: Session, meetings: int, *, held_on: date, title: str) -> MeetupDay:
    """Add a day that is over, each of its meetings told of by both sides, who do not agree."""
    day = make_day(session, title, held_on=held_on)
    slots, tables = make_slots(session, day, 10), make_tables(session, day, -(-meetings // 10))
    pairs = []
    for number in range(meetings):
        pair = (
            make_participant(session, day, f"{title} {number:03}", side=Side.TERRITORY),
            make_participant(session, day, f"Atelier {number:03}"),
        )
        make_attendee(session, pair[0], arrived_at=now())
        pair[0].arrived_at = now()
        pairs.append((slots[number % 10], tables[number // 10], pair))
    for meeting, (_slot, _table, pair) in zip(
        publish_meetings(session, day, pairs), pairs, strict=True
    ):
        meeting.is_held = meeting.is_disputed = True
        meeting.stage = OutcomeStage.EXPERIMENT
        session.add_all(
            MeetingInquiry(
                meeting_id=meeting.id,
                participant_id=one.id,
                due_at=now(),
                days_after=0,
                asked_at=now(),
                answered_at=now(),
                report=MeetingReport.HELD,
                satisfaction=4,
                stage=stage,
                note="Un essai.",
            )
            for one, stage in zip(
                pair, (OutcomeStage.CONTRACT, OutcomeStage.EXPERIMENT), strict=True
            )
        )
    session.flush()
    return day


@pytest.mark.parametrize("name", FILES)
def test_five_meetings_and_a_hundred_cost_the_same_queries(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, name: str
) -> None:
    few = make_told_day(empty_session, 5, held_on=today() - timedelta(days=9), title="Petite")
    many = make_told_day(empty_session, 100, held_on=today() - timedelta(days=4), title="Grande")
    empty_session.commit()
    counts = []
    for day in (few, many):
        staff.get(report_of(day, name))
        with count_queries(empty_app) as statements:
            assert staff.get(report_of(day, name)).status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1]
    assert counts[1] <= MOST


@pytest.fixture(scope="module")
def demo(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Return the application over the demonstration."""
    with site_from(templates / "seeded", tmp_path_factory.mktemp("demo")) as app:
        yield app


@pytest.mark.parametrize("name", FILES)
def test_reports_of_the_demonstration_keep_to_twelve_queries(demo: Flask, name: str) -> None:
    client = sign_in(demo, "equipe@demo.example")
    with demo.app_context():
        days = db_session().scalars(MeetupDay.public()).all()
    assert len(days) >= 3
    for day in days:
        client.get(report_of(day, name))
        with count_queries(demo) as statements:
            assert client.get(report_of(day, name)).status_code == 200
        assert len(statements) <= MOST, (day.slug, name)


def test_the_figures_take_four_queries_however_many_days(
    empty_app: Flask, empty_session: Session
) -> None:
    days = [
        make_told_day(empty_session, 3, held_on=today() - timedelta(days=n), title=f"Jour {n}")
        for n in (3, 5, 7)
    ]
    empty_session.commit()
    with empty_app.app_context():
        session = db_session()
        again = [session.get_one(MeetupDay, day.id) for day in days]
        with count_queries(empty_app) as statements:
            found = read_figures(session, again)
    assert len(statements) == 4
    assert [found[day.id].planned for day in days] == [3, 3, 3]


def test_every_figure_is_counted_once(empty_session: Session) -> None:
    """Two people of one body, bodies with one, two and no meeting, one that cancelled."""
    day = make_day(empty_session, held_on=today() - timedelta(days=1))
    slots, tables = make_slots(empty_session, day, 3), make_tables(empty_session, day, 2)
    bodies = [make_participant(empty_session, day, f"Corps {n}") for n in range(4)]
    for body in bodies:
        for _person in range(2):
            make_attendee(empty_session, body, arrived_at=now())
        body.arrived_at = now()
    bodies[3].state = ParticipantState.CANCELLED
    bodies[2].is_walk_in = True
    publish_meetings(
        empty_session,
        day,
        [(slots[0], tables[0], bodies[:2]), (slots[1], tables[0], (bodies[0], bodies[2]))],
    )
    found = read_figures(empty_session, [day])[day.id]
    assert (found.expected, found.walk_ins, found.arrived, found.people_arrived) == (2, 1, 3, 6)
    assert (found.per_participant, found.median_meetings) == ((1, 1, 2), 1.0)


def make_report_day(session: Session, held_on: date, **columns: Any) -> Evening:
    made = make_evening(session, held_on=held_on)
    for name, value in columns.items():
        setattr(made.day, name, value)
    session.commit()
    return made


def sentence_on(staff: FlaskClient, day: MeetupDay) -> str:
    """Return the first sentence of the report, the same on the page and in its PDF."""
    page = staff.get(report_of(day))
    assert page.status_code == 200
    lead = plain(page.text.split('<p class="lead">')[1].split("</p>")[0]).replace("\xa0", " ")
    paper = words_of(staff.get(report_of(day, "/bilan.pdf")).data).replace("\xa0", " ")
    assert lead in paper
    return lead


def test_a_day_to_come_says_when_and_offers_no_figures(
    empty_session: Session, staff: FlaskClient
) -> None:
    made = make_report_day(empty_session, today() + timedelta(days=40))
    assert "1 rendez-vous prévu, 2 participants attendus" in sentence_on(staff, made.day)
    page = staff.get(report_of(made.day)).text
    assert ("Participants venus" in page, "bilan.pdf" in page) == (False, False)


def test_a_day_under_way_says_who_has_come(empty_session: Session, staff: FlaskClient) -> None:
    made = make_report_day(empty_session, today())
    # By the clocks of the place the slots of today may be over: the last one is put off.
    made.day.slots[-1].ends_at = now() + timedelta(hours=1)
    empty_session.commit()
    assert "aucune arrivée n’est notée" in sentence_on(staff, made.day)
    made.territory.arrived_at = now()
    empty_session.commit()
    assert "1 participant sur 2 est arrivé" in sentence_on(staff, made.day)


def test_a_day_that_is_over_and_not_asked_about_says_so(
    empty_session: Session, staff: FlaskClient
) -> None:
    made = make_report_day(empty_session, today() - timedelta(days=1))
    made.territory.arrived_at = now()
    empty_session.commit()
    assert "Les questions ne sont pas encore posées." in sentence_on(staff, made.day)
    assert "Utilité des rendez-vous, selon" not in staff.get(report_of(made.day)).text


def test_a_day_without_presence_nor_answer_says_that_nothing_was_noted(
    empty_session: Session, staff: FlaskClient
) -> None:
    made = make_report_day(empty_session, today() - timedelta(days=1))
    close_day(empty_session, made.day, now=now())
    empty_session.commit()
    assert "rien n’a été noté : ni arrivée à l’accueil, ni réponse" in sentence_on(staff, made.day)
    page = staff.get(report_of(made.day)).text
    assert "Personne n’a encore donné de note." in page
    assert "Aucune journée plus ancienne à laquelle comparer." in page
    paper = words_of(staff.get(report_of(made.day, "/bilan.pdf")).data)
    assert "Aucune journée plus ancienne à laquelle comparer." in paper
    assert "Personne n’a encore donné de note." in paper


def test_answers_without_any_arrival_noted_are_told_apart(
    empty_session: Session, staff: FlaskClient
) -> None:
    made = make_told_day(
        empty_session, 2, held_on=today() - timedelta(days=1), title="Sans accueil"
    )
    for one in made.participants:
        one.arrived_at = None
    empty_session.commit()
    assert sentence_on(staff, made) == (
        "Aucune arrivée n’a été notée à l’accueil ; 2 rendez-vous sur 2 sont dits tenus ; "
        "2 ont mené à une expérimentation ou plus loin, dont 0 à un contrat."
    )


def test_a_cancelled_day_has_no_report_and_asks_nothing(
    empty_session: Session, staff: FlaskClient
) -> None:
    made = make_report_day(
        empty_session,
        today() - timedelta(days=1),
        state=DayState.CANCELLED,
        cancelled_reason="Salle inondée.",
    )
    assert sentence_on(staff, made.day) == "La journée a été annulée : il n’y a pas de bilan."
    page = staff.get(report_of(made.day)).text
    assert ("Salle inondée." in page, "Participants venus" in page) == (True, False)
    answer = submit(staff, report_of(made.day, "/demander"), follow_redirects=True)
    assert "La journée est annulée : il n’y a rien à demander." in answer.text
    assert close_day(empty_session, made.day, now=now()) == 0


def test_only_days_that_were_held_are_compared(empty_session: Session) -> None:
    day = make_day(empty_session, "Celle-ci", held_on=today() + timedelta(days=90))
    for title, days, state, has_plan in (
        ("Tenue", -30, DayState.CLOSED, True),
        ("Annulée", -40, DayState.CANCELLED, True),
        ("Sans planning", -50, DayState.CLOSED, False),
        ("À venir", 30, DayState.OPEN, True),
    ):
        other = make_day(empty_session, title, held_on=today() + timedelta(days=days), state=state)
        if has_plan:
            slots, tables = (
                make_slots(empty_session, other, 1),
                make_tables(empty_session, other, 1),
            )
            pair = [make_participant(empty_session, other, f"{title} {n}") for n in range(2)]
            publish_meetings(empty_session, other, [(slots[0], tables[0], pair)])
    found = earlier_days(empty_session, day, today=today())
    assert [one.title for one in found] == ["Tenue"]


def test_the_printed_report_is_tagged_and_counts_its_pages(
    empty_session: Session, staff: FlaskClient
) -> None:
    day = make_told_day(empty_session, 40, held_on=today() - timedelta(days=2), title="Imprimée")
    empty_session.commit()
    response = staff.get(report_of(day, "/bilan.pdf"))
    assert response.headers["Cache-Control"] == "private, no-store"
    reader = PdfReader(io.BytesIO(response.data))
    root = cast("dict[str, Any]", reader.trailer["/Root"])
    assert bool(root["/MarkInfo"]["/Marked"]) is True
    assert "/StructTreeRoot" in root
    words = words_of(response.data)
    assert f"page 1 sur {len(reader.pages)}" in words
    assert len(reader.pages) >= 2
    assert "Imprimée 039 – Atelier 039" in words
    assert "Rendez-vous tenus 40" in words


def test_a_report_overseas_is_dated_by_the_clocks_of_the_place(
    empty_session: Session, staff: FlaskClient
) -> None:
    made = make_report_day(empty_session, today() - timedelta(days=1), time_zone="Indian/Reunion")
    before = now().astimezone(made.day.zone)
    words = words_of(staff.get(report_of(made.day, "/bilan.pdf")).data).replace("\xa0", " ")
    after = now().astimezone(made.day.zone)
    hours = {
        f"{one.hour} h {one.minute:02}" if one.minute else f"{one.hour} h"
        for one in (before, after)
    }
    assert any(f"{hour} (La Réunion) sur" in words for hour in hours)


def test_no_cell_of_the_workbook_is_a_formula(empty_session: Session, staff: FlaskClient) -> None:
    day = make_told_day(
        empty_session, len(HOSTILE), held_on=today() - timedelta(days=2), title="Hostile"
    )
    day.place = "=HYPERLINK(1)"
    people = sorted(day.participants, key=lambda one: one.id)
    for one, name in zip(people[::2], HOSTILE, strict=True):
        one.name = name
    for inquiry in empty_session.scalars(select(MeetingInquiry)):
        inquiry.note = "=cmd|' /C calc'!A0"
    empty_session.commit()
    content = staff.get(report_of(day, "/bilan.xlsx")).data
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheets = [book.read(one).decode() for one in book.namelist() if "/worksheets/" in one]
    assert [("<f>" in sheet, "hyperlink" in sheet) for sheet in sheets] == [(False, False)] * 2
    starts = {
        str(cell)[0] for rows in sheets_of(content).values() for row in rows for cell in row if cell
    }
    assert starts & set("=+-@\t\r") == set()
    names = [row[3] for row in sheets_of(content)["Rendez-vous"][1:]]
    assert sorted(names) == sorted(f"'{name}" for name in HOSTILE)


def test_the_workbook_leads_from_meetings_to_contracts(
    empty_session: Session, staff: FlaskClient
) -> None:
    """Nothing is typed again: who met whom about what, what each says, what is retained."""
    day = make_told_day(empty_session, 3, held_on=today() - timedelta(days=2), title="Suivie")
    empty_session.commit()
    sheets = sheets_of(staff.get(report_of(day, "/bilan.xlsx")).data)
    head, *rows = sheets["Rendez-vous"]
    lines = [dict(zip(head, row, strict=True)) for row in rows]
    assert [line["territoires"] for line in lines] == [f"Suivie {n:03}" for n in range(3)]
    one = lines[0]
    assert (one["tenu"], one["suite selon le territoire"], one["suite selon l’acteur"]) == (
        "oui",
        "Contrat",
        "Expérimentation",
    )
    assert (one["suite retenue"], one["les comptes rendus diffèrent"]) == ("Expérimentation", "oui")
    figures = {row[0]: row[1] for row in sheets["Comparaison"][1:]}
    assert (figures["Rendez-vous tenus"], figures["Expérimentations, contrats compris"]) == (
        "3",
        "3",
    )
    assert figures["Contrats"] == "0"
