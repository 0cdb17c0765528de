"""Looking up: runs a query on the index and loads what it found from the database."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from models.geography import Commune
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from search.backend import SearchBackend
from search.documents import document_id, split_document_id
from search.query import Hit, ResultPage, SearchQuery
from services.indexing import withdrawn_ids
from vocabulary.kinds import SubjectKind

Entry = Organization | Offer | Need | Territory

# What one export or one map may hold; beyond, the page asks to narrow the search.
MAX_EXPORT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """One result: the entry, and the hit with its highlighted words."""

    kind: SubjectKind
    entry: Entry
    hit: Hit


@dataclass(frozen=True, slots=True)
class LookupPage:
    """One page of results; ``results`` are rows of ``page`` that are still public."""

    page: ResultPage
    results: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class MapPoint:
    """Where a result stands on the map, in degrees (WGS 84)."""

    kind: SubjectKind
    key: str
    title: str
    latitude: float
    longitude: float


def look_up(session: Session, backend: SearchBackend, query: SearchQuery) -> LookupPage:
    """Answer ``query``: totals and facets from the index, entries from the database.

    Withdrawals are read before the index is asked, so that an entry withdrawn meanwhile is
    either subtracted or already gone.
    """
    query = replace(query, excluded=query.excluded | withdrawn_ids(session))
    page = backend.search(query)
    entries = load_entries(session, [hit.id for hit in page.hits])
    return LookupPage(
        page,
        tuple(
            Found(SubjectKind(split_document_id(hit.id)[0]), entries[hit.id], hit)
            for hit in page.hits
            if hit.id in entries
        ),
    )


def load_entries(session: Session, identifiers: Sequence[str]) -> dict[str, Entry]:
    """Load the public entries behind document ids: a fixed number of queries."""
    keys = _keys_by_kind(identifiers)
    found: dict[str, Entry] = {}
    for kind, ids in keys.items():
        for entry in session.scalars(_CARDS[kind](ids)).unique():
            found[document_id(kind, entry.id)] = entry
    return found


def _keys_by_kind(identifiers: Iterable[str]) -> dict[SubjectKind, list[int]]:
    keys: dict[SubjectKind, list[int]] = {}
    for identifier in identifiers:
        kind, key = split_document_id(identifier)
        keys.setdefault(SubjectKind(kind), []).append(int(key))
    return keys


def _organization_cards(ids: list[int]) -> Select[Any]:
    place = joinedload(Organization.commune).joinedload(Commune.department)
    return Organization.published().where(Organization.id.in_(ids)).options(place)


def _offer_cards(ids: list[int]) -> Select[Any]:
    actor = contains_eager(Offer.organization).joinedload(Organization.commune)
    return Offer.published().where(Offer.id.in_(ids)).options(actor)


def _need_cards(ids: list[int]) -> Select[Any]:
    place = joinedload(Need.territory).selectinload(Territory.communes)
    return Need.published().where(Need.id.in_(ids)).options(place, joinedload(Need.carrier))


def _territory_cards(ids: list[int]) -> Select[Any]:
    return (
        select(Territory)
        .where(Territory.id.in_(ids))
        .options(
            selectinload(Territory.communes),
            joinedload(Territory.department),
            joinedload(Territory.region),
        )
    )


def map_points(session: Session, backend: SearchBackend, query: SearchQuery) -> list[MapPoint]:
    """Return a point for each result that has a place, in the order of the results.

    An actor stands at its seat; the seat says nothing of where it works.
    """
    wide = replace(
        query,
        offset=0,
        limit=MAX_EXPORT,
        excerpts=False,
        facets=(),
        excluded=query.excluded | withdrawn_ids(session),
    )
    keys = _keys_by_kind(hit.id for hit in backend.search(wide).hits)
    points: list[MapPoint] = []
    for kind, ids in keys.items():
        points += [
            MapPoint(kind, str(key), title, latitude, longitude)
            for key, title, latitude, longitude in session.execute(_POINTS[kind](ids))
            if latitude is not None and longitude is not None
        ]
    return points


def _organization_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    columns = (Organization.slug, Organization.name, Commune.latitude, Commune.longitude)
    return select(*columns).join(Organization.commune).where(Organization.id.in_(ids))


def _offer_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    columns = (Offer.slug, Offer.title, Commune.latitude, Commune.longitude)
    joined = select(*columns).join(Offer.organization).join(Organization.commune)
    return joined.where(Offer.id.in_(ids))


def _need_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    columns = (Need.id, Need.title, Territory.latitude, Territory.longitude)
    return select(*columns).join(Need.territory).where(Need.id.in_(ids))


def _territory_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    columns = (Territory.code, Territory.name, Territory.latitude, Territory.longitude)
    return select(*columns).where(Territory.id.in_(ids))


_CARDS: Final[Mapping[SubjectKind, Callable[[list[int]], Select[Any]]]] = {
    SubjectKind.ORGANIZATION: _organization_cards,
    SubjectKind.OFFER: _offer_cards,
    SubjectKind.NEED: _need_cards,
    SubjectKind.TERRITORY: _territory_cards,
}
_POINTS: Final[Mapping[SubjectKind, Callable[[list[int]], Select[*tuple[Any, ...]]]]] = {
    SubjectKind.ORGANIZATION: _organization_points,
    SubjectKind.OFFER: _offer_points,
    SubjectKind.NEED: _need_points,
    SubjectKind.TERRITORY: _territory_points,
}
