"""Forms of the meetup days sent as no browser of ours would: never a 5xx, nothing unsafe stored.

The forms come from the pages, and the pages from the routes: a new one is tried unnamed.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from extensions.database import db_session
from tests.databases import site_from
from tests.factories.forms import forms_in
from tests.factories.matrix_world import (
    Examples,
    browsers_in_meetups,
    build_world,
    role_in_meetups,
    rows_of,
)
from tests.factories.pages import csrf_token

VALUES: Final = {
    "NUL": "a\x00b",
    "line break": "A\r\nBcc: x@evil.example",
    "direction marks": "\u202etxt.exe\u2066",
    "huge number": "9" * 30,
    "superscript figure": "²",
    "first instant": "0001-01-01T00:00:00+23:59",
    "long": "x" * 100_000,
    "nothing": "",
}
# Fields of forms that no page shows as they are: made by scripts, or one a row.
RAW: Final = (
    *("other", "participant", "attendee", "undo", "vers", "rencontre", "depuis", "organizations"),
    *("participants", "monter", "descendre", "salle", "moment", "page", "order", "until", "seen"),
)
_TOKEN: Final = "csrf_token"
# As they are, and as JSON writes them.
_UNSAFE: Final = (
    *("\x00", "\r", "\u202e", "\u2066"),
    *("\\u0000", "\\r", "\\u202e", "\\u2066"),
)
_ENDS: Final = ("/annuler", "/supprimer", "/retirer", "/lien", "/decliner")


@dataclass(frozen=True)
class Scene:
    """The day of the matrix, a browser a role, and the forms that its pages hold."""

    app: Flask
    clients: dict[str, FlaskClient]
    forms: list[tuple[str, str, tuple[str, ...]]]
    """The role, the address and the fields of each."""


@pytest.fixture(scope="module")
def scene(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with site_from(templates / "empty", tmp_path_factory.mktemp("hostile-meetups")) as app:
        examples = build_world(app)["owner"]
        clients = browsers_in_meetups(app)
        forms = set(_forms(app, clients, examples))
        # The end of what the others are about comes last.
        yield Scene(app, clients, sorted(forms, key=lambda form: (form[1].endswith(_ENDS), form)))


def _forms(
    app: Flask, clients: dict[str, FlaskClient], examples: Examples
) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if not rule.endpoint.startswith(("meetup", "participation")):
            continue
        role = role_in_meetups(rule.endpoint)
        address = adapter.build(rule.endpoint, examples.get(rule.endpoint) or examples["*"])
        if "POST" in (rule.methods or ()):
            yield role, address, RAW
        if "GET" in (rule.methods or ()):
            page = clients[role].get(address, buffered=True)
            if page.mimetype == "text/html" and page.status_code == 200:
                for action, fields in forms_in(page.text):
                    yield role, action or address, tuple(n for n in fields if n != _TOKEN)


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_no_form_breaks_on_what_is_typed(scene: Scene, value: str) -> None:
    tokens = {role: csrf_token(client) for role, client in scene.clients.items()}
    broken = []
    for role, address, names in scene.forms:
        sent: MultiDict[str, Any] = MultiDict(dict.fromkeys(names, value))
        sent[_TOKEN] = tokens[role]
        answer = scene.clients[role].post(
            address, data=sent, content_type="multipart/form-data", buffered=True
        )
        if answer.status_code >= 500 or "Bcc" in answer.headers:
            broken.append((address, answer.status_code))
    assert len(scene.forms) > 60
    assert broken == []
    assert _unsafe(scene.app) == []


def _unsafe(app: Flask) -> list[tuple[str, str]]:
    """Return the texts stored with what makes mails, calendars and pages say something else."""
    with app.app_context():
        database = Path(str(db_session().get_bind().engine.url.database))
    return [
        (table, cell[:40])
        for table, rows in rows_of(database).items()
        for row in rows
        for cell in row
        if isinstance(cell, str) and any(mark in _read(cell) for mark in _UNSAFE)
    ]


def _read(cell: str) -> str:
    # The lines of a calendar end in CRLF by its standard (RFC 5545, 3.1).
    return cell.replace("\r\n", "\n") if cell.startswith("BEGIN:VCALENDAR\r\n") else cell
