"""The two-level theme vocabulary, read once from ``seed_data/themes.toml``."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

THEMES_FILE = Path(__file__).resolve().parent.parent / "seed_data" / "themes.toml"


@dataclass(frozen=True, slots=True)
class Theme:
    """One entry of the vocabulary; an axis has no parent."""

    code: str
    label: str
    label_en: str
    parent: str | None
    synonyms: tuple[str, ...]


@cache
def all_themes() -> dict[str, Theme]:
    """Return every theme by code, each axis followed by its own themes."""
    themes: dict[str, Theme] = {}
    for axis in tomllib.loads(THEMES_FILE.read_text(encoding="utf-8"))["axis"]:
        for entry, parent in ((axis, None), *((child, axis["code"]) for child in axis["themes"])):
            themes[entry["code"]] = Theme(
                code=entry["code"],
                label=entry["label"],
                label_en=entry["label_en"],
                parent=parent,
                synonyms=tuple(entry["synonyms"]),
            )
    return themes


def axes() -> list[Theme]:
    """Return the first level, in the order of the file."""
    return [theme for theme in all_themes().values() if theme.parent is None]


def children_of(axis_code: str) -> list[Theme]:
    """Return the second-level themes under ``axis_code``, in the order of the file."""
    return [theme for theme in all_themes().values() if theme.parent == axis_code]


def with_parents(codes: Iterable[str]) -> frozenset[str]:
    """Return ``codes`` and the axis of each, unknown codes dropped."""
    known = all_themes()
    kept = {code for code in codes if code in known}
    return frozenset(kept | {parent for code in kept if (parent := known[code].parent)})
