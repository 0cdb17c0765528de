"""Absences lead to repairs: proposed, applied once, told to those affected, undone."""

import re
from threading import Barrier, Thread

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, MeetupPlan
from tests.factories.accounts import sign_in
from tests.factories.forms import forms_in
from tests.factories.meetup_held import HeldDay
from tests.factories.pages import mails_to, run_worker, submit
from tests.views.meetup_desk.steps import STAFF, desk, repairs


def lose(client: FlaskClient, held: HeldDay, *bodies: MeetupParticipant) -> str:
    """Note bodies absent from now on; return the page of the repairs."""
    data = {"participant": [one.id for one in bodies], "moment": "maintenant"}
    answer = submit(client, desk(held, "/retards"), data, follow_redirects=True)
    assert answer.status_code == 200
    return answer.text


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
