"""Titles of columns as people write them: case, accents, plurals and brackets aside."""

import re
from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeVar

from services.text_keys import name_key

Column = TypeVar("Column", bound=Hashable)
_ASIDE: Final = re.compile(r"\([^)]*\)|\[[^\]]*\]|\*")
# Shorter words keep their s: « cas » is no plural.
_SHORTEST_PLURAL: Final = 4


def title_key(title: str) -> str:
    """Return what a title is compared by: « Adresses mails (*) » gives « adresse mail »."""
    words = name_key(_ASIDE.sub(" ", title)).split() or name_key(title).split()
    return " ".join(
        word.rstrip("sx") if len(word) >= _SHORTEST_PLURAL and word.rstrip("sx") else word
        for word in words
    )


def find_columns(titles: Sequence[str], names: Mapping[Column, Sequence[str]]) -> dict[Column, int]:
    """Return the position of each column among ``titles``; a title stands for one column.

    ``names`` gives, for each column, what it may be called, the surest first.
    """
    positions: dict[str, int] = {}
    for at, title in enumerate(titles):
        positions.setdefault(title_key(title), at)
    found: dict[Column, int] = {}
    for column, called in names.items():
        known = (positions.get(title_key(name)) for name in called)
        position = next((at for at in known if at is not None), None)
        if position is not None and position not in found.values():
            found[column] = position
    return found
