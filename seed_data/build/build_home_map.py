"""Rebuild ``static/img/france.svg``: the small map of the home page, from the shipped outline.

    python -m seed_data.build.build_home_map

Source: ``seed_data/geography/outline.geojson`` (Natural Earth, public domain). Each land is one
symbol in its own plate carrée frame; ``templates/macros/france.html`` places points in the same
frames, which this script prints.
"""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from seed_data.build.polylines import Ring, simplify_ring

ROOT: Final = Path(__file__).resolve().parent.parent.parent
OUTLINE: Final = ROOT / "seed_data/geography/outline.geojson"
TARGET: Final = ROOT / "static/img/france.svg"
LEAST_SIDE: Final = 1.2  # pixels: a smaller islet would not show


@dataclass(frozen=True, slots=True)
class Frame:
    """One land of the map: the features it draws and the longest side of its picture."""

    name: str
    codes: tuple[str, ...]
    side: float
    tolerance: float  # degrees


FRAMES: Final = (
    Frame("hexagone", ("hexagone", "94"), 400, 0.025),
    Frame("guadeloupe", ("01",), 60, 0.012),
    Frame("martinique", ("02",), 60, 0.01),
    Frame("guyane", ("03",), 60, 0.05),
    Frame("reunion", ("04",), 60, 0.01),
    Frame("mayotte", ("06",), 60, 0.006),
)


@dataclass(frozen=True, slots=True)
class Projection:
    """Degrees to pixels: ``x = (lon - west) * across`` and ``y = (north - lat) * down``."""

    west: float
    north: float
    across: float
    down: float
    width: float
    height: float


def main() -> None:
    """Write the symbols and print the frame of each."""
    features = json.loads(OUTLINE.read_text(encoding="utf-8"))["features"]
    by_code = {feature["properties"]["code"]: feature for feature in features}
    lines = [
        "<!-- Outline: Natural Earth (public domain); made by seed_data.build.build_home_map. -->",
        '<svg xmlns="http://www.w3.org/2000/svg">',
    ]
    for frame in FRAMES:
        rings = list(_rings(by_code[code] for code in frame.codes))
        projection = project_to(rings, frame.side)
        path = "".join(
            draw(simplify_ring(ring, frame.tolerance), projection)
            for ring in rings
            if _side(ring, projection) >= LEAST_SIDE
        )
        box = f"0 0 {projection.width:g} {projection.height:g}"
        lines.append(f'<symbol id="{frame.name}" viewBox="{box}"><path d="{path}"/></symbol>')
        print(frame.name, projection)  # noqa: T201 - a command talks to the terminal
    TARGET.write_text("\n".join([*lines, "</svg>", ""]), encoding="utf-8")


def project_to(rings: Sequence[Ring], side: float) -> Projection:
    """Return the projection that fits ``rings`` into a square of ``side`` pixels."""
    points = [point for ring in rings for point in ring]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    squeeze = math.cos(math.radians((south + north) / 2))
    down = side / max((east - west) * squeeze, north - south)
    across = down * squeeze
    return Projection(
        west=round(west, 3),
        north=round(north, 3),
        across=round(across, 3),
        down=round(down, 3),
        width=round((east - west) * across, 1),
        height=round((north - south) * down, 1),
    )


def draw(ring: Ring, projection: Projection) -> str:
    """Return a closed SVG path of ``ring`` with one decimal."""
    points = [
        f"{(x - projection.west) * projection.across:.1f} "
        f"{(projection.north - y) * projection.down:.1f}"
        for x, y in ring[:-1]
    ]
    return f"M{'L'.join(points)}Z"


def _rings(features: Iterable[dict[str, Any]]) -> Iterable[Ring]:
    for feature in features:
        for polygon in feature["geometry"]["coordinates"]:
            yield [(x, y) for x, y in polygon[0]]


def _side(ring: Ring, projection: Projection) -> float:
    width = max(x for x, _ in ring) - min(x for x, _ in ring)
    height = max(y for _, y in ring) - min(y for _, y in ring)
    return max(width * projection.across, height * projection.down)


if __name__ == "__main__":
    main()
