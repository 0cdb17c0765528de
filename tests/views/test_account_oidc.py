"""ProConnect, against a real provider on the loopback."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient

from extensions.database import db_session
from models.account import User
from tests.conftest import AppFactory
from tests.factories.accounts import make_user, sign_in
from tests.factories.oidc_provider import Provider, serve_provider
from tests.factories.pages import is_signed_in, submit

EMAIL = "agent@ville.example"
AGENT = {
    "sub": "sujet-1",
    "email": EMAIL,
    "email_verified": True,
    "given_name": "Camille",
    "usual_name": "Essai",
}


@pytest.fixture
def provider() -> Iterator[Provider]:
    with serve_provider() as found:
        found.person = dict(AGENT)
        yield found


@pytest.fixture
def site(make_app: AppFactory, provider: Provider) -> Flask:
    return make_app(seeded=False, **provider.settings)


def pass_by_proconnect(client: FlaskClient, target: str = "") -> str:
    """Go to the provider and come back; return where the application leads."""
    start = client.get("/connexion/proconnect", query_string={"next": target} if target else {})
    back = requests.get(start.headers["Location"], allow_redirects=False, timeout=5)
    location = back.headers["Location"].removeprefix("http://localhost")
    return client.get(location).headers["Location"]


def account(app: Flask, **columns: Any) -> None:
    with app.app_context():
        user = make_user(db_session(), email=EMAIL)
        for name, value in columns.items():
            setattr(user, name, value)
        db_session().commit()


def subjects(app: Flask) -> dict[str, str | None]:
    with app.app_context():
        return {user.email: user.oidc_subject for user in db_session().query(User)}


def test_the_button_is_there_only_when_configured(site: Flask, empty_app: Flask) -> None:
    assert "ProConnect" in site.test_client().get("/connexion").text
    assert "ProConnect" not in empty_app.test_client().get("/connexion").text
    assert empty_app.test_client().get("/connexion/proconnect").status_code == 404


def test_the_first_time_makes_an_account(site: Flask) -> None:
    client = site.test_client()
    assert pass_by_proconnect(client, "/mon-espace/invitations") == "/mon-espace/invitations"
    assert is_signed_in(client)
    assert "Camille Essai" in client.get("/mon-compte").text
    assert subjects(site) == {EMAIL: "sujet-1"}


def test_the_next_times_go_by_subject(site: Flask, provider: Provider) -> None:
    pass_by_proconnect(site.test_client())
    provider.person["email"] = "nouvelle@ville.example"
    client = site.test_client()
    pass_by_proconnect(client)
    assert is_signed_in(client)
    assert subjects(site) == {EMAIL: "sujet-1"}


def test_a_verified_address_finds_its_account(site: Flask) -> None:
    account(site)
    client = site.test_client()
    pass_by_proconnect(client)
    assert is_signed_in(client)
    assert subjects(site) == {EMAIL: "sujet-1"}


@pytest.mark.parametrize("exists", [True, False])
def test_an_unverified_address_opens_nothing(
    site: Flask,
    provider: Provider,
    exists: bool,  # noqa: FBT001 - a parameter
) -> None:
    if exists:
        account(site)
    provider.person["email_verified"] = False
    client = site.test_client()
    assert pass_by_proconnect(client) == "/connexion"
    assert not is_signed_in(client)
    assert subjects(site) == ({EMAIL: None} if exists else {})


def test_a_password_set_before_confirmation_does_not_stay(site: Flask) -> None:
    account(site, confirmed_at=None, password="typed by a stranger")
    pass_by_proconnect(site.test_client())
    with site.app_context():
        user = db_session().query(User).one()
        assert (user.password, user.confirmed_at is None) == (None, False)


def test_a_closed_account_stays_closed(site: Flask) -> None:
    account(site, active=False)
    client = site.test_client()
    assert pass_by_proconnect(client) == "/connexion"
    assert not is_signed_in(client)


def test_a_second_factor_is_asked_here_too(site: Flask) -> None:
    account(site, tf_primary_method="authenticator", tf_totp_secret="{}")
    client = site.test_client()
    assert pass_by_proconnect(client).startswith("/connexion/code")
    assert not is_signed_in(client)


def test_a_signed_in_person_links_the_identity(site: Flask, provider: Provider) -> None:
    account(site)
    provider.person |= {"email": "autre@ville.example", "email_verified": False}
    client = sign_in(site, EMAIL)
    assert pass_by_proconnect(client, "/mon-compte") == "/mon-compte"
    assert subjects(site) == {EMAIL: "sujet-1"}
    submit(client, "/deconnexion")
    pass_by_proconnect(client)
    assert is_signed_in(client)


@pytest.mark.parametrize("fault", ["wrong_nonce", "wrong_audience", "refuses"])
def test_a_faulty_answer_opens_nothing(site: Flask, provider: Provider, fault: str) -> None:
    setattr(provider, fault, True)
    client = site.test_client()
    assert pass_by_proconnect(client) == "/connexion"
    assert not is_signed_in(client)
    assert subjects(site) == {}


def test_an_answer_for_another_browser_is_refused(site: Flask) -> None:
    start = site.test_client().get("/connexion/proconnect")
    back = requests.get(start.headers["Location"], allow_redirects=False, timeout=5)
    victim = site.test_client()
    location = back.headers["Location"].removeprefix("http://localhost")
    assert victim.get(location).headers["Location"] == "/connexion"
    assert not is_signed_in(victim)


def test_next_stays_on_site(site: Flask) -> None:
    assert pass_by_proconnect(site.test_client(), "//evil.example/") == "/mon-compte"


def test_a_provider_that_is_down_is_told(make_app: AppFactory) -> None:
    with serve_provider() as gone:
        settings = gone.settings
    client = make_app(seeded=False, **settings).test_client()
    assert client.get("/connexion/proconnect").headers["Location"] == "/connexion"
