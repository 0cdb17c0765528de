"""The application over one object of each sort, with a session and a form's token per role."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from sqlite3 import connect
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app import create_app
from config import Settings
from extensions.database import db
from tests.conftest import DATABASE, settings_for
from tests.factories.accounts import sign_in
from tests.factories.matrix_world import Examples, Rows, address_of, build_world, rows_of
from tests.factories.pages import csrf_token
from views.matrix import ROLES

# The few routes that look something up by a field of the form.
FIELDS = {"federations.invite": {"member": "libre"}}


class Watch:
    """Tells whether anybody committed to a SQLite file, without reading it."""

    def __init__(self, live: Path) -> None:
        self.live = live
        self._connection = connect(live, check_same_thread=False)
        self.start_again()

    def _version(self) -> int:
        # Changes with every commit of another connection (sqlite.org, PRAGMA data_version).
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        return int(version)

    def saw_a_commit(self) -> bool:
        """Tell whether something was committed since the last start."""
        return self._version() != self._started_at

    def start_again(self) -> None:
        """Take the file as it is now for the beginning."""
        self._started_at = self._version()

    def close(self) -> None:
        """Let the file go."""
        self._connection.close()


@dataclass(frozen=True)
class World:
    """The application, the values of its addresses, a session and a form's token per role.

    Cookies are sent, never taken: a page that closes the session leaves the next test its own.
    """

    app: Flask
    examples: dict[str, Examples]
    cookies: dict[str, str]
    tokens: dict[str, str]
    pristine: Path
    watch: Watch

    def is_changed(self) -> bool:
        """Tell whether a row differs from those of the beginning."""
        if not self.watch.saw_a_commit():
            return False
        if rows_of(self.watch.live) != self._first_rows:
            return True
        self.watch.start_again()
        return False

    @cached_property
    def _first_rows(self) -> Rows:
        return rows_of(self.pristine)

    def restore(self) -> None:
        """Put the database back as it was, through SQLite: connections stay open."""
        if self.watch.saw_a_commit():
            with (
                closing(connect(self.pristine)) as source,
                closing(connect(self.watch.live)) as target,
            ):
                source.backup(target)
            self.watch.start_again()

    def address(self, endpoint: str, role: str) -> str:
        """Return the address of a route, with values that exist."""
        examples = self.examples[role]
        adapter = self.app.url_map.bind("localhost")
        needed = {name for rule in self.app.url_map.iter_rules(endpoint) for name in rule.arguments}
        values = examples.get(endpoint) or (examples["*"] if needed == {"slug"} else {})
        return adapter.build(endpoint, values)

    def ask(self, endpoint: str, role: str, method: str, *, token: bool = True) -> TestResponse:
        """Ask a page as somebody in that role."""
        fields = FIELDS.get(endpoint, {})
        data = None
        if method != "GET":
            data = {**fields, "csrf_token": self.tokens[role]} if token else fields
        return self.open(self.address(endpoint, role), role, method=method, data=data)

    def open(self, url: str, role: str, **request: Any) -> TestResponse:
        """Ask an address with the session of that role."""
        client = self.app.test_client(use_cookies=False)
        return client.open(url, headers={"Cookie": self.cookies[role]}, buffered=True, **request)


@contextmanager
def open_world(templates: Path, folder: Path) -> Iterator[World]:
    """Build the application under ``folder`` and give it with its sessions."""
    live, pristine = folder / DATABASE, folder / "pristine.sqlite"
    shutil.copyfile(templates / "empty" / DATABASE, live)
    settings: Settings = settings_for(folder)
    app = create_app(settings)
    app.testing = True
    examples = build_world(app)
    clients = {
        role: app.test_client() if role == "public" else sign_in(app, address_of(role))
        for role in ROLES
    }
    tokens = {role: csrf_token(client) for role, client in clients.items()}
    cookies = {role: _session_of(client) for role, client in clients.items()}
    with closing(connect(live)) as source, closing(connect(pristine)) as target:
        source.backup(target)
    watch = Watch(live)
    yield World(app, examples, cookies, tokens, pristine, watch)
    watch.close()
    with app.app_context():
        db.engine.dispose()


def _session_of(client: FlaskClient) -> str:
    cookie = client.get_cookie("session")
    assert cookie is not None
    return f"session={cookie.value}"
