"""Passwords forgotten, addresses changed, second factors: what each makes worthless."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from flask_security import hash_password
from passlib.totp import TOTP
from sqlalchemy.orm import Session

from extensions.clock import now
from models.account import User
from tests.conftest import AppFactory
from tests.factories.accounts import make_user, sign_in
from tests.factories.pages import (
    PASSWORD,
    csrf_token,
    is_signed_in,
    link_in,
    mails_to,
    sign_in_with,
    submit,
)
from vocabulary.kinds import UserRole

EMAIL = "ada@essai.example"
NEW_EMAIL = "ada@nouveau.example"
SETTING_UP = "/mon-compte/second-facteur"
NEW_PASSWORD = "cinq mots tout neufs encore"


@pytest.fixture
def account(empty_app: Flask, empty_session: Session) -> str:
    with empty_app.app_context():
        hashed = hash_password(PASSWORD)
    make_user(empty_session, email=EMAIL, password=hashed)
    empty_session.commit()
    return EMAIL


def ask_reset(app: Flask, email: str) -> str:
    submit(app.test_client(), "/connexion/mot-de-passe-oublie", {"email": email})
    return link_in(mails_to(app, email)[-1])


def reset(client: FlaskClient, link: str) -> str:
    fields = {"password": NEW_PASSWORD, "password_confirm": NEW_PASSWORD}
    return submit(client, link, fields).headers.get("Location", "")


def test_a_reset_link_serves_once_and_closes_sessions(empty_app: Flask, account: str) -> None:
    elsewhere = sign_in(empty_app, account)
    link = ask_reset(empty_app, account)
    client = empty_app.test_client()
    assert reset(client, link) == "/connexion"
    assert not is_signed_in(elsewhere)
    assert reset(client, link) == "/connexion/mot-de-passe-oublie"
    assert sign_in_with(client, account, NEW_PASSWORD).status_code == 302


def test_a_reset_link_expires(empty_app: Flask, account: str) -> None:
    link = ask_reset(empty_app, account)
    with time_machine.travel(now() + timedelta(hours=3)):
        client = empty_app.test_client()
        assert reset(client, link) == "/connexion/mot-de-passe-oublie"


def change_address(app: Flask, client: FlaskClient, new: str) -> str:
    assert submit(client, "/mon-compte/adresse", {"email": new}).status_code == 200
    return link_in(mails_to(app, new)[-1])


def test_changing_the_address_kills_the_links_of_the_old_one(
    empty_app: Flask, account: str
) -> None:
    client, elsewhere = sign_in(empty_app, account), sign_in(empty_app, account)
    reset_link = ask_reset(empty_app, account)
    link = change_address(empty_app, client, NEW_EMAIL)
    assert client.get(link).headers["Location"] == "/mon-compte"
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert reset(empty_app.test_client(), reset_link) == "/connexion/mot-de-passe-oublie"
    assert client.get(link).headers["Location"] == "/mon-compte/adresse"
    assert mails_to(empty_app, account)[-1].startswith("L’adresse de votre compte a changé")
    assert sign_in_with(empty_app.test_client(), NEW_EMAIL).status_code == 302


def test_an_address_that_is_taken_is_not_told(
    empty_app: Flask, empty_session: Session, account: str
) -> None:
    make_user(empty_session, email="prise@essai.example")
    empty_session.commit()
    client = sign_in(empty_app, account)
    pages = [
        submit(client, "/mon-compte/adresse", {"email": email}).text
        for email in ("prise@essai.example", "libre@essai.example")
    ]
    assert [
        f"Un courriel part vers {e}@" in p for e, p in zip(("prise", "libre"), pages, strict=True)
    ]
    assert mails_to(empty_app, "prise@essai.example") == []


def set_up_codes(client: FlaskClient) -> TOTP:
    page = submit(client, "/mon-compte/second-facteur", {"setup": "authenticator"}).text
    key = re.search(r'class="secret-key">([^<]+)<', page)
    action = re.search(r'action="(/mon-compte/second-facteur/[^"]+)"', page)
    assert key is not None
    assert action is not None
    assert 'src="data:image/svg+xml;base64,' in page
    codes = TOTP(key=key[1].replace("-", ""))
    fields = {"code": codes.generate().token}
    assert submit(client, action[1], fields).headers["Location"] == "/mon-compte"
    return codes


def test_codes_are_asked_after_the_password_and_serve_once(empty_app: Flask, account: str) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        codes = set_up_codes(sign_in(empty_app, account))
        clock.shift(timedelta(minutes=3))
        first, second = empty_app.test_client(), empty_app.test_client()
        code = {"code": codes.generate().token}
        for client in (first, second):
            assert sign_in_with(client, account).headers["Location"].startswith("/connexion/code")
            assert not is_signed_in(client)
        assert submit(first, "/connexion/code", code).status_code == 302
        assert is_signed_in(first)
        assert submit(second, "/connexion/code", code).status_code == 200
        assert not is_signed_in(second)


def test_setting_up_codes_ends_sessions_without_them(empty_app: Flask, account: str) -> None:
    client, elsewhere = sign_in(empty_app, account), sign_in(empty_app, account)
    set_up_codes(client)
    assert is_signed_in(client)
    assert not is_signed_in(elsewhere)
    assert mails_to(empty_app, account)[-1].startswith("Le second facteur")


def test_the_page_of_codes_signs_nobody_out(empty_app: Flask, account: str) -> None:
    client = sign_in(empty_app, account)
    asked = client.get("/connexion/code")
    sent = submit(client, "/connexion/code", {"code": "000000"})
    assert (asked.status_code, asked.headers["Location"]) == (302, SETTING_UP)
    assert (sent.status_code, sent.headers["Location"]) == (302, SETTING_UP)
    assert is_signed_in(client)


def test_code_guesses_are_limited(empty_app: Flask, account: str) -> None:
    with time_machine.travel(now(), tick=False):
        set_up_codes(sign_in(empty_app, account))
        statuses = []
        for _ in range(9):
            client = empty_app.test_client()
            sign_in_with(client, account)
            statuses.append(submit(client, "/connexion/code", {"code": "000000"}).status_code)
        assert statuses == [200] * 8 + [429]


def test_a_recovery_code_replaces_the_telephone_once(
    empty_app: Flask, empty_session: Session, account: str
) -> None:
    owner = sign_in(empty_app, account)
    set_up_codes(owner)
    page = submit(owner, "/mon-compte/codes-de-secours").text
    code = re.findall(r"<code>([0-9a-f-]{14})</code>", page)
    assert len(code) == 8
    stored = empty_session.query(User).one().mf_recovery_codes
    assert stored is not None
    assert code[0] not in ",".join(stored)
    outcomes = []
    for _ in range(2):
        client = empty_app.test_client()
        sign_in_with(client, account)
        submit(client, "/connexion/code-de-secours", {"code": code[0]})
        outcomes.append(is_signed_in(client))
    assert outcomes == [True, False]


def test_an_old_session_must_prove_itself_before_touching_factors(
    empty_app: Flask, account: str
) -> None:
    client = sign_in(empty_app, account)
    with client.session_transaction() as cookie:
        cookie["fs_paa"] = (now() - timedelta(hours=2)).timestamp()
    for page in ("second-facteur", "codes-de-secours", "cles-d-acces", "adresse"):
        response = client.get(f"/mon-compte/{page}")
        assert response.headers["Location"].startswith("/connexion/verifier?next=")
    submit(client, "/connexion/verifier", {"password": PASSWORD})
    assert client.get("/mon-compte/codes-de-secours").status_code == 200


def test_staff_need_a_second_factor_outside_the_demonstration(make_app: AppFactory) -> None:
    app = make_app(seeded=False, demo=False, secret_key="a key of the test")
    with app.app_context():
        from extensions.database import db_session  # noqa: PLC0415 - of this application

        make_user(db_session(), role=UserRole.STAFF, email=EMAIL)
        db_session().commit()
    client = sign_in(app, EMAIL)
    assert client.get("/moderation/demandes").headers["Location"] == "/mon-compte/second-facteur"
    assert submit(client, "/moderation/demandes/1").status_code == 403
    set_up_codes(client)
    assert client.get("/moderation/demandes").status_code == 200
    page = submit(client, "/mon-compte/second-facteur", {"setup": "disable"})
    assert "vous pouvez le changer, pas le retirer" in page.text


def test_staff_of_the_demonstration_need_none(empty_app: Flask, empty_session: Session) -> None:
    make_user(empty_session, role=UserRole.STAFF, email=EMAIL)
    empty_session.commit()
    assert sign_in(empty_app, EMAIL).get("/moderation/demandes").status_code == 200


def test_the_token_of_a_form_is_needed(empty_app: Flask, account: str) -> None:
    client = sign_in(empty_app, account)
    assert csrf_token(client)
    assert client.post("/mon-compte/codes-de-secours").status_code == 400
