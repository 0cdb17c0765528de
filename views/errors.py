"""Error pages in plain words, with neither trace, query nor path."""

from flask import Flask, Response, current_app, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException, SecurityError

from extensions.database import db_session
from search.backend import IndexUnusable
from services.errors import Conflict

PAGES = frozenset({400, 403, 404, 409, 413, 429, 500, 503})
RETRY_AFTER_SECONDS = "5"
SERVER_FAULT = 500


def init_app(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(CSRFError, _http_error)
    app.register_error_handler(Conflict, _conflict)
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(IntegrityError, _same_thing_twice)
    app.register_error_handler(StaleDataError, _changed_meanwhile)
    app.register_error_handler(DataError, _unstorable)
    app.register_error_handler(IndexUnusable, _index_unusable)
    app.register_error_handler(Exception, _unexpected)


def _page(code: int, message: str = "") -> Response:
    name = code if code in PAGES else (400 if code < SERVER_FAULT else 500)
    if name >= SERVER_FAULT:
        # Asking the database who is signed in, or in which language, could fail once more.
        g._login_user = current_app.login_manager.anonymous_user()  # type: ignore[attr-defined] # noqa: SLF001
    body = render_template(f"errors/{name}.html", code=code, message=message)
    return current_app.make_response((body, code))


def _http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:  # noqa: PLR2004 - a redirect is not an error
        return error.get_response()
    if isinstance(error, SecurityError):
        # The host is not ours: no address can be built, so no page either.
        return Response("400", error.code, mimetype="text/plain")
    response = _page(error.code)
    for name, value in error.get_headers():
        if name.lower() in {"allow", "retry-after", "www-authenticate"}:
            response.headers[name] = value
    return response


def _conflict(error: Conflict) -> ResponseReturnValue:
    db_session().rollback()
    return _page(409, str(error))


def _same_thing_twice(error: IntegrityError) -> ResponseReturnValue:
    """Two requests wrote the same unique thing at once: one won, the other is told so."""
    current_app.logger.warning("refused by a constraint: %s", type(error.orig).__name__)
    db_session().rollback()
    return _page(409)


def _changed_meanwhile(_error: StaleDataError) -> ResponseReturnValue:
    """Two requests changed the same row at once: one won, the other is told so."""
    db_session().rollback()
    return _page(409)


def _unstorable(error: DataError) -> ResponseReturnValue:
    """A value that the database cannot hold, such as NUL in PostgreSQL: the request is wrong."""
    current_app.logger.warning("refused by a type: %s", type(error.orig).__name__)
    db_session().rollback()
    return _page(400)


def _database_busy(error: OperationalError) -> ResponseReturnValue:
    db_session().rollback()
    if "locked" not in str(error.orig) and not _was_undone(error):
        return _unexpected(error)
    response = _page(503)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _was_undone(error: OperationalError) -> bool:
    """Tell whether PostgreSQL gave up one of two transactions that waited for each other."""
    return getattr(error.orig, "sqlstate", "") in {"40001", "40P01"}


def _index_unusable(error: IndexUnusable) -> ResponseReturnValue:
    """Ask to come back: the index is being built, or waits for ``flask index rebuild``."""
    current_app.logger.error("the search index cannot be used: %s", error)
    response = _page(503)
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _unexpected(error: Exception) -> ResponseReturnValue:
    current_app.logger.exception(
        "unexpected error on %s", request.endpoint or "an unknown route", exc_info=error
    )
    db_session().rollback()
    return _page(500)
