"""Loads the real bodies: unclaimed entries that hold public facts and their source."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models.organization import Organization
from services.seeding_files import (
    Row,
    at_noon,
    insert_rows,
    missing_rows,
    read_table,
    source_of,
    split_list,
)
from services.text_keys import name_key
from vocabulary.identifiers import siren_of
from vocabulary.kinds import OrganizationKind, PublicationState
from vocabulary.regions import REGIONS

FOLDER = "bodies"
MAX_SOURCE = 300
MAX_PITCH = 300


def seed_bodies(session: Session) -> int:
    """Create the bodies whose address is not taken; return how many."""
    missing = missing_rows(session, Organization, _bodies(), "slug")
    insert_rows(session, Organization, missing)
    return len(missing)


def _bodies() -> Iterator[Row]:
    for name, facts in (
        ("institutions.csv", _institution_facts),
        ("poles.csv", _pole_facts),
        ("laboratories.csv", _laboratory_facts),
    ):
        checked_on = source_of(FOLDER, name)["checked_on"]
        for row in read_table(f"{FOLDER}/{name}"):
            yield {**_body(row, checked_on), **facts(row)}


def _body(row: dict[str, str], checked_on: date) -> dict[str, Any]:
    return {
        "slug": row["slug"],
        "kind": OrganizationKind(row["kind"]),
        "name": row["name"],
        "name_key": name_key(row["name"]),
        "acronym": row.get("acronym", ""),
        "siren": row.get("siren") or siren_of(row.get("siret", "")),
        "siret": row.get("siret") or None,
        "rnsr": row.get("rnsr") or None,
        "themes": split_list(row["themes"]),
        "labels": split_list(row.get("labels", "")),
        "website": row.get("website", ""),
        "commune_code": row.get("commune") or None,
        "area_codes": [],
        "state": PublicationState.PUBLISHED,
        "is_claimed": False,
        "source": _source(row),
        "source_checked_on": checked_on,
        "created_at": at_noon(checked_on),
        "updated_at": at_noon(checked_on),
        "published_at": at_noon(checked_on),
        "version": 1,
    }


def _source(row: dict[str, str]) -> str:
    """Return the source in words, with its year and its licence, which asks for both."""
    text, dated_on = row["source"], date.fromisoformat(row["dated_on"])
    if str(dated_on.year) not in text:
        text = f"{text}, {dated_on:%d/%m/%Y}"
    return f"{text} · {row['licence']}"[:MAX_SOURCE]


def _institution_facts(row: dict[str, str]) -> Row:
    return {"pitch": row["facts"][:MAX_PITCH], "description": ""}


def _pole_facts(row: dict[str, str]) -> Row:
    """Tell the label and, where stated, the regions: a fact, not a declared intervention area."""
    sentences = [f"Label de la phase V accordé en mars 2023 : {row['label_term']}."]
    names = [REGIONS[code].name for code in split_list(row["regions"])]
    if names:
        sentences.append(f"Rattaché par la source à : {', '.join(names)}.")
    return {"pitch": row["facts"][:MAX_PITCH], "description": " ".join(sentences)}


def _laboratory_facts(row: dict[str, str]) -> Row:
    sentences = []
    if row["structure"]:
        sentences.append(f"Statut au répertoire national : {row['structure'].lower()}.")
    if row["supervisors"]:
        sentences.append(f"Tutelles : {', '.join(split_list(row['supervisors']))}.")
    domains = split_list(row["domains"])
    pitch = f"Structure publique de recherche. Domaines : {', '.join(domains)}." if domains else ""
    return {"pitch": pitch[:MAX_PITCH], "description": "\n\n".join(sentences)}
