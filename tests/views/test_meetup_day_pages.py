"""The pages of the day: check-in, badges, latecomers, walk-ins, sheet, repairs; for whom."""

import csv
import io
import re
from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import MeetupMeeting, MeetupPlan
from services.meetup_badges import badge_code
from tests.factories.accounts import make_user, sign_in
from tests.factories.forms import forms_in
from tests.factories.meetup_held import HeldDay, at, make_held_day
from tests.factories.meetups import make_attendee, make_day, make_participant
from tests.factories.organizations import make_organization
from tests.factories.pages import mails_to, run_worker, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import ParticipantState

STAFF, MEMBER = "equipe@anru.example", "membre@abeille.example"
NOW = at(9, 10)
MOST_QUERIES = 12
LARGEST_PAGE = 100_000


@pytest.fixture(autouse=True)
def _morning() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def held(empty_session: Session) -> HeldDay:
    """Return a day that runs, an account of the staff, and one that is not."""
    make_user(empty_session, role=UserRole.STAFF, email=STAFF)
    make_user(empty_session, email=MEMBER)
    found = make_held_day(empty_session, people=15, slots=6, tables=5, wishes=8)
    empty_session.commit()
    return found


@pytest.fixture
def staff(empty_app: Flask, held: HeldDay) -> FlaskClient:
    """Return a client of the staff."""
    assert held.day.id
    return sign_in(empty_app, STAFF)


def desk(held: HeldDay, page: str = "") -> str:
    return f"/pilotage/rencontres/{held.day.slug}/jour-j{page}"


def repairs(held: HeldDay, page: str = "") -> str:
    return f"/pilotage/rencontres/{held.day.slug}/reparations{page}"


def badge(held: HeldDay, attendee: MeetupAttendee) -> str:
    return f"/rencontres/{held.day.slug}/badge/{attendee.badge_key}"


def one_of(held: HeldDay, rank: int = 0) -> MeetupAttendee:
    return held.actors[rank].attendees[0]


def arrived_at(session: Session, attendee: MeetupAttendee) -> object:
    session.rollback()
    return session.scalar(select(MeetupAttendee.arrived_at).where(MeetupAttendee.id == attendee.id))


def lose(client: FlaskClient, held: HeldDay, *bodies: MeetupParticipant) -> str:
    """Note bodies absent from now on; return the page of the repairs."""
    data = {"participant": [one.id for one in bodies], "moment": "maintenant"}
    answer = submit(client, desk(held, "/retards"), data, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


def test_the_list_notes_an_arrival_and_takes_it_back(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    someone = one_of(held)
    page = submit(staff, desk(held, "/arrivees"), {"attendee": someone.id}, follow_redirects=True)
    assert f"{someone.name} : arrivée notée à 9 h 10." in page.text
    assert arrived_at(empty_session, someone) is not None
    submit(staff, desk(held, "/arrivees"), {"undo": someone.id})
    assert arrived_at(empty_session, someone) is None


def test_the_list_answers_scripts_with_the_counts(staff: FlaskClient, held: HeldDay) -> None:
    answer = submit(
        staff,
        desk(held, "/arrivees"),
        {"attendee": one_of(held).id},
        headers={"Accept": "application/json"},
    )
    assert answer.json is not None
    assert answer.json["counts"] == "1 sur 15"
    assert answer.json["arrived"] == {str(one_of(held).id): "arrivée à 9\u00a0h\u00a010"}


def test_a_badge_is_read_without_change_and_confirmed_once(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    someone = one_of(held)
    shown = staff.get(badge(held, someone))
    assert (shown.status_code, arrived_at(empty_session, someone)) == (200, None)
    assert "Noter l’arrivée" in shown.text
    done = submit(staff, badge(held, someone), follow_redirects=True)
    assert "Arrivée déjà notée à 9 h 10" in done.text
    again = submit(staff, badge(held, someone), follow_redirects=True)
    assert "arrivée déjà notée à 9 h 10" in again.text


def test_a_badge_of_another_day_and_an_unknown_one_say_so(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    other = make_attendee(
        empty_session, make_participant(empty_session, make_day(empty_session), "Ailleurs")
    )
    empty_session.commit()
    foreign = staff.get(badge(held, other))
    assert (foreign.status_code, "celui de « Journée d’essai »" in foreign.text) == (409, True)
    unknown = staff.get(f"/rencontres/{held.day.slug}/badge/inconnu")
    assert (unknown.status_code, "Aucune personne attendue" in unknown.text) == (404, True)


def test_a_cancelled_participant_is_refused_at_the_badge(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    held.actors[0].state = ParticipantState.CANCELLED
    empty_session.commit()
    answer = submit(staff, badge(held, one_of(held)))
    assert answer.status_code == 422
    assert "a été annulée" in answer.text


def test_a_typed_code_leads_to_the_badge(staff: FlaskClient, held: HeldDay) -> None:
    code = badge_code(one_of(held).badge_key)
    answer = submit(staff, desk(held, "/lecteur"), {"code": code})
    assert answer.headers["Location"] == f"{badge(held, one_of(held))}?lecteur=1"
    refused = submit(staff, desk(held, "/lecteur"), {"code": "12 34"})
    assert (refused.status_code, 'value="12 34"' in refused.text) == (422, True)


def test_the_camera_is_allowed_on_one_page_only(staff: FlaskClient, held: HeldDay) -> None:
    policies = [
        staff.get(page).headers["Permissions-Policy"]
        for page in (desk(held, "/lecteur"), desk(held), badge(held, one_of(held)))
    ]
    assert ["camera=(self)" in policy for policy in policies] == [True, False, False]


def test_a_walk_in_known_of_the_directory_needs_its_name_only(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    make_organization(empty_session, "Ressourcerie d’essai")
    empty_session.commit()
    page = submit(
        staff,
        desk(held, "/accueil/sans-inscription"),
        {"name": "ressourcerie d'essai", "people": "Léa Essai\nTom Essai", "until": "fin"},
        follow_redirects=True,
    )
    assert "« Ressourcerie d’essai » est accueilli." in page.text
    assert page.text.count("arrivée à 9 h 10") == 2


def test_a_new_name_asks_for_its_side_and_keeps_what_was_typed(
    staff: FlaskClient, held: HeldDay
) -> None:
    typed = {"name": "Nouvelle venue", "people": "Léa Essai", "until": "fin"}
    refused = submit(staff, desk(held, "/accueil/sans-inscription"), typed)
    assert refused.status_code == 422
    assert "dites de quel côté de la table" in refused.text
    assert 'value="Nouvelle venue"' in refused.text
    assert "Léa Essai</textarea>" in refused.text
    side = {"side": Side.ACTOR.value}
    taken = submit(staff, desk(held, "/accueil/sans-inscription"), typed | side)
    assert taken.status_code == 302


def test_a_walk_in_sent_twice_is_one(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    page = staff.get(desk(held, "/accueil/sans-inscription")).text
    data = dict(forms_in(page)[0][1]) | {"name": "Une", "people": "Léa", "side": "acteur"}
    answers = [staff.post(desk(held, "/accueil/sans-inscription"), data=data) for _ in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    empty_session.rollback()
    same = select(MeetupParticipant.id).where(MeetupParticipant.name == "Une")
    assert len(empty_session.scalars(same).all()) == 1


def test_latecomers_are_those_who_are_awaited_now(staff: FlaskClient, held: HeldDay) -> None:
    submit(staff, desk(held, "/arrivees"), {"attendee": one_of(held).id})
    page = staff.get(desk(held, "/retards")).text
    assert f'value="{held.actors[0].id}"' not in page
    assert f'value="{held.actors[1].id}"' in page
    none = submit(staff, desk(held, "/retards"), {"moment": "maintenant"})
    assert (none.status_code, "Cochez au moins une structure" in none.text) == (422, True)


def test_absences_lead_to_repairs_and_only_those_affected_are_told(
    empty_app: Flask, staff: FlaskClient, held: HeldDay
) -> None:
    run_worker(empty_app)
    for agenda in held.everybody:
        mails_to(empty_app, agenda.attendees[0].email or "")
    page = lose(staff, held, *held.actors[:3])
    assert "0 déplacement, +" in page
    assert "Ne rien changer" in page
    action, fields = forms_in(page)[0]
    promised = re.search(r"(\d+) structures à prévenir \(dont 3 absentes\) : (\d+) courriels", page)
    assert promised is not None
    before = {one.id: len(mails_of(empty_app, one)) for one in held.everybody}
    done = staff.post(action, data=fields, follow_redirects=True)
    told = re.search(r"publiée : (\d+) structures prévenues, (\d+) courriels", done.text)
    assert told is not None
    after = {one.id: len(mails_of(empty_app, one)) for one in held.everybody}
    more = {number: after[number] - before[number] for number in after}
    written = {number: count for number, count in more.items() if count}
    assert {one.id for one in held.actors[:3]} <= written.keys()
    left = (str(len(written)), str(sum(written.values())))
    assert (promised.groups(), told.groups()) == (left, left)


def mails_of(app: Flask, participant: MeetupParticipant) -> list[str]:
    return mails_to(app, participant.attendees[0].email or "")


def test_the_slower_of_two_staff_sees_fresh_proposals(
    empty_app: Flask, staff: FlaskClient, held: HeldDay
) -> None:
    colleague = sign_in(empty_app, STAFF)
    page = lose(staff, held, *held.actors[:3])
    other = colleague.get(repairs(held)).text
    action, mine = forms_in(page)[0]
    theirs = forms_in(other)[0][1]
    assert staff.post(action, data=mine).status_code == 302
    answer = colleague.post(action, data=theirs)
    assert answer.status_code == 409
    assert "viennent de changer : rien n’a été appliqué" in answer.text


def test_a_repair_sent_twice_is_one(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    action, fields = forms_in(lose(staff, held, *held.actors[:3]))[0]
    answers = [staff.post(action, data=fields).status_code for _ in range(2)]
    empty_session.rollback()
    plans = empty_session.scalars(select(MeetupPlan.id)).all()
    assert (answers, len(plans)) == ([302, 302], 2)


def test_two_repairs_at_one_moment_leave_one_planning(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    lose(staff, held, *held.actors[:3])
    clients = [sign_in(empty_app, STAFF) for _ in range(2)]
    forms = [forms_in(client.get(repairs(held)).text)[0] for client in clients]
    barrier, codes = Barrier(2), []

    def send(client: FlaskClient, action: str, fields: object) -> None:
        barrier.wait()
        codes.append(client.post(action, data=fields).status_code)

    threads = [
        Thread(target=send, args=(client, *form))
        for client, form in zip(clients, forms, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    empty_session.rollback()
    assert sorted(codes) == [302, 409]
    assert len(empty_session.scalars(select(MeetupPlan.id)).all()) == 2


def test_a_forged_proposal_is_refused(staff: FlaskClient, held: HeldDay) -> None:
    lose(staff, held, *held.actors[:3])
    answer = submit(staff, repairs(held, "/appliquer"), {"order": "[1, []]"})
    assert answer.status_code == 422
    assert "ne se lit plus" in answer.text


def test_a_repair_is_undone_from_the_history(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    action, fields = forms_in(lose(staff, held, *held.actors[:3]))[0]
    page = staff.post(action, data=fields, follow_redirects=True).text
    undo, token = next(form for form in forms_in(page) if form[0].endswith("/annuler"))
    done = staff.post(undo, data=token, follow_redirects=True)
    assert "Réparation annulée" in done.text
    empty_session.rollback()
    plan = empty_session.get_one(
        MeetupPlan, empty_session.get_one(MeetupDay, held.day.id).published_plan_id
    )
    assert plan.guarantees["repair"]["undoes"] == 2


def test_a_meeting_is_marked_by_those_who_see_the_hall(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    page = staff.get(desk(held, "/tables")).text
    action, fields = forms_in(page)[0]
    staff.post(action, data={**fields, "held": "oui"})
    empty_session.rollback()
    number = int(action.rpartition("/")[2])
    assert empty_session.get_one(MeetupMeeting, number).is_held is True
    assert staff.post(action, data={**fields, "held": "peut-etre"}).status_code == 400


def test_the_sheet_on_paper_names_everybody_with_boxes_to_sign(
    staff: FlaskClient, held: HeldDay
) -> None:
    submit(staff, desk(held, "/arrivees"), {"attendee": one_of(held).id})
    answer = staff.get(desk(held, "/emargement/feuille.pdf"))
    reader = PdfReader(io.BytesIO(answer.data))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    root: Any = reader.trailer["/Root"]
    assert "/StructTreeRoot" in root
    assert all(one.attendees[0].name in text for one in held.everybody)
    assert "Matin : signature" in text
    assert text.count("9 h 10") >= 1


def test_the_sheet_as_a_table_holds_no_formula(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    one_of(held).name = "=cmd|'/c calc'!A1"
    empty_session.commit()
    data = staff.get(desk(held, "/emargement/feuille.csv")).data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(data), delimiter=";"))
    assert len(rows) == 15
    assert [row["nom"] for row in rows if "cmd" in row["nom"]] == ["'=cmd|'/c calc'!A1"]
    book = staff.get(desk(held, "/emargement/feuille.xlsx")).data
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0)
    assert len(sheet.to_python()) == 16


PAGES = (
    "/jour-j",
    "/jour-j?vue=tous",
    "/jour-j/etat.json",
    "/jour-j/retards",
    "/jour-j/lecteur",
    "/jour-j/accueil/sans-inscription",
    "/jour-j/emargement",
    "/jour-j/tables",
    "/reparations",
)


@pytest.mark.parametrize("page", PAGES)
def test_pages_stay_light_with_two_hundred_participants(
    empty_app: Flask, empty_session: Session, page: str
) -> None:
    make_user(empty_session, role=UserRole.STAFF, email=STAFF)
    held = make_held_day(empty_session, people=200, slots=12, wishes=6)
    for one in held.actors[:3]:
        one.absent_at = NOW
    address = f"/pilotage/rencontres/{held.day.slug}{page}"
    empty_session.commit()
    client = sign_in(empty_app, STAFF)
    client.get(address)  # what is read once and kept
    with count_queries(empty_app) as queries:
        answer = client.get(address)
    assert answer.status_code == 200
    assert len(queries) <= MOST_QUERIES, "\n".join(queries)
    assert len(answer.data) < LARGEST_PAGE


@pytest.mark.parametrize("page", PAGES)
def test_only_staff_reach_the_desk(empty_app: Flask, held: HeldDay, page: str) -> None:
    address = f"/pilotage/rencontres/{held.day.slug}{page}"
    assert sign_in(empty_app, MEMBER).get(address).status_code == 404
    assert "/connexion" in empty_app.test_client().get(address).headers["Location"]


def test_a_badge_tells_nothing_to_others(empty_app: Flask, held: HeldDay) -> None:
    member = sign_in(empty_app, MEMBER)
    known, unknown = (
        member.get(address)
        for address in (badge(held, one_of(held)), f"/rencontres/{held.day.slug}/badge/inconnu")
    )
    assert (known.status_code, unknown.status_code) == (404, 404)
    assert one_of(held).name not in known.text


def test_somebody_of_another_day_is_not_found(
    empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    body = make_participant(empty_session, make_day(empty_session), "Ailleurs")
    other = make_attendee(empty_session, body)
    empty_session.commit()
    answers = [
        submit(staff, desk(held, "/arrivees"), {"attendee": other.id}),
        submit(staff, desk(held, f"/accueil/{body.id}/personnes"), {"name": "Léa"}),
        submit(staff, desk(held, f"/accueil/{body.id}/absence/absent"), {"moment": "maintenant"}),
        submit(staff, desk(held, "/retards"), {"participant": body.id, "moment": "maintenant"}),
        staff.get(desk(held, f"/accueil/{body.id}")),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5
    assert arrived_at(empty_session, other) is None


def test_without_its_token_no_form_changes_anything(
    empty_app: Flask, empty_session: Session, staff: FlaskClient, held: HeldDay
) -> None:
    empty_app.testing = False  # as served
    someone = one_of(held)
    answers = [
        staff.post(desk(held, "/arrivees"), data={"attendee": someone.id}),
        staff.post(badge(held, someone)),
        staff.post(desk(held, "/retards"), data={"participant": held.actors[0].id}),
        staff.post(repairs(held, "/appliquer"), data={"order": ""}),
    ]
    assert [answer.status_code for answer in answers] == [400] * 4
    assert arrived_at(empty_session, someone) is None
