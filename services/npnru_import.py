"""Marks the quarters of the new national renewal programme (NPNRU), from their 2015 codes.

The interest of a quarter is written only where the file states it, and never guessed: two 2015
quarters that became one and do not agree state nothing. A 2015 quarter without a 2024 code gets
a page of its own and keeps its history.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from models.geography import Commune
from models.territory import Territory, TerritoryCode
from services.bulk_indexing import request_indexing_of
from services.errors import UnreadableFile
from services.import_report import ImportReport
from services.quarter_files import COMMUNE_DIGITS, MAX_ROWS, clean_code, clean_codes
from services.seeding_territories import NPNRU_SOURCE
from services.tabular import Line, Table, read_table
from services.territory_import import (
    PROGRESS_STEP,
    Gazetteer,
    Progress,
    communes_of,
    load_gazetteer,
)
from services.text_keys import name_key
from vocabulary.geography import QPV_2015, is_2024_quarter_code, normalise_quarter_code
from vocabulary.kinds import NpnruInterest, SubjectKind
from vocabulary.labels import N_
from vocabulary.regions import DEPARTMENTS

REQUIRED: Final = ("code_qp2015", "codes_qpv_2024", "code_departement", "interet")
OPTIONAL: Final = ("interet_source", "nom_2024", "insee", "lat", "lon", "note")
INTERESTS: Final = {
    "national": NpnruInterest.NATIONAL,
    "regional": NpnruInterest.REGIONAL,
    "non precise": NpnruInterest.UNSTATED,
    "": NpnruInterest.UNSTATED,
}
MAX_SOURCE: Final = 300


@dataclass(frozen=True, slots=True)
class _Origin:
    """One 2015 quarter of the programme, with the codes it has since 2024."""

    line: int
    code: str
    heirs: tuple[str, ...]
    department: str
    interest: NpnruInterest
    interest_source: str
    cells: Mapping[str, str]


def import_npnru(
    session: Session,
    content: bytes,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Read the file and write what it changes, in the running transaction.

    The report counts pages: one for each 2024 code, one for each 2015 code without heir.

    Raises:
        UnreadableFile: not a table, or without the columns of the layout.
    """
    report = ImportReport()
    origins = _read(content, report)
    by_page: dict[str, list[_Origin]] = {}
    for origin in origins:
        for page in origin.heirs or (origin.code,):
            by_page.setdefault(page, []).append(origin)
    statement = select(Territory).options(
        selectinload(Territory.former_codes), selectinload(Territory.communes)
    )
    known = {territory.code: territory for territory in session.scalars(statement)}
    writer = _Writer(session, load_gazetteer(session), report, now, dry_run=dry_run)
    for count, (page, sources) in enumerate(by_page.items(), start=1):
        writer.bring(page, known.get(page), sources)
        if progress and not count % PROGRESS_STEP:
            progress(count)
    writer.finish()
    return report


def _read(content: bytes, report: ImportReport) -> list[_Origin]:
    table = read_table(content, max_rows=MAX_ROWS)
    columns = _columns(table)
    origins: dict[str, _Origin] = {}
    for line in table.lines:
        origin = _origin(line, columns, report)
        if origin is None:
            continue
        if origin.code in origins:
            reason = f"déjà lu ligne {origins[origin.code].line}"
            report.refuse(line.number, origin.code, reason)
        else:
            origins[origin.code] = origin
    return list(origins.values())


def _columns(table: Table) -> dict[str, int]:
    found = {name: table.column(name) for name in (*REQUIRED, *OPTIONAL)}
    missing = [name for name in REQUIRED if found[name] is None]
    if missing:
        raise UnreadableFile(
            N_("Ce fichier n’est pas la liste du NPNRU : il manque %(columns)s."),
            columns=", ".join(missing),
        )
    return {name: position for name, position in found.items() if position is not None}


def _origin(line: Line, columns: Mapping[str, int], report: ImportReport) -> _Origin | None:
    cells = {name: line.cells[position].strip() for name, position in columns.items()}
    code = normalise_quarter_code(clean_code(cells["code_qp2015"], 8))
    heirs = tuple(map(normalise_quarter_code, clean_codes(cells["codes_qpv_2024"], 8)))
    department = clean_code(cells["code_departement"], 2)
    interest = INTERESTS.get(name_key(cells["interet"]))
    problem = _problem(code, heirs, department)
    if problem or interest is None:
        report.refuse(line.number, code, problem or f"intérêt inconnu : {cells['interet']}")
        return None
    source = " ".join(cells.get("interet_source", "").split())[:MAX_SOURCE]
    return _Origin(line.number, code, heirs, department, interest, source, cells)


def _problem(code: str, heirs: tuple[str, ...], department: str) -> str:
    if QPV_2015.fullmatch(code) is None:
        return "code de 2015 illisible"
    wrong = [heir for heir in heirs if not is_2024_quarter_code(heir)]
    if wrong:
        return f"code de 2024 illisible : {', '.join(wrong)}"
    if department not in DEPARTMENTS:
        return f"département inconnu : {department}"
    return ""


def stated_interest(origins: list[_Origin]) -> tuple[NpnruInterest, str] | None:
    """Return the interest that the origins state with its source, ``None`` when they disagree."""
    stated = [origin for origin in origins if origin.interest is not NpnruInterest.UNSTATED]
    if len({origin.interest for origin in stated}) > 1:
        return None
    if not stated or len(stated) < len(origins):
        return NpnruInterest.UNSTATED, ""
    return stated[0].interest, stated[0].interest_source


class _Writer:
    """Brings one page after the other to what the file says, and asks for them to be indexed."""

    def __init__(
        self,
        session: Session,
        gazetteer: Gazetteer,
        report: ImportReport,
        now: datetime,
        *,
        dry_run: bool,
    ) -> None:
        self._session = session
        self._gazetteer = gazetteer
        self._report = report
        self._now = now
        self._dry_run = dry_run
        self._touched: list[Territory] = []

    def bring(self, page: str, known: Territory | None, origins: list[_Origin]) -> None:
        """Write one page, or refuse its lines."""
        stated = stated_interest(origins)
        if stated is None:
            self._refuse(page, origins, "les quartiers d’origine n’ont pas le même intérêt")
            stated = (NpnruInterest.UNSTATED, "")
        if known is None:
            self._create(page, origins, stated)
            return
        values = _programme_values(known, stated)
        codes = {origin.code for origin in origins if origin.heirs}
        missing = sorted(codes - {former.code for former in known.former_codes})
        if not missing and all(getattr(known, name) == value for name, value in values.items()):
            self._report.unchanged.append(page)
            return
        self._report.changed.append(page)
        if not self._dry_run:
            self._apply(known, values, missing)

    def finish(self) -> None:
        """Send what was written to the database and ask for it to be indexed."""
        self._session.flush()
        keys = [territory.id for territory in self._touched]
        request_indexing_of(self._session, SubjectKind.TERRITORY, keys, now=self._now)

    def _apply(self, known: Territory, values: dict[str, Any], missing: list[str]) -> None:
        for name, value in values.items():
            setattr(known, name, value)
        known.former_codes.extend(TerritoryCode(code=code) for code in missing)
        known.updated_at = self._now
        self._touched.append(known)

    def _create(self, page: str, origins: list[_Origin], stated: tuple[NpnruInterest, str]) -> None:
        facts = self._alone(origins[0]) if page == origins[0].code else self._heir(page, origins)
        if facts is None:
            return
        self._report.added.append(page)
        if self._dry_run:
            return
        territory = Territory(
            code=page,
            name_key=name_key(facts["name"]),
            is_npnru=True,
            npnru_interest=stated[0],
            npnru_source=stated[1],
            updated_at=self._now,
            former_codes=[TerritoryCode(code=origin.code) for origin in origins if origin.heirs],
            **facts,
        )
        self._session.add(territory)
        self._touched.append(territory)

    def _alone(self, origin: _Origin) -> dict[str, Any]:
        """Return the facts of a quarter that left the list: it has no name but its code."""
        note = origin.cells.get("note", "")
        return {
            "name": origin.code,
            "department_code": origin.department,
            "region_code": DEPARTMENTS[origin.department].region_code,
            "source": f"{NPNRU_SOURCE}. {note}".strip()[:MAX_SOURCE],
        }

    def _heir(self, page: str, origins: list[_Origin]) -> dict[str, Any] | None:
        """Return the facts of a 2024 quarter not loaded yet, where one line speaks of it alone."""
        alone = next((origin for origin in origins if len(origin.heirs) == 1), None)
        name = " ".join(alone.cells.get("nom_2024", "").split()) if alone else ""
        codes = clean_codes(alone.cells.get("insee", ""), COMMUNE_DIGITS) if alone else ()
        communes, unknown = communes_of(codes, self._gazetteer)
        if not name or not communes or unknown:
            reason = f"{page} n’est pas encore chargé : importez d’abord la liste des quartiers"
            self._refuse(page, origins, reason)
            return None
        first = communes[0]
        return {
            "name": name,
            "department_code": first.department_code,
            "region_code": first.region_code,
            "epci_siren": first.epci_siren,
            "ept_siren": first.ept_siren,
            "communes": [self._session.get_one(Commune, commune.code) for commune in communes],
            "source": NPNRU_SOURCE,
        }

    def _refuse(self, page: str, origins: list[_Origin], reason: str) -> None:
        for origin in origins:
            self._report.refuse(origin.line, f"{origin.code} → {page}", reason)


def _programme_values(known: Territory, stated: tuple[NpnruInterest, str]) -> dict[str, Any]:
    """Return what the file says; what it does not state leaves what is known untouched."""
    interest, source = stated
    if interest is NpnruInterest.UNSTATED and known.npnru_interest is not None:
        interest, source = known.npnru_interest, known.npnru_source
    elif interest is known.npnru_interest and known.npnru_source:
        source = known.npnru_source
    return {"is_npnru": True, "npnru_interest": interest, "npnru_source": source}
