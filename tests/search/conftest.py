"""Engines under test. These tests run on every Whoosh of the contract, so nothing else is used."""

from pathlib import Path

import pytest

from search.backend import SearchBackend
from search.memory_backend import MemoryBackend
from search.whoosh_engine.backend import WhooshBackend
from tests.search.sample import DIRECTORY


@pytest.fixture(params=["memory", "whoosh"])
def backend(request: pytest.FixtureRequest, tmp_path: Path) -> SearchBackend:
    """Return an empty engine of each kind."""
    engine: SearchBackend = (
        MemoryBackend() if request.param == "memory" else WhooshBackend(tmp_path / "index")
    )
    engine.rebuild([])
    return engine


@pytest.fixture
def directory(backend: SearchBackend) -> SearchBackend:
    """Return an engine that holds the small directory."""
    backend.index_batch(DIRECTORY)
    return backend
