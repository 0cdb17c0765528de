"""How much each theme weighs: the rarer it is among the published offers, the more it tells."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Final

from vocabulary.themes import all_themes

RARITY_UNIT: Final = 100
"""A theme that every offer carries weighs this much; a theme nobody carries, several times it."""


def theme_parents() -> dict[str, str]:
    """Return the axis of each second-level theme of the vocabulary."""
    return {code: theme.parent for code, theme in all_themes().items() if theme.parent}


def rarity_table(offered: Iterable[AbstractSet[str]], parents: Mapping[str, str]) -> dict[str, int]:
    """Return the integer weight of every theme of the vocabulary.

    The weight is ``1 + ln((n + 1) / (df + 1))`` in hundredths: a smoothed inverse document
    frequency, never zero, so that a common theme still counts. An offer that carries a theme
    counts for the axis above it, once.
    """
    counts: Counter[str] = Counter()
    total = 0
    for themes in offered:
        total += 1
        counts.update(themes | {parents[code] for code in themes if code in parents})
    codes = set(parents) | set(parents.values())
    return {
        code: round(RARITY_UNIT * (1 + math.log((total + 1) / (counts[code] + 1))))
        for code in sorted(codes)
    }
