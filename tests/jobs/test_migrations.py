"""Migrations: up, down, up again, on SQLite and on PostgreSQL; nothing lacks in the models."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect

from extensions.database import prepare_engine
from jobs.schema import MIGRATIONS, current_revision, head_revision, migrate
from models.base import Base
from tests.databases import postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Yield an engine on an empty database."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'base.sqlite'}")
        prepare_engine(engine)
        yield engine
        engine.dispose()
        return
    with postgres_database() as url:
        engine = create_engine(url)
        yield engine
        engine.dispose()


def schema_of(engine: Engine) -> dict[str, list[tuple[str, str, bool]]]:
    inspector = inspect(engine)
    return {
        table: sorted(
            (str(column["name"]), str(column["type"]), bool(column["nullable"]))
            for column in inspector.get_columns(table)
        )
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }


def test_up_down_up_gives_the_same_schema(engine: Engine) -> None:
    migrate(engine)
    first = schema_of(engine)
    migrate(engine, "base")
    assert schema_of(engine) == {}
    migrate(engine)
    assert schema_of(engine) == first


def test_every_step_goes_down_and_up_again(engine: Engine) -> None:
    steps = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    migrate(engine)
    for lower, upper in zip(steps[-2::-1], steps[:0:-1], strict=True):
        migrate(engine, lower)
        migrate(engine, upper)
        migrate(engine, lower)
    migrate(engine)
    with engine.connect() as connection:
        assert current_revision(connection) == steps[-1] == head_revision()


def test_models_and_migrations_agree(engine: Engine) -> None:
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
