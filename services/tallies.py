"""How much stands behind each entry of a list: one query for each kind, whatever the rows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from models.need import Need
from models.offer import Offer, Reference
from search.documents import document_id
from services.lookup import Found
from vocabulary.kinds import PublicationState, SubjectKind


def tallies(session: Session, results: Iterable[Found], *, today: date) -> dict[str, int]:
    """Return by document id: offers of an actor, references of an offer, open needs of a quarter.

    Entries with none are left out.
    """
    keys: dict[SubjectKind, list[int]] = {}
    for result in results:
        keys.setdefault(result.kind, []).append(result.entry.id)
    return {
        document_id(kind, key): count
        for kind, ids in keys.items()
        if kind in _COUNTED
        for key, count in session.execute(_COUNTED[kind](ids, today))
    }


def _offers(actors: list[int], _today: date) -> Select[*tuple[Any, ...]]:
    return (
        select(Offer.organization_id, func.count())
        .where(Offer.organization_id.in_(actors), Offer.state == PublicationState.PUBLISHED)
        .group_by(Offer.organization_id)
    )


def _references(offers: list[int], _today: date) -> Select[*tuple[Any, ...]]:
    counted = select(Reference.offer_id, func.count())
    return counted.where(Reference.offer_id.in_(offers)).group_by(Reference.offer_id)


def _open_needs(quarters: list[int], today: date) -> Select[*tuple[Any, ...]]:
    needs = Need.open_on(today).where(Need.territory_id.in_(quarters))
    return needs.with_only_columns(Need.territory_id, func.count()).group_by(Need.territory_id)


_COUNTED: Final[Mapping[SubjectKind, Callable[[list[int], date], Select[*tuple[Any, ...]]]]] = {
    SubjectKind.ORGANIZATION: _offers,
    SubjectKind.OFFER: _references,
    SubjectKind.TERRITORY: _open_needs,
}
