"""Invitations: by territory, by name, once each; reminders stop at an answer."""

from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay
from tests.factories.accounts import make_membership, make_user
from tests.factories.entries import make_territory
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_participant,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import mails_to, submit
from tests.views.meetup_participants.steps import ROOT, fill, named, several
from vocabulary.meetups import ParticipantState


def test_invitations_go_once_and_reminders_stop_at_an_answer(
    empty_app: Flask, staff: FlaskClient
) -> None:
    fill(empty_app, several(2, state=ParticipantState.INVITED, confirmed_at=None))
    page = staff.get(f"{ROOT}/invitations/envoyer").text
    assert "2 courriels vont partir" in page
    assert submit(staff, f"{ROOT}/invitations/envoyer").status_code == 302
    assert submit(staff, f"{ROOT}/invitations/envoyer").status_code == 302
    mails = mails_to(empty_app, "p0@a.example")
    assert [one.split("\n")[0] for one in mails] == ["Invitation : Journée d’essai"]
    submit(staff, f"{ROOT}/invitations/relancer")
    assert len(mails_to(empty_app, "p0@a.example")) == 1

    def wait(_session: Session, day: MeetupDay) -> None:
        for one in day.participants:
            one.invited_at = NOW - timedelta(days=5)
        day.participants[1].state = ParticipantState.DECLINED

    fill(empty_app, wait)
    submit(staff, f"{ROOT}/invitations/relancer")
    submit(staff, f"{ROOT}/invitations/relancer")
    assert len(mails_to(empty_app, "p0@a.example")) == 2
    assert len(mails_to(empty_app, "p1@a.example")) == 1


def test_somebody_of_two_bodies_gets_one_invitation(empty_app: Flask, staff: FlaskClient) -> None:
    def add(session: Session, day: MeetupDay) -> None:
        member = make_user(session, email="deux@a.example")
        for name in ("Corps un", "Corps deux"):
            body = make_organization(session, name, is_claimed=True)
            make_membership(session, member, body)
            make_participant(
                session,
                day,
                name,
                organization_id=body.id,
                state=ParticipantState.INVITED,
                confirmed_at=None,
            )

    fill(empty_app, add)
    submit(staff, f"{ROOT}/invitations/envoyer")
    mails = mails_to(empty_app, "deux@a.example")
    assert len(mails) == 1
    assert ("Corps un" in mails[0], "Corps deux" in mails[0]) == (True, True)


def test_an_invitation_names_the_quarters_by_their_names(
    empty_app: Flask, staff: FlaskClient
) -> None:
    def add(session: Session, day: MeetupDay) -> None:
        make_territory(session, "QN04212M", name="Les Fauvettes")
        one = make_participant(
            session,
            day,
            "Ville invitée",
            state=ParticipantState.INVITED,
            confirmed_at=None,
            invited_for={"quarters": ["QN04212M"]},
        )
        make_attendee(session, one, "Bo", email="bo@a.example")

    fill(empty_app, add)
    submit(staff, f"{ROOT}/invitations/envoyer")
    (mail,) = mails_to(empty_app, "bo@a.example")
    assert "Vous portez un projet ou un besoin dans le quartier Les Fauvettes." in mail


def test_bodies_are_found_by_name_and_kept_or_not(empty_app: Flask, staff: FlaskClient) -> None:
    with empty_app.app_context():
        session = db_session()
        kept = make_organization(session, "Fabrique gardée").id
        make_organization(session, "Fabrique écartée")
        session.commit()
    query = "?text=fabrique"
    page = staff.get(f"{ROOT}/invitations{query}").text
    assert ("Fabrique gardée" in page, "Fabrique écartée" in page) == (True, True)
    data = {"organizations": [kept], "words": "Pour votre savoir-faire."}
    assert submit(staff, f"{ROOT}/invitations/preparer{query}", data).status_code == 302
    found = named(empty_app, "Fabrique gardée")
    assert (found.state, found.invited_at) == (ParticipantState.INVITED, None)
    assert found.invited_for == {"words": "Pour votre savoir-faire."}
    nobody = submit(staff, f"{ROOT}/invitations/preparer{query}", {})
    assert "Gardez au moins une structure." in nobody.text
    assert staff.get(f"{ROOT}/invitations?place=Nulle-Part-sur-Rien").status_code == 422
    assert staff.get(f"{ROOT}/invitations?text=").status_code == 422
