"""Reads the first sheet of an XLSX workbook as a stream: no entity, no more than it is allowed.

An XLSX file is a zip of XML parts. What could hurt is bounded before it is held: the bytes that
a part inflates to are counted as they come (a zip bomb declares what it likes), and so are its
elements with their attributes (millions of empty ones weigh little but take minutes), the length
of one tag, and the text of all the cells (one long text that every cell points to). A document
type is refused (« billion laughs »), and reading stops at the last row allowed, so that a sheet of
a million rows costs no more than its beginning. Formulas are never evaluated: the value that the
spreadsheet stored is read.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Callable
from typing import Final
from xml.parsers import expat

from services.errors import UnreadableFile
from vocabulary.labels import N_

Rows = list[tuple[int, list[str]]]

MAX_PART_BYTES: Final = 48 * 1024 * 1024
# Elements and attributes of a part: five thousand rows of fifty cells have a million and a quarter.
MAX_NODES: Final = 1_500_000
# One tag with its attributes; the parser hands nothing over before its end.
MAX_TAG_BYTES: Final = 256 * 1024
# Excel holds 32,767 characters in a cell.
MAX_CELL_TEXT: Final = 40_000
MAX_TEXT: Final = 8_000_000
MAX_STRINGS: Final = 400_000
MAX_PARTS: Final = 2_000
CHUNK: Final = 64 * 1024
# Row numbers and positions of shared strings: Excel has 1,048,576 rows.
_FIGURES = re.compile(r"[0-9]{1,8}")
_CELL = re.compile(r"([A-Z]{1,3})\d{1,7}")
_STRINGS: Final = "xl/sharedStrings.xml"
_DAMAGED: Final = N_(
    "Ce classeur est abîmé ou protégé : enregistrez-le à nouveau en .xlsx ou .csv."
)
_TOO_LARGE: Final = N_(
    "Ce classeur est trop grand une fois décompressé : gardez une seule feuille."
)
_ENTITIES: Final = N_("Ce classeur contient des définitions interdites : enregistrez-le en .csv.")
_LONG_CELL: Final = N_("Une cellule de ce classeur dépasse %(count)s caractères.")
_TOO_WIDE: Final = N_("Ce classeur a plus de %(count)s colonnes : gardez les utiles.")


class _EnoughRows(Exception):  # noqa: N818 - ends the reading, not a fault
    """The row after the last one allowed was reached."""


def read_xlsx_rows(content: bytes, *, max_rows: int, max_columns: int) -> Rows:
    """Return the rows of the first sheet that hold something, at most ``max_rows``, numbered.

    Raises:
        UnreadableFile: damaged, encrypted, beyond a bound, or with a document type inside.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            names = frozenset(book.namelist())
            if len(names) > MAX_PARTS:
                raise UnreadableFile(_TOO_LARGE)
            strings = _SharedStrings()
            if _STRINGS in names:
                _parse(book, _STRINGS, strings)
            sheet = _Sheet(strings.values, max_rows, max_columns)
            _parse(book, _first_sheet(book, names), sheet)
    except (
        zipfile.BadZipFile,
        zlib.error,
        expat.ExpatError,
        EOFError,
        KeyError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise UnreadableFile(_DAMAGED) from error
    return sheet.rows


class _Part:
    """What one XML part is turned into, event by event; names come without namespace."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an element."""

    def end(self, name: str) -> None:
        """Close an element."""

    def text(self, data: str) -> None:
        """Take text."""


class _Budget:
    """What is left of the elements and attributes that a part may hold."""

    def __init__(self, part: _Part) -> None:
        self._part = part
        self._left = MAX_NODES

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Hand an element over, its names without namespace, or refuse one too many."""
        self._left -= 1 + len(attributes)
        if self._left < 0:
            raise UnreadableFile(_TOO_LARGE)
        self._part.start(_local(tag), {_local(key): value for key, value in attributes.items()})


def _parse(book: zipfile.ZipFile, name: str, part: _Part) -> None:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = _Budget(part).start
    parser.EndElementHandler = lambda tag: part.end(_local(tag))
    parser.CharacterDataHandler = part.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    inflated = 0
    with book.open(name) as stream:
        try:
            while chunk := stream.read(CHUNK):
                inflated += len(chunk)
                parser.Parse(chunk, False)
                waiting = inflated - parser.CurrentByteIndex
                if inflated > MAX_PART_BYTES or waiting > MAX_TAG_BYTES:
                    raise UnreadableFile(_TOO_LARGE)
            parser.Parse(b"", True)
        except _EnoughRows:
            return


def _refuse_doctype(*_declaration: object) -> None:
    raise UnreadableFile(_ENTITIES)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _Targets(_Part):
    """The first sheet of the workbook, or the relations by identifier."""

    def __init__(self, element: str, keep: Callable[[dict[str, str]], None]) -> None:
        self._element = element
        self._keep = keep

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Keep the attributes of the element looked for."""
        if name == self._element:
            self._keep(attributes)


def _first_sheet(book: zipfile.ZipFile, names: frozenset[str]) -> str:
    sheets: list[dict[str, str]] = []
    relations: list[dict[str, str]] = []
    _parse(book, "xl/workbook.xml", _Targets("sheet", sheets.append))
    _parse(book, "xl/_rels/workbook.xml.rels", _Targets("Relationship", relations.append))
    targets = {relation["Id"]: relation["Target"] for relation in relations}
    target = targets[sheets[0]["id"]] if sheets else ""
    path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    if path not in names:
        raise KeyError(path)
    return path


class _CellText:
    """The text of one cell, piece by piece, no longer than a cell may be."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0

    def add(self, piece: str) -> None:
        """Take a piece."""
        self._length += len(piece)
        if self._length > MAX_CELL_TEXT:
            raise UnreadableFile(_LONG_CELL, count=MAX_CELL_TEXT)
        self._pieces.append(piece)

    def clear(self) -> None:
        """Start the text of another cell."""
        if self._length:
            self._pieces.clear()
            self._length = 0

    def whole(self) -> str:
        """Return the text."""
        return "".join(self._pieces)


class _SharedStrings(_Part):
    """The texts that cells point to; readings aids (``rPh``) are left out."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._text = _CellText()
        self._in_text = False
        self._in_reading = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open an entry, or a run of its text."""
        del attributes
        if name == "si":
            self._text.clear()
        self._in_reading |= name == "rPh"
        self._in_text = name == "t" and not self._in_reading

    def end(self, name: str) -> None:
        """Close an entry."""
        if name == "si":
            if len(self.values) == MAX_STRINGS:
                raise UnreadableFile(_TOO_LARGE)
            self.values.append(self._text.whole())
        elif name == "rPh":
            self._in_reading = False
        self._in_text = False

    def text(self, data: str) -> None:
        """Take a run of text."""
        if self._in_text:
            self._text.add(data)


class _Sheet(_Part):
    """The rows of a sheet, kept up to the last one allowed."""

    def __init__(self, strings: list[str], max_rows: int, max_columns: int) -> None:
        self.rows: Rows = []
        self._strings = strings
        self._max_rows = max_rows
        self._max_columns = max_columns
        self._number = 0
        self._cells: list[str] = []
        self._column = -1
        self._type = ""
        self._text = _CellText()
        self._room = MAX_TEXT
        self._in_value = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Open a row, a cell or its value."""
        if name == "row":
            self._open_row(attributes)
        elif name == "c":
            self._type = attributes.get("t", "n")
            self._column = self._position(attributes.get("r"))
            self._text.clear()
        self._in_value = name in {"v", "t"}

    def end(self, name: str) -> None:
        """Close a cell or a row."""
        self._in_value = False
        if name == "c":
            self._close_cell()
        elif name == "row" and self._cells:
            if len(self.rows) == self._max_rows:
                raise _EnoughRows
            self.rows.append((self._number, self._cells))

    def text(self, data: str) -> None:
        """Take a piece of the value."""
        if self._in_value:
            self._text.add(data)

    def _open_row(self, attributes: dict[str, str]) -> None:
        given = attributes.get("r", "")
        self._number = int(given) if _FIGURES.fullmatch(given) else self._number + 1
        self._cells = []
        self._column = -1

    def _position(self, reference: str | None) -> int:
        match = _CELL.fullmatch(reference or "")
        if match is None:
            return self._column + 1
        position = 0
        for letter in match[1]:
            position = position * 26 + ord(letter) - ord("A") + 1
        return position - 1

    def _close_cell(self) -> None:
        text = self._text.whole()
        value = self._value(text) if text else ""
        if not value:
            return
        self._room -= len(value)
        if self._room < 0:
            raise UnreadableFile(_TOO_LARGE)
        if self._column >= self._max_columns:
            raise UnreadableFile(_TOO_WIDE, count=self._max_columns)
        self._cells.extend("" for _ in range(self._column + 1 - len(self._cells)))
        self._cells[self._column] = value

    def _value(self, text: str) -> str:
        if self._type == "s":
            number = int(text) if _FIGURES.fullmatch(text) else -1
            return self._strings[number] if 0 <= number < len(self._strings) else ""
        if self._type == "e":
            return ""
        if self._type == "b":
            return "oui" if text == "1" else "non"
        return _number_text(text) if self._type == "n" else text


def _number_text(text: str) -> str:
    """Return a number as people write it: a SIREN stored as ``5.52100554E8`` has nine digits."""
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else text  # noqa: PLR2004
