"""Works done and forms sent at one moment, over SQLite, where they wait, or PostgreSQL."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Final

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from extensions.database import db_session
from models.account import User
from models.base import Base
from services.errors import RuleViolation

# What a page answers by 409, or by a sentence (views/errors.py).
REFUSALS: Final = (RuleViolation, IntegrityError, StaleDataError)
Work = Callable[[Session], object]


@contextmanager
def _session_over(base: Flask | Engine) -> Iterator[Session]:
    if isinstance(base, Flask):
        with base.app_context():
            yield db_session()
    else:
        with Session(base) as session:
            yield session


def at_once(
    base: Flask | Engine, works: Sequence[Work], *, read: Sequence[type[Base]] = (User,)
) -> list[bool]:
    """Run each work in a transaction of its own, all at once; tell which went through.

    Where transactions overlap, each has read those tables before any writes, as pages have.
    """
    start = Barrier(len(works))

    def run(work: Work) -> bool:
        with _session_over(base) as session:
            # On SQLite the first to read would make the others wait before they start.
            overlaps = session.get_bind().dialect.name != "sqlite"
            known = _rows(session, read) if overlaps else []
            start.wait(timeout=20)
            try:
                work(session)
                session.commit()
            except REFUSALS:
                session.rollback()
                return False
            # Kept until now: a session forgets what nobody holds.
            return len(known) >= 0

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def _rows(session: Session, models: Sequence[type[Base]]) -> list[object]:
    return [row for model in models for row in session.scalars(select(model))]


def send_twice(app: Flask, client: FlaskClient, send: Callable[[FlaskClient], int]) -> list[int]:
    """Send a form from two windows of one browser at one moment; return what is answered."""
    start = Barrier(2)
    cookie = client.get_cookie("session")
    assert cookie is not None

    def send_copy(_rank: int) -> int:
        copy = app.test_client()
        copy.set_cookie("session", cookie.value)
        start.wait(timeout=10)
        return send(copy)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(send_copy, range(2)))


def row_counts(app: Flask, *, beside: set[str]) -> dict[str, int]:
    """Return how many rows each table holds, but for what is counted or kept beside the work."""
    with app.app_context():
        session = db_session()
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
            if table.name not in beside
        }


def grown(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """Return by how many rows each table that changed has grown."""
    return {name: after[name] - count for name, count in before.items() if after[name] != count}
