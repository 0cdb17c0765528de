"""Registering for a meetup day through its pages: by address, by invitation, by account."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import func, select

from extensions.database import db_session
from extensions.participation_links import participation_url
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupRequest
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.outbox import OutboxMessage
from services.meetup_notes import LINK_MAIL
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_slots,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import link_in, mails_to, submit
from tests.query_counter import count_queries
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import ParticipantState, ParticipantVisibility

PAGE = "/rencontres/journee-d-essai/inscription"
SAID = {
    "name": "Ada Essai",
    "language": "fr",
    "visibility": ParticipantVisibility.PARTICIPANTS.value,
    "kind": OrganizationKind.STARTUP.value,
}


@dataclass(frozen=True)
class Invited:
    """A body invited to an open day: its page, and the link of the person invited."""

    page: str
    link: str


@pytest.fixture
def day(empty_app: Flask) -> str:
    with empty_app.app_context():
        session = db_session()
        found = make_day(session, needs_approval=False)
        make_slots(session, found, 4)
        session.commit()
        return found.slug


@pytest.fixture
def invited(empty_app: Flask, day: str) -> Invited:
    with empty_app.app_context():
        session = db_session()
        found = session.scalars(select(MeetupDay).where(MeetupDay.slug == day)).one()
        participant = make_participant(
            session,
            found,
            "Ville invitée",
            state=ParticipantState.INVITED,
            invited_at=NOW,
            invited_for={"words": "Parce que c’est vous.", "quarters": ["QN00001M"]},
        )
        person = make_attendee(session, participant, "Bo", email="bo@ville.example")
        session.commit()
        return Invited(
            f"/rencontres/{day}/participations/{participant.id}",
            urlsplit(participation_url(participant, attendee=person)).path,
        )


def one_participant(app: Flask) -> MeetupParticipant:
    """Return the only participant, with its people."""
    with app.app_context():
        found = db_session().scalars(select(MeetupParticipant)).one()
        assert found.attendees is not None
        return found


def count(app: Flask, model: type) -> int:
    """Return how many rows a table holds."""
    with app.app_context():
        return db_session().scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("day")
def test_an_address_registers_a_body_without_account(empty_app: Flask) -> None:
    client = empty_app.test_client()
    assert submit(client, PAGE, {"email": "Ada@Nulle-Part.example"}).headers["Location"] == (
        f"{PAGE}/demandee"
    )
    link = link_in(mails_to(empty_app, "ada@nulle-part.example")[0])
    page = client.get(link)
    assert "ada@nulle-part.example" in page.text
    answer = submit(client, link, {**SAID, "body_name": "Fabrique d’essai"})
    assert answer.status_code == 302
    shown = client.get(answer.headers["Location"])
    assert (shown.status_code, "Votre venue est confirmée" in shown.text) == (200, True)
    participant = one_participant(empty_app)
    assert (participant.name, participant.state) == (
        "Fabrique d’essai",
        ParticipantState.CONFIRMED,
    )
    assert [one.email for one in participant.attendees] == ["ada@nulle-part.example"]
    mails = mails_to(empty_app, "ada@nulle-part.example")
    assert [one.split("\n")[0] for one in mails[1:]] == ["Vous êtes inscrit : Journée d’essai"]


def test_the_answer_is_the_same_whoever_asks(empty_app: Flask, invited: Invited) -> None:
    del invited
    answers = []
    for email in ("bo@ville.example", "inconnu@ville.example"):
        client = empty_app.test_client()
        asked = submit(client, PAGE, {"email": email})
        answers.append((asked.status_code, asked.text, client.get(f"{PAGE}/demandee").text))
    assert answers[0] == answers[1]


def test_whoever_is_invited_gets_their_own_link(empty_app: Flask, invited: Invited) -> None:
    client = empty_app.test_client()
    submit(client, PAGE, {"email": "bo@ville.example"})
    mail = mails_to(empty_app, "bo@ville.example")[0]
    assert "Ville invitée" in mail
    assert client.get(link_in(mail)).headers["Location"] == invited.page


@pytest.mark.usefixtures("day")
def test_a_link_asked_for_twice_at_once_is_one_mail(empty_app: Flask) -> None:
    client = empty_app.test_client()
    for _turn in range(2):
        submit(client, PAGE, {"email": "ada@nulle-part.example"})
    assert count(empty_app, MeetupRequest) == 1
    assert len(mails_to(empty_app, "ada@nulle-part.example")) == 1


@pytest.mark.usefixtures("day")
def test_an_address_that_cannot_be_one_is_refused_beside_its_field(empty_app: Flask) -> None:
    answer = submit(empty_app.test_client(), PAGE, {"email": "pas une adresse"})
    assert answer.status_code == 422
    assert "Cette adresse ne se lit pas." in answer.text
    assert "pas une adresse" in answer.text


@pytest.mark.usefixtures("day")
def test_asking_again_and_again_is_slowed_down(empty_app: Flask) -> None:
    client = empty_app.test_client()
    found = [submit(client, PAGE, {"email": "a@b.example"}).status_code for _turn in range(6)]
    assert found == [302] * 5 + [429]


@pytest.mark.usefixtures("day")
def test_the_proof_of_an_address_holds_two_days(empty_app: Flask) -> None:
    client = empty_app.test_client()
    submit(client, PAGE, {"email": "ada@nulle-part.example"})
    link = link_in(mails_to(empty_app, "ada@nulle-part.example")[0])
    with empty_app.app_context():
        request = db_session().scalars(select(MeetupRequest)).one()
        request.created_at -= timedelta(days=2, seconds=5)
        db_session().commit()
    assert client.get(link).status_code == 410
    assert client.get(f"{PAGE}/suite/jeton").status_code == 404
    assert client.get(link.replace("journee-d-essai", "autre")).status_code == 404


@pytest.mark.usefixtures("day")
def test_the_same_form_sent_twice_registers_once(empty_app: Flask) -> None:
    client = empty_app.test_client()
    submit(client, PAGE, {"email": "ada@nulle-part.example"})
    link = link_in(mails_to(empty_app, "ada@nulle-part.example")[0])
    data = {**SAID, "body_name": "Fabrique", "form_number": "0" * 32}
    answers = [submit(client, link, data) for _turn in range(2)]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]
    assert count(empty_app, MeetupParticipant) == 1
    assert len(mails_to(empty_app, "ada@nulle-part.example")) == 2


@pytest.mark.usefixtures("day")
def test_a_member_registers_their_organisation(empty_app: Flask) -> None:
    with empty_app.app_context():
        session = db_session()
        body = make_organization(session, "Corps d’essai", is_claimed=True)
        make_membership(session, make_user(session, email="membre@a.example"), body)
        session.commit()
        slug = body.slug
    client = sign_in(empty_app, "membre@a.example")
    assert "Corps d’essai" in client.get(PAGE).text
    answer = submit(client, PAGE, {**SAID, "body": slug})
    assert answer.status_code == 302
    participant = one_participant(empty_app)
    assert (participant.name, participant.state) == ("Corps d’essai", ParticipantState.CONFIRMED)
    assert client.get(answer.headers["Location"]).status_code == 200
    again = client.get(PAGE).text
    assert "Vous participez déjà" in again


@pytest.mark.usefixtures("day")
def test_somebody_elses_organisation_cannot_be_registered(empty_app: Flask) -> None:
    with empty_app.app_context():
        session = db_session()
        make_organization(session, "Chez les autres", is_claimed=True)
        own = make_organization(session, "Chez moi", is_claimed=True)
        make_membership(session, make_user(session, email="membre@a.example"), own)
        session.commit()
    client = sign_in(empty_app, "membre@a.example")
    answer = submit(client, PAGE, {**SAID, "body": "chez-les-autres"})
    assert answer.status_code == 422
    assert count(empty_app, MeetupParticipant) == 0


@pytest.mark.usefixtures("day")
def test_a_name_is_asked_for_where_the_body_has_no_entry(empty_app: Flask) -> None:
    with empty_app.app_context():
        make_user(db_session(), email="seul@a.example")
        db_session().commit()
    answer = submit(sign_in(empty_app, "seul@a.example"), PAGE, {**SAID, "presentation": "Gardé"})
    assert answer.status_code == 422
    assert "Écrivez le nom de la structure." in answer.text
    assert "Gardé" in answer.text


def test_an_invitation_is_accepted_from_its_link(empty_app: Flask, invited: Invited) -> None:
    client = empty_app.test_client()
    home = client.get(client.get(invited.link).headers["Location"]).text
    assert "Parce que c’est vous." in home
    page = client.get(f"{invited.page}/inscription").text
    assert ('value="Bo"' in page, "bo@ville.example" in page) == (True, True)
    answer = submit(client, f"{invited.page}/inscription", {**SAID, "name": "Bo Durand"})
    assert answer.headers["Location"] == invited.page
    participant = one_participant(empty_app)
    assert participant.state == ParticipantState.CONFIRMED
    assert [(one.name, one.email) for one in participant.attendees] == [
        ("Bo Durand", "bo@ville.example")
    ]


def test_an_invitation_is_declined_from_its_link(empty_app: Flask, invited: Invited) -> None:
    client = empty_app.test_client()
    client.get(invited.link)
    assert client.get(f"{invited.page}/decliner").status_code == 200
    assert one_participant(empty_app).state == ParticipantState.INVITED
    assert submit(client, f"{invited.page}/decliner", {"note": "Non"}).status_code == 302
    assert one_participant(empty_app).state == ParticipantState.DECLINED
    assert "Répondre" in client.get(invited.page).text


def test_cancelling_closes_the_space_and_is_mailed(empty_app: Flask, invited: Invited) -> None:
    client = empty_app.test_client()
    client.get(invited.link)
    submit(client, f"{invited.page}/inscription", {**SAID, "name": "Bo"})
    answer = submit(client, f"{invited.page}/annuler", {"note": "Grève"})
    assert answer.headers["Location"] == "/rencontres/journee-d-essai"
    assert client.get(invited.page).status_code == 404
    mails = mails_to(empty_app, "bo@ville.example")
    assert mails[-1].split("\n")[0] == "Inscription annulée : Journée d’essai"


def test_people_slots_and_words_are_changed_in_the_space(
    empty_app: Flask, invited: Invited
) -> None:
    client = empty_app.test_client()
    client.get(invited.link)
    submit(client, f"{invited.page}/inscription", {**SAID, "name": "Bo"})
    added = {"name": "Cy", "email": "cy@ville.example", "language": "en"}
    assert submit(client, f"{invited.page}/personnes/nouvelle", added).status_code == 302
    with empty_app.app_context():
        slots = [one.id for one in db_session().scalars(select(MeetupDay)).one().slots]
        people = {
            one.name: (one.id, one.language) for one in db_session().scalars(select(MeetupAttendee))
        }
    assert people["Cy"][1] == "en"
    kept = {"morning": "partie", "slots": [str(one) for one in slots[:3]]}
    assert submit(client, f"{invited.page}/disponibilites", kept).status_code == 302
    assert "3 créneaux" in client.get(invited.page).text
    page = client.get(f"{invited.page}/disponibilites").text
    assert page.partition("</main>")[0].count(" checked>") == 4
    words = {**SAID, "presentation": "Une cour d’école", "most_meetings": "5"}
    assert submit(client, f"{invited.page}/modifier", words).status_code == 302
    assert "Une cour d’école" in client.get(invited.page).text
    gone = f"{invited.page}/personnes/{people['Cy'][0]}/retirer"
    assert submit(client, gone).status_code == 302
    assert [one.name for one in one_participant(empty_app).attendees] == ["Bo"]


def test_nobody_elses_person_is_touched(empty_app: Flask, invited: Invited) -> None:
    with empty_app.app_context():
        session = db_session()
        day = session.scalars(select(MeetupDay)).one()
        other = make_attendee(session, make_participant(session, day, "Autre"))
        session.commit()
        number = other.id
    client = empty_app.test_client()
    client.get(invited.link)
    assert client.get(f"{invited.page}/personnes/{number}").status_code == 404
    assert submit(client, f"{invited.page}/personnes/{number}/retirer").status_code == 404


def test_pages_of_the_space_ask_few_queries(empty_app: Flask, invited: Invited) -> None:
    client = empty_app.test_client()
    client.get(invited.link)
    submit(client, f"{invited.page}/inscription", {**SAID, "name": "Bo"})
    for path in ("", "/modifier", "/disponibilites", "/ateliers", "/personnes/nouvelle"):
        with count_queries(empty_app) as statements:
            assert client.get(f"{invited.page}{path}").status_code == 200
        assert len(statements) <= 12, path


@pytest.mark.usefixtures("day")
def test_the_payloads_hold_numbers_only(empty_app: Flask) -> None:
    submit(empty_app.test_client(), PAGE, {"email": "ada@nulle-part.example"})
    with empty_app.app_context():
        query = select(OutboxMessage).where(OutboxMessage.topic == LINK_MAIL)
        payload = db_session().scalars(query).one().payload
    assert {type(value) for value in payload.values()} == {int}
