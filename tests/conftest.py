"""The ground of the suite: one seeded template database, and an application on a copy of it.

- ``app``: the application over a fresh copy of the seeded database, demonstration on;
- ``empty_app``: the same over the schema alone, roles included;
- ``make_app``: either, with other settings (``make_app(demo=False)``);
- ``client``: a test client of ``app``;
- ``session``: a session of its own over the database of ``app``; ``empty_session`` likewise.
  It sees what requests committed once it has itself committed or rolled back, and must commit
  before a request that writes: SQLite has one writer.

Never open ``app.app_context()`` around a client: both would share one session.
"""

import fcntl
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from config import Settings, load_settings
from extensions.database import db, db_session
from jobs.schema import migrate
from jobs.seed_commands import load_ground_data
from services.seeding import seed_roles
from tests.compiled_once import install, share_statements

DATABASE = "tour-de-table.sqlite"
AppFactory = Callable[..., Flask]

install()


class PlainResponse(TestResponse, Response):  # type: ignore[misc]  # as Flask's client does
    """A response whose text has plain blanks: tests type sentences as msgids do."""

    @property
    def text(self) -> str:  # read afresh, not cached
        """Return the body, its no-break blanks made plain."""
        return self.get_data(as_text=True).replace("\u00a0", " ")


class PlainClient(FlaskClient):
    """A client that reads sentences as tests type them."""

    def __init__(self, application: Flask, *_wrapper: Any, **options: Any) -> None:
        super().__init__(application, PlainResponse, **options)


def pytest_collection_finish() -> None:
    """Spare the garbage collector the modules: each round went through all that is imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 20, 50)


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the template databases, built once for all workers."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    folder = root / "templates"
    with (root / "templates.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _build_template(root / "building" / "empty", seeded=False)
            _build_template(root / "building" / "seeded", seeded=True)
            (root / "building" / "compiled").mkdir()
            (root / "building").rename(folder)
    return folder


def _build_template(data_dir: Path, *, seeded: bool) -> None:
    app = create_app(settings_for(data_dir))
    with app.app_context():
        migrate(db.engine)
        session = db_session()
        if seeded:
            load_ground_data(session, app.config["SETTINGS"])
        else:
            seed_roles(session)
            session.commit()
        session.close()
        with db.engine.connect() as connection:
            connection.commit()
            raw = connection.connection.cursor()
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.close()
        db.engine.dispose()


def settings_for(data_dir: Path, **overrides: Any) -> Settings:
    """Return settings of a test: SQLite under ``data_dir``, the index in memory."""
    values: dict[str, Any] = {
        "data_dir": data_dir,
        "database_url": "",
        "search_backend": "memory",
        "demo": True,
        "base_url": "http://localhost",
        **overrides,
    }
    return load_settings(**values)


@pytest.fixture
def make_app(templates: Path, tmp_path: Path) -> Iterator[AppFactory]:
    """Return ``make_app(seeded=True, **settings)``; each call has its own database."""
    made: list[Flask] = []

    def make(*, seeded: bool = True, **overrides: Any) -> Flask:
        data_dir = tmp_path / f"data-{len(made)}"
        data_dir.mkdir()
        shutil.copyfile(
            templates / ("seeded" if seeded else "empty") / DATABASE, data_dir / DATABASE
        )
        app = create_app(settings_for(data_dir, **overrides))
        app.testing = True
        with app.app_context():
            share_statements(db.engine)
        app.test_client_class = PlainClient
        # Each application would compile every template anew: a third of the time of a page test.
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(templates / "compiled"))
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture
def app(make_app: AppFactory) -> Flask:
    """Return the application over the seeded database, demonstration on."""
    return make_app()


@pytest.fixture
def empty_app(make_app: AppFactory) -> Flask:
    """Return the application over the schema and the roles alone."""
    return make_app(seeded=False)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a visitor's client of ``app``."""
    return app.test_client()


def _open_session(app: Flask) -> Iterator[Session]:
    settings: Settings = app.config["SETTINGS"]
    engine = create_engine(settings.engine_url())
    share_statements(engine)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    with Session(engine) as session:
        yield session
        session.rollback()
    engine.dispose()


def _prepare(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=5000")


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """Yield a session over the database of ``app``."""
    yield from _open_session(app)


@pytest.fixture
def empty_session(empty_app: Flask) -> Iterator[Session]:
    """Yield a session over the database of ``empty_app``."""
    yield from _open_session(empty_app)
