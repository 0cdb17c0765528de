"""Reads the public content of an entry from its columns, and writes a content back into them."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.geography import Commune
from models.need import Need
from models.offer import Offer, Reference
from models.organization import Organization
from models.revision import Revision
from models.territory import Territory
from services.contents import (
    Content,
    NeedContent,
    OfferContent,
    OrganizationContent,
    ReferenceContent,
)
from services.text_keys import name_key
from vocabulary.kinds import ReferenceGrade, SubjectKind


def organization_content(entry: Organization) -> OrganizationContent:
    """Return what the columns of the entry hold, in the form in which forms send it back.

    Imported columns may list themes or areas in another order: that is not a change.
    """
    return OrganizationContent(
        kind=entry.kind,
        name=entry.name,
        acronym=entry.acronym,
        siren=entry.siren,
        siret=entry.siret,
        rnsr=entry.rnsr,
        pitch=entry.pitch,
        description=entry.description,
        themes=tuple(entry.themes),
        labels=tuple(entry.labels),
        website=entry.website,
        founded_year=entry.founded_year,
        size=entry.size,
        commune_code=entry.commune_code,
        area_level=entry.area_level,
        area_codes=tuple(entry.area_codes),
        logo=entry.logo,
    ).changed()


def offer_content(offer: Offer) -> OfferContent:
    """Return what the columns of the offer and its references hold."""
    return OfferContent(
        type=offer.type,
        title=offer.title,
        pitch=offer.pitch,
        description=offer.description,
        themes=tuple(offer.themes),
        area_level=offer.area_level,
        area_codes=tuple(offer.area_codes),
        maturity=offer.maturity,
        routes=tuple(offer.routes),
        price_range=offer.price_range,
        references=tuple(_reference_content(row) for row in offer.references),
    ).changed()


def need_content(need: Need) -> NeedContent:
    """Return what the columns of the need hold; a published need is of one quarter."""
    return NeedContent(
        kind=need.kind,
        title=need.title,
        quarters=(need.territory.code,),
        description=need.description,
        outcome=need.outcome,
        themes=tuple(need.themes),
        wanted_kinds=tuple(need.wanted_kinds),
        appetite=need.appetite,
        nature=need.nature,
        amount_min=need.amount_min,
        amount_max=need.amount_max,
        closes_on=need.closes_on,
        starts_on=need.starts_on,
    ).changed()


def _reference_content(row: Reference) -> ReferenceContent:
    return ReferenceContent(
        uid=row.uid,
        place=row.place,
        commune_code=row.commune_code,
        territory_id=row.territory_id,
        year=row.year,
        client=row.client,
        result=row.result,
    )


def revision_content(revision: Revision) -> Content:
    """Return the content that the revision proposes."""
    if revision.subject_kind is SubjectKind.OFFER:
        return OfferContent.from_dict(revision.content)
    if revision.subject_kind is SubjectKind.NEED:
        return NeedContent.from_dict(revision.content)
    return OrganizationContent.from_dict(revision.content)


def write_organization(
    session: Session, entry: Organization, content: OrganizationContent, *, now: datetime
) -> None:
    """Make the content the entry's own; a commune unknown here is left out."""
    entry.kind, entry.name, entry.acronym = content.kind, content.name, content.acronym
    entry.name_key = name_key(content.name)
    # A SIRET says its SIREN: duplicates are looked for by the latter.
    entry.siret, entry.rnsr = content.siret, content.rnsr
    entry.siren = content.siret[:9] if content.siret else content.siren
    entry.pitch, entry.description = content.pitch, content.description
    entry.themes, entry.labels = list(content.themes), list(content.labels)
    entry.website, entry.founded_year = content.website, content.founded_year
    entry.size, entry.logo = content.size, content.logo
    entry.commune_code = _known_commune(session, content.commune_code)
    entry.area_level, entry.area_codes = content.area_level, list(content.area_codes)
    entry.updated_at = now


def write_offer(session: Session, offer: Offer, content: OfferContent, *, now: datetime) -> None:
    """Make the content the offer's own; references are followed by their ``uid``."""
    offer.type, offer.title = content.type, content.title
    offer.pitch, offer.description = content.pitch, content.description
    offer.themes, offer.routes = list(content.themes), list(content.routes)
    offer.area_level, offer.area_codes = content.area_level, list(content.area_codes)
    offer.maturity, offer.price_range = content.maturity, content.price_range
    offer.updated_at = now
    known = {row.uid: row for row in offer.references}
    offer.references = [
        _written(session, known.get(item.uid), item, position)
        for position, item in enumerate(content.references)
    ]


def write_need(session: Session, need: Need, content: NeedContent, *, now: datetime) -> None:
    """Make the content the need's own; a quarter unknown here leaves it where it was."""
    need.kind, need.title = content.kind, content.title
    need.description, need.outcome = content.description, content.outcome
    need.themes, need.wanted_kinds = list(content.themes), list(content.wanted_kinds)
    need.appetite, need.nature = content.appetite, content.nature
    need.amount_min, need.amount_max = content.amount_min, content.amount_max
    need.closes_on, need.starts_on = content.closes_on, content.starts_on
    place_need(session, need, content)
    need.updated_at = now


def place_need(session: Session, need: Need, content: NeedContent) -> None:
    """Put the need on the first quarter of its content."""
    code = content.quarters[0] if content.quarters else ""
    territory = session.scalar(select(Territory).where(Territory.code == code))
    if territory is not None:
        need.territory = territory


def _written(
    session: Session, row: Reference | None, content: ReferenceContent, position: int
) -> Reference:
    """Return the row with the content in it.

    What a partner or official data established is established of the words they saw: a
    reference whose facts change goes back to « declared ».
    """
    if row is None:
        row = Reference(uid=content.uid, grade=ReferenceGrade.DECLARED)
    elif _reference_content(row) != content:
        row.grade, row.grade_source = ReferenceGrade.DECLARED, ""
    row.position, row.place, row.year = position, content.place, content.year
    row.client, row.result = content.client, content.result
    row.commune_code = _known_commune(session, content.commune_code)
    territory = session.get(Territory, content.territory_id) if content.territory_id else None
    row.territory_id = territory.id if territory else None
    return row


def _known_commune(session: Session, code: str | None) -> str | None:
    return code if code and session.get(Commune, code) is not None else None
