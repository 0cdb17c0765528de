"""Loads the official geography: regions, departments, intercommunal bodies, communes."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from models.geography import (
    Commune,
    CommunePostcode,
    Department,
    Epci,
    FormerCommune,
    Region,
)
from services.seeding_files import Row, read_table, split_list, sync_rows
from services.text_keys import name_key

METROPOLITAN = "metro"


def seed_geography(session: Session) -> int:
    """Bring the tables to the state of the files; return how many rows were written."""
    communes = list(read_table("geography/communes.csv.gz"))
    districts = list(read_table("geography/municipal_districts.csv"))
    return (
        sync_rows(session, Region, _regions())
        + sync_rows(session, Department, _departments())
        + sync_rows(session, Epci, _epci())
        + sync_rows(session, Commune, map(_commune, communes))
        + sync_rows(session, CommunePostcode, _postcodes(communes, districts))
        + sync_rows(session, FormerCommune, _former_communes(communes, districts))
    )


def _regions() -> Iterator[Row]:
    for row in read_table("geography/regions.csv"):
        yield {
            "code": row["code"],
            "name": row["name"],
            "is_overseas": row["zone"] != METROPOLITAN,
        }


def _departments() -> Iterator[Row]:
    for row in read_table("geography/departments.csv"):
        yield {"code": row["code"], "name": row["name"], "region_code": row["region"]}


def _epci() -> Iterator[Row]:
    for row in read_table("geography/epci.csv"):
        yield {"siren": row["siren"], "name": row["name"], "kind": row["kind"]}


def _commune(row: dict[str, str]) -> Row:
    return {
        "code": row["code"],
        "name": row["name"],
        "name_key": name_key(row["name"]),
        "department_code": row["department"],
        "region_code": row["region"],
        "epci_siren": row["epci"] or None,
        "ept_siren": row["ept"] or None,
        "population": int(row["population"]) if row["population"] else None,
        "latitude": float(row["lat"]) if row["lat"] else None,
        "longitude": float(row["lon"]) if row["lon"] else None,
    }


def _postcodes(communes: list[dict[str, str]], districts: list[dict[str, str]]) -> Iterator[Row]:
    pairs = {
        (postcode, code)
        for row, code in (
            *((row, row["code"]) for row in communes),
            *((row, row["commune"]) for row in districts),
        )
        for postcode in split_list(row["postcodes"])
    }
    for postcode, code in sorted(pairs):
        yield {"postcode": postcode, "commune_code": code}


def _former_communes(
    communes: list[dict[str, str]], districts: list[dict[str, str]]
) -> Iterator[Row]:
    """Yield what people still type: merged communes, and the districts of the three big cities.

    A code that was only renumbered has no name of its own: the present one stands in.
    """
    names = {row["code"]: row["name"] for row in communes}
    for row in read_table("geography/former_communes.csv.gz"):
        yield _former(row["code"], row["name"] or names[row["current_code"]], row["current_code"])
    for row in districts:
        yield _former(row["code"], row["name"], row["commune"])


def _former(code: str, name: str, commune_code: str) -> Row:
    return {"code": code, "name": name, "name_key": name_key(name), "commune_code": commune_code}
