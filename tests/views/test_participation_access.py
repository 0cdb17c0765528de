"""Who reaches a participant's own pages of a meetup day: its people, or whoever holds its link."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.database import db_session
from extensions.participation_links import LINK_LIFE, participation_url
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.forms import write
from tests.factories.meetups import HELD_ON, make_attendee, make_day, make_participant
from tests.factories.organizations import make_organization
from tests.factories.pages import submit
from vocabulary.kinds import MembershipState, UserRole
from vocabulary.meetups import DayState, ParticipantState


@dataclass(frozen=True)
class Shown:
    """A participant with two people, its page, its link and that of its second person."""

    participant_id: int
    second_id: int
    page: str
    link: str
    personal_link: str


@pytest.fixture
def shown(empty_app: Flask) -> Shown:
    with empty_app.app_context():
        session = db_session()
        day = make_day(session)
        participant = make_participant(session, day)
        make_attendee(session, participant, user_id=make_user(session, email="vient@a.example").id)
        second = make_attendee(session, participant)
        session.commit()
        return Shown(
            participant.id,
            second.id,
            f"/rencontres/{day.slug}/participations/{participant.id}",
            urlsplit(participation_url(participant)).path,
            urlsplit(participation_url(participant, attendee=second)).path,
        )


def change(app: Flask, work: Callable[[Session], object]) -> None:
    """Change the database between two requests."""
    with app.app_context():
        work(db_session())
        db_session().commit()


def participant_of(session: Session, shown: Shown) -> MeetupParticipant:
    """Return the participant of the fixture."""
    return session.get_one(MeetupParticipant, shown.participant_id)


def by_link(app: Flask, link: str) -> FlaskClient:
    """Return a browser that has opened the link of a mail."""
    client = app.test_client()
    assert client.get(link).status_code == 302
    return client


def test_a_link_opens_the_space_without_account(empty_app: Flask, shown: Shown) -> None:
    client = empty_app.test_client()
    answer = client.get(shown.link)
    assert (answer.status_code, answer.headers["Location"]) == (302, shown.page)
    assert client.get(shown.page).status_code == 200


def test_a_visitor_is_told_nothing(empty_app: Flask, shown: Shown) -> None:
    client = empty_app.test_client()
    missing = f"{shown.page.rpartition('/')[0]}/9999"
    answers = [client.get(shown.page), client.get(missing)]
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].text.replace(shown.page, "X") == answers[1].text.replace(missing, "X")


@pytest.mark.parametrize("broken", ["jeton", "x" * 300, "W10.abc"])
def test_a_wrong_link_opens_nothing(empty_app: Flask, shown: Shown, broken: str) -> None:
    client = empty_app.test_client()
    assert client.get(f"/rencontres/acces/{broken}").status_code == 404
    assert client.get(shown.link[:-2]).status_code == 404
    assert client.get(shown.page).status_code == 404


def test_a_renewed_key_closes_the_links_and_the_sessions(empty_app: Flask, shown: Shown) -> None:
    client = by_link(empty_app, shown.link)
    change(empty_app, lambda base: setattr(participant_of(base, shown), "link_key", "0" * 32))
    assert client.get(shown.page).status_code == 404
    assert client.get(shown.link).status_code == 404


def test_a_cancelled_registration_closes_its_links(empty_app: Flask, shown: Shown) -> None:
    client = by_link(empty_app, shown.link)
    cancelled = ParticipantState.CANCELLED
    change(empty_app, lambda base: setattr(participant_of(base, shown), "state", cancelled))
    assert client.get(shown.page).status_code == 404
    assert client.get(shown.link).status_code == 404


def test_a_declined_invitation_may_still_be_taken_up(empty_app: Flask, shown: Shown) -> None:
    declined = ParticipantState.DECLINED
    change(empty_app, lambda base: setattr(participant_of(base, shown), "state", declined))
    assert by_link(empty_app, shown.link).get(shown.page).status_code == 200


def test_the_link_of_somebody_who_no_longer_comes_is_dead(empty_app: Flask, shown: Shown) -> None:
    client = by_link(empty_app, shown.personal_link)
    assert client.get(shown.page).status_code == 200

    def replace(base: Session) -> None:
        base.delete(base.get_one(MeetupAttendee, shown.second_id))
        base.flush()
        # SQLite gives the number of the row to the next one: the link must not follow it.
        make_attendee(base, participant_of(base, shown))

    change(empty_app, replace)
    assert client.get(shown.page).status_code == 404
    assert by_link(empty_app, shown.link).get(shown.page).status_code == 200


@pytest.mark.parametrize(("later", "status"), [(LINK_LIFE, 302), (LINK_LIFE + timedelta(1), 404)])
def test_links_hold_until_the_last_question_is_answered(
    empty_app: Flask, shown: Shown, later: timedelta, status: int
) -> None:
    moment = datetime(HELD_ON.year, HELD_ON.month, HELD_ON.day, 12, tzinfo=UTC) + later
    with time_machine.travel(moment, tick=False):
        assert empty_app.test_client().get(shown.link).status_code == status


def test_a_draft_is_closed_to_everybody(empty_app: Flask, shown: Shown) -> None:
    def withdraw(base: Session) -> None:
        participant_of(base, shown).day.state = DayState.DRAFT

    change(empty_app, withdraw)
    assert empty_app.test_client().get(shown.link).status_code == 404
    assert sign_in(empty_app, "vient@a.example").get(shown.page).status_code == 404


def test_the_person_who_comes_is_let_in_signed_in(empty_app: Flask, shown: Shown) -> None:
    assert sign_in(empty_app, "vient@a.example").get(shown.page).status_code == 200


@pytest.mark.parametrize(
    ("state", "status"), [(MembershipState.APPROVED, 200), (MembershipState.REQUESTED, 404)]
)
def test_the_members_of_its_organisation_act_for_it(
    empty_app: Flask, shown: Shown, state: MembershipState, status: int
) -> None:
    def join(base: Session) -> None:
        body = make_organization(base, "Corps d’essai")
        make_membership(base, make_user(base, email="membre@a.example"), body, state=state)
        participant_of(base, shown).organization_id = body.id

    change(empty_app, join)
    assert sign_in(empty_app, "membre@a.example").get(shown.page).status_code == status


def test_staff_and_strangers_are_not_let_in(empty_app: Flask, shown: Shown) -> None:
    def add(base: Session) -> None:
        make_user(base, email="autre@a.example")
        make_user(base, email="equipe@a.example", role=UserRole.STAFF)

    change(empty_app, add)
    for email in ("autre@a.example", "equipe@a.example"):
        assert sign_in(empty_app, email).get(shown.page).status_code == 404


def test_one_day_does_not_open_under_the_name_of_another(empty_app: Flask, shown: Shown) -> None:
    change(empty_app, lambda base: make_day(base, "Autre journée"))
    client = by_link(empty_app, shown.link)
    assert (
        client.get(f"/rencontres/autre-journee/participations/{shown.participant_id}").status_code
        == 404
    )


def test_a_link_leads_to_the_page_it_was_made_for(empty_app: Flask, shown: Shown) -> None:
    with empty_app.app_context():
        participant = participant_of(db_session(), shown)
        gone = urlsplit(participation_url(participant, "nulle_part.show", slug="ailleurs")).path
    assert empty_app.test_client().get(gone).headers["Location"] == shown.page


def test_a_browser_keeps_the_days_opened_last(empty_app: Flask, shown: Shown) -> None:
    links: list[str] = []

    def add(base: Session) -> None:
        day = base.get_one(MeetupDay, participant_of(base, shown).day_id)
        for rank in range(8):
            other = make_participant(base, day, f"Autre {rank}")
            links.append(urlsplit(participation_url(other)).path)

    change(empty_app, add)
    client = by_link(empty_app, shown.link)
    for link in links:
        client.get(link)
    assert client.get(shown.page).status_code == 404
    assert client.get(client.get(links[0]).headers["Location"]).status_code == 200


def test_signing_out_closes_what_the_links_opened(empty_app: Flask, shown: Shown) -> None:
    change(empty_app, lambda base: make_user(base, email="autre@a.example"))
    client = sign_in(empty_app, "autre@a.example")
    assert client.get(shown.link).status_code == 302
    assert client.get(shown.page).status_code == 200
    submit(client, "/deconnexion")
    assert client.get(shown.page).status_code == 404


def test_an_account_that_registers_leaves_nothing_open_behind_it(
    empty_app: Flask, shown: Shown
) -> None:
    del shown
    change(empty_app, lambda base: make_user(base, email="autre@a.example"))
    client = sign_in(empty_app, "autre@a.example")
    day = "/rencontres/journee-d-essai"
    answers = {"body_name": "Ville d’essai", "kind": "collectivite", "name": "Bo"}
    home = write(client, f"{day}/inscription", **answers).headers["Location"]
    assert client.get(home).status_code == 200
    with client.session_transaction() as cookie:
        assert "participations" not in cookie
    submit(client, "/deconnexion")
    assert client.get(home).status_code == 404
