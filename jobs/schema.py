"""The schema of the database: which migration it is at, and bringing it to the last one."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
_NAME = re.compile(r"(\d{4})_\w+\.py")


def head_revision() -> str:
    """Return the last migration of the project, read from file names: Alembic stays unloaded."""
    names = (_NAME.fullmatch(path.name) for path in (MIGRATIONS / "versions").iterdir())
    return max(match[1] for match in names if match)


def current_revision(connection: Connection) -> str | None:
    """Return the migration that the database is at, ``None`` when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return str(found) if found else None


def is_current(engine: Engine) -> bool:
    """Tell whether the database has the last migration."""
    with engine.connect() as connection:
        return current_revision(connection) == head_revision()


def migrate(engine: Engine, target: str = "head") -> None:
    """Bring the database up, or down, to ``target`` in one transaction."""
    from alembic import command  # noqa: PLC0415 - half a second, on use only

    with engine.connect() as connection:
        # Rebuilding a SQLite table drops the old one: its children must not go with it.
        _enforce_foreign_keys(connection, enabled=False)
        with connection.begin():
            config = alembic_config(connection)
            if target == "base" or (target != "head" and target < _at(connection)):
                command.downgrade(config, target)
            else:
                command.upgrade(config, target)
        _enforce_foreign_keys(connection, enabled=True)


def alembic_config(connection: Connection) -> "Config":
    """Return Alembic's configuration, on an open connection."""
    from alembic.config import Config  # noqa: PLC0415 - idem

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _at(connection: Connection) -> str:
    return current_revision(connection) or ""


def _enforce_foreign_keys(connection: Connection, *, enabled: bool) -> None:
    """Switch SQLite's enforcement, outside any transaction as SQLite wants it."""
    if connection.dialect.name != "sqlite":
        return
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={'ON' if enabled else 'OFF'}")
    cursor.close()
