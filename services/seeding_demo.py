"""Loads the fictional demo set: actors, offers, references, needs, federations, meetup days.

An entry that names another one missing from the set is left out; a test checks that none is.
"""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.federation import FederationMember
from models.geography import Commune, FormerCommune
from models.meetup import MeetupDay
from models.need import Need
from models.offer import Offer, Reference
from models.organization import Organization
from models.territory import Territory
from services.seeding_files import (
    SEED_ROOT,
    Row,
    at_noon,
    ids_by,
    insert_rows,
    missing_rows,
    read_toml,
    read_toml_folder,
)
from services.text_keys import name_key
from vocabulary.kinds import (
    AreaLevel,
    ExperimentAppetite,
    FederationState,
    Maturity,
    NeedKind,
    NeedNature,
    OfferType,
    OrganizationKind,
    PriceRange,
    PublicationState,
    ReferenceGrade,
)
from vocabulary.labels import LabelledEnum
from vocabulary.meetups import DayState

DEMO_SOURCE = "Jeu de démonstration fictif"
ANSWERED_STATES = frozenset({FederationState.CONSENTED, FederationState.DECLINED})


def seed_demo_entries(session: Session) -> int:
    """Create the demo entries that are missing; return how many."""
    actors = list(read_toml_folder("demo/organizations", "organization"))
    return (
        _seed_organizations(session, actors)
        + _seed_offers(session)
        + _seed_needs(session)
        + _seed_federations(session, actors)
        + _seed_meetups(session)
    )


def _seed_organizations(session: Session, actors: list[dict[str, Any]]) -> int:
    communes = _communes_in_force(session)
    rows = [
        {**_organization(entry), "commune_code": communes.get(entry.get("commune_code", ""))}
        for entry in actors
    ]
    missing = missing_rows(session, Organization, rows, "slug")
    insert_rows(session, Organization, missing)
    return len(missing)


def _organization(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "slug": entry["slug"],
        "kind": OrganizationKind(entry["kind"]),
        "name": entry["name"],
        "name_key": name_key(entry["name"]),
        "pitch": entry["pitch"],
        "description": entry["description"].strip(),
        "themes": list(entry["themes"]),
        "labels": list(entry["labels"]),
        "website": entry.get("website", ""),
        "founded_year": entry.get("founded_year"),
        "size": entry.get("size", ""),
        "area_level": _coded(AreaLevel, entry.get("area_level")),
        "area_codes": list(entry.get("area_codes", [])),
        "is_claimed": True,
        "source": DEMO_SOURCE,
        "confirmed_on": entry.get("confirmed_on"),
        **_publication(entry),
        "created_at": at_noon(entry["published_on"]),
        "version": 1,
    }


def _publication(entry: dict[str, Any]) -> dict[str, Any]:
    published_at = at_noon(entry["published_on"])
    return {
        "state": PublicationState.PUBLISHED,
        "is_demo": True,
        "published_at": published_at,
        "updated_at": published_at,
    }


def _communes_in_force(session: Session) -> dict[str, str]:
    """Return the commune in force for each code, merged communes and districts included."""
    codes = {code: code for code in session.scalars(select(Commune.code))}
    former = session.scalars(select(FormerCommune))
    return codes | {place.code: place.commune_code for place in former}


def _coded(kind: type[LabelledEnum], value: str | None) -> LabelledEnum | None:
    return None if value is None else kind(value)


def _seed_offers(session: Session) -> int:
    entries = list(read_toml_folder("demo/offers", "offer"))
    actors = ids_by(session, Organization, "slug", (entry["organization"] for entry in entries))
    kept = [entry for entry in entries if entry["organization"] in actors]
    rows = [_offer(entry, actors[entry["organization"]]) for entry in kept]
    missing = missing_rows(session, Offer, rows, "slug")
    insert_rows(session, Offer, missing)
    created = ids_by(session, Offer, "slug", (str(row["slug"]) for row in missing))
    communes = _communes_in_force(session)
    references = [
        {**reference, "commune_code": communes.get(str(reference["commune_code"]))}
        for entry in kept
        if entry["slug"] in created
        for reference in _references(entry, created[entry["slug"]])
    ]
    insert_rows(session, Reference, references)
    return len(missing)


def _offer(entry: dict[str, Any], organization_id: int) -> dict[str, Any]:
    return {
        "slug": entry["slug"],
        "organization_id": organization_id,
        "type": OfferType(entry["type"]),
        "title": entry["title"],
        "pitch": entry["pitch"],
        "description": entry["description"].strip(),
        "themes": list(entry["themes"]),
        "area_level": _coded(AreaLevel, entry.get("area_level")),
        "area_codes": list(entry.get("area_codes", [])),
        "maturity": _coded(Maturity, entry.get("maturity")),
        "routes": list(entry.get("routes", [])),
        "price_range": _coded(PriceRange, entry.get("price_range")),
        **_publication(entry),
        "created_at": at_noon(entry["published_on"]),
        "version": 1,
    }


def _references(entry: dict[str, Any], offer_id: int) -> Iterator[Row]:
    for position, reference in enumerate(entry.get("reference", [])):
        name = f"{entry['slug']}/{position}"
        yield {
            "uid": hashlib.sha256(name.encode()).hexdigest()[:32],
            "offer_id": offer_id,
            "position": position,
            "place": reference["place"],
            "commune_code": reference.get("commune_code", ""),
            "year": reference.get("year"),
            "client": reference.get("client", ""),
            "result": reference.get("result", ""),
            "grade": ReferenceGrade(reference["grade"]),
        }


def _seed_needs(session: Session) -> int:
    entries = list(read_toml_folder("demo/needs", "need"))
    quarters = ids_by(session, Territory, "code", (entry["quarter"] for entry in entries))
    carriers = ids_by(
        session, Organization, "slug", (entry.get("carrier_organization", "") for entry in entries)
    )
    rows = [
        {
            **_need(entry),
            "territory_id": quarters[entry["quarter"]],
            "carrier_id": carriers.get(entry.get("carrier_organization", "")),
        }
        for entry in entries
        if entry["quarter"] in quarters
    ]
    missing = missing_rows(session, Need, rows, "demo_key")
    insert_rows(session, Need, missing)
    return len(missing)


def _need(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "demo_key": entry["slug"],
        "carrier_label": entry["carrier"],
        "kind": NeedKind(entry["kind"]),
        "title": entry["title"],
        "description": entry["description"].strip(),
        "outcome": entry["outcome"].strip(),
        "themes": list(entry["themes"]),
        "wanted_kinds": list(entry["wanted_kinds"]),
        "appetite": _coded(ExperimentAppetite, entry.get("appetite")),
        "nature": _coded(NeedNature, entry.get("nature")),
        "amount_min": entry.get("amount_min"),
        "amount_max": entry.get("amount_max"),
        "starts_on": entry.get("starts_on"),
        "closes_on": entry.get("closes_on"),
        **_publication(entry),
        "created_at": at_noon(entry["published_on"]),
        "version": 1,
    }


def _seed_federations(session: Session, actors: list[dict[str, Any]]) -> int:
    listed = [(entry, member) for entry in actors for member in entry.get("members", [])]
    slugs = {slug for entry, member in listed for slug in (entry["slug"], member["slug"])}
    known = ids_by(session, Organization, "slug", slugs)
    rows = [
        _federation(known[entry["slug"]], known[member["slug"]], entry, member["state"])
        for entry, member in listed
        if {entry["slug"], member["slug"]} <= set(known)
    ]
    missing = missing_rows(session, FederationMember, rows, "federator_id", "member_id")
    insert_rows(session, FederationMember, missing)
    return len(missing)


def _federation(federator_id: int, member_id: int, entry: dict[str, Any], code: str) -> Row:
    state = FederationState(code)
    asked_at: datetime = at_noon(entry["published_on"])
    return {
        "federator_id": federator_id,
        "member_id": member_id,
        "state": state,
        "invited_at": None if state is FederationState.LISTED else asked_at,
        "answered_at": asked_at if state in ANSWERED_STATES else None,
    }


def _seed_meetups(session: Session) -> int:
    if not (SEED_ROOT / "demo/meetups.toml").exists():
        return 0
    entries = read_toml("demo/meetups.toml").get("meetup", [])
    communes = _communes_in_force(session)
    rows = [
        {**_meetup(entry), "commune_code": communes.get(entry["commune_code"])} for entry in entries
    ]
    missing = missing_rows(session, MeetupDay, rows, "slug")
    insert_rows(session, MeetupDay, missing)
    return len(missing)


def _meetup(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "slug": entry["slug"],
        "title": entry["title"],
        "held_on": entry["held_on"],
        "place": entry["place"],
        "summary": entry["summary"].strip(),
        "accessibility": entry.get("accessibility", "").strip(),
        "asked": entry.get("asked", "").strip(),
        "state": DayState.ANNOUNCED,
        "is_demo": True,
    }
