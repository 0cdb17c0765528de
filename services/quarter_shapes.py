"""Point and area of a quarter, from its outline in degrees (GeoJSON, WGS 84).

Areas are computed on the plane tangent to the ellipsoid at each ring: on quarters, a few
kilometres wide, the error stays far below the thousandth of km² that is kept.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

_EQUATOR_KM: Final = 6378.137  # WGS 84
_ECCENTRICITY_2: Final = 6.69437999014e-3
MAX_LONGITUDE: Final = 180.0
MAX_LATITUDE: Final = 90.0
MIN_RING: Final = 4

Position = Sequence[float]


class BadShape(ValueError):  # noqa: N818 - a fact about the input
    """The geometry is not a polygon in degrees; the message is French, for the report."""


@dataclass(frozen=True, slots=True)
class Shape:
    """An area in km² with its first moments in degrees: shapes add up."""

    area: float
    moment_longitude: float
    moment_latitude: float

    def __add__(self, other: "Shape") -> "Shape":
        """Return the two together."""
        return Shape(
            self.area + other.area,
            self.moment_longitude + other.moment_longitude,
            self.moment_latitude + other.moment_latitude,
        )

    @property
    def latitude(self) -> float:
        """Return the latitude of the centre, in degrees."""
        return round(self.moment_latitude / self.area, 5)

    @property
    def longitude(self) -> float:
        """Return the longitude of the centre, in degrees."""
        return round(self.moment_longitude / self.area, 5)

    @property
    def area_km2(self) -> float:
        """Return the area to the thousandth."""
        return round(self.area, 3)


def measure_shape(geometry: Any) -> Shape:  # noqa: ANN401 - parsed JSON
    """Return area and moments of a GeoJSON polygon or multipolygon.

    Raises:
        BadShape: another type, an open or tiny ring, positions out of range, or no area.
    """
    total = Shape(0.0, 0.0, 0.0)
    for polygon in _polygons(geometry):
        for position, ring in enumerate(polygon):
            part = _ring(ring)
            sign = 1 if position == 0 else -1  # the first ring is the outline, others are holes
            total += Shape(
                sign * part.area, sign * part.moment_longitude, sign * part.moment_latitude
            )
    if total.area <= 0:
        message = "contour sans surface"
        raise BadShape(message)
    return total


def _polygons(geometry: Any) -> Iterable[Sequence[Sequence[Position]]]:  # noqa: ANN401
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    coordinates = geometry.get("coordinates") if kind else None
    if kind not in {"Polygon", "MultiPolygon"} or not isinstance(coordinates, list):
        message = "contour absent ou qui n’est pas un polygone"
        raise BadShape(message)
    return [coordinates] if kind == "Polygon" else coordinates


def _ring(ring: Any) -> Shape:  # noqa: ANN401
    try:
        points = [(float(position[0]), float(position[1])) for position in ring]
    except (TypeError, ValueError, IndexError, KeyError) as error:
        message = "contour dont les positions ne se lisent pas"
        raise BadShape(message) from error
    if len(points) < MIN_RING or points[0] != points[-1]:
        message = "contour non fermé"
        raise BadShape(message)
    if not all(abs(x) <= MAX_LONGITUDE and abs(y) <= MAX_LATITUDE for x, y in points):
        message = "coordonnées hors des degrés WGS 84"
        raise BadShape(message)
    return _shoelace(points)


def _shoelace(points: Sequence[tuple[float, float]]) -> Shape:
    origin_x, origin_y = points[0]
    double = moment_x = moment_y = 0.0
    previous_x = previous_y = 0.0
    for x, y in points[1:]:
        step_x, step_y = x - origin_x, y - origin_y
        cross = previous_x * step_y - step_x * previous_y
        double += cross
        moment_x += (previous_x + step_x) * cross
        moment_y += (previous_y + step_y) * cross
        previous_x, previous_y = step_x, step_y
    scale = math.copysign(_km2_per_square_degree(origin_y), double)
    area = scale * double / 2
    return Shape(
        area, area * origin_x + scale * moment_x / 6, area * origin_y + scale * moment_y / 6
    )


def _km2_per_square_degree(latitude: float) -> float:
    angle = math.radians(latitude)
    squeezed = 1 - _ECCENTRICITY_2 * math.sin(angle) ** 2
    across = _EQUATOR_KM * math.cos(angle) / math.sqrt(squeezed)
    along = _EQUATOR_KM * (1 - _ECCENTRICITY_2) / math.pow(squeezed, 1.5)
    return across * along * math.radians(1) ** 2
