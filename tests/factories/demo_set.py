"""The fictional demo set as its files hold it."""

import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from vocabulary.themes import all_themes

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "seed_data"
DEMO = SEED / "demo"
QUARTERS = SEED / "territories" / "npnru_quarters.csv"
# The day the set was written: a field meant to be past or future is so against it.
WRITTEN_ON = date(2026, 11, 22)
REGIONS = {
    *("01", "02", "03", "04", "06", "11", "24", "27", "28"),
    *("32", "44", "52", "53", "75", "76", "84", "93", "94"),
}

Entry = dict[str, Any]


def _load(folder: str, table: str) -> list[Entry]:
    files = sorted((DEMO / folder).glob("*.toml"))
    return [entry for file in files for entry in tomllib.loads(file.read_text("utf-8"))[table]]


@cache
def organizations() -> list[Entry]:
    return _load("organizations", "organization")


@cache
def offers() -> list[Entry]:
    return _load("offers", "offer")


@cache
def needs() -> list[Entry]:
    return _load("needs", "need")


@cache
def meetups() -> list[Entry]:
    table = tomllib.loads((DEMO / "meetups.toml").read_text("utf-8"))
    return list(table["meetup"])


def references() -> list[Entry]:
    return [reference for offer in offers() for reference in offer.get("reference", [])]


def by_slug() -> dict[str, Entry]:
    return {entry["slug"]: entry for entry in organizations()}


def second_level() -> set[str]:
    return {code for code, theme in all_themes().items() if theme.parent}


def texts(entry: Entry) -> Iterator[str]:
    """Yield every sentence a reader sees in ``entry``."""
    for key in (
        *("name", "title", "pitch", "description", "outcome", "carrier"),
        *("summary", "accessibility", "asked", "place"),
    ):
        if key in entry:
            yield entry[key]
    yield from entry.get("labels", [])
    for reference in entry.get("reference", []):
        yield from (reference["place"], reference["client"], reference["result"])


def everything() -> list[Entry]:
    return [*organizations(), *offers(), *needs(), *meetups()]
