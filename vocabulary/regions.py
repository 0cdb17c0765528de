"""The regions and departments in force, read once from ``seed_data/geography``."""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_FOLDER = Path(__file__).resolve().parent.parent / "seed_data" / "geography"


@dataclass(frozen=True, slots=True)
class RegionFacts:
    """A region, or an overseas collectivity ranked with them."""

    code: str
    name: str
    is_overseas: bool


@dataclass(frozen=True, slots=True)
class DepartmentFacts:
    """A department and the region it lies in."""

    code: str
    name: str
    region_code: str


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REGIONS: Final[dict[str, RegionFacts]] = {
    row["code"]: RegionFacts(row["code"], row["name"], row["zone"] != "metro")
    for row in _rows("regions.csv")
}
DEPARTMENTS: Final[dict[str, DepartmentFacts]] = {
    row["code"]: DepartmentFacts(row["code"], row["name"], row["region"])
    for row in _rows("departments.csv")
}
