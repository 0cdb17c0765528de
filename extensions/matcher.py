"""The matcher of the process: its columns are shared by every request."""

from typing import cast

from flask import Flask, current_app

from extensions.clock import now, today
from extensions.exposure import seed_of_today
from services.matching import Matcher, Moment


def init_app(app: Flask) -> None:
    """Give the application its matcher; columns are built on the first list."""
    app.extensions["tour_matcher"] = Matcher()


def matcher() -> Matcher:
    """Return the matcher of the running application."""
    return cast("Matcher", current_app.extensions["tour_matcher"])


def moment() -> Moment:
    """Return the present moment as the matcher wants it."""
    return Moment(now=now(), today=today(), drawn=seed_of_today())
