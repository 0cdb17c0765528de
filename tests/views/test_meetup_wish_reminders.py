"""Organisers ask those who wish nobody for their wishes: the page, and the mail one reads."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.database import db_session
from jobs.context import WorkerContext
from jobs.meetup_wish_jobs import ask_for_wishes
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.alerts import engines
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_wish,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import link_in, mails_to, submit, text_of
from tests.query_counter import count_queries
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState

ROOT = "/pilotage/rencontres/journee-d-essai"
PAGE = f"{ROOT}/souhaits/inviter"
THEMES = ["renovation-energetique"]
WORDS = "Rénovation énergétique des copropriétés, isolation des façades."
MOST_QUERIES = 12


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    """Make a day: a town, two firms that match it, a mute one; nobody wishes anybody."""
    made = make_day(empty_session, wishes_close_at=datetime(2027, 3, 1, 17, tzinfo=UTC))
    said: dict[str, Any] = {"themes": THEMES, "presentation": WORDS}
    town = make_participant(empty_session, made, "Ville", side=Side.TERRITORY, **said)
    make_attendee(empty_session, town, "Ada", email="ada@ville.example")
    for number in (1, 2):
        firm = make_participant(empty_session, made, f"Atelier {number}", **said)
        make_attendee(empty_session, firm, email=f"{number}@atelier.example")
    mute = make_participant(empty_session, made, "Muette")
    make_attendee(empty_session, mute, "Bo", email="bo@muette.example", language="en")
    make_user(empty_session, email="equipe@a.example", role=UserRole.STAFF)
    empty_session.commit()
    return made


@pytest.fixture
def staff(empty_app: Flask, empty_session: Session, day: MeetupDay) -> FlaskClient:
    assert day.id
    empty_session.rollback()
    return sign_in(empty_app, "equipe@a.example")


def person(session: Session, name: str) -> MeetupParticipant:
    return session.scalars(MeetupParticipant.named(1, name.lower())).one()


def test_the_page_counts_and_names_whom_it_writes_to(staff: FlaskClient) -> None:
    shown = text_of(staff, PAGE)
    assert "4 courriels vont partir, pour 4 structures." in shown
    assert "Atelier 1 Atelier 2 Muette Ville" in shown
    assert "Envoyer 4 courriels" in shown


def test_each_is_written_to_once_however_often_it_is_sent(
    empty_app: Flask, staff: FlaskClient
) -> None:
    number = re.search(r'name="form_number"[^>]*value="([0-9a-f]+)"', staff.get(PAGE).text)
    assert number is not None
    answers = [submit(staff, PAGE, {"form_number": number[1]}) for _turn in range(2)]
    assert [one.status_code for one in answers] == [302, 302]
    submit(staff, PAGE)
    assert len(mails_to(empty_app, "ada@ville.example")) == 1
    assert "4 structures sans souhait ne sont pas relancées" in text_of(staff, PAGE)


def test_the_mail_leads_to_ones_suggestions(empty_app: Flask, staff: FlaskClient) -> None:
    submit(staff, PAGE)
    (mail,) = mails_to(empty_app, "ada@ville.example")
    assert mail.startswith("Qui voulez-vous rencontrer ? Journée d’essai\n")
    assert "jusqu’au 1er mars 2027, 18 h" in mail
    assert "Pour « Ville » : 2 suggestions vous attendent. Deux clics suffisent" in mail
    assert "Personne ne vous intéresse ? Ne faites rien" in mail
    client = empty_app.test_client()
    page = client.get(link_in(mail), follow_redirects=True)
    assert page.request.path.endswith("/souhaits")
    assert page.text.count('id="souhait-') == 2
    cancel = re.findall(r"http://localhost(/rencontres/acces/\S+)", mail)[1]
    left = empty_app.test_client().get(cancel, follow_redirects=True)
    assert left.request.path.endswith("/annuler")


def test_the_mail_is_in_the_language_of_its_reader(empty_app: Flask, staff: FlaskClient) -> None:
    submit(staff, PAGE)
    (mail,) = mails_to(empty_app, "bo@muette.example")
    assert mail.count("/rencontres/acces/") == 2
    assert "Bonjour" not in mail


def test_several_bodies_are_in_one_mail(
    empty_app: Flask, empty_session: Session, day: MeetupDay, staff: FlaskClient
) -> None:
    member = make_user(empty_session, email="equipe@deux.example")
    for name in ("Première", "Seconde"):
        body = make_organization(empty_session, name)
        make_membership(empty_session, member, body)
        make_participant(empty_session, day, name, organization_id=body.id)
    empty_session.commit()
    submit(staff, PAGE)
    (mail,) = mails_to(empty_app, "equipe@deux.example")
    assert ("Pour « Première »" in mail, "Pour « Seconde »" in mail) == (True, True)
    assert "pas encore de suggestion" in mail


@pytest.mark.parametrize("change", ["wish", "close", "cancel"])
def test_what_is_no_longer_true_is_not_written(
    empty_app: Flask, empty_session: Session, day: MeetupDay, staff: FlaskClient, change: str
) -> None:
    submit(staff, PAGE)
    if change == "wish":
        make_wish(empty_session, person(empty_session, "Ville"), person(empty_session, "Muette"))
    elif change == "close":
        day.wishes_close_at = NOW - timedelta(days=1)
    else:
        day.state = DayState.CANCELLED
    empty_session.commit()
    assert mails_to(empty_app, "ada@ville.example") == []


def test_it_is_refused_in_words_once_wishes_are_closed(
    empty_app: Flask, empty_session: Session, day: MeetupDay, staff: FlaskClient
) -> None:
    day.wishes_close_at = NOW - timedelta(days=1)
    empty_session.commit()
    assert "Les souhaits sont clos" in text_of(staff, PAGE)
    answer = submit(staff, PAGE)
    assert (answer.status_code, "Les souhaits sont clos" in answer.text) == (422, True)
    assert mails_to(empty_app, "ada@ville.example") == []


def test_when_all_have_wishes_there_is_nobody_to_write_to(
    empty_session: Session, day: MeetupDay, staff: FlaskClient
) -> None:
    for one in day.participants:
        other = next(two for two in day.participants if two.side is not one.side)
        make_wish(empty_session, one, other)
    empty_session.commit()
    assert "Personne à qui écrire" in text_of(staff, PAGE)


@pytest.mark.parametrize(
    "page",
    ["", "/souhaits", "/souhaits/participants"],
    ids=["overview", "wishes", "by participant"],
)
def test_pages_of_the_day_lead_to_it_while_wishes_are_open(
    empty_session: Session, day: MeetupDay, staff: FlaskClient, page: str
) -> None:
    shown = [f'href="{PAGE}"' in staff.get(f"{ROOT}{page}").text]
    day.wishes_close_at = NOW - timedelta(days=1)
    empty_session.commit()
    shown.append(f'href="{PAGE}"' in staff.get(f"{ROOT}{page}").text)
    assert shown == [True, False]


def test_the_result_of_an_import_leads_to_it(staff: FlaskClient) -> None:
    pasted = "structure;côté;nom de la personne;état\nVille B;territoire;Bo;inscrit"
    page = str(submit(staff, f"{ROOT}/imports", {"pasted": pasted}).location)
    submit(staff, f"{page}/appliquer")
    assert f'href="{PAGE}"' in staff.get(page).text


def test_it_asks_as_many_queries_for_one_as_for_thirty(
    empty_app: Flask, empty_session: Session, day: MeetupDay, staff: FlaskClient
) -> None:
    found = []
    for count in (1, 30):
        for number in range(count):
            one = make_participant(empty_session, day, f"Structure {count} {number}")
            make_attendee(empty_session, one)
        empty_session.commit()
        with count_queries(empty_app) as statements:
            page = staff.get(PAGE)
        found.append(len(statements))
    assert (page.status_code, found[0] == found[1], max(found) <= MOST_QUERIES) == (
        200,
        True,
        True,
    )


def test_the_calendar_asks_once_before_the_end(
    empty_app: Flask, empty_session: Session, day: MeetupDay
) -> None:
    assert day.wishes_close_at is not None
    closing = day.wishes_close_at
    empty_session.rollback()
    counts = []
    for days in (4, 2, 1):
        with time_machine.travel(closing - timedelta(days=days)):
            ask(empty_app)
            counts.append(len(mails_to(empty_app, "ada@ville.example")))
    assert counts == [0, 1, 1]


def ask(app: Flask) -> None:
    """Run the morning's task of a day."""
    with app.app_context():
        session = db_session()
        ask_for_wishes(WorkerContext(session, app.config["SETTINGS"], engines().backend, now()))
        session.commit()
