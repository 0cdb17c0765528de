"""Runs migrations on the engine of the application, inside one transaction."""

import sqlalchemy as sa
from alembic import context
from flask_security import AsaList

from models.base import Base, UtcDateTime


def run() -> None:
    """Apply the migrations on the connection handed over by ``jobs.schema``."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render(kind, item, autogen):
    """Write our types as the plain SQL types they are stored as: migrations outlive code."""
    del autogen
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    if isinstance(item, AsaList):
        return "sa.UnicodeText()"
    return False


import models  # noqa: E402, F401 - registers every table

run()
