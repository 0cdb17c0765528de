"""Reads the official files of the quarters of 2024: the list (CSV), the outlines (GeoJSON)."""

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from services.errors import UnreadableFile
from services.import_report import ImportReport
from services.quarter_shapes import BadShape, Shape, measure_shape
from services.tabular import Table, read_table
from vocabulary.geography import is_2024_quarter_code, is_quarter_code, normalise_quarter_code
from vocabulary.labels import N_

MAX_ROWS: Final = 20_000
MAX_INFLATED: Final = 400 * 1024 * 1024
_GZIP_MARK: Final = b"\x1f\x8b"
_EXCEL_TEXT = re.compile(r'=\s*"+([^"]*)"+')
_SEVERAL = re.compile(r"[;,|/]")
COMMUNE_DIGITS: Final = 5
SIREN_DIGITS: Final = 9


@dataclass(frozen=True, slots=True)
class QuarterLine:
    """What one file says of one quarter; shapes come from the outlines only."""

    line: int
    code: str
    name: str
    communes: tuple[str, ...]
    epci_siren: str = ""
    # The outlines give the whole quarter once for each commune, or its part in each.
    shapes: tuple[Shape, ...] = ()

    @property
    def shape(self) -> Shape | None:
        """Return the distinct outlines together, ``None`` without any."""
        return sum(self.shapes[1:], self.shapes[0]) if self.shapes else None


@dataclass(frozen=True, slots=True)
class QuarterFile:
    """The quarters of one file, by code in the order of the file."""

    quarters: dict[str, QuarterLine]
    has_outlines: bool


def read_quarter_file(content: bytes, report: ImportReport) -> QuarterFile:
    """Read either official layout, told apart by its first bytes; refusals go to ``report``.

    Raises:
        UnreadableFile: neither layout, or damaged.
    """
    if content.startswith(_GZIP_MARK):
        content = _inflate(content)
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return QuarterFile(_merge(_outlines(content, report), report), has_outlines=True)
    return QuarterFile(_merge(_listed(content, report), report), has_outlines=False)


def clean_code(cell: str, width: int) -> str:
    """Return a code as the official nomenclature writes it.

    Spreadsheets protect it (``="01053"``) or take its leading zero away (``1053``).
    """
    protected = _EXCEL_TEXT.fullmatch(cell.strip())
    code = "".join((protected[1] if protected else cell).split()).upper()
    return code.zfill(width) if code and len(code) >= width - 1 else code


def clean_codes(cell: str, width: int) -> tuple[str, ...]:
    """Return the codes of a cell that may hold several, each once, in their order."""
    protected = _EXCEL_TEXT.fullmatch(cell.strip())
    parts = _SEVERAL.split(protected[1] if protected else cell)
    codes = (clean_code(part, width) for part in parts)
    return tuple(dict.fromkeys(code for code in codes if code))


def _inflate(content: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(content)) as stream:
            inflated = stream.read(MAX_INFLATED + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise UnreadableFile(N_("Ce fichier compressé est abîmé.")) from error
    if len(inflated) > MAX_INFLATED:
        raise UnreadableFile(N_("Ce fichier est trop grand une fois décompressé."))
    return inflated


def _listed(content: bytes, report: ImportReport) -> Iterator[QuarterLine]:
    table = read_table(content, max_rows=MAX_ROWS)
    code, name, communes, epci = _list_columns(table)
    for line in table.lines:
        cells = line.cells
        quarter = normalise_quarter_code(clean_code(cells[code], 8))
        if _refused_code(line.number, quarter, report):
            continue
        yield QuarterLine(
            line.number,
            quarter,
            " ".join(cells[name].split()),
            clean_codes(cells[communes], COMMUNE_DIGITS),
            clean_code(cells[epci], SIREN_DIGITS) if epci is not None else "",
        )


def _list_columns(table: Table) -> tuple[int, int, int, int | None]:
    code = table.column("code_qp", "code_qpv")
    name = table.column("lib_qp", "nom_qp")
    communes = table.column("insee_com")
    if code is None or name is None or communes is None:
        raise UnreadableFile(
            N_("Ce fichier n’est pas la liste des quartiers : colonnes code_qp, lib_qp, insee_com.")
        )
    return code, name, communes, table.column("siren_epci")


def _outlines(content: bytes, report: ImportReport) -> Iterator[QuarterLine]:
    try:
        document = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(N_("Ce fichier GeoJSON est abîmé.")) from error
    features = document.get("features")
    if document.get("type") != "FeatureCollection" or not isinstance(features, list):
        raise UnreadableFile(N_("Ce fichier JSON n’est pas une collection d’entités GeoJSON."))
    for number, feature in enumerate(features, start=1):
        quarter = _outline(number, feature, report)
        if quarter is not None:
            yield quarter


def _outline(number: int, feature: Any, report: ImportReport) -> QuarterLine | None:  # noqa: ANN401
    facts = feature.get("properties") if isinstance(feature, dict) else None
    facts = facts if isinstance(facts, dict) else {}
    code = normalise_quarter_code(str(facts.get("code_qp") or ""))
    if _refused_code(number, code, report):
        return None
    try:
        shape = measure_shape(feature.get("geometry"))
    except BadShape as problem:
        report.refuse(number, code, str(problem))
        return None
    return QuarterLine(
        number,
        code,
        " ".join(str(facts.get("lib_qp") or "").split()),
        clean_codes(str(facts.get("insee_com") or ""), COMMUNE_DIGITS),
        shapes=(shape,),
    )


def _refused_code(line: int, code: str, report: ImportReport) -> bool:
    if is_2024_quarter_code(code):
        return False
    if is_quarter_code(code):
        report.refuse(line, code, "code de 2015 : ce fichier attend ceux de 2024")
    else:
        report.refuse(line, code, "code de quartier illisible")
    return True


def _merge(lines: Iterator[QuarterLine], report: ImportReport) -> dict[str, QuarterLine]:
    """Join the lines of one quarter: it has one for each commune in the outlines."""
    merged: dict[str, QuarterLine] = {}
    for line in lines:
        known = merged.get(line.code)
        if known is None:
            merged[line.code] = line
        elif known.name != line.name:
            report.refuse(
                line.line, line.code, f"autre nom que la ligne {known.line} : « {known.name} »"
            )
        else:
            merged[line.code] = _joined(known, line)
    return merged


def _joined(known: QuarterLine, line: QuarterLine) -> QuarterLine:
    communes = tuple(dict.fromkeys((*known.communes, *line.communes)))
    shapes = tuple(dict.fromkeys((*known.shapes, *line.shapes)))
    epci = known.epci_siren or line.epci_siren
    return QuarterLine(known.line, known.code, known.name, communes, epci, shapes)
