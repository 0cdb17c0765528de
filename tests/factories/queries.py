"""Counts what a page asks of the database."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from extensions.database import db


def count_queries(app: Flask, ask: Callable[[], TestResponse]) -> int:
    """Return how many statements a page that answers 200 issues."""
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        response = ask()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert response.status_code == 200
    return len(seen)
