"""Security headers on every response, caches that never mix people, hosts and return addresses."""

from typing import Final

import pytest
from flask.testing import FlaskClient

from extensions.redirects import is_own_path
from tests.conftest import AppFactory

POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
ADDRESSES: Final = (
    "/",
    "/static/css/base.css",
    "/fichiers/leaflet/leaflet.css",
    "/carte/contours.geojson",
    "/annuaire.csv",
    "/inconnu",
    "/mon-compte",
    "/connexion",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_response_is_hardened(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert (
        headers["Content-Security-Policy"],
        headers["X-Content-Type-Options"],
        headers["X-Frame-Options"],
        headers["Referrer-Policy"],
    ) == (POLICY, "nosniff", "DENY", "same-origin")


def test_pages_stay_out_of_shared_caches(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in answer.vary


def test_static_files_with_their_digest_are_kept_for_a_year(client: FlaskClient) -> None:
    address = client.get("/").text.split('href="/static/css/base.css?')[1].split('"')[0]
    answer = client.get(f"/static/css/base.css?{address}")
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_cookies_insist_on_tls_when_the_public_address_is_https(make_app: AppFactory) -> None:
    app = make_app(base_url="https://tour.example")
    answer = app.test_client().get("/connexion", base_url="https://tour.example")
    cookie = answer.headers["Set-Cookie"]
    assert [flag in cookie for flag in ("Secure", "HttpOnly", "SameSite=Lax")] == [True] * 3
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:1@evil"])
def test_forged_host_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 400


def test_too_large_a_body_is_refused(client: FlaskClient) -> None:
    answer = client.post("/connexion", data={"email": "a" * 9_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/a\r\nb"],
)
def test_return_addresses_stay_on_the_site(client: FlaskClient, target: str) -> None:
    answer = client.get("/langue/en", query_string={"next": target})
    assert (is_own_path(target), answer.headers["Location"]) == (False, "/")


def test_a_path_of_ours_is_followed(client: FlaskClient) -> None:
    answer = client.get("/langue/en", query_string={"next": "/annuaire?q=eau"})
    assert answer.headers["Location"] == "/annuaire?q=eau"
