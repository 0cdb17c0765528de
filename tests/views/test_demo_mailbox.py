"""The demonstration's mailbox: the calendar that goes with a mail is there to be taken."""

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.mail import StoredMail
from tests.factories.agendas import make_published_scene
from tests.factories.calendars import read_calendar
from tests.factories.pages import mails_to


def agenda_mail(app: Flask, session: Session) -> StoredMail:
    """Return the mail that tells somebody of an agenda with two meetings."""
    make_published_scene(session)
    session.commit()
    assert len(mails_to(app, "p0@essai.example")) == 1
    session.rollback()
    wanted = select(StoredMail).where(StoredMail.recipient == "p0@essai.example")
    return session.scalars(wanted).one()


def test_the_calendar_of_a_mail_is_shown_and_taken(
    empty_app: Flask, empty_session: Session
) -> None:
    mail = agenda_mail(empty_app, empty_session)
    client = empty_app.test_client()
    assert "avec un agenda joint" in client.get("/demo/courrier").text
    page = client.get(f"/demo/courrier/{mail.id}").text
    path = f"/demo/courrier/{mail.id}/agenda.ics"
    assert (f'href="{path}"' in page, "2 événements" in page) == (True, True)
    response = client.get(path)
    assert response.content_type == "text/calendar; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="agenda.ics"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.data.decode() == mail.calendar
    assert len(read_calendar(response.data).events) == 2


def test_a_mail_without_a_calendar_offers_none(empty_app: Flask, empty_session: Session) -> None:
    mail = agenda_mail(empty_app, empty_session)
    mail.calendar = ""
    empty_session.commit()
    client = empty_app.test_client()
    assert "Pièce jointe" not in client.get(f"/demo/courrier/{mail.id}").text
    assert client.get(f"/demo/courrier/{mail.id}/agenda.ics").status_code == 404
    assert client.get("/demo/courrier/999999/agenda.ics").status_code == 404
