"""The engine and the session: SQLite made safe for several writers, PostgreSQL as it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import Flask, request
from flask_sqlalchemy_lite import SQLAlchemy
from flask_sqlalchemy_lite._extension import _close_async_sessions
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

db = SQLAlchemy(session_options={"expire_on_commit": False})

# SQLite takes its write lock at BEGIN IMMEDIATE: a transaction that reads first and writes
# later would fail at once when another writer came between. Commands and the worker write;
# a safe request does not.
_will_write: ContextVar[bool] = ContextVar("will_write", default=True)
SQLITE_BUSY_MS = 15_000
# These answer GET requests by changing the account (confirmation, reset, one-click links).
WRITING_BLUEPRINTS = frozenset({"security", "oidc", "language"})
# These pages note that they were read.
WRITING_ENDPOINTS = frozenset({"introductions.show", "attachments.show"})


def db_session() -> Session:
    """Return the session of the running request or command."""
    return db.session


@contextmanager
def short_write() -> Iterator[Session]:
    """Yield a session of its own, committed at the end: a page that reads notes one thing.

    It takes SQLite's write lock for as long as the note, not for as long as the page.
    """
    token = _will_write.set(True)
    try:
        with db.sessionmaker.begin() as session:
            yield session
    finally:
        _will_write.reset(token)


@contextmanager
def reading() -> Iterator[None]:
    """Let what begins inside take no write lock: a command that reads much keeps nobody waiting."""
    token = _will_write.set(False)
    try:
        yield
    finally:
        _will_write.reset(token)


def engine_options(url: URL) -> dict[str, Any]:
    """Return what Flask-SQLAlchemy-Lite needs to build the engine for ``url``."""
    if url.get_backend_name() == "sqlite":
        return {"url": url, "connect_args": {"timeout": SQLITE_BUSY_MS / 1000}}
    return {"url": url, "pool_pre_ping": True}


def init_app(app: Flask, url: URL) -> None:
    """Attach the engine to ``app`` and declare for each request whether it writes."""
    app.config["SQLALCHEMY_ENGINES"] = {"default": engine_options(url)}
    db.init_app(app)
    # We open no asynchronous session; the hook that closes them would run an event loop at the
    # end of every request, and could not under a browser test, which runs one of its own.
    app.teardown_appcontext_funcs.remove(_close_async_sessions)
    with app.app_context():
        prepare_engine(db.engine)
    app.before_request(_declare_intent)
    app.teardown_request(_forget_intent)


def prepare_engine(engine: Engine) -> None:
    """Give a SQLite engine WAL, foreign keys, a long wait and explicit transactions."""
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)


def _declare_intent() -> None:
    safe = request.method in {"GET", "HEAD", "OPTIONS"}
    _will_write.set(not safe or _reading_writes())


def _forget_intent(_error: BaseException | None) -> None:
    # The context outlives the request: a command after it would begin as a page that reads does,
    # and be told at its first write that the base is locked.
    _will_write.set(True)


def _reading_writes() -> bool:
    return request.blueprint in WRITING_BLUEPRINTS or request.endpoint in WRITING_ENDPOINTS


def _prepare_connection(connection: Any, _record: Any) -> None:  # noqa: ANN401 - a DBAPI object
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _will_write.get() else "BEGIN")
