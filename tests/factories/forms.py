"""Forms of a page as a browser without scripts would send them."""

from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

Fields = MultiDict[str, Any]


class _Forms(HTMLParser):
    """Collects the fields of every POST form inside ``main``, by the form's action."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, Fields]] = []
        self._in_main = False
        self._fields: Fields | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "main":
            self._in_main = True
        elif tag == "form" and self._in_main and values.get("method") == "post":
            self._fields = MultiDict()
            self.forms.append((values.get("action", ""), self._fields))
        elif self._fields is not None:
            self._read(tag, values)

    def _read(self, tag: str, values: dict[str, str]) -> None:
        name = values.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in values:
            self._add(self._select, values.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self._add(name, "")
        elif tag == "input" and name:
            is_choice = values.get("type") in {"checkbox", "radio"}
            if values.get("type") != "file" and (not is_choice or "checked" in values):
                self._add(name, values.get("value", ""))

    def _add(self, name: str, value: str) -> None:
        if self._fields is not None:
            self._fields.add(name, value)

    def handle_data(self, data: str) -> None:
        if self._area and self._fields is not None:
            written = self._fields.poplist(self._area)
            self._fields.add(self._area, (written[0] + data).lstrip("\r\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "form":
            self._fields = None


def forms_in(html: str) -> list[tuple[str, Fields]]:
    """Return the action and the fields of every POST form of a page."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms


def filled(client: FlaskClient, page: str) -> Fields:
    """Return the fields of the form of ``page`` that posts to the page itself."""
    response = client.get(page)
    assert response.status_code == 200, (page, response.status_code)
    return next(fields for action, fields in forms_in(response.text) if not action)


def press(client: FlaskClient, page: str, action_end: str) -> Any:
    """Press the button whose form posts to an address with this end."""
    found = forms_in(client.get(page).text)
    action, fields = next(one for one in found if one[0].endswith(action_end))
    return client.post(action, data=fields)


def write(client: FlaskClient, page: str, **values: Any) -> Any:
    """Send the form of ``page`` with some answers changed."""
    fields = filled(client, page)
    for name, value in values.items():
        fields.setlist(name, value if isinstance(value, list) else [value])
    return client.post(page, data=fields, content_type="multipart/form-data")
