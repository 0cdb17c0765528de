"""Applications that the tests of a file share, because they only read."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from extensions.database import db, db_session
from tests.conftest import DATABASE, PlainClient, settings_for
from tests.factories.directory import fill_directory
from tests.factories.entries import index_all


@pytest.fixture(scope="module")
def seeded(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Yield one over the seeded database; who writes takes ``app``, made for each test."""
    folder = tmp_path_factory.mktemp("seeded")
    shutil.copyfile(templates / "seeded" / DATABASE, folder / DATABASE)
    app = create_app(settings_for(folder))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture(scope="module", params=["memory", "whoosh"])
def directory(
    request: pytest.FixtureRequest, templates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Yield a client of a small directory under either engine, for tests that only read."""
    data_dir = tmp_path_factory.mktemp("directory")
    shutil.copyfile(templates / "empty" / DATABASE, data_dir / DATABASE)
    app = create_app(settings_for(data_dir, search_backend=request.param))
    app.test_client_class = PlainClient
    with app.app_context():
        fill_directory(db_session())
    index_all(app)
    yield app.test_client()
    with app.app_context():
        db.engine.dispose()
