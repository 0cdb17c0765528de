"""Counts the SQL statements that a request sends, to prove that rows do not add queries."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import event

from extensions.database import db

_NOT_QUERIES = ("BEGIN", "PRAGMA", "SAVEPOINT", "RELEASE")


@contextmanager
def count_queries(app: Flask) -> Iterator[list[str]]:
    """Yield a list that fills with the statements the application sends meanwhile."""
    with app.app_context():
        engine = db.engine
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if not statement.startswith(_NOT_QUERIES):
            statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)
