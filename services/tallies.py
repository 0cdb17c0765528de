"""How much stands behind each entry of a list: one query for each kind, whatever the rows."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from models.need import Need
from models.offer import Offer, Reference
from search.documents import document_id
from services.lookup import Found
from vocabulary.kinds import PublicationState, SubjectKind


def tallies(session: Session, results: Iterable[Found], *, today: date) -> dict[str, int]:
    """Return by document id how much stands behind each entry; those with nothing are left out.

    Offers of an actor, references of an offer, open needs of a quarter, and for a need how many
    quarters have the same.
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
    shown = counted.where(Reference.offer_id.in_(offers), Reference.is_contested.is_(False))
    return shown.group_by(Reference.offer_id)


def _open_needs(quarters: list[int], today: date) -> Select[*tuple[Any, ...]]:
    needs = Need.open_on(today).where(Need.territory_id.in_(quarters))
    return needs.with_only_columns(Need.territory_id, func.count()).group_by(Need.territory_id)


def _same_needs(needs: list[int], today: date) -> Select[*tuple[Any, ...]]:
    one = aliased(Need)
    quarters = func.count(Need.territory_id.distinct())
    counted = Need.open_on(today).join(one, one.group_id == Need.group_id)
    listed = counted.where(one.id.in_(needs)).with_only_columns(one.id, quarters)
    return listed.group_by(one.id).having(quarters > 1)


_COUNTED: Final[Mapping[SubjectKind, Callable[[list[int], date], Select[*tuple[Any, ...]]]]] = {
    SubjectKind.ORGANIZATION: _offers,
    SubjectKind.OFFER: _references,
    SubjectKind.NEED: _same_needs,
    SubjectKind.TERRITORY: _open_needs,
}
