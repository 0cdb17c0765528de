"""Links of alerts: asked twice is one mail, and a link holds for the time that its mail says."""

from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask

from extensions.alert_links import AlertLink, sign_alert
from extensions.database import db_session
from tests.factories.accounts import NOW
from tests.factories.matrix_alerts import make_alert
from tests.factories.pages import mails_to, submit

READER = "visiteur@essai.example"
WEEK = timedelta(days=7)


def ask(app: Flask, at: datetime) -> None:
    """Send the form of a visitor, as it stands, at a moment."""
    with time_machine.travel(at, tick=False):
        fields = {"sujet": "recherche", "q": "façades", "frequence": "quotidienne"}
        answer = submit(app.test_client(), "/alertes/nouvelle", {**fields, "email": READER})
        assert answer.headers["Location"] == "/alertes/demandee"


def link(app: Flask, purpose: AlertLink, *, confirmed_at: datetime | None = None) -> str:
    """Return the token of a link of an alert asked at ``NOW``."""
    with app.app_context():
        session = db_session()
        alert = make_alert(session, email=READER, confirmed_at=confirmed_at)
        session.commit()
        return sign_alert(alert, purpose)


def test_the_form_of_a_visitor_sent_twice_is_one_mail(empty_app: Flask) -> None:
    ask(empty_app, NOW)
    ask(empty_app, NOW + timedelta(seconds=1))
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert len(mails_to(empty_app, READER)) == 1
    ask(empty_app, NOW + timedelta(minutes=5))
    with time_machine.travel(NOW + timedelta(minutes=6), tick=False):
        assert len(mails_to(empty_app, READER)) == 2


@pytest.mark.parametrize(("after", "status"), [(WEEK, 200), (WEEK + timedelta(seconds=1), 404)])
def test_a_link_to_confirm_holds_for_a_week(
    empty_app: Flask, after: timedelta, status: int
) -> None:
    token = link(empty_app, AlertLink.CONFIRM)
    with time_machine.travel(NOW + after, tick=False):
        answer = empty_app.test_client().get(f"/alertes/confirmer/{token}")
    assert answer.status_code == status


@pytest.mark.parametrize("purpose", list(AlertLink))
@pytest.mark.parametrize(
    ("page", "own"),
    [
        ("confirmer", AlertLink.CONFIRM),
        ("arret", AlertLink.STOP),
        ("gestion", AlertLink.MANAGE),
        ("arret-du-resume", AlertLink.STOP_DIGEST),
    ],
)
def test_a_link_for_another_purpose_reads_as_a_forged_one(
    empty_app: Flask, page: str, own: AlertLink, purpose: AlertLink
) -> None:
    if own is purpose:
        return
    token = link(empty_app, purpose, confirmed_at=NOW)
    client = empty_app.test_client()
    answers = [client.get(f"/alertes/{page}/{one}") for one in (token, f"{token}x", "x")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert (
        len({answer.text.partition("<main")[2].partition("</main>")[0] for answer in answers}) == 1
    )
