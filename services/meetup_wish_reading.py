"""Lists of wishes as staff send them: pasted from a spreadsheet, CSV or XLSX, titled or not.

Whatever the list says, every line is kept: four cells (who, whom, priority, message) and the
number under which its sender knows it. What is wrong with a line is judged later, line by line.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from services.cells import restore
from services.contents import clean_line
from services.errors import RuleViolation, UnreadableFile
from services.tabular import DELIMITERS, MAX_COLUMNS, Line, csv_lines
from services.text_keys import name_key
from services.xlsx_reader import read_xlsx_rows
from vocabulary.labels import N_

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 5_000
LONGEST_CELL: Final = 600
COLUMNS: Final = (N_("demandeur"), N_("souhaité"), N_("priorité"), N_("message"))
_ZIP_MARK: Final = b"PK\x03\x04"
_OLE_MARK: Final = b"\xd0\xcf\x11\xe0"
# Titles under which each column is known, compared without accents or case.
_TITLES: Final[Sequence[frozenset[str]]] = (
    frozenset({"demandeur", "participant", "qui", "de", "souhaitant", "organisation", "structure"}),
    frozenset(
        {"souhaite", "souhait", "rencontre", "rencontrer", "avec", "a", "qui rencontrer"}
        | {"souhaite rencontrer", "participant souhaite", "organisation souhaitee"}
    ),
    frozenset({"priorite", "importance", "rang"}),
    frozenset({"message", "mot", "objet", "commentaire", "remarque"}),
)


class ReadLine(NamedTuple):
    """One line of a list: its number in what was sent, from 1, and its four cells."""

    number: int
    cells: tuple[str, str, str, str]


def read_pasted(text: str) -> list[ReadLine]:
    """Read lines pasted from a spreadsheet or typed.

    Raises:
        RuleViolation: nothing in it, or too many lines.
    """
    content = text.encode()
    try:
        lines = list(csv_lines(content))
    except UnreadableFile:
        # A quotation mark that is no quotation: the text is taken as it stands.
        lines = list(_plain_lines(text))
    return _read(lines)


def read_file(content: bytes) -> list[ReadLine]:
    """Read a CSV or XLSX file, told apart by its first bytes.

    Raises:
        RuleViolation: neither, damaged, nothing in it, or too large.
    """
    if len(content) > MAX_BYTES:
        raise RuleViolation(
            N_("Ce fichier dépasse %(count)s Mo : découpez-le."), count=MAX_BYTES // 1024 // 1024
        )
    if content.startswith(_OLE_MARK):
        raise UnreadableFile(
            N_("Ce classeur est dans l’ancien format .xls : enregistrez-le en .xlsx ou en .csv.")
        )
    if content.startswith(_ZIP_MARK):
        rows = read_xlsx_rows(content, max_rows=MAX_ROWS + 2, max_columns=MAX_COLUMNS)
        return _read([Line(number, tuple(cells)) for number, cells in rows])
    return _read(list(csv_lines(content)))


def _read(lines: Sequence[Line]) -> list[ReadLine]:
    filled = [line for line in lines if any(cell.strip() for cell in line.cells)]
    positions = _positions(filled[0].cells) if filled else None
    rows = filled[1:] if positions is not None else filled
    if not rows:
        raise RuleViolation(N_("Aucune ligne à lire : une ligne par souhait."))
    if len(rows) > MAX_ROWS:
        raise RuleViolation(
            N_("Cette liste a plus de %(count)s lignes : découpez-la."), count=MAX_ROWS
        )
    wanted = positions or {column: column for column in range(len(COLUMNS))}
    return [ReadLine(line.number, _cells(line.cells, wanted)) for line in rows]


def _positions(titles: Sequence[str]) -> Mapping[int, int] | None:
    """Return where each column stands by its title; nothing when the first line is no title."""
    keys = [name_key(title) for title in titles]
    found: dict[int, int] = {}
    for column, names in enumerate(_TITLES):
        at = next((at for at, key in enumerate(keys) if key in names), None)
        if at is not None and at not in found.values():
            found[column] = at
    return found if {0, 1} <= found.keys() else None


def _cells(cells: Sequence[str], positions: Mapping[int, int]) -> tuple[str, str, str, str]:
    values = [
        _cell(cells[at]) if (at := positions.get(column, len(cells))) < len(cells) else ""
        for column in range(len(COLUMNS))
    ]
    return values[0], values[1], values[2], values[3]


def _cell(cell: str) -> str:
    return clean_line(restore(cell), LONGEST_CELL)


def _plain_lines(text: str) -> Iterator[Line]:
    rows = text.splitlines()
    first = next((row for row in rows if row.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    for number, row in enumerate(rows, start=1):
        yield Line(number, tuple(row.split(delimiter)))
