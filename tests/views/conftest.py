"""Applications that the tests of a file share, because they only read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from extensions.database import db_session
from tests.conftest import PlainClient
from tests.databases import site_from
from tests.factories.directory import fill_directory
from tests.factories.entries import index_all


@pytest.fixture(scope="module")
def seeded(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """Yield one over the seeded database; who writes takes ``app``, made for each test."""
    with site_from(templates / "seeded", tmp_path_factory.mktemp("seeded")) as app:
        app.testing = True
        yield app


@pytest.fixture(scope="module", params=["memory", "whoosh"])
def directory(
    request: pytest.FixtureRequest, templates: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[FlaskClient]:
    """Yield a client of a small directory under either engine, for tests that only read."""
    folder = tmp_path_factory.mktemp("directory")
    with site_from(templates / "empty", folder, search_backend=request.param) as app:
        app.test_client_class = PlainClient
        with app.app_context():
            fill_directory(db_session())
        index_all(app)
        yield app.test_client()
