"""The search backend of the application, chosen by setting and opened on first use."""

from typing import cast

from flask import Flask, current_app

from config import Settings
from search.backend import SearchBackend


def init_app(app: Flask, settings: Settings) -> None:
    """Remember how to open the backend; opening waits for the first search."""
    app.extensions["tour_search_settings"] = settings


def open_backend(settings: Settings) -> SearchBackend:
    """Open the backend that ``settings`` name."""
    if settings.search_backend == "memory":
        from search.memory_backend import MemoryBackend  # noqa: PLC0415 - one engine is loaded

        return MemoryBackend()
    from search.whoosh_engine.backend import WhooshBackend  # noqa: PLC0415 - one engine is loaded

    return WhooshBackend(settings.index_dir)


def search_backend() -> SearchBackend:
    """Return the backend of the running application."""
    extensions = current_app.extensions
    if "tour_search" not in extensions:
        extensions["tour_search"] = open_backend(extensions["tour_search_settings"])
    return cast("SearchBackend", extensions["tour_search"])
