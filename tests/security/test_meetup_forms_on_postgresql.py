"""Every page and every form of meetup days on PostgreSQL, as shown, empty and with NUL: no fault.

What SQLite takes may be an error there: rows compared by columns of JSON, locks on outer joins.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.databases import site_over
from tests.factories.forms import forms_in
from tests.factories.matrix_world import (
    Examples,
    browsers_in_meetups,
    build_world,
    role_in_meetups,
)
from tests.factories.pages import csrf_token

_TOKEN: Final = "csrf_token"
# The end of what the others are about comes last.
_ENDS: Final = ("/annuler", "/supprimer", "/retirer", "/lien", "/decliner", "/forget")
FAULT: Final = 500
Sent = tuple[str, str, MultiDict[str, Any]]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Examples]]:
    with site_over("postgresql", tmp_path_factory.mktemp("meetups-on-postgresql")) as app:
        yield app, build_world(app)["owner"]


def pages(app: Flask, examples: Examples) -> Iterator[tuple[str, str, bool]]:
    """Yield the role that may, the address, and whether it is read, for each route of the days."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(("meetup", "participation")):
            role = role_in_meetups(rule.endpoint)
            address = adapter.build(rule.endpoint, examples.get(rule.endpoint) or examples["*"])
            yield role, address, "GET" in (rule.methods or ())


def test_no_page_and_no_form_is_a_fault(site: tuple[Flask, Examples]) -> None:
    app, examples = site
    clients = browsers_in_meetups(app)
    forms: list[Sent] = []
    faults: list[tuple[str, int]] = []
    for role, address, is_read in pages(app, examples):
        if not is_read:
            forms.append((role, address, MultiDict()))
            continue
        answer = clients[role].get(address, buffered=True)
        if answer.status_code >= FAULT:
            faults.append((address, answer.status_code))
        if answer.mimetype == "text/html":
            found = forms_in(answer.text)
            forms.extend((role, action or address, fields) for action, fields in found)
    forms.sort(key=lambda form: (form[1].endswith(_ENDS), form[1]))
    tokens = {role: csrf_token(client) for role, client in clients.items()}
    for value in (None, "", "a\x00b"):
        for role, address, shown in forms:
            sent = shown if value is None else MultiDict(dict.fromkeys(shown, value))
            sent.setlist(_TOKEN, [tokens[role]])
            answer = clients[role].post(address, data=sent, buffered=True)
            if answer.status_code >= FAULT:
                faults.append((address, answer.status_code))
    assert len(forms) > 100
    assert faults == []
