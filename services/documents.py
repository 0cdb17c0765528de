"""Turns entries into the flat documents of the index: what is found, and under which facets."""

from collections.abc import Iterable

from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from search.documents import SearchDocument, document_id, theme_keywords
from services.areas import regions_covered
from services.carriers import carrier_name
from services.plain_text import plain_text
from vocabulary.kinds import AreaLevel, SubjectKind
from vocabulary.themes import with_parents

# Facets are named by the query parameters of /annuaire.
WHAT, KIND, THEME, REGION, MATURITY, AREA, ROUTE = FACETS = (
    "objet",
    "type",
    "theme",
    "region",
    "maturite",
    "zone",
    "montage",
)


def organization_document(entry: Organization) -> SearchDocument:
    """Describe a published actor."""
    return SearchDocument(
        id=document_id(SubjectKind.ORGANIZATION, entry.id),
        kind=SubjectKind.ORGANIZATION,
        title=entry.name,
        body=_prose(entry.pitch, plain_text(entry.description)),
        keywords=(
            *_kept(entry.acronym, entry.kind.label, entry.commune.name if entry.commune else None),
            *_kept(entry.siren, entry.rnsr),
            *entry.labels,
            *theme_keywords(entry.themes),
        ),
        facets={
            WHAT: (SubjectKind.ORGANIZATION,),
            KIND: (entry.kind,),
            THEME: _sorted(with_parents(entry.themes)),
            REGION: _kept(entry.commune.region_code if entry.commune else None),
            AREA: _area(entry.area_level, entry.area_codes),
        },
        updated_on=entry.updated_at.date(),
    )


def offer_document(offer: Offer) -> SearchDocument:
    """Describe a published offer, found by the name of its actor and by its references too."""
    actor = offer.organization
    level, codes = (
        (offer.area_level, offer.area_codes)
        if offer.area_level
        else (actor.area_level, actor.area_codes)
    )
    references = (
        " ".join(_kept(reference.place, reference.client, reference.result))
        for reference in offer.shown_references
    )
    return SearchDocument(
        id=document_id(SubjectKind.OFFER, offer.id),
        kind=SubjectKind.OFFER,
        title=offer.title,
        body=_prose(offer.pitch, plain_text(offer.description), *references),
        keywords=(actor.name, offer.type.label, *theme_keywords(offer.themes)),
        facets={
            WHAT: (SubjectKind.OFFER,),
            KIND: (actor.kind,),
            THEME: _sorted(with_parents(offer.themes)),
            REGION: _kept(actor.commune.region_code if actor.commune else None),
            MATURITY: _kept(offer.maturity),
            AREA: _area(level, codes),
            ROUTE: _sorted(offer.routes),
        },
        updated_on=offer.updated_at.date(),
    )


def need_document(need: Need) -> SearchDocument:
    """Describe a published need."""
    territory = need.territory
    return SearchDocument(
        id=document_id(SubjectKind.NEED, need.id),
        kind=SubjectKind.NEED,
        title=need.title,
        body=_prose(plain_text(need.description), plain_text(need.outcome)),
        keywords=(
            *_kept(territory.name, territory.code, carrier_name(need)),
            *(commune.name for commune in territory.communes),
            *theme_keywords(need.themes),
        ),
        facets={
            WHAT: (SubjectKind.NEED,),
            THEME: _sorted(with_parents(need.themes)),
            REGION: (territory.region_code,),
            AREA: (territory.region_code,),
        },
        updated_on=need.updated_at.date(),
    )


def territory_document(territory: Territory) -> SearchDocument:
    """Describe a quarter, found by either generation of its code."""
    bodies = (territory.epci, territory.ept)
    return SearchDocument(
        id=document_id(SubjectKind.TERRITORY, territory.id),
        kind=SubjectKind.TERRITORY,
        title=territory.name,
        body=" · ".join(commune.name for commune in territory.communes),
        keywords=(
            territory.code,
            *(former.code for former in territory.former_codes),
            territory.department.name,
            territory.region.name,
            *(body.name for body in bodies if body),
            *(("NPNRU", "renouvellement urbain") if territory.is_npnru else ()),
        ),
        facets={
            WHAT: (SubjectKind.TERRITORY,),
            REGION: (territory.region_code,),
            AREA: (territory.region_code,),
        },
        updated_on=territory.updated_at.date(),
    )


def _area(level: AreaLevel | None, codes: Iterable[str]) -> tuple[str, ...]:
    return _sorted(regions_covered(level, codes))


def _prose(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def _kept(*values: str | None) -> tuple[str, ...]:
    return tuple(str(value) for value in values if value)


def _sorted(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(values))
