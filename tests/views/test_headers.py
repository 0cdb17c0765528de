"""Security headers on every response, caches that never mix people, hosts and return addresses."""

import re
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions.assets import release_of
from extensions.redirects import is_own_path
from tests.conftest import AppFactory
from tests.factories.accounts import sign_in

POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; worker-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
LASTING: Final = "public, max-age=31536000, immutable"
INNER: Final = re.compile(r"""(?:from |url\()"(\.[^"]+)\"""")
ADDRESSES: Final = (
    "/",
    "/static/0/css/base.css",
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
    page = client.get("/").text
    for address in re.findall(r'(?:src|href)="(/(?:static|fichiers)/[^"]+)"', page):
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, LASTING), address


def test_what_scripts_and_style_sheets_name_is_kept_as_long(client: FlaskClient) -> None:
    """Relative addresses inherit the release of the file that names them."""
    page = client.get("/").text
    sheets = re.findall(r'href="(/static/[^"]+\.css)"', page)
    inner = [
        urljoin(address, named)
        for address in (*sheets, *re.findall(r'src="(/static/[^"]+\.js)"', page))
        for named in INNER.findall(client.get(address).text)
    ]
    assert {address.rpartition(".")[2] for address in inner} == {"js", "woff2"}
    for address in inner:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, LASTING), address


def test_a_page_of_an_earlier_release_finds_its_files_uncached(client: FlaskClient) -> None:
    answer = client.get("/static/0123456789/css/base.css")
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]


def test_a_vendor_file_of_another_digest_is_not_kept(client: FlaskClient) -> None:
    answer = client.get("/fichiers/leaflet/leaflet.css?v=0123456789")
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/static/{}/css/absent.css", "/static/0/absent.js", "/fichiers/leaflet/absent.css?v=1"]
)
def test_the_error_page_of_a_file_stays_out_of_shared_caches(app: Flask, path: str) -> None:
    client = sign_in(app, "equipe@demo.example")
    release = re.findall(r"/static/([0-9a-f]{10})/", client.get("/").text)[0]
    answer = client.get(path.format(release))
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "private, no-cache")


def test_the_release_changes_with_any_file(tmp_path: Path) -> None:
    (tmp_path / "js").mkdir()
    (tmp_path / "js/one.js").write_text("1")
    first = release_of(tmp_path)
    (tmp_path / "js/two.js").write_text("2")
    second = release_of(tmp_path)
    (tmp_path / "js/two.js").rename(tmp_path / "js/three.js")
    assert len({first, second, release_of(tmp_path)}) == 3


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
