"""Rebuild the tables of ``seed_data/geography`` from @etalab/decoupage-administratif.

    python -m seed_data.build.build_geography [--points FILE] [--package FOLDER] [--target FOLDER]

Sources: INSEE (Code officiel géographique and populations) and DGCL (intercommunalities),
republished by Etalab. The package holds no coordinates: ``--points`` names a comma-separated
file with the columns ``code``, ``lat`` and ``lon`` (decimal degrees, as geo.api.gouv.fr states
them); without it the points already in the target are kept.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from seed_data.build.npm_package import PackageUnavailableError, fetch_package
from seed_data.build.tables import Row, degrees, join_list, read_table, write_table

PACKAGE: Final = "@etalab/decoupage-administratif"
VERSION: Final = "6.0.0"
GEOGRAPHY: Final = Path(__file__).resolve().parent.parent / "geography"

REGION_COLUMNS: Final = ("code", "name", "chief_town", "zone")
DEPARTMENT_COLUMNS: Final = ("code", "name", "region", "chief_town", "zone")
EPCI_COLUMNS: Final = ("siren", "name", "kind", "population", "communes")
COMMUNE_COLUMNS: Final = (
    "code", "name", "department", "region", "epci", "ept", "population", "lat", "lon",
    "postcodes", "siren",
)  # fmt: skip
DISTRICT_COLUMNS: Final = ("code", "name", "commune", "population", "lat", "lon", "postcodes")
FORMER_COLUMNS: Final = ("code", "name", "kind", "current_code")

Record = dict[str, Any]
Points = dict[str, tuple[str, str]]


def build(source: Path, target: Path, points_file: Path | None) -> dict[str, int]:
    """Write every table from the JSON files in ``source``; return the rows of each."""
    communes = _records(source, "communes")
    groups = {"epci": _records(source, "epci"), "ept": _records(source, "ept")}
    points = read_points(points_file) if points_file else kept_points(target)
    tables: list[tuple[str, Sequence[str], Iterable[Row]]] = [
        ("regions.csv", REGION_COLUMNS, _regions(source)),
        ("departments.csv", DEPARTMENT_COLUMNS, _departments(source)),
        ("epci.csv", EPCI_COLUMNS, _groups(groups["epci"] + groups["ept"])),
        ("communes.csv.gz", COMMUNE_COLUMNS, _communes(communes, groups, points)),
        ("municipal_districts.csv", DISTRICT_COLUMNS, _districts(communes, points)),
        ("former_communes.csv.gz", FORMER_COLUMNS, _former(communes)),
    ]
    return {name: write_table(target / name, columns, rows) for name, columns, rows in tables}


def read_points(path: Path) -> Points:
    """Return the latitude and longitude of each code in a table, rounded to four decimals."""
    return {row["code"]: (degrees(row["lat"]), degrees(row["lon"])) for row in read_table(path)}


def kept_points(target: Path) -> Points:
    """Return the points of the tables already in ``target``, none where there is no table."""
    points: Points = {}
    for name in ("communes.csv.gz", "municipal_districts.csv"):
        if (target / name).exists():
            points |= read_points(target / name)
    return points


def _records(source: Path, name: str) -> list[Record]:
    records: list[Record] = json.loads((source / f"{name}.json").read_text(encoding="utf-8"))
    return sorted(records, key=lambda record: str(record["code"]))


def _regions(source: Path) -> Iterator[Row]:
    own_region = {record["code"]: record["region"] for record in _records(source, "communes")}
    for record in _records(source, "regions"):
        # The package names a seat outside the territory for the southern lands: leave it out.
        seat = record["chefLieu"] if own_region[record["chefLieu"]] == record["code"] else ""
        yield {
            "code": record["code"],
            "name": record["nom"],
            "chief_town": seat,
            "zone": record["zone"],
        }


def _departments(source: Path) -> Iterator[Row]:
    seats = {row["code"]: row["chief_town"] for row in _regions(source)}
    for record in _records(source, "departements"):
        outside = record["zone"] == "com"
        yield {
            "code": record["code"],
            "name": record["nom"],
            "region": record["region"],
            "chief_town": seats[record["region"]] if outside else record["chefLieu"],
            "zone": record["zone"],
        }


def _groups(records: Iterable[Record]) -> Iterator[Row]:
    for record in sorted(records, key=lambda group: str(group["code"])):
        members = record["membres"]
        yield {
            "siren": record["code"],
            "name": record["nom"],
            "kind": record["type"],
            "population": str(sum(member["populationMunicipale"] for member in members)),
            "communes": str(len(members)),
        }


def _communes(
    records: Iterable[Record], groups: dict[str, list[Record]], points: Points
) -> Iterator[Row]:
    membership = {
        kind: {member["code"]: group["code"] for group in of_kind for member in group["membres"]}
        for kind, of_kind in groups.items()
    }
    for record in records:
        if record["type"] != "commune-actuelle":
            continue
        code = record["code"]
        yield {
            **_place(record, points),
            "department": record["departement"],
            "region": record["region"],
            "epci": membership["epci"].get(code, ""),
            "ept": membership["ept"].get(code, ""),
            "siren": record.get("siren", ""),
        }


def _districts(records: Iterable[Record], points: Points) -> Iterator[Row]:
    for record in records:
        if record["type"] == "arrondissement-municipal":
            yield {**_place(record, points), "commune": record["commune"]}


def _place(record: Record, points: Points) -> Row:
    lat, lon = points.get(record["code"], ("", ""))
    return {
        "code": record["code"],
        "name": record["nom"],
        "population": str(record.get("population", "")),
        "lat": lat,
        "lon": lon,
        "postcodes": join_list(record.get("codesPostaux", [])),
    }


def _former(records: list[Record]) -> list[Row]:
    """List the codes that lead elsewhere: delegated and associated communes, then bare codes."""
    current = {record["code"] for record in records if record["type"] == "commune-actuelle"}
    found: dict[str, Row] = {}
    for record in records:
        if "chefLieu" in record and record["code"] not in current:
            found[record["code"]] = _former_row(
                record["code"], record["nom"], record["type"], record["chefLieu"]
            )
    for record in records:
        for old in record.get("anciensCodes", []):
            if old not in current and old not in found:
                found[old] = _former_row(old, "", "ancien-code", record["code"])
    return [found[code] for code in sorted(found)]


def _former_row(code: str, name: str, kind: str, current_code: str) -> Row:
    return {"code": code, "name": name, "kind": kind, "current_code": current_code}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; the exit code is 1 when the package cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=Path, help="table of points: code, lat, lon")
    parser.add_argument("--package", type=Path, help="folder of an unpacked package, offline")
    parser.add_argument("--target", type=Path, default=GEOGRAPHY)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        try:
            package = options.package or fetch_package(PACKAGE, VERSION, Path(folder))
        except PackageUnavailableError as failure:
            sys.stderr.write(f"{failure}\n")
            return 1
        counts = build(package / "data", options.target, options.points)
    for name, count in counts.items():
        sys.stdout.write(f"{name}: {count} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
