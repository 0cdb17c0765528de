"""Intervention areas: which regions and departments an actor declared to work in."""

from collections.abc import Iterable
from functools import cache

from vocabulary.kinds import AreaLevel
from vocabulary.regions import DEPARTMENTS, REGIONS


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
