"""Walking the pages as a browser would: the CSRF token of a form, the mail that came of it."""

import re
from html import unescape
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from extensions.database import db_session
from jobs.cli import make_worker
from models.mail import StoredMail

PASSWORD = "quatre mots sans rapport"
TOKEN = re.compile(r'<input[^>]*name="csrf_token"[^>]*value="([^"]+)"')
FORM_PAGE = "/connexion/mot-de-passe-oublie"  # open to everybody, and it holds a form
# Words that a page must show as words: markup, an attribute's end, a formula.
HOSTILE = "'\"><script>alert(1)</script> =1+1"


def csrf_token(client: FlaskClient, page: str = FORM_PAGE) -> str:
    """Return the token of a form of ``page``."""
    found = TOKEN.search(client.get(page).text)
    assert found is not None, page
    return found[1]


def without_tokens(html: str) -> str:
    """Return a page without its CSRF tokens, which change with the second."""
    return TOKEN.sub("", html)


def submit(
    client: FlaskClient, url: str, data: dict[str, Any] | None = None, **kwargs: Any
) -> TestResponse:
    """Post ``data`` with a valid CSRF token."""
    fields = {"csrf_token": csrf_token(client), **(data or {})}
    return client.post(url, data=fields, **kwargs)


def sign_up(client: FlaskClient, email: str, **fields: Any) -> TestResponse:
    """Fill in the sign-up form."""
    data = {
        "display_name": "Ada Essai",
        "email": email,
        "password": PASSWORD,
        "password_confirm": PASSWORD,
        **fields,
    }
    return submit(client, "/inscription", data)


def sign_in_with(client: FlaskClient, email: str, password: str = PASSWORD) -> TestResponse:
    """Fill in the sign-in form."""
    return submit(client, "/connexion", {"email": email, "password": password})


def run_worker(app: Flask) -> None:
    """Let the worker do all that waits."""
    with app.app_context():
        make_worker().drain()


def mails_to(app: Flask, recipient: str) -> list[str]:
    """Return subject and text of every mail written for ``recipient``, oldest first."""
    run_worker(app)
    with app.app_context():
        found = db_session().scalars(
            select(StoredMail).where(StoredMail.recipient == recipient).order_by(StoredMail.id)
        )
        return [f"{mail.subject}\n{mail.text_body}".replace("\u00a0", " ") for mail in found]


def link_in(mail: str) -> str:
    """Return the path of the first link of a mail to a page of the application."""
    found = re.search(r"http://localhost(/\S{12,})", mail)
    assert found is not None, mail
    return unescape(found[1])


def is_signed_in(client: FlaskClient) -> bool:
    """Tell whether the account page opens."""
    return client.get("/mon-compte").status_code == 200


def text_of(client: FlaskClient, path: str) -> str:
    """Return the words of the content of a page, on one line."""
    answer = client.get(path)
    assert answer.status_code == 200, path
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())
