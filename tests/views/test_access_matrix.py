"""The declared matrix is what happens: every route, by every role, with every method.

A route missing from ``views/matrix/`` stops the application; one whose address needs values
that ``tests/factories/matrix_world.py`` does not give fails here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from extensions.database import WRITING_ENDPOINTS
from tests.factories.matrix_site import World, open_world
from tests.factories.pages import without_tokens
from views.access import undeclared_routes
from views.matrix import BY_SIGNED_LINK, GRANTS, MATRIX, ROLES, Access

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What an allowed request may answer: the page, a redirection, or a refusal of the empty form.
ALLOWED = {200, 302, 303, 304, 400, 409, 422}
# Exist for nobody here: the application under test has no ProConnect.
ABSENT = {"oidc.start", "oidc.callback"}


@pytest.fixture(scope="module")
def world(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(templates, tmp_path_factory.mktemp("matrix")) as opened:
        yield opened


def methods_of(app: Flask, endpoint: str) -> set[str]:
    """Return the methods that a route answers."""
    rules = app.url_map.iter_rules(endpoint)
    return {method for rule in rules for method in rule.methods or ()} & set(METHODS)


def expected(access: Access, role: str, method: str) -> set[int]:
    """Return the statuses that the matrix declares."""
    if role in GRANTS[access]:
        return ALLOWED
    if role == "public" and access is not Access.PARTICIPANT:
        return {302} if method == "GET" else {403}
    return {404}


def test_every_route_is_declared_and_every_line_is_a_route(world: World) -> None:
    assert undeclared_routes(world.app) == set()
    routes = {rule.endpoint for rule in world.app.url_map.iter_rules()}
    assert set(MATRIX) - routes == set()


def test_an_undeclared_route_is_seen() -> None:
    app = Flask("bare")
    app.add_url_rule("/oubliee", "forgotten.page", lambda: "")
    assert undeclared_routes(app) == {"forgotten.page"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("endpoint", sorted(set(MATRIX) - ABSENT))
def test_each_role_gets_what_is_declared(world: World, endpoint: str, role: str) -> None:
    access = MATRIX[endpoint]
    for method in sorted(methods_of(world.app, endpoint)):
        is_granted = role in GRANTS[access]
        response = world.ask(endpoint, role, method)
        found = (method, response.status_code)
        if method != "GET":
            changed = not is_granted and world.is_changed()
            world.restore()
            assert not changed, found
        elif endpoint in WRITING_ENDPOINTS:
            world.restore()
        assert response.status_code in expected(access, role, method), found
        if 302 in expected(access, role, method) and not is_granted:
            assert response.headers["Location"].startswith("/connexion?next="), found
        if is_granted and role != "public":
            assert not response.headers.get("Location", "").startswith("/connexion?next="), found


@pytest.mark.parametrize("endpoint", sorted(set(MATRIX) - ABSENT))
def test_other_methods_do_not_exist(world: World, endpoint: str) -> None:
    for method in set(METHODS) - methods_of(world.app, endpoint):
        assert world.ask(endpoint, "administrator", method).status_code == 405, method


@pytest.mark.parametrize("role", ["public", "owner", "administrator"])
@pytest.mark.parametrize("endpoint", sorted(set(MATRIX) - ABSENT - BY_SIGNED_LINK))
def test_a_missing_token_changes_nothing(world: World, endpoint: str, role: str) -> None:
    for method in methods_of(world.app, endpoint) - {"GET"}:
        response = world.ask(endpoint, role, method, token=False)
        assert 400 <= response.status_code < 500, (method, response.status_code)
        assert not world.is_changed()


def test_outside_the_demonstration_its_mailbox_is_missing(world: World) -> None:
    world.app.config["DEMO"] = False
    try:
        assert world.open("/demo/courrier", "administrator").status_code == 404
    finally:
        world.app.config["DEMO"] = True


def test_somebody_elses_entry_looks_missing(world: World) -> None:
    theirs = world.open("/mon-espace/organisations/pepiniere-de-la-matrice/equipe", "member")
    missing = world.open("/mon-espace/organisations/n-existe-pas/equipe", "member")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    pages = [without_tokens(page.text) for page in (theirs, missing)]
    assert pages[0].replace("pepiniere-de-la-matrice", "X") == pages[1].replace("n-existe-pas", "X")
