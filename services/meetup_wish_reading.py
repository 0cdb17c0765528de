"""Lists of wishes as staff send them: pasted from a spreadsheet, CSV or XLSX, titled or not.

Whatever the list says, every line is kept: four cells (who, whom, priority, message), then those
of its other columns, and the number under which its sender knows it. Staff may say that a column
is another one; what is wrong with a line is judged later, line by line.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from services.cells import restore
from services.column_titles import find_columns
from services.contents import clean_line
from services.errors import RuleViolation, UnreadableFile
from services.meetup_import_models import WISH_COLUMNS, is_example
from services.tabular import DELIMITERS, MAX_COLUMNS, Line, csv_lines
from services.xlsx_reader import read_xlsx_rows
from vocabulary.labels import N_

MAX_BYTES: Final = 5 * 1024 * 1024
MAX_ROWS: Final = 5_000
LONGEST_CELL: Final = 600
_LONGEST_READ: Final = 20_000
COLUMNS: Final = WISH_COLUMNS
_ZIP_MARK: Final = b"PK\x03\x04"
_OLE_MARK: Final = b"\xd0\xcf\x11\xe0"
# What each column may be called, the surest first.
TITLES: Final[Mapping[int, tuple[str, ...]]] = {
    0: (
        *(COLUMNS[0], "participant demandeur", "structure demandeuse", "souhaitant"),
        *("qui souhaite", "nom du demandeur", "qui", "de", "requester", "participant"),
        *("structure", "nom de la structure", "organisme", "organisation", "raison sociale"),
        *("courriel du demandeur", "mail du demandeur", "courriel", "adresse électronique"),
        *("e-mail", "email", "mail", "adresse"),
    ),
    1: (
        *(COLUMNS[1], "participant souhaité", "structure souhaitée", "organisation souhaitée"),
        *("organisme souhaité", "qui rencontrer", "souhaite rencontrer", "veut rencontrer"),
        *("rendez-vous avec", "rencontre avec", "souhait", "rencontre", "rencontrer", "avec"),
        *("à", "cible", "wished for"),
    ),
    2: (COLUMNS[2], "importance", "rang", "ordre", "niveau", "priority"),
    3: (COLUMNS[3], "mot", "objet", "commentaire", "remarque", "motif", "sujet", "note"),
}
# With two of them the first line is taken for titles; a body may well be called by one.
_SURE_TITLES: Final = 2
# Beside the four: columns that staff may choose instead.
_OTHERS_KEPT: Final = 26


class ReadLine(NamedTuple):
    """One line of a list: its number in what was sent, from 1, and its cells, the four first."""

    number: int
    cells: tuple[str, ...]


class ReadList(NamedTuple):
    """A list as it was read: the titles of its columns, in the order of the cells, and its lines.

    A column that has no title is called by nothing; so is one of the four that is not there.
    """

    titles: tuple[str, ...]
    lines: list[ReadLine]
    is_titled: bool

    @property
    def is_readable(self) -> bool:
        """Tell whether both columns that a wish needs were found."""
        return not self.is_titled or all(self.titles[:2])


def read_pasted(text: str) -> ReadList:
    """Read lines pasted from a spreadsheet or typed.

    Raises:
        RuleViolation: nothing in it, or too many lines.
    """
    try:
        lines = _first(csv_lines(text.encode()))
    except UnreadableFile:
        # A quotation mark that is no quotation: the text is taken as it stands.
        lines = _first(_plain_lines(text))
    return _read(lines)


def read_file(content: bytes) -> ReadList:
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
    return _read(_first(csv_lines(content)))


def _first(lines: Iterable[Line]) -> list[Line]:
    """Return the lines allowed with the titles, and one more to tell that there are too many.

    Raises:
        UnreadableFile: more columns than a list has.
    """
    kept = []
    for line in islice(lines, MAX_ROWS + 2):
        if any(line.cells[MAX_COLUMNS:]):
            raise UnreadableFile(
                N_("Ligne %(line)s : plus de %(count)s colonnes, gardez les utiles."),
                line=line.number,
                count=MAX_COLUMNS,
            )
        kept.append(Line(line.number, line.cells[:MAX_COLUMNS]))
    return kept


def _read(lines: Sequence[Line]) -> ReadList:
    filled = [line for line in lines if any(cell.strip() for cell in line.cells)]
    found = find_columns(filled[0].cells, TITLES) if filled else {}
    is_titled = len(found) >= _SURE_TITLES
    rows = filled[1:] if is_titled else filled
    if not rows:
        raise RuleViolation(N_("Aucune ligne à lire : une ligne par souhait."))
    if len(rows) > MAX_ROWS:
        raise RuleViolation(
            N_("Cette liste a plus de %(count)s lignes : découpez-la."), count=MAX_ROWS
        )
    kept = [line for line in rows if not is_example(line.cells)]
    if not kept:
        raise RuleViolation(
            N_("Ce fichier n’a que la ligne d’exemple du modèle : écrivez les vôtres dessous.")
        )
    width = min(max(len(line.cells) for line in kept), MAX_COLUMNS)
    order = _order(found if is_titled else {at: at for at in range(len(COLUMNS))}, width)
    titles = tuple(_cell(filled[0].cells, at) for at in order) if is_titled else ("",) * len(order)
    read = [ReadLine(line.number, tuple(_cell(line.cells, at) for at in order)) for line in kept]
    return ReadList(titles, read, is_titled)


def _order(found: Mapping[int, int], width: int) -> list[int | None]:
    """Return which column stands where: the four, then the others."""
    four = [found.get(column) for column in range(len(COLUMNS))]
    others = [at for at in range(width) if at not in four]
    return [*four, *others[:_OTHERS_KEPT]]


def _cell(cells: Sequence[str], at: int | None) -> str:
    if at is None or at >= len(cells):
        return ""
    return clean_line(restore(cells[at][:_LONGEST_READ]), LONGEST_CELL)


def _plain_lines(text: str) -> Iterator[Line]:
    rows = text.splitlines()
    first = next((row for row in rows if row.strip()), "")
    delimiter = max(DELIMITERS, key=first.count)
    for number, row in enumerate(rows, start=1):
        if row.strip():
            yield Line(number, tuple(row.split(delimiter)))
