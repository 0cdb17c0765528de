"""The private address of an agenda: asked for, polled, replaced, given up."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.participation_links import participation_url
from services.meetup_decisions import renew_link
from tests.factories.accounts import make_user
from tests.factories.agendas import PUBLISHED_AT, USUAL, Scene, make_published_scene, publish
from tests.factories.calendars import read_calendar
from tests.factories.pages import submit
from vocabulary.kinds import UserRole

LATER = PUBLISHED_AT + timedelta(minutes=30)


@pytest.fixture
def scene(session: Session) -> Scene:
    made = make_published_scene(session)
    session.commit()
    return made


@pytest.fixture
def guest(app: Flask, scene: Scene) -> FlaskClient:
    """Return the client of somebody who came by the mailed link."""
    client = app.test_client()
    with app.app_context():
        url = participation_url(scene.people[0], "participation_agenda.show")
    client.get(url)
    return client


def page_of(scene: Scene) -> str:
    return f"/rencontres/{scene.day.slug}/participations/{scene.people[0].id}/agenda"


def press(guest: FlaskClient, scene: Scene, button: str) -> None:
    response = submit(guest, f"{page_of(scene)}/abonnement", {button: "1"})
    assert response.status_code == 302


def address_in(guest: FlaskClient, scene: Scene) -> str:
    """Return the path of the address that the page shows, nothing without one."""
    found = re.search(r'value="http://localhost([^"]+\.ics)"', guest.get(page_of(scene)).text)
    return found[1] if found else ""


def test_there_is_no_address_before_it_is_asked_for(guest: FlaskClient, scene: Scene) -> None:
    assert address_in(guest, scene) == ""


def test_address_gives_the_agenda_to_whoever_has_it(
    app: Flask, guest: FlaskClient, scene: Scene
) -> None:
    press(guest, scene, "create")
    response = app.test_client().get(address_in(guest, scene))
    assert response.status_code == 200
    assert response.content_type == "text/calendar; charset=utf-8"
    assert len(read_calendar(response.data).events) == 2


def test_asked_for_twice_it_stays_the_same(guest: FlaskClient, scene: Scene) -> None:
    press(guest, scene, "create")
    first = address_in(guest, scene)
    press(guest, scene, "create")
    assert address_in(guest, scene) == first


def test_unchanged_agenda_is_not_sent_again(
    app: Flask, session: Session, guest: FlaskClient, scene: Scene
) -> None:
    press(guest, scene, "create")
    address, program = address_in(guest, scene), app.test_client()
    etag = program.get(address).headers["ETag"]
    assert program.get(address, headers={"If-None-Match": etag}).status_code == 304
    session.rollback()
    publish(session, scene, USUAL[:2], now=LATER)
    session.commit()
    assert program.get(address, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("button", ["renew", "stop"])
def test_former_address_opens_nothing(
    app: Flask, guest: FlaskClient, scene: Scene, button: str
) -> None:
    press(guest, scene, "create")
    former = address_in(guest, scene)
    press(guest, scene, button)
    assert app.test_client().get(former).status_code == 404
    assert (address_in(guest, scene) == "") == (button == "stop")


def test_links_made_worthless_close_the_address_that_one_of_them_made(
    app: Flask, session: Session, guest: FlaskClient, scene: Scene
) -> None:
    press(guest, scene, "create")
    former = address_in(guest, scene)
    session.rollback()
    staff = make_user(session, role=UserRole.STAFF)
    renew_link(session, scene.people[0], actor=staff, now=PUBLISHED_AT)
    session.commit()
    assert app.test_client().get(former).status_code == 404
    assert guest.get(page_of(scene)).status_code == 404


def test_forged_address_opens_nothing(app: Flask, guest: FlaskClient, scene: Scene) -> None:
    press(guest, scene, "create")
    address = address_in(guest, scene)
    forged = address.removesuffix(".ics")[:-2] + "xx.ics"
    for path in (forged, "/rencontres/abonnement/x.ics"):
        assert app.test_client().get(path).status_code == 404, path


def test_link_of_a_mail_is_no_calendar(app: Flask, scene: Scene) -> None:
    with app.app_context():
        token = participation_url(scene.people[0]).rpartition("/")[2]
    assert app.test_client().get(f"/rencontres/abonnement/{token}.ics").status_code == 404


def test_somebody_else_cannot_ask_for_it(app: Flask, scene: Scene) -> None:
    response = submit(app.test_client(), f"{page_of(scene)}/abonnement", {"create": "1"})
    assert response.status_code == 404
