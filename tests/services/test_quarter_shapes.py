"""Areas and points of quarters, from their outlines."""

import math

import pytest

from services.quarter_shapes import BadShape, measure_shape


def square(west: float, south: float, side: float) -> list[list[float]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def test_a_square_at_the_equator() -> None:
    shape = measure_shape({"type": "Polygon", "coordinates": [square(-0.005, -0.005, 0.01)]})
    assert math.isclose(shape.area, 1.1132 * 1.10574, rel_tol=1e-4)
    assert (shape.longitude, shape.latitude) == (0.0, 0.0)


def test_the_direction_of_a_ring_does_not_matter() -> None:
    ring = square(4.38, 45.43, 0.01)
    one = measure_shape({"type": "Polygon", "coordinates": [ring]})
    other = measure_shape({"type": "Polygon", "coordinates": [ring[::-1]]})
    assert one.area_km2 == other.area_km2 == 0.87
    assert (one.longitude, one.latitude) == (other.longitude, other.latitude) == (4.385, 45.435)


def test_holes_are_taken_away_and_parts_add_up() -> None:
    outline, hole = square(4.38, 45.43, 0.02), square(4.385, 45.435, 0.01)
    whole = measure_shape({"type": "Polygon", "coordinates": [outline]})
    holed = measure_shape({"type": "Polygon", "coordinates": [outline, hole]})
    parts = measure_shape({"type": "MultiPolygon", "coordinates": [[outline], [hole]]})
    assert math.isclose(holed.area, whole.area * 3 / 4, rel_tol=1e-3)
    assert math.isclose(parts.area, whole.area * 5 / 4, rel_tol=1e-3)


@pytest.mark.parametrize(
    ("geometry", "reason"),
    [
        (None, "contour absent ou qui n’est pas un polygone"),
        ({"type": "Point", "coordinates": [1, 2]}, "contour absent ou qui n’est pas un polygone"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, "contour non fermé"),
        (
            {"type": "Polygon", "coordinates": [["x"]]},
            "contour dont les positions ne se lisent pas",
        ),
        (
            {"type": "Polygon", "coordinates": [square(652_000, 6_860_000, 10)]},
            "coordonnées hors des degrés WGS 84",
        ),
        ({"type": "Polygon", "coordinates": [square(1, 1, 0)]}, "contour sans surface"),
    ],
)
def test_what_is_no_outline_is_said(geometry: object, reason: str) -> None:
    with pytest.raises(BadShape) as problem:
        measure_shape(geometry)
    assert str(problem.value) == reason
