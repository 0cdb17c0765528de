"""Loads the renewal quarters, their projects and the partnerships known on them."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.organization import Organization
from models.partnership import (
    Partnership,
    PartnershipMember,
    PartnershipMilestone,
    WorkingGroup,
)
from models.territory import (
    RenewalProject,
    Territory,
    TerritoryCode,
    TerritoryCommune,
    renewal_project_territory,
)
from services.seeding_files import (
    Row,
    at_noon,
    ids_by,
    insert_rows,
    missing_rows,
    read_table,
    read_toml,
    source_of,
    split_list,
)
from services.text_keys import name_key
from vocabulary.kinds import NpnruInterest, ProjectPhase

FOLDER = "territories"
QUARTERS = "npnru_quarters.csv"
QPV_SOURCE = "ANCT, quartiers prioritaires de la politique de la ville 2024 · Licence Ouverte 2.0"
NPNRU_SOURCE = "ANRU, liste des quartiers du nouveau programme national de renouvellement urbain"


def seed_territories(session: Session) -> int:
    """Create the quarters, projects and partnerships that are missing; return how many."""
    return _seed_quarters(session) + _seed_projects(session) + _seed_partnerships(session)


def _seed_quarters(session: Session) -> int:
    listed = list(read_table(f"{FOLDER}/{QUARTERS}"))
    dated_on = source_of(FOLDER, QUARTERS)["checked_on"]
    rows = [{**_quarter(row), "updated_at": at_noon(dated_on)} for row in listed]
    missing = missing_rows(session, Territory, rows, "code")
    insert_rows(session, Territory, missing)
    created = ids_by(session, Territory, "code", (str(row["code"]) for row in missing))
    links = [(created[code], row) for row in listed if (code := _code(row)) in created]
    insert_rows(session, TerritoryCommune, list(_communes(links)))
    insert_rows(session, TerritoryCode, list(_former_codes(links)))
    return len(missing)


def _code(row: dict[str, str]) -> str:
    """Return the code of the page: the one in force or, without heir, the one of 2015."""
    return row["code_2024"] or row["codes_2015"]


def _quarter(row: dict[str, str]) -> dict[str, Any]:
    name = row["name"] or _code(row)
    interest = NpnruInterest(row["interest"])
    return {
        "code": _code(row),
        "name": name,
        "name_key": name_key(name),
        "department_code": row["department"],
        "region_code": row["region"],
        "epci_siren": next(iter(split_list(row["epci"])), None),
        "ept_siren": next(iter(split_list(row["ept"])), None),
        "latitude": float(row["lat"]) if row["lat"] else None,
        "longitude": float(row["lon"]) if row["lon"] else None,
        "area_km2": float(row["area_km2"]) if row["area_km2"] else None,
        "is_npnru": True,
        "npnru_interest": interest,
        "npnru_source": row["interest_source"],
        "source": QPV_SOURCE if row["code_2024"] else f"{NPNRU_SOURCE}. {row['note']}",
    }


def _communes(links: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Row]:
    for territory_id, row in links:
        for code in split_list(row["communes"]):
            yield {"territory_id": territory_id, "commune_code": code}


def _former_codes(links: Iterable[tuple[int, dict[str, str]]]) -> Iterator[Row]:
    """Yield the 2015 codes of each heir; a quarter that stands alone is no heir of itself."""
    for territory_id, row in links:
        if row["code_2024"]:
            for code in split_list(row["codes_2015"]):
                yield {"territory_id": territory_id, "code": code}


def _seed_projects(session: Session) -> int:
    projects = read_toml(f"{FOLDER}/renewal_projects.toml").get("project", [])
    rows = [_project(project) for project in projects]
    missing = missing_rows(session, RenewalProject, rows, "name")
    names = {row["name"] for row in missing}
    carriers = ids_by(session, Organization, "slug", _values(projects, "carrier"))
    quarters = ids_by(
        session, Territory, "code", (code for entry in projects for code in entry["quarters"])
    )
    for entry, row in zip(projects, rows, strict=True):
        if row["name"] not in names:
            continue
        project = RenewalProject(**row, carrier_id=carriers.get(entry.get("carrier", "")))
        session.add(project)
        session.flush()
        session.execute(
            insert(renewal_project_territory),
            [
                {"project_id": project.id, "territory_id": quarters[code]}
                for code in entry["quarters"]
            ],
        )
    return len(missing)


def _project(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": entry["name"],
        "carrier_label": entry.get("carrier_label", ""),
        "phase": ProjectPhase(entry["phase"]),
        "phase_on": entry["dated_on"],
        "phase_source": entry["source"],
    }


def _seed_partnerships(session: Session) -> int:
    present = set(session.scalars(select(Partnership.slug)))
    created = 0
    for entry in read_toml("bodies/partnerships.toml").get("partnership", []):
        if entry["slug"] not in present:
            session.add(_partnership(session, entry))
            created += 1
    session.flush()
    return created


def _partnership(session: Session, entry: dict[str, Any]) -> Partnership:
    territories = ids_by(session, Territory, "code", [entry["territory"]])
    members = entry["members"]
    bodies = ids_by(session, Organization, "slug", _values(members, "organization"))
    return Partnership(
        slug=entry["slug"],
        name=entry["name"],
        programme=entry.get("programme", ""),
        summary=entry["summary"],
        territory_id=territories[entry["territory"]],
        themes=list(entry.get("themes", [])),
        source=entry["source"],
        source_checked_on=entry["checked_on"],
        created_at=at_noon(entry["checked_on"]),
        updated_at=at_noon(entry["checked_on"]),
        published_at=at_noon(entry["checked_on"]),
        members=[
            PartnershipMember(
                organization_id=bodies[member["organization"]],
                position=position,
                role=member["role"],
            )
            for position, member in enumerate(members, start=1)
        ],
        milestones=[
            PartnershipMilestone(
                happened_on=step["dated_on"],
                precision=step["precision"],
                title=step["title"],
                text=step.get("text", ""),
                source=step["source"],
            )
            for step in entry.get("milestone", [])
        ],
        working_groups=[
            WorkingGroup(
                name=group["name"],
                theme=group.get("theme"),
                description=group.get("description", ""),
            )
            for group in entry.get("working_group", [])
        ],
    )


def _values(entries: Iterable[dict[str, Any]], key: str) -> list[str]:
    return [entry[key] for entry in entries if key in entry]
