"""Reads tables that people send: CSV of any usual dialect, and XLSX; bounded and never run."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.cells import restore
from services.errors import UnreadableFile
from services.text_keys import name_key
from services.xlsx_reader import read_xlsx_rows
from vocabulary.labels import N_

MAX_COLUMNS: Final = 200
MAX_CELL: Final = 20_000
DELIMITERS: Final = (";", ",", "\t", "|")
_ZIP_MARK: Final = b"PK\x03\x04"
_OLE_MARK: Final = b"\xd0\xcf\x11\xe0"
_BOMS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: where it starts in the file, counted from 1, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the lines under it; every line has as many cells as the header."""

    headers: tuple[str, ...]
    lines: tuple[Line, ...]

    def column(self, *names: str) -> int | None:
        """Return the position of the first header among ``names``, case and accents aside."""
        wanted = [name_key(name) for name in names]
        keys = [name_key(header) for header in self.headers]
        return next((keys.index(key) for key in wanted if key in keys), None)


def read_table(content: bytes, *, max_rows: int) -> Table:
    """Read a CSV or XLSX file, told apart by its first bytes.

    Raises:
        UnreadableFile: neither, damaged, too large, or without a usable header.
    """
    if content.startswith(_ZIP_MARK):
        return _table(_xlsx_lines(content, max_rows), max_rows)
    if content.startswith(_OLE_MARK):
        raise UnreadableFile(
            N_("Ce classeur est dans l’ancien format .xls : enregistrez-le en .xlsx ou en .csv.")
        )
    return _table(csv_lines(content), max_rows)


def csv_lines(content: bytes) -> Iterator[Line]:
    """Yield the lines of a CSV file, numbered where each starts.

    Raises:
        UnreadableFile: not text, or a quote is never closed.
    """
    text = _decode(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    start = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableFile(
                N_("Ligne %(line)s : guillemets mal fermés ou cellule trop longue."), line=start
            ) from error
        if any(cell.strip() for cell in cells):
            yield Line(start, tuple(cells))
        start = reader.line_num + 1


def _xlsx_lines(content: bytes, max_rows: int) -> Iterator[Line]:
    # One row for the header and one to tell that there are too many.
    for number, cells in read_xlsx_rows(content, max_rows=max_rows + 2, max_columns=MAX_COLUMNS):
        if any(cell.strip() for cell in cells):
            yield Line(number, tuple(cells))


def _decode(content: bytes) -> str:
    """Return the text: by its mark, else UTF-8, else cp1252 as spreadsheets write it."""
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content, encoding)
    if b"\x00" in content:
        raise UnreadableFile(N_("Ce fichier n’est pas un texte : attendu un CSV ou un XLSX."))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(content, "cp1252")


def _decoded(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            N_("Les caractères de ce fichier ne se lisent pas : enregistrez-le en UTF-8.")
        ) from error
    if "\x00" in text:
        raise UnreadableFile(N_("Ce fichier n’est pas un texte : attendu un CSV ou un XLSX."))
    return text


def _delimiter(text: str) -> str:
    """Return the separator most used on the first line, outside quotes."""
    first, quoted = [], False
    for mark in text.lstrip("\r\n"):
        if mark in "\r\n" and not quoted:
            break
        quoted ^= mark == '"'
        if not quoted:
            first.append(mark)
    return max(DELIMITERS, key=first.count)


def _table(lines: Iterator[Line], max_rows: int) -> Table:
    header = next(lines, None)
    if header is None:
        raise UnreadableFile(N_("Ce fichier est vide."))
    headers = _headers(header.cells)
    rows: list[Line] = []
    for line in lines:
        if len(rows) == max_rows:
            raise UnreadableFile(
                N_("Ce fichier a plus de %(count)s lignes : découpez-le."), count=max_rows
            )
        rows.append(_fitted(line, len(headers)))
    return Table(headers, tuple(rows))


def _headers(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the header without the empty columns that end it.

    Raises:
        UnreadableFile: a name occurs twice, an empty one has a named one after it, or too many.
    """
    names = [" ".join(restore(cell).split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MAX_COLUMNS:
        raise UnreadableFile(
            N_("Ce fichier a plus de %(count)s colonnes : gardez les utiles."), count=MAX_COLUMNS
        )
    if not all(names):
        raise UnreadableFile(
            N_("Ligne 1 : la colonne %(position)s n’a pas de titre."),
            position=names.index("") + 1 if names else 1,
        )
    keys = [name_key(name) for name in names]
    twice = next((name for name, key in zip(names, keys, strict=True) if keys.count(key) > 1), None)
    if twice is not None:
        raise UnreadableFile(N_("Ligne 1 : la colonne « %(name)s » est en double."), name=twice)
    return tuple(names)


def _fitted(line: Line, width: int) -> Line:
    """Return the line with exactly ``width`` cells.

    Raises:
        UnreadableFile: it holds more than the header does, or a cell beyond ``MAX_CELL``.
    """
    extra = [cell for cell in line.cells[width:] if cell.strip()]
    if extra:
        raise UnreadableFile(
            N_("Ligne %(line)s : %(found)s cellules pour %(expected)s colonnes."),
            line=line.number,
            found=len(line.cells),
            expected=width,
        )
    if any(len(cell) > MAX_CELL for cell in line.cells):
        raise UnreadableFile(
            N_("Ligne %(line)s : une cellule dépasse %(count)s caractères."),
            line=line.number,
            count=MAX_CELL,
        )
    cells = [restore(cell) for cell in line.cells[:width]]
    return Line(line.number, (*cells, *("" for _ in range(width - len(cells)))))
