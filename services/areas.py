"""Intervention areas: which regions and departments an actor declared to work in."""

from collections.abc import Iterable, Mapping
from functools import cache

from vocabulary.kinds import AreaLevel
from vocabulary.regions import DEPARTMENTS, REGIONS, DepartmentFacts, RegionFacts


@cache
def _all_regions() -> frozenset[str]:
    return frozenset(REGIONS)


def regions_covered(level: AreaLevel | None, codes: Iterable[str]) -> frozenset[str]:
    """Return the codes of the regions where the actor works, in whole or in part.

    An actor that declared nothing covers nothing here: its area is unknown, not national.
    """
    if level is None:
        return frozenset()
    if level is AreaLevel.NATIONAL:
        return _all_regions()
    if level is AreaLevel.REGIONS:
        return frozenset(codes) & _all_regions()
    return frozenset(DEPARTMENTS[code].region_code for code in codes if code in DEPARTMENTS)


def area_names(level: AreaLevel | None, codes: Iterable[str]) -> list[str]:
    """Return the names of the regions or departments declared; none when the area is national.

    Region codes 01 to 06 collide with department codes: the level says which they are.
    """
    if level is None or level is AreaLevel.NATIONAL:
        return []
    table: Mapping[str, DepartmentFacts | RegionFacts] = (
        DEPARTMENTS if level is AreaLevel.DEPARTMENTS else REGIONS
    )
    return [table[code].name for code in codes if code in table]
