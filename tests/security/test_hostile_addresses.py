"""Every page, asked with values that no page of ours makes: an answer within two seconds, no 5xx.

The routes come from the application itself: a new one is walked without being named here.
"""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, unquote

import pytest
from flask import Flask, Request
from flask.testing import FlaskClient
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Rule

from tests.databases import site_from, site_over
from tests.factories.accounts import sign_in
from tests.factories.entries import index_all
from tests.factories.matrix_world import Examples, address_of, build_world
from views.matrix import MATRIX

LONGEST: Final = 2.0
# Already escaped for an address; each goes into every parameter at once, and into the path.
VALUES: Final = {
    "wildcards": quote("*a* b?c ~2 ^9"),
    "brackets": quote("((((" * 100),
    "range": quote('[a TO z] AND OR NOT "'),
    "ten kilobytes": "a%20" * 2_500,
    "NUL": "%00",
    "lone surrogate": "%ED%A0%80",
    "not UTF-8": "%FF%FE",
    "direction marks": quote("\u202etxt.exe\u2066"),
    "combining marks": quote("é\u0301" * 300),
    "superscript figure": quote("²"),
    "huge": "9" * 30,
    "beyond Python": "9" * 4_400,
    "negative": "-" + "9" * 30,
    "beyond 32 bits": str(2**31),
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "path": quote("../../../etc/passwd", safe=""),
    "quotes": quote("' OR 1=1 --\"", safe=""),
    "template": quote("{{ 7*7 }}%(x)s", safe=""),
    "line break": "%0D%0ASet-Cookie:%20x=1",
}
PARAMETERS: Final = (
    *("q", "objet", "type", "theme", "region", "maturite", "zone", "montage", "tri", "page"),
    *("vue", "besoin", "lieu", "pourquoi", "phase", "next", "avant", "action", "personne"),
    *("fiche", "depuis", "jusqu", "jusque", "verdict", "numero", "role", "v", "token", "quartier"),
    *("solution", "acteur", "structure", "territoire", "evenement", "liste", "genre", "retire"),
    *("sujet", "cle", "axe", "origine", "montant", "date", "acheteur", "nature", "differences"),
    *("etat", "cote", "manque", "motif", "apres", "salle", "moment", "rencontre", "groupe"),
    *("lignes", "priorite", "pour", "sans", "creneau", "modele", "departement", "lecteur"),
)
# Answers nothing of ours: a provider that is not configured, and the end of the session.
LEFT_OUT: Final = {"oidc.start", "oidc.callback", "security.logout"}


class Watched(ImmutableMultiDict[str, str]):
    """The parameters of an address, noting that a page looked at one of them."""

    reads = 0

    def __getitem__(self, key: str) -> str:
        """Return a value, and note it."""
        Watched.reads += key in PARAMETERS
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        """Tell whether there is such a parameter, and note it."""
        Watched.reads += key in PARAMETERS
        return super().__contains__(key)

    def getlist(self, key: str, type: Any = None) -> list[Any]:  # noqa: A002 - as Werkzeug has it
        """Return the values of a parameter, and note it."""
        Watched.reads += key in PARAMETERS
        return super().getlist(key, type)

    def lists(self) -> Any:
        """Return everything, and note it."""
        Watched.reads += 1
        return super().lists()

    def items(self, multi: bool = False) -> Any:  # noqa: FBT001, FBT002 - as Werkzeug has it
        """Return everything, and note it."""
        Watched.reads += 1
        return super().items(multi)


class WatchedRequest(Request):
    """A request whose parameters are watched."""

    parameter_storage_class = Watched


@pytest.fixture(scope="module")
def app(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with site_from(templates / "empty", tmp_path_factory.mktemp("hostile")) as made:
        made.request_class = WatchedRequest
        yield made


@pytest.fixture(scope="module")
def examples(app: Flask) -> dict[str, Examples]:
    found = build_world(app)
    index_all(app)
    return found


@pytest.fixture(scope="module")
def client(app: Flask, examples: dict[str, Examples]) -> FlaskClient:
    """Return a client that every page opens to."""
    del examples
    return sign_in(app, address_of("administrator"))


def addresses(app: Flask, endpoint: str, value: str) -> Iterator[str]:
    """Yield the page with ``value`` in every part of its path.

    A path that leads to no page at all is asked once, by a test of its own.
    """
    for rule in _readable(app, endpoint):
        hostile = re.sub(r"<[^>]*>", lambda _found: value, rule.rule)
        if rule.arguments and _leads_somewhere(app, hostile):
            yield hostile


def queries(app: Flask, examples: Examples, endpoint: str, value: str) -> Iterator[str]:
    """Yield the page with ``value`` in every parameter."""
    if _readable(app, endpoint):
        values = examples.get(endpoint) or examples["*"]
        path = app.url_map.bind("localhost").build(endpoint, values)
        yield f"{path}?{'&'.join(f'{name}={value}' for name in PARAMETERS)}"


def _leads_somewhere(app: Flask, path: str) -> bool:
    read = unquote(path, errors="replace")  # as the server reads what it is asked
    try:
        app.url_map.bind("localhost").match(read)
    except NotFound:
        return False
    except HTTPException:
        return True
    return True


def _readable(app: Flask, endpoint: str) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules(endpoint) if "GET" in (rule.methods or ())]


@pytest.mark.parametrize("endpoint", sorted(set(MATRIX) - LEFT_OUT))
def test_no_address_breaks_a_page(
    app: Flask, client: FlaskClient, examples: dict[str, Examples], endpoint: str
) -> None:
    broken = []
    values = examples["administrator"]
    is_asked = True
    for name, value in VALUES.items():
        Watched.reads = 0
        asked = list(queries(app, values, endpoint, value)) if is_asked else []
        for address in (*asked, *addresses(app, endpoint, value)):
            began = time.process_time()
            answer = client.get(address, buffered=True)
            spent = time.process_time() - began
            forged = any(cookie.startswith("x=") for cookie in answer.headers.getlist("Set-Cookie"))
            if answer.status_code >= 500 or spent > LONGEST or forged:
                broken.append((name, address[:80], answer.status_code, spent))
        # A page that looks at no parameter answers all values alike: one was enough.
        is_asked = is_asked and Watched.reads > 0
    assert broken == []


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_path_that_leads_nowhere_says_so(client: FlaskClient, value: str) -> None:
    for before in ("/sans-objet/", "/mon-espace/partenariats/1/2/3/"):
        assert client.get(f"{before}{value}").status_code in {308, 400, 404}


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    with site_over("postgresql", tmp_path_factory.mktemp("hostile-pg")) as made:
        yield made.test_client()


@pytest.mark.parametrize(
    "address",
    [
        "/acteurs/%00",
        "/partenariats/a%00",
        "/rencontres/a%00",
        "/territoires/%00",
        "/besoins/2147483648",
        "/besoins/2147483648/correspondances",
        "/annuaire?q=%00&theme=%00",
        "/correspondances?besoin=%00toiture&lieu=%00",
        "/completion/lieux?q=%00a",
        "/completion/solutions?q=%00a",
    ],
)
def test_postgresql_is_not_asked_what_it_refuses(on_postgresql: FlaskClient, address: str) -> None:
    assert on_postgresql.get(address).status_code < 500
