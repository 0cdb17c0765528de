"""Brings the quarters of 2024 to the state of an official file, in one transaction.

Two files say it, in any order: the list owns names, communes and intercommunal body; the
outlines own point and area, and the rest only for quarters that no list has named yet. A quarter
that a file no longer names is kept with its history. Nothing here touches NPNRU facts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, selectinload

from models.geography import Commune, Epci, FormerCommune
from models.territory import Territory, TerritoryCommune
from services.bulk_indexing import request_indexing_of
from services.import_report import ImportReport
from services.quarter_files import QuarterFile, QuarterLine, read_quarter_file
from services.seeding_territories import QPV_SOURCE
from services.text_keys import name_key
from vocabulary.kinds import SubjectKind

OUTLINE_SOURCE: Final = f"{QPV_SOURCE} (contours)"
MAX_NAME: Final = 160
PROGRESS_STEP: Final = 100
CHUNK: Final = 500
COMPARED: Final = (
    "name",
    "name_key",
    "department_code",
    "region_code",
    "epci_siren",
    "ept_siren",
    "latitude",
    "longitude",
    "area_km2",
    "source",
)

Progress = Callable[[int], None]


class Place(NamedTuple):
    """What a quarter takes from its first commune."""

    code: str
    department_code: str
    region_code: str
    epci_siren: str | None
    ept_siren: str | None


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The communes in force, what merged codes became, and the known intercommunal bodies."""

    communes: Mapping[str, Place]
    former: Mapping[str, str]
    epci: frozenset[str]

    def commune(self, code: str) -> Place | None:
        """Return the commune in force for a code of today or of before a merger."""
        return self.communes.get(code) or self.communes.get(self.former.get(code, ""))


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a quarter should become: the columns to write, its communes, where it is now."""

    values: dict[str, Any]
    communes: frozenset[str]
    known: Territory | None

    @property
    def is_changed(self) -> bool:
        """Tell whether the database says otherwise."""
        if self.known is None:
            return True
        if any(getattr(self.known, name) != self.values[name] for name in COMPARED):
            return True
        return self.communes != _codes_of(self.known)


def load_gazetteer(session: Session) -> Gazetteer:
    """Read the geography once for a whole file."""
    columns = [getattr(Commune, name) for name in Place._fields]
    places = [Place(*row) for row in session.execute(select(*columns))]
    former = session.execute(select(FormerCommune.code, FormerCommune.commune_code))
    return Gazetteer(
        communes={place.code: place for place in places},
        former={row.code: row.commune_code for row in former},
        epci=frozenset(session.scalars(select(Epci.siren))),
    )


def import_quarters(
    session: Session,
    content: bytes,
    *,
    now: datetime,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportReport:
    """Read an official file and write what it changes; refused lines are left out and reported.

    With ``dry_run`` nothing is written and the report is the same.

    Raises:
        UnreadableFile: the file is neither the list nor the outlines.
    """
    report = ImportReport()
    file = read_quarter_file(content, report)
    gazetteer = load_gazetteer(session)
    statement = select(Territory).options(selectinload(Territory.communes))
    known = {territory.code: territory for territory in session.scalars(statement)}
    wanted: dict[str, _Wanted] = {}
    for count, line in enumerate(file.quarters.values(), start=1):
        place = _resolve(line, known.get(line.code), file, gazetteer, report)
        if place is not None:
            wanted[line.code] = place
            _sort(line.code, place, report)
        if progress and not count % PROGRESS_STEP:
            progress(count)
    if not dry_run:
        changes = {code: place for code, place in wanted.items() if place.is_changed}
        _write(session, changes, now)
    return report


def _sort(code: str, place: _Wanted, report: ImportReport) -> None:
    if place.known is None:
        report.added.append(code)
    elif place.is_changed:
        report.changed.append(code)
    else:
        report.unchanged.append(code)


def _resolve(
    line: QuarterLine,
    known: Territory | None,
    file: QuarterFile,
    gazetteer: Gazetteer,
    report: ImportReport,
) -> _Wanted | None:
    """Return what the quarter should become, or ``None`` with the reason in the report."""
    listed = not file.has_outlines
    if known is not None and not listed and known.source != OUTLINE_SOURCE:
        return _Wanted(
            {**_present(known), **_measures(line)}, _codes_of(known), known
        )  # a list has spoken: the outlines add point and area
    communes, unknown = communes_of(line.communes, gazetteer)
    problem = _problem(line, communes, unknown)
    if problem:
        report.refuse(line.line, line.code, problem)
        return None
    first = communes[0]
    values = {
        "name": line.name,
        "name_key": name_key(line.name),
        "department_code": first.department_code,
        "region_code": first.region_code,
        "epci_siren": line.epci_siren if line.epci_siren in gazetteer.epci else first.epci_siren,
        "ept_siren": first.ept_siren,
        "latitude": known.latitude if known else None,
        "longitude": known.longitude if known else None,
        "area_km2": known.area_km2 if known else None,
        "source": QPV_SOURCE if listed else OUTLINE_SOURCE,
        **_measures(line),
    }
    return _Wanted(values, frozenset(commune.code for commune in communes), known)


def communes_of(codes: tuple[str, ...], gazetteer: Gazetteer) -> tuple[list[Place], list[str]]:
    """Return the communes in force for ``codes``, each once, and the codes nobody knows."""
    found: dict[str, Place] = {}
    unknown = []
    for code in codes:
        commune = gazetteer.commune(code)
        if commune is None:
            unknown.append(code)
        else:
            found[commune.code] = commune
    return list(found.values()), unknown


def _problem(line: QuarterLine, communes: list[Place], unknown: list[str]) -> str:
    if unknown:
        return f"commune inconnue : {', '.join(unknown)}"
    if not communes:
        return "aucune commune"
    if not line.name:
        return "nom absent"
    if len(line.name) > MAX_NAME:
        return f"nom de plus de {MAX_NAME} caractères"
    return ""


def _present(known: Territory) -> dict[str, Any]:
    return {name: getattr(known, name) for name in COMPARED}


def _codes_of(known: Territory) -> frozenset[str]:
    return frozenset(commune.code for commune in known.communes)


def _measures(line: QuarterLine) -> dict[str, Any]:
    shape = line.shape
    if shape is None:
        return {}
    return {
        "latitude": shape.latitude,
        "longitude": shape.longitude,
        "area_km2": shape.area_km2,
    }


def _write(session: Session, places: dict[str, _Wanted], now: datetime) -> None:
    added = {code: place for code, place in places.items() if place.known is None}
    changed = {place.known.id: place for place in places.values() if place.known is not None}
    if added:
        session.execute(
            insert(Territory),
            [{"code": code, **place.values, "updated_at": now} for code, place in added.items()],
        )
    if changed:
        session.execute(
            update(Territory),
            [{"id": key, **place.values, "updated_at": now} for key, place in changed.items()],
        )
    keys = dict(changed)
    for code, key in session.execute(select(Territory.code, Territory.id)):
        if code in added:
            keys[key] = added[code]
    _write_communes(session, keys)
    request_indexing_of(session, SubjectKind.TERRITORY, keys, now=now)
    session.expire_all()


def _write_communes(session: Session, places: dict[int, _Wanted]) -> None:
    moved = {
        key: place
        for key, place in places.items()
        if place.known is None or place.communes != _codes_of(place.known)
    }
    gone = sorted(key for key, place in moved.items() if place.known is not None)
    for start in range(0, len(gone), CHUNK):
        part = gone[start : start + CHUNK]
        session.execute(delete(TerritoryCommune).where(TerritoryCommune.territory_id.in_(part)))
    rows = [
        {"territory_id": key, "commune_code": code}
        for key, place in sorted(moved.items())
        for code in sorted(place.communes)
    ]
    if rows:
        session.execute(insert(TerritoryCommune), rows)
