"""Switches the language of the pages, remembered in the session and in the account."""

from flask import Blueprint, abort, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from extensions.database import db_session
from extensions.redirects import is_own_path
from views.access import current_person
from vocabulary.languages import LANGUAGES

bp = Blueprint("language", __name__)


@bp.get("/langue/<code>")
def switch(code: str) -> ResponseReturnValue:
    """Remember the language and go back to the page it was asked from."""
    if code not in LANGUAGES:
        abort(404)
    session["language"] = code
    person = current_person()
    if person is not None and person.language != code:
        person.language = code
        db_session().commit()
    target = request.args.get("next", "")
    return redirect(target if is_own_path(target) else url_for("pages.home"))
