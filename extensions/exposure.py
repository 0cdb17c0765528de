"""Counts what lists show, in memory, and writes the sums aside: no page waits for a write."""

import atexit
import threading
from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final, cast

import structlog
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from extensions.clock import now, today
from extensions.database import db, db_session
from services.exposure import add_shown, seed_of
from vocabulary.exchanges import ExposureSurface

log = structlog.get_logger()
FLUSH_SECONDS: Final = 20.0
# How long a process believes that no seed was drawn for the day.
LOOK_AGAIN: Final = timedelta(minutes=1)


class ExposureCounter:
    """What one process showed since its last write; a killed process loses seconds of it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shown: Counter[tuple[date, ExposureSurface, int]] = Counter()
        self._writer: threading.Thread | None = None
        self._closing = threading.Event()

    def count(self, surface: ExposureSurface, actors: Iterable[int], day: date) -> None:
        """Count one showing of each of ``actors``."""
        with self._lock:
            self._shown.update((day, surface, actor) for actor in actors)

    def start(self, sessions: sessionmaker[Session]) -> None:
        """Start the thread that writes now and then; not before a fork, hence on first use."""
        with self._lock:
            if self._writer is not None:
                return
            self._writer = threading.Thread(
                target=self._write_regularly, args=(sessions,), name="exposure", daemon=True
            )
        self._writer.start()
        atexit.register(self._close, sessions)

    def write(self, sessions: sessionmaker[Session]) -> None:
        """Add what is counted to the database; what cannot be written now waits."""
        with self._lock:
            shown, self._shown = self._shown, Counter()
        if not shown:
            return
        try:
            with sessions() as session:
                add_shown(session, shown)
                session.commit()
        except SQLAlchemyError:
            log.warning("exposure not written", rows=len(shown), exc_info=True)
            with self._lock:
                self._shown.update(shown)

    def _write_regularly(self, sessions: sessionmaker[Session]) -> None:
        while not self._closing.wait(FLUSH_SECONDS):
            self.write(sessions)

    def _close(self, sessions: sessionmaker[Session]) -> None:
        self._closing.set()
        self.write(sessions)


class _SeedOfTheDay:
    """The seed in force, read once a day."""

    def __init__(self) -> None:
        self._known: tuple[date, int | None] | None = None
        self._looked_at = now()

    def get(self, session: Session, day: date) -> int | None:
        is_stale = now() - self._looked_at > LOOK_AGAIN
        if self._known is None or self._known[0] != day or (self._known[1] is None and is_stale):
            self._known, self._looked_at = (day, seed_of(session, day)), now()
        return self._known[1]


def init_app(app: Flask) -> None:
    """Give the application its counter and its memory of the day's seed."""
    app.extensions["tour_exposure"] = ExposureCounter()
    app.extensions["tour_seed"] = _SeedOfTheDay()


def count_shown(surface: ExposureSurface, actors: Iterable[int]) -> None:
    """Count that the running request shows ``actors``, each once."""
    counter = exposure_counter()
    counter.count(surface, set(actors), today())
    if not current_app.testing:
        counter.start(db.sessionmaker)


def exposure_counter() -> ExposureCounter:
    """Return the counter of the running application."""
    return cast("ExposureCounter", current_app.extensions["tour_exposure"])


def seed_of_today() -> int | None:
    """Return the seed drawn for today, ``None`` before it is drawn."""
    known = cast("_SeedOfTheDay", current_app.extensions["tour_seed"])
    return known.get(db_session(), today())
