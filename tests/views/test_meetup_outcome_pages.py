"""Pages of what came of the meetings: answering all of them at once, and the organisers' report."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest
import python_calamine
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.clock import now, today
from extensions.participation_links import participation_url
from models.introduction import Introduction
from models.meetup_plan import MeetupMeeting
from models.partnership import Partnership, PartnershipMember
from services.meetup_evenings import close_day
from services.meetup_outcomes import MeetingAnswer
from services.meetup_report import read_figures
from services.meetup_results import results_between
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetup_evenings import Evening, make_evening
from tests.factories.meetups import make_participant, publish_meetings
from tests.factories.pages import csrf_token, mails_to, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import OutcomeStage, Side
from vocabulary.kinds import PublicationState, UserRole
from vocabulary.meetups import MeetingReport

HELD = MeetingAnswer(report=MeetingReport.HELD, satisfaction=4, stage=OutcomeStage.MEETING)


@pytest.fixture
def evening(empty_session: Session) -> Evening:
    """Return a day held yesterday, whose questions are asked."""
    made = make_evening(empty_session, held_on=today() - timedelta(days=1))
    close_day(empty_session, made.day, now=now())
    empty_session.commit()
    return made


@pytest.fixture
def buyer(empty_app: Flask, evening: Evening) -> FlaskClient:
    return sign_in(empty_app, evening.table.buyer.email)


@pytest.fixture
def staff(empty_app: Flask, empty_session: Session) -> FlaskClient:
    person = make_user(empty_session, role=UserRole.STAFF)
    empty_session.commit()
    return sign_in(empty_app, person.email)


def page_of(evening: Evening, side: Side) -> str:
    return f"/rencontres/{evening.day.slug}/participations/{evening.own(side).id}/suites"


def report_of(evening: Evening, name: str = "") -> str:
    return f"/pilotage/rencontres/{evening.day.slug}/bilan{name}"


def answered(evening: Evening, **fields: str) -> dict[str, str]:
    return {f"{name}-{evening.meeting.id}": value for name, value in fields.items()}


def fresh(session: Session, evening: Evening) -> MeetupMeeting:
    session.rollback()  # ends the transaction in which the page was not yet sent
    return session.get_one(MeetupMeeting, evening.meeting.id)


def test_a_mail_leads_without_an_account_to_all_the_meetings(
    empty_app: Flask, empty_session: Session, evening: Evening
) -> None:
    address = evening.actor.attendees[0].email or ""
    (mail,) = mails_to(empty_app, address)
    assert mail.startswith("Votre rendez-vous d’aujourd’hui\n")
    with empty_app.app_context():
        link = participation_url(
            evening.actor, "participation_outcomes.index", attendee=evening.actor.attendees[0]
        )
    client = empty_app.test_client()
    page = client.get(link, follow_redirects=True)
    assert page.request.path == page_of(evening, Side.ACTOR)
    assert "Un rendez-vous attend votre réponse." in page.text
    fields = answered(evening, report="tenue", mark="5", note="Suite en janvier.")
    sent = client.post(
        page_of(evening, Side.ACTOR), data={"csrf_token": csrf_token(client), **fields}
    )
    assert sent.status_code == 302
    meeting = fresh(empty_session, evening)
    assert (meeting.is_held, meeting.stage) == (True, OutcomeStage.MEETING)
    assert meeting.introduction_id is not None


def test_nobody_is_written_to_twice(empty_app: Flask, evening: Evening) -> None:
    address = evening.actor.attendees[0].email or ""
    assert len(mails_to(empty_app, address)) == len(mails_to(empty_app, address)) == 1


def test_each_side_reads_what_the_other_says(
    empty_session: Session, evening: Evening, buyer: FlaskClient
) -> None:
    answer = MeetingAnswer(
        report=MeetingReport.HELD, stage=OutcomeStage.EXPERIMENT, note="Essai en mars."
    )
    evening.answer(empty_session, Side.ACTOR, answer, at=now())
    empty_session.commit()
    page = buyer.get(page_of(evening, Side.TERRITORY)).text
    assert "Essai en mars." in page
    submit(buyer, page_of(evening, Side.TERRITORY), answered(evening, report="autre-absent"))
    page = buyer.get(page_of(evening, Side.TERRITORY)).text
    assert "les deux parties ne disent pas la même chose" in page


def test_an_empty_form_says_so_and_changes_nothing(
    empty_session: Session, evening: Evening, buyer: FlaskClient
) -> None:
    page = submit(buyer, page_of(evening, Side.TERRITORY), answered(evening, note="Un mot."))
    assert page.status_code == 422
    assert "Répondez pour un rendez-vous au moins." in page.text
    assert "Un mot." in page.text
    assert fresh(empty_session, evening).is_held is None


def test_a_value_that_is_not_offered_is_refused(evening: Evening, buyer: FlaskClient) -> None:
    page = submit(buyer, page_of(evening, Side.TERRITORY), answered(evening, report="<b>"))
    assert page.status_code == 422
    note = "n" * 501
    page = submit(
        buyer, page_of(evening, Side.TERRITORY), answered(evening, report="tenue", note=note)
    )
    assert page.status_code == 422
    assert note in page.text


def test_a_double_click_answers_once(
    empty_session: Session, evening: Evening, buyer: FlaskClient
) -> None:
    data = {
        "form_number": "a" * 32,
        **answered(evening, report="tenue", stage="contrat"),
    }
    first = submit(buyer, page_of(evening, Side.TERRITORY), data)
    second = submit(buyer, page_of(evening, Side.TERRITORY), data)
    assert first.location == second.location
    meeting = fresh(empty_session, evening)
    landed = select(Introduction.id).where(Introduction.need_id == meeting.need_id)
    assert empty_session.scalars(landed).all() == [meeting.introduction_id]


def test_before_the_evening_the_page_says_when(empty_app: Flask, empty_session: Session) -> None:
    made = make_evening(empty_session, held_on=today() + timedelta(days=30))
    empty_session.commit()
    client = sign_in(empty_app, made.table.buyer.email)
    assert "Rien à dire pour l’instant" in client.get(page_of(made, Side.TERRITORY)).text


def test_another_participant_finds_nothing(
    empty_app: Flask, empty_session: Session, evening: Evening
) -> None:
    stranger = make_user(empty_session)
    empty_session.commit()
    client = sign_in(empty_app, stranger.email)
    assert client.get(page_of(evening, Side.ACTOR)).status_code == 404


def test_the_number_of_queries_does_not_follow_the_meetings(
    empty_app: Flask, empty_session: Session, evening: Evening, buyer: FlaskClient
) -> None:
    buyer.get(page_of(evening, Side.TERRITORY))
    with count_queries(empty_app) as few:
        assert buyer.get(page_of(evening, Side.TERRITORY)).status_code == 200
    others = [make_participant(empty_session, evening.day, f"Autre {n}") for n in range(2)]
    slots, tables = evening.day.slots, evening.day.rooms[0].tables
    publish_meetings(
        empty_session,
        evening.day,
        [
            (slot, tables[0], (evening.territory, other))
            for slot, other in zip(slots, others, strict=True)
        ],
    )
    close_day(empty_session, evening.day, now=now())
    empty_session.commit()
    with count_queries(empty_app) as many:
        page = buyer.get(page_of(evening, Side.TERRITORY))
    assert "Autre 1" in page.text
    assert len(many) == len(few)
    assert len(many) <= 12


def test_the_report_counts_the_day(
    empty_session: Session, evening: Evening, staff: FlaskClient
) -> None:
    evening.answer(empty_session, Side.ACTOR, HELD, at=now())
    contract = MeetingAnswer(report=MeetingReport.HELD, satisfaction=5, stage=OutcomeStage.CONTRACT)
    evening.answer(empty_session, Side.TERRITORY, contract, at=now())
    evening.territory.arrived_at = now()
    empty_session.commit()
    found = read_figures(empty_session, [evening.day])[evening.day.id]
    assert (found.expected, found.arrived, found.planned, found.held) == (2, 1, 1, 1)
    assert (found.asked, found.answered, found.satisfaction) == (2, 2, 4.5)
    assert (found.disputed, found.contracts, found.introductions) == (1, 0, 1)
    page = staff.get(report_of(evening))
    assert page.status_code == 200
    assert "1 rendez-vous sur 1 est dit tenu" in page.text
    assert "les deux parties ne disent pas la même chose" in page.text


def test_a_partnership_of_two_that_met_is_born_of_the_day(
    empty_session: Session, evening: Evening, staff: FlaskClient
) -> None:
    evening.answer(empty_session, Side.ACTOR, HELD, at=now())
    born = Partnership(
        slug="ne-ce-jour",
        name="Né ce jour",
        summary="Un essai.",
        state=PublicationState.PUBLISHED,
        created_at=now(),
        members=[
            PartnershipMember(organization_id=evening.table.carrier.id),
            PartnershipMember(organization_id=evening.table.actor.id),
        ],
    )
    older = Partnership(
        slug="plus-ancien",
        name="Plus ancien",
        summary="Un essai.",
        created_at=now() - timedelta(days=400),
        members=[
            PartnershipMember(organization_id=evening.table.carrier.id),
            PartnershipMember(organization_id=evening.table.actor.id),
        ],
    )
    empty_session.add_all([born, older])
    empty_session.commit()
    assert read_figures(empty_session, [evening.day])[evening.day.id].born == (born,)
    page = staff.get(report_of(evening)).text
    assert "Né ce jour" in page
    assert "Plus ancien" not in page


def test_earlier_days_stand_beside(
    empty_session: Session, evening: Evening, staff: FlaskClient
) -> None:
    make_evening(empty_session, code="QN00991M", mark=" 2", held_on=today() - timedelta(days=100))
    empty_session.commit()
    page = staff.get(report_of(evening)).text
    assert page.count('<th scope="col" class="number">') == 2


def test_the_files_hold_every_meeting(
    empty_session: Session, evening: Evening, staff: FlaskClient
) -> None:
    answer = MeetingAnswer(report=MeetingReport.HELD, stage=OutcomeStage.CONTRACT, note="=1+1")
    evening.answer(empty_session, Side.ACTOR, answer, at=now())
    evening.answer(empty_session, Side.TERRITORY, replace(answer, note=""), at=now())
    empty_session.commit()
    text = staff.get(report_of(evening, "/bilan.csv")).data.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert (row["territoires"], row["acteurs"]) == (evening.territory.name, evening.actor.name)
    assert (row["tenu"], row["suite retenue"], row["précisions"]) == ("oui", "Contrat", "'=1+1")
    book = python_calamine.CalamineWorkbook.from_filelike(
        io.BytesIO(staff.get(report_of(evening, "/bilan.xlsx")).data)
    )
    assert book.sheet_names == ["Rendez-vous", "Comparaison"]
    sheet = book.get_sheet_by_name("Rendez-vous").to_python()
    assert [str(cell) for cell in sheet[1]] == list(row.values())


def test_the_report_prints(empty_session: Session, evening: Evening, staff: FlaskClient) -> None:
    evening.answer(empty_session, Side.ACTOR, HELD, at=now())
    empty_session.commit()
    reader = PdfReader(io.BytesIO(staff.get(report_of(evening, "/bilan.pdf")).data))
    text = " ".join("\n".join(page.extract_text() for page in reader.pages).split())
    assert "Bilan : Journée du soir" in text
    assert "Rendez-vous tenus" in text
    root = cast("dict[str, dict[str, bool]]", reader.trailer["/Root"])
    assert bool(root["/MarkInfo"]["/Marked"]) is True


def test_staff_may_ask_without_waiting(
    empty_app: Flask, empty_session: Session, staff: FlaskClient
) -> None:
    made = make_evening(
        empty_session, code="QN00992M", mark=" 3", held_on=today() - timedelta(days=1)
    )
    empty_session.commit()
    assert "Demander les suites maintenant" in staff.get(report_of(made)).text
    submit(staff, report_of(made, "/demander"))
    submit(staff, report_of(made, "/demander"))
    address = made.actor.attendees[0].email or ""
    assert len(mails_to(empty_app, address)) == 1


def test_a_day_to_come_is_not_asked_about(empty_session: Session, staff: FlaskClient) -> None:
    made = make_evening(
        empty_session, code="QN00993M", mark=" 4", held_on=today() + timedelta(days=9)
    )
    empty_session.commit()
    page = submit(staff, report_of(made, "/demander"), follow_redirects=True)
    assert "La journée n’est pas terminée" in page.text


def test_the_report_of_a_day_without_plan_says_so(
    empty_session: Session, evening: Evening, staff: FlaskClient
) -> None:
    evening.day.published_plan_id = None
    empty_session.commit()
    assert "Pas encore de bilan" in staff.get(report_of(evening)).text


def test_the_dashboard_counts_what_the_day_led_to(
    empty_session: Session, evening: Evening, staff: FlaskClient
) -> None:
    contract = MeetingAnswer(report=MeetingReport.HELD, stage=OutcomeStage.CONTRACT)
    for side in Side:
        evening.answer(empty_session, side, contract, at=now())
    empty_session.commit()
    page = staff.get("/pilotage/parcours").text
    assert evening.day.title in page
    days = results_between(empty_session, evening.day.held_on, evening.day.held_on)
    assert [(one.held, one.introductions, one.contracts) for one in days] == [(1, 1, 1)]


def test_the_outcomes_to_give_name_the_day(evening: Evening, buyer: FlaskClient) -> None:
    page = buyer.get("/mon-espace/suites").text
    assert page_of(evening, Side.TERRITORY) in page
    assert "1 rendez-vous attend votre réponse" in page
    submit(buyer, page_of(evening, Side.TERRITORY), answered(evening, report="tenue"))
    assert "Rien à dire pour l’instant" in buyer.get("/mon-espace/suites").text
