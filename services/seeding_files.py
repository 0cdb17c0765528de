"""Reads the tables and TOML files of ``seed_data``, and writes rows that are not there yet."""

import csv
import gzip
import io
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, inspect, select, update
from sqlalchemy.orm import Session

from models.base import Base

SEED_ROOT: Final = Path(__file__).resolve().parent.parent / "seed_data"
CHUNK = 5_000

Row = Mapping[str, Any]


def read_table(name: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one CSV table of ``seed_data``, compressed or not; all text."""
    path = SEED_ROOT / name
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    yield from csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""))


def read_toml(name: str) -> dict[str, Any]:
    """Return one TOML file of ``seed_data``."""
    return tomllib.loads((SEED_ROOT / name).read_text(encoding="utf-8"))


def read_toml_folder(name: str, key: str) -> Iterator[dict[str, Any]]:
    """Yield the tables ``[[key]]`` of every TOML file of a folder, in alphabetical order."""
    for path in sorted((SEED_ROOT / name).glob("*.toml")):
        yield from tomllib.loads(path.read_text(encoding="utf-8")).get(key, [])


def source_of(folder: str, filename: str) -> dict[str, Any]:
    """Return what ``SOURCES.toml`` of ``folder`` says of one of its files.

    Raises:
        LookupError: the file has no declared source.
    """
    for source in read_toml(f"{folder}/SOURCES.toml")["source"]:
        if filename in source["files"]:
            return dict(source)
    message = f"{folder}/{filename} has no declared source"
    raise LookupError(message)


def split_list(cell: str) -> list[str]:
    """Return the values of a cell that holds several."""
    return [value for value in cell.split("|") if value]


def at_noon(day: date) -> datetime:
    """Return an instant of ``day`` that is the same day in every French territory."""
    return datetime.combine(day, time(12), tzinfo=UTC)


def sync_rows(session: Session, model: type[Base], rows: Iterable[Row]) -> int:
    """Insert the rows whose primary key is new, update those that differ; return how many.

    The database is read once and compared in memory: a second run writes nothing.
    """
    mapper = inspect(model)
    keys = [str(column.key) for column in mapper.primary_key]
    wanted = list(rows)
    if not wanted:
        return 0
    names = list(wanted[0])
    columns = [getattr(model, name) for name in names]
    key_positions = [names.index(key) for key in keys]
    present = {
        tuple(found[position] for position in key_positions): tuple(found)
        for found in session.execute(select(*columns))
    }
    created: list[Row] = []
    changed: list[Row] = []
    for row in wanted:
        values = tuple(row[name] for name in names)
        known = present.get(tuple(values[position] for position in key_positions))
        if known is None:
            created.append(row)
        elif known != values:
            changed.append(row)
    insert_rows(session, model, created)
    if changed:
        session.execute(update(model), [dict(row) for row in changed])
    return len(created) + len(changed)


def insert_rows(session: Session, model: type[Base], rows: Sequence[Row]) -> None:
    """Insert rows in bulk."""
    for start in range(0, len(rows), CHUNK):
        session.execute(insert(model), [dict(row) for row in rows[start : start + CHUNK]])


def missing_rows(session: Session, model: type[Base], rows: Iterable[Row], *keys: str) -> list[Row]:
    """Return the rows whose ``keys`` are not in the table: what exists is never overwritten."""
    columns = [getattr(model, key) for key in keys]
    present = {tuple(found) for found in session.execute(select(*columns))}
    return [row for row in rows if tuple(row[key] for key in keys) not in present]


def ids_by(session: Session, model: type[Base], key: str, values: Iterable[str]) -> dict[str, int]:
    """Return the identifiers of the rows whose ``key`` is among ``values``."""
    column = getattr(model, key)
    wanted = sorted(set(values))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        statement = select(column, model.id).where(column.in_(part))  # type: ignore[attr-defined]
        found.update({str(value): int(number) for value, number in session.execute(statement)})
    return found
