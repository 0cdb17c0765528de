"""Reading and writing the tables of ``seed_data``: UTF-8, commas, one header line, LF ends.

A name that ends in ``.gz`` is compressed without date or file name, so that the same rows give
the same bytes on the same machine.
"""

import csv
import gzip
import io
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

LIST_SEPARATOR: Final = "|"
Row = dict[str, str]


def read_table(path: Path, *, delimiter: str = ",") -> list[Row]:
    """Return the rows of a table, every value as text; a byte-order mark is dropped."""
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    """Write ``rows`` under ``columns`` and return how many there were."""
    buffer = io.StringIO(newline="")
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
    data = buffer.getvalue().encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(data, 9, mtime=0) if path.suffix == ".gz" else data)
    return count


def join_list(values: Iterable[str]) -> str:
    """Return the distinct non-empty ``values`` in their order, as one cell."""
    return LIST_SEPARATOR.join(dict.fromkeys(value for value in values if value))


def split_list(cell: str) -> list[str]:
    """Return the values of a list cell; an empty cell holds none."""
    return cell.split(LIST_SEPARATOR) if cell else []


def degrees(value: str | float) -> str:
    """Return a coordinate with at most four decimals (about ten metres); empty stays empty."""
    if value == "":
        return ""
    return f"{round(float(value), 4) + 0.0:.4f}".rstrip("0").rstrip(".")
