"""Sessions: opened by a password, closed everywhere, limited over all processes."""

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy.orm import Session

from app import create_app
from models.counter import RateCounter
from tests.conftest import AppFactory
from tests.factories.accounts import make_user, sign_in
from tests.factories.pages import PASSWORD, csrf_token, is_signed_in, sign_in_with, submit

EMAIL = "ada@essai.example"


@pytest.fixture
def account(empty_app: Flask, empty_session: Session) -> str:
    with empty_app.app_context():
        hashed = hash_password(PASSWORD)
    make_user(empty_session, email=EMAIL, password=hashed)
    empty_session.commit()
    return EMAIL


def test_the_session_changes_at_sign_in(empty_app: Flask, account: str) -> None:
    client = empty_app.test_client()
    token = csrf_token(client)
    before = client.get_cookie("session")
    client.post("/connexion", data={"csrf_token": token, "email": account, "password": PASSWORD})
    after = client.get_cookie("session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with client.session_transaction() as cookie:
        assert "csrf_token" not in cookie
    planted = empty_app.test_client()
    planted.set_cookie("session", before.value)
    assert not is_signed_in(planted)


def test_sign_in_without_a_token_is_refused(empty_app: Flask, account: str) -> None:
    client = empty_app.test_client()
    response = client.post("/connexion", data={"email": account, "password": PASSWORD})
    assert response.status_code == 400
    assert not is_signed_in(client)


def test_signing_out_kills_every_cookie(empty_app: Flask, account: str) -> None:
    here, elsewhere = empty_app.test_client(), sign_in(empty_app, account)
    sign_in_with(here, account)
    kept = here.get_cookie("session")
    assert kept is not None
    assert submit(here, "/deconnexion").headers["Location"] == "/"
    here.set_cookie("session", kept.value)
    assert not is_signed_in(here)
    assert not is_signed_in(elsewhere)


def test_changing_the_password_keeps_this_session_only(empty_app: Flask, account: str) -> None:
    here, elsewhere = empty_app.test_client(), sign_in(empty_app, account)
    sign_in_with(here, account)
    fresh = "un autre mot de passe long"
    changed = submit(
        here,
        "/mon-compte/mot-de-passe",
        {"password": PASSWORD, "new_password": fresh, "new_password_confirm": fresh},
    )
    assert changed.headers["Location"] == "/mon-compte"
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)


@pytest.mark.parametrize("https", [False, True])
def test_cookie_flags(make_app: AppFactory, https: bool) -> None:  # noqa: FBT001 - a parameter
    base = "https://table.example" if https else "http://localhost"
    client = make_app(seeded=False, base_url=base).test_client()
    response = client.get("/connexion", base_url=base)
    cookie = response.headers["Set-Cookie"]
    assert ("HttpOnly" in cookie, "SameSite=Lax" in cookie) == (True, True)
    assert ("Secure" in cookie) is https


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example/",
        "/\\evil.example",
        "https://evil.example/",
        "javascript:alert(1)",
        "/ok\r\nLocation: https://evil.example",
        "evil.example",
        "pages.home",
    ],
)
@pytest.mark.parametrize("place", ["query", "form"])
def test_next_stays_on_site(empty_app: Flask, account: str, target: str, place: str) -> None:
    client = empty_app.test_client()
    fields = {"csrf_token": csrf_token(client), "email": account, "password": PASSWORD}
    if place == "form":
        response = client.post("/connexion", data={**fields, "next": target})
    else:
        response = client.post("/connexion", data=fields, query_string={"next": target})
    assert response.headers["Location"] == "/mon-espace"


def test_next_leads_back_to_a_page_of_ours(empty_app: Flask, account: str) -> None:
    client = empty_app.test_client()
    asked = client.get("/mon-compte")
    assert asked.headers["Location"] == "/connexion?next=/mon-compte"
    fields = {"csrf_token": csrf_token(client), "email": account, "password": PASSWORD}
    response = client.post(asked.headers["Location"], data=fields)
    assert response.headers["Location"] == "/mon-compte"


def test_guessing_is_limited_over_processes_and_addresses(empty_app: Flask, account: str) -> None:
    other_process = create_app(empty_app.config["SETTINGS"])
    codes = []
    for attempt in range(12):
        client = (empty_app if attempt % 2 else other_process).test_client()
        fields = {"csrf_token": csrf_token(client), "email": account, "password": "faux"}
        headers = {"X-Forwarded-For": f"203.0.113.{attempt}"}
        response = client.post("/connexion", data=fields, headers=headers)
        codes.append(response.status_code)
    assert codes == [200] * 10 + [429] * 2
    assert 0 < int(response.headers["Retry-After"]) <= 900
    right = sign_in_with(empty_app.test_client(), account)
    assert right.status_code == 429


def test_a_variant_of_the_address_is_the_same_account(empty_app: Flask, account: str) -> None:
    client = empty_app.test_client()
    codes = [
        sign_in_with(client, variant, "faux").status_code
        for variant in (account, account.upper(), f" {account} ") * 4
    ]
    assert codes == [200] * 10 + [429] * 2


def test_signing_in_clears_the_count(
    empty_app: Flask, empty_session: Session, account: str
) -> None:
    client = empty_app.test_client()
    for _ in range(9):
        sign_in_with(client, account, "faux")
    assert sign_in_with(client, account).status_code == 302
    kept = [row.key for row in empty_session.query(RateCounter)]
    assert [key for key in kept if key.startswith("sign-in:")] == []


def test_no_counter_holds_an_address(
    empty_app: Flask, empty_session: Session, account: str
) -> None:
    sign_in_with(empty_app.test_client(), account, "faux")
    kept = [row.key for row in empty_session.query(RateCounter)]
    assert len(kept) == 2
    assert all("@" not in key for key in kept)


def test_json_is_refused(empty_app: Flask, account: str) -> None:
    client = empty_app.test_client()
    headers = {"X-CSRFToken": csrf_token(client)}
    body = {"email": account, "password": PASSWORD}
    response = client.post("/connexion?include_auth_token", json=body, headers=headers)
    assert response.status_code == 415
