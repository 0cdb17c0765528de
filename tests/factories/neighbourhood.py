"""The world of the access matrix, with a neighbour in it whose things are asked for by number."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.database import db_session
from services.seeding import seed_roles
from tests.factories.accounts import sign_in
from tests.factories.matrix_world import Examples, address_of, build_world, rows_of


@dataclass(frozen=True)
class World:
    """What is one's own, by endpoint as in the matrix, and what belongs to a neighbour."""

    app: Flask
    database: Path
    own: Examples
    theirs: dict[str, Any]
    ignored_tables: AbstractSet[str]

    def client(self, role: str = "owner") -> FlaskClient:
        """Return a client signed in as the account of a role."""
        return sign_in(self.app, address_of(role))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Return every row that a refused request leaves as it was."""
        found = rows_of(self.database)
        return {name: rows for name, rows in found.items() if name not in self.ignored_tables}


def build_neighbourhood(
    app: Flask, make_theirs: Callable[[Session], dict[str, Any]], *, ignoring: AbstractSet[str]
) -> World:
    """Fill the database of ``app``; ``ignoring`` names tables that any request may write."""
    with app.app_context():
        seed_roles(db_session())
        db_session().commit()
    own = build_world(app)["owner"]
    with app.app_context():
        session = db_session()
        theirs = make_theirs(session)
        session.commit()
        database = Path(str(session.get_bind().engine.url.database))
    return World(app, database, own, theirs, ignoring)
