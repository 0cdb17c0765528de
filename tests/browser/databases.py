"""Writes into the database of a site that runs."""

import sqlite3
from pathlib import Path

from sqlalchemy import create_engine, event
from sqlalchemy.orm import Session


def session_of(database: Path) -> Session:
    """Return a session that waits for the site when it writes."""
    engine = create_engine(f"sqlite:///{database}")

    def prepare(raw: sqlite3.Connection, _record: object) -> None:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.execute("PRAGMA busy_timeout=15000")

    event.listen(engine, "connect", prepare)
    return Session(engine)
