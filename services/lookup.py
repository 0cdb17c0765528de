"""Looking up: runs a query on the index and loads what it found from the database."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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
# SQLite and PostgreSQL bound the values of one statement.
CHUNK: Final = 5_000


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
    """Where a result stands on the map, in degrees (WGS 84); ``detail`` tells homonyms apart."""

    kind: SubjectKind
    key: str
    title: str
    detail: str
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
    """Load the public entries behind document ids: a fixed number of queries a page."""
    return {
        document_id(kind, entry.id): entry
        for kind, ids in _chunks(identifiers)
        for entry in session.scalars(_CARDS[kind](ids)).unique()
    }


def _chunks(identifiers: Iterable[str]) -> Iterator[tuple[SubjectKind, list[int]]]:
    for kind, ids in _keys_by_kind(identifiers).items():
        for start in range(0, len(ids), CHUNK):
            yield kind, ids[start : start + CHUNK]


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
    """Return a point for each public result that has a place, kind after kind.

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
    identifiers = [hit.id for hit in backend.search(wide).hits]
    return [
        MapPoint(kind, str(key), title, place, latitude, longitude)
        for kind, ids in _chunks(identifiers)
        for key, title, place, latitude, longitude in session.execute(_POINTS[kind](ids))
        if latitude is not None and longitude is not None
    ]


def _organization_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    actors = Organization.published().where(Organization.id.in_(ids)).join(Organization.commune)
    return actors.with_only_columns(
        Organization.slug, Organization.name, Commune.name, Commune.latitude, Commune.longitude
    )


def _offer_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    offers = Offer.published().where(Offer.id.in_(ids)).join(Organization.commune)
    return offers.with_only_columns(
        Offer.slug, Offer.title, Organization.name, Commune.latitude, Commune.longitude
    )


def _need_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    needs = Need.published().where(Need.id.in_(ids)).join(Need.territory)
    return needs.with_only_columns(
        Need.id, Need.title, Territory.name, Territory.latitude, Territory.longitude
    )


def _territory_points(ids: list[int]) -> Select[*tuple[Any, ...]]:
    return select(
        Territory.code, Territory.name, Territory.code, Territory.latitude, Territory.longitude
    ).where(Territory.id.in_(ids))


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
