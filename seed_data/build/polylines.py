"""Plane geometry for the outline: TopoJSON arcs to rings, and Douglas-Peucker simplification."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

Point = tuple[float, float]
Ring = list[Point]


def decode_arcs(topology: dict[str, Any]) -> list[Ring]:
    """Return every arc of a quantized topology in degrees (TopoJSON specification, § 2.1.4)."""
    (scale_x, scale_y) = topology["transform"]["scale"]
    (shift_x, shift_y) = topology["transform"]["translate"]
    decoded: list[Ring] = []
    for arc in topology["arcs"]:
        x = y = 0
        ring: Ring = []
        for step_x, step_y in arc:
            x, y = x + step_x, y + step_y
            ring.append((x * scale_x + shift_x, y * scale_y + shift_y))
        decoded.append(ring)
    return decoded


def outer_rings(geometry: dict[str, Any], arcs: Sequence[Ring]) -> list[Ring]:
    """Return the outer ring of each polygon of a TopoJSON geometry; holes are left out."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    return [_stitch(polygon[0], arcs) for polygon in polygons]


def _stitch(indices: Iterable[int], arcs: Sequence[Ring]) -> Ring:
    ring: Ring = []
    for index in indices:
        # A negative index is the arc ~index walked backwards; arcs share their end points.
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring


def simplify_ring(ring: Ring, tolerance: float) -> Ring:
    """Drop the points of a closed ring that lie within ``tolerance`` degrees of the line kept.

    The ring is cut at its first point and at the one farthest from it. A ring is never reduced
    below a triangle: an islet stays an islet.
    """
    opened = ring[:-1]
    if len(opened) <= 3:  # noqa: PLR2004 - a triangle is the least polygon
        return ring
    far = max(range(len(opened)), key=lambda index: math.dist(opened[0], opened[index]))
    first = _douglas_peucker(ring[: far + 1], tolerance)
    second = _douglas_peucker(ring[far:], tolerance)
    kept = first + second[1:]
    if len(kept) > 3:  # noqa: PLR2004 - idem
        return kept
    widest = max(opened, key=lambda point: _distance(point, opened[0], opened[far]))
    return [opened[0], widest, opened[far], opened[0]]


def _douglas_peucker(line: Ring, tolerance: float) -> Ring:
    kept = {0, len(line) - 1}
    pending = [(0, len(line) - 1)]
    while pending:
        start, end = pending.pop()
        inner = range(start + 1, end)
        if not inner:
            continue
        worst = max(inner, key=lambda index: _distance(line[index], line[start], line[end]))
        if _distance(line[worst], line[start], line[end]) > tolerance:
            kept.add(worst)
            pending += [(start, worst), (worst, end)]
    return [line[index] for index in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """Distance from ``point`` to the segment, east-west degrees shortened by the latitude."""
    shrink = math.cos(math.radians(point[1]))
    px, py = (point[0] - start[0]) * shrink, point[1] - start[1]
    ex, ey = (end[0] - start[0]) * shrink, end[1] - start[1]
    length = ex * ex + ey * ey
    along = max(0.0, min(1.0, (px * ex + py * ey) / length)) if length else 0.0
    return math.hypot(px - along * ex, py - along * ey)


def bounds(rings: Iterable[Ring]) -> tuple[float, float, float, float]:
    """Return west, south, east, north of the rings."""
    points = [point for ring in rings for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
