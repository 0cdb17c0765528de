"""A participant's agenda: what it says, to whom, before and after publication, and what changed."""

import re
from datetime import time, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.participation_links import participation_url
from models.meetup_participant import MeetupParticipant, MeetupSessionSeat
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.agendas import (
    PUBLISHED_AT,
    USUAL,
    Scene,
    add_session,
    make_agenda_scene,
    make_published_scene,
    publish,
)
from tests.factories.meetups import make_wish
from tests.factories.organizations import make_organization
from tests.factories.pages import run_worker, submit
from tests.query_counter import count_queries
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, ParticipantVisibility, SessionKind, WishState

MORNING = PUBLISHED_AT + timedelta(hours=1)


@pytest.fixture
def scene(session: Session) -> Scene:
    made = make_published_scene(session)
    session.commit()
    return made


def enter(app: Flask, participant: MeetupParticipant) -> FlaskClient:
    """Return the client of somebody who came by the mailed link."""
    client = app.test_client()
    with app.app_context():
        url = participation_url(participant, "participation_agenda.show")
    assert client.get(url).status_code == 302
    return client


def page_of(participant: MeetupParticipant) -> str:
    return f"/rencontres/{participant.day.slug}/participations/{participant.id}/agenda"


def read(client: FlaskClient, participant: MeetupParticipant) -> str:
    response = client.get(page_of(participant))
    assert response.status_code == 200
    return response.text


def lines_of(page: str) -> list[str]:
    """Return the titles of the lines of an agenda, in order."""
    found = re.findall(r'<h3 class="agenda-title">(.*?)</h3>|<p class="soft mb-0">(.*?)</p>', page)
    return [re.sub(r"<[^>]+>", "", title or other).strip() for title, other in found]


def test_agenda_names_whom_one_meets_and_the_waits(app: Flask, scene: Scene) -> None:
    page = read(enter(app, scene.people[0]), scene.people[0])
    assert lines_of(page) == ["Toits Neufs", "Créneau libre", "Roue Libre"]
    assert "<strong>Table 1</strong>" in page
    assert "Personne 2" in page


def test_names_of_people_are_kept_by_who_asked_for_it(
    app: Flask, session: Session, scene: Scene
) -> None:
    scene.people[2].visibility = ParticipantVisibility.ORGANIZERS
    session.commit()
    page = read(enter(app, scene.people[0]), scene.people[0])
    assert ("Toits Neufs" in page, "Personne 2" in page) == (True, False)


def test_no_address_is_shown(app: Flask, scene: Scene) -> None:
    assert "@essai.example" not in read(enter(app, scene.people[0]), scene.people[0])


def test_programme_of_everybody_and_what_one_chose_are_lines(app: Flask, session: Session) -> None:
    scene = make_agenda_scene(session)
    day, mine = scene.day, scene.people[0]
    add_session(session, day, time(8), time(8, 30), kind=SessionKind.WELCOME, title="Accueil")
    kind = SessionKind.WORKSHOP
    chosen = add_session(session, day, time(11), time(12), kind=kind, title="Atelier chaleur")
    add_session(session, day, time(11), time(12), kind=kind, title="Atelier vélo")
    mine.session_seats.append(MeetupSessionSeat(session_id=chosen.id))
    publish(session, scene, USUAL)
    session.commit()
    page = read(enter(app, mine), mine)
    assert lines_of(page) == [
        "Accueil",
        "Toits Neufs",
        "Créneau libre",
        "Roue Libre",
        "AtelierAtelier chaleur",
    ]


def test_a_meal_is_no_wait(app: Flask, session: Session) -> None:
    scene = make_agenda_scene(session)
    add_session(
        session, scene.day, time(9, 25), time(9, 45), kind=SessionKind.MEAL, title="Déjeuner"
    )
    publish(session, scene, USUAL)
    session.commit()
    page = read(enter(app, scene.people[0]), scene.people[0])
    assert lines_of(page) == ["Toits Neufs", "Déjeuner", "Roue Libre"]


def test_before_publication_the_page_says_so_and_offers_no_file(
    app: Flask, session: Session
) -> None:
    scene = make_agenda_scene(session)
    session.commit()
    page = read(enter(app, scene.people[0]), scene.people[0])
    assert "Les rendez-vous ne sont pas encore publiés" in page
    assert "agenda.ics" not in page


def test_nobody_placed_is_said_plainly(app: Flask, session: Session) -> None:
    scene = make_agenda_scene(session)
    publish(session, scene, ((0, 0, (1, 2)),))
    session.commit()
    page = read(enter(app, scene.people[0]), scene.people[0])
    assert "Aucun rendez-vous n’a pu être placé pour vous" in page


def test_cancelled_day_shows_no_meeting(app: Flask, session: Session, scene: Scene) -> None:
    scene.day.state = DayState.CANCELLED
    scene.day.cancelled_reason = "La halle est fermée."
    session.commit()
    page = read(enter(app, scene.people[0]), scene.people[0])
    assert ("La halle est fermée." in page, "Toits Neufs" in page) == (True, False)


def marks(page: str) -> list[tuple[str, str]]:
    """Return the lines marked by the server: current or next, with their title."""
    found = re.findall(r'<li class="agenda-line ([^"]*)"(.*?)</li>', page, re.DOTALL)
    return [
        (mark, lines_of(body)[0])
        for classes, body in found
        for mark in ("is-current", "is-next")
        if mark in classes.split()
    ]


@pytest.mark.parametrize(
    ("hour", "minute", "expected"),
    [
        (8, 0, [("is-next", "Toits Neufs")]),
        (9, 5, [("is-current", "Toits Neufs"), ("is-next", "Roue Libre")]),
        (9, 30, [("is-current", "Créneau libre"), ("is-next", "Roue Libre")]),
        (10, 0, [("is-current", "Roue Libre")]),
        (18, 0, []),
    ],
)
def test_now_and_next_follow_the_clocks_of_the_place(
    app: Flask, session: Session, hour: int, minute: int, expected: list[tuple[str, str]]
) -> None:
    scene = make_published_scene(session, time_zone="Indian/Reunion")
    session.commit()
    with time_machine.travel(scene.day.at(time(hour, minute))):
        client = enter(app, scene.people[0])
        page = client.get(page_of(scene.people[0])).text
    assert marks(page) == expected


def test_the_day_before_nothing_is_marked(app: Flask, scene: Scene) -> None:
    with time_machine.travel(scene.day.at(time(9, 5)) - timedelta(days=1)):
        client = enter(app, scene.people[0])
        assert marks(client.get(page_of(scene.people[0])).text) == []


def test_why_two_bodies_meet_is_said(app: Flask, session: Session) -> None:
    scene = make_agenda_scene(session)
    ville, toits = scene.people[0], scene.people[2]
    reasons = {"level": "forte", "codes": ["themes-all", "references"]}
    make_wish(session, ville, toits, match_reasons=reasons)
    make_wish(session, toits, ville)
    publish(session, scene, USUAL)
    session.commit()
    page = read(enter(app, ville), ville)
    assert "Souhaité des deux côtés · correspondance forte · mêmes thèmes · références" in page


def test_a_declined_wish_is_no_reason(app: Flask, session: Session) -> None:
    scene = make_agenda_scene(session)
    make_wish(session, scene.people[0], scene.people[2], state=WishState.DECLINED)
    publish(session, scene, USUAL)
    session.commit()
    assert "À votre demande" not in read(enter(app, scene.people[0]), scene.people[0])


# --- What changed ------------------------------------------------------------------------------


def move_second(session: Session, scene: Scene) -> None:
    """Publish a plan in which the meeting of Ville and Roue is later, at the other table."""
    later = PUBLISHED_AT + timedelta(minutes=30)
    publish(session, scene, (USUAL[0], USUAL[1], (3, 1, (0, 3))), now=later)
    session.commit()


def test_what_changed_is_shown_until_noted(app: Flask, session: Session, scene: Scene) -> None:
    run_worker(app)
    mine = scene.people[0]
    client = enter(app, mine)
    assert "changement depuis votre dernière lecture" not in read(client, mine)
    session.rollback()
    move_second(session, scene)
    for _again in range(2):
        page = read(client, mine)
        assert "Un changement depuis votre dernière lecture" in page
        assert "9 h 50, table 1, Grande salle → 10 h 15, table 2, Grande salle" in page
    response = submit(client, f"{page_of(mine)}/note", {"until": MORNING.isoformat()})
    assert response.status_code == 302
    assert "changement depuis votre dernière lecture" not in read(client, mine)


def test_noting_leaves_what_the_page_did_not_show(
    app: Flask, session: Session, scene: Scene
) -> None:
    run_worker(app)
    mine = scene.people[0]
    client = enter(app, mine)
    move_second(session, scene)
    submit(client, f"{page_of(mine)}/note", {"until": PUBLISHED_AT.isoformat()})
    assert "Un changement depuis votre dernière lecture" in read(client, mine)


@pytest.mark.parametrize("until", ["", "hier", "2027-13-40T00:00"])
def test_noting_needs_the_instant_of_a_page(app: Flask, scene: Scene, until: str) -> None:
    client = enter(app, scene.people[0])
    response = submit(client, f"{page_of(scene.people[0])}/note", {"until": until})
    assert response.status_code == 400


def test_others_see_no_change(app: Flask, session: Session, scene: Scene) -> None:
    run_worker(app)
    move_second(session, scene)
    page = read(enter(app, scene.people[1]), scene.people[1])
    assert "depuis votre dernière lecture" not in page


# --- Who may read --------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["", ".pdf", ".ics"])
def test_somebody_elses_agenda_is_missing(app: Flask, scene: Scene, end: str) -> None:
    client = enter(app, scene.people[1])
    assert client.get(page_of(scene.people[0]) + end).status_code == 404
    assert app.test_client().get(page_of(scene.people[0]) + end).status_code == 404


def test_staff_read_the_same_lines(app: Flask, session: Session, scene: Scene) -> None:
    staff = make_user(session, role=UserRole.STAFF)
    session.commit()
    client = sign_in(app, staff.email)
    page = client.get(f"/pilotage/rencontres/{scene.day.slug}/agendas/{scene.people[0].id}").text
    assert lines_of(page) == ["Toits Neufs", "Créneau libre", "Roue Libre"]


def test_participant_of_another_day_is_missing_for_staff(
    app: Flask, session: Session, scene: Scene
) -> None:
    other = make_agenda_scene(session, title="Autre journée")
    staff = make_user(session, role=UserRole.STAFF)
    session.commit()
    client = sign_in(app, staff.email)
    base = f"/pilotage/rencontres/{scene.day.slug}"
    person = other.people[0].attendees[0]
    for path in (
        f"/agendas/{other.people[0].id}",
        f"/agendas/{other.people[0].id}.pdf",
        f"/impressions/badges/{person.id}.pdf",
    ):
        assert client.get(base + path).status_code == 404, path


# --- How much it costs ---------------------------------------------------------------------------


def test_page_costs_the_same_whatever_the_meetings(app: Flask, session: Session) -> None:
    costs = []
    user = make_user(session)
    body = make_organization(session)
    make_membership(session, user, body)
    for title, placed in (("Une", USUAL[:1]), ("Trois", (*USUAL, (3, 1, (0, 1))))):
        scene = make_agenda_scene(session, title=title)
        mine = scene.people[0]
        mine.attendees[0].user_id = user.id
        publish(session, scene, placed)
        session.commit()
        client = sign_in(app, user.email)
        with count_queries(app) as statements:
            assert client.get(page_of(mine)).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[0] <= 12, [" ".join(one.split("FROM")[-1].split())[:150] for one in statements]


def test_prints_page_costs_the_same_whatever_the_participants(app: Flask, session: Session) -> None:
    staff = make_user(session, role=UserRole.STAFF)
    costs = []
    for title, placed in (("Une", USUAL[:1]), ("Trois", USUAL)):
        scene = make_agenda_scene(session, title=title)
        publish(session, scene, placed)
        session.commit()
        client = sign_in(app, staff.email)
        with count_queries(app) as statements:
            assert (
                client.get(f"/pilotage/rencontres/{scene.day.slug}/impressions").status_code == 200
            )
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert costs[0] <= 12, [" ".join(one.split("FROM")[-1].split())[:150] for one in statements]


# --- Leaving ---------------------------------------------------------------------------------


def test_signing_out_makes_the_browser_drop_the_kept_agenda(
    app: Flask, session: Session, scene: Scene
) -> None:
    user = make_user(session)
    scene.people[0].attendees[0].user_id = user.id
    session.commit()
    client = sign_in(app, user.email)
    assert "Clear-Site-Data" not in client.get("/mon-espace").headers
    read(client, scene.people[0])
    response = submit(client, "/deconnexion")
    assert response.headers["Clear-Site-Data"] == '"storage"'
    assert "Clear-Site-Data" not in client.get("/").headers


def test_signing_out_without_an_agenda_clears_nothing(app: Flask, session: Session) -> None:
    user = make_user(session)
    session.commit()
    response = submit(sign_in(app, user.email), "/deconnexion")
    assert "Clear-Site-Data" not in response.headers


def test_offline_script_may_serve_the_agendas_only(client: FlaskClient) -> None:
    response = client.get("/rencontres/agenda-hors-ligne.js")
    assert response.headers["Service-Worker-Allowed"] == "/rencontres/"
    assert response.mimetype == "text/javascript"
    assert "worker-src 'self'" in response.headers["Content-Security-Policy"]
