"""Pages of alerts: made once, confirmed by their address, stopped without account, one's own."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from extensions.database import db_session
from models.alert import Alert
from models.mail import StoredMail
from tests.factories.accounts import make_user, sign_in
from tests.factories.alerts import make_actor, make_answering_offer, publish, watch
from tests.factories.pages import link_in, mails_to, run_worker, submit, without_tokens
from tests.query_counter import count_queries

READER = "lectrice@essai.example"
KNOWN = "connue@essai.example"
SEARCH = {"sujet": "recherche", "q": "façades", "frequence": "quotidienne"}
MOST_QUERIES = 12


@pytest.fixture
def reader(empty_app: Flask) -> FlaskClient:
    """Return the client of an account."""
    with empty_app.app_context():
        make_user(db_session(), email=READER)
        db_session().commit()
    return sign_in(empty_app, READER)


def alerts(app: Flask) -> list[tuple[str | None, bool, bool]]:
    """Return address, confirmed and stopped of every alert."""
    with app.app_context():
        rows = db_session().scalars(select(Alert).order_by(Alert.id)).all()
        return [
            (row.email, row.confirmed_at is not None, row.stopped_at is not None) for row in rows
        ]


def ask(app: Flask, address: str) -> tuple[int, str, list[str]]:
    """Ask for an alert without account; return the status, the page that follows, the subjects."""
    client = app.test_client()
    answer = submit(client, "/alertes/nouvelle", {**SEARCH, "email": address})
    page = client.get(answer.headers["Location"]).text
    return answer.status_code, page, [m.partition(" :")[0] for m in mails_to(app, address)]


def stop_link(app: Flask, client: FlaskClient) -> str:
    """Make an alert tell something; return the link that stops it."""
    submit(client, "/alertes/nouvelle", {**SEARCH, "frequence": "immediate"})
    with app.app_context():
        session = db_session()
        publish(session, make_answering_offer(session, make_actor(session)))
        session.commit()
    run_worker(app)
    with app.app_context():
        mail = db_session().scalars(select(StoredMail)).one()
        return str(mail.headers["List-Unsubscribe"]).strip("<>").removeprefix("http://localhost")


def test_an_account_makes_an_alert_in_one_click_and_twice_is_once(
    empty_app: Flask, reader: FlaskClient
) -> None:
    answers = [submit(reader, "/alertes/nouvelle", SEARCH).status_code for _ in range(2)]
    assert (answers, alerts(empty_app)) == ([302, 302], [(None, True, False)])
    assert "Recherche : « façades »" in reader.get("/mon-espace/alertes").text


def test_an_address_hears_the_same_whether_it_is_known_or_not(empty_app: Flask) -> None:
    with empty_app.app_context():
        make_user(db_session(), email=KNOWN)
        db_session().commit()
    known, unknown = ask(empty_app, KNOWN), ask(empty_app, "inconnue@essai.example")
    assert known == unknown
    assert known[0] == 302
    assert known[2] == ["Confirmez votre alerte"]


def test_a_visitor_confirms_by_a_button_and_reading_the_page_confirms_nothing(
    empty_app: Flask,
) -> None:
    ask(empty_app, "visiteuse@essai.example")
    link = link_in(mails_to(empty_app, "visiteuse@essai.example")[0])
    client = empty_app.test_client()
    client.get(link)
    before = alerts(empty_app)
    submit(client, link)
    assert (before, alerts(empty_app)) == (
        [("visiteuse@essai.example", False, False)],
        [("visiteuse@essai.example", True, False)],
    )


def test_a_confirmed_alert_of_an_account_s_address_joins_the_account(
    empty_app: Flask, reader: FlaskClient
) -> None:
    ask(empty_app, READER)
    submit(empty_app.test_client(), link_in(mails_to(empty_app, READER)[0]))
    assert alerts(empty_app) == [(None, True, False)]
    assert "Recherche : « façades »" in reader.get("/mon-espace/alertes").text


def test_asked_again_a_running_alert_is_only_recalled(empty_app: Flask) -> None:
    address = "visiteuse@essai.example"
    ask(empty_app, address)
    submit(empty_app.test_client(), link_in(mails_to(empty_app, address)[0]))
    _, _, subjects = ask(empty_app, address)
    manage = link_in(mails_to(empty_app, address)[1])
    page = empty_app.test_client().get(manage).text
    assert subjects == ["Confirmez votre alerte", "Cette alerte est déjà en marche"]
    assert len(alerts(empty_app)) == 1
    assert "Recherche : « façades »" in page


def test_requests_for_one_address_are_capped(empty_app: Flask) -> None:
    client = empty_app.test_client()
    statuses = [
        submit(
            client, "/alertes/nouvelle", {**SEARCH, "q": f"mot {n}", "email": "a@essai.example"}
        ).status_code
        for n in range(11)
    ]
    assert statuses == [302] * 10 + [429]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"email": "pas une adresse"}, "Cette adresse ne se lit pas."),
        ({"email": ""}, "Indiquez une adresse électronique."),
        ({"email": "a@essai.example", "frequence": "toujours"}, "Le formulaire contient des"),
    ],
)
def test_what_cannot_be_read_is_said_and_kept(
    empty_app: Flask, fields: dict[str, str], said: str
) -> None:
    answer = submit(empty_app.test_client(), "/alertes/nouvelle", {**SEARCH, **fields})
    assert (answer.status_code, said in answer.text) == (400, True)
    assert 'value="façades"' in answer.text
    assert alerts(empty_app) == []


@pytest.mark.parametrize(
    "address",
    ["/alertes/nouvelle", "/alertes/nouvelle?sujet=besoin&cle=99", "/alertes/nouvelle?sujet=x"],
)
def test_a_view_that_makes_no_sense_is_explained(empty_app: Flask, address: str) -> None:
    answer = empty_app.test_client().get(address)
    assert (answer.status_code, "Que faut-il surveiller" in answer.text) == (400, True)


def test_opening_the_link_of_a_mail_stops_nothing_and_posting_there_does(
    empty_app: Flask, reader: FlaskClient
) -> None:
    link = stop_link(empty_app, reader)
    scanner = empty_app.test_client(use_cookies=False)
    assert (scanner.get(link).status_code, scanner.head(link).status_code) == (200, 200)
    before = alerts(empty_app)
    posted = scanner.post(link, data={"List-Unsubscribe": "One-Click"})
    assert (before, posted.status_code, alerts(empty_app)) == (
        [(None, True, False)],
        200,
        [(None, True, True)],
    )


def test_stopping_is_undone_on_the_same_page_and_can_concern_all(
    empty_app: Flask, reader: FlaskClient
) -> None:
    link = stop_link(empty_app, reader)
    submit(reader, "/alertes/nouvelle", {**SEARCH, "q": "toitures"})
    visitor = empty_app.test_client(use_cookies=False)
    visitor.post(link, data={"action": "toutes"})
    stopped = alerts(empty_app)
    visitor.post(link, data={"action": "reprise"})
    assert [state[2] for state in stopped] == [True, True]
    assert [state[2] for state in alerts(empty_app)] == [False, True]


@pytest.mark.parametrize("page", ["confirmer", "arret", "gestion", "arret-du-resume"])
def test_a_link_that_is_wrong_says_nothing_of_what_exists(empty_app: Flask, page: str) -> None:
    client = empty_app.test_client()
    answers = [client.get(f"/alertes/{page}/{token}") for token in ("x", "WzEsImEiXQ.forged")]
    assert [(one.status_code, "Ce lien ne vaut plus" in one.text) for one in answers] == [
        (404, True),
        (404, True),
    ]


def test_a_link_made_to_confirm_does_not_open_the_management(empty_app: Flask) -> None:
    ask(empty_app, "visiteuse@essai.example")
    link = link_in(mails_to(empty_app, "visiteuse@essai.example")[0])
    other = link.replace("/confirmer/", "/gestion/")
    assert empty_app.test_client().get(other).status_code == 404


def test_somebody_else_s_alert_looks_missing(empty_app: Flask, reader: FlaskClient) -> None:
    with empty_app.app_context():
        other = make_user(db_session(), email=KNOWN)
        watch(db_session(), other, q="façades")
        db_session().commit()
    theirs, missing = (reader.get(f"/mon-espace/alertes/{key}") for key in (1, 999))
    changed = submit(reader, "/mon-espace/alertes/1/pause")
    assert (theirs.status_code, missing.status_code, changed.status_code) == (404, 404, 404)
    assert without_tokens(theirs.text) == without_tokens(missing.text).replace("/999", "/1")
    assert alerts(empty_app) == [(None, True, False)]


def test_an_alert_is_paused_resumed_changed_and_deleted(
    empty_app: Flask, reader: FlaskClient
) -> None:
    submit(reader, "/alertes/nouvelle", SEARCH)
    states = []
    for action in ("pause", "reprise", "pause", "suppression"):
        submit(reader, f"/mon-espace/alertes/1/{action}")
        states.append(alerts(empty_app))
    running, stopped = [(None, True, False)], [(None, True, True)]
    assert states == [stopped, running, stopped, []]


def test_a_visitor_manages_only_the_alerts_of_the_address(empty_app: Flask) -> None:
    address = "visiteuse@essai.example"
    with empty_app.app_context():
        watch(db_session(), make_user(db_session(), email=KNOWN), q="façades")
        db_session().commit()
    ask(empty_app, address)
    submit(empty_app.test_client(), link_in(mails_to(empty_app, address)[0]))
    ask(empty_app, address)
    manage = link_in(mails_to(empty_app, address)[1])
    client = empty_app.test_client()
    theirs = submit(client, manage, {"alerte": "1", "action": "suppression"})
    own = submit(client, manage, {"alerte": "2", "action": "pause"})
    assert (theirs.status_code, own.status_code) == (400, 302)
    assert alerts(empty_app) == [(None, True, False), (address, True, True)]


def test_the_pages_of_alerts_ask_the_same_queries_whatever_the_rows(
    empty_app: Flask, reader: FlaskClient
) -> None:
    counts = []
    for number in (1, 3, 20):
        with empty_app.app_context():
            person = make_user(db_session(), email=f"rows-{number}@essai.example")
            for row in range(number):
                watch(db_session(), person, q=f"mot {row}")
            db_session().commit()
        client = sign_in(empty_app, f"rows-{number}@essai.example")
        client.get("/mon-espace/alertes")
        with count_queries(empty_app) as statements:
            client.get("/mon-espace/alertes")
        counts.append(len(statements))
    del reader
    assert len(set(counts)) == 1
    assert counts[0] <= MOST_QUERIES
