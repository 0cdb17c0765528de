"""Which alerts a publication concerns: saved questions are asked of what was just published.

Only the entries of the batch are looked at, never the whole directory: a search is asked of an
index that holds them alone, a list of matches is scored on them alone. The exception is the entry
that an alert is about: when it changes, its whole list does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.columns import NeedColumns, OfferColumns
from models.alert import Alert, AlertItem
from models.need import Need
from search.documents import SearchDocument, split_document_id
from search.memory_backend import MemoryBackend
from search.query import MatchMode
from services.alert_views import (
    ENTRY,
    FOR_OFFERS,
    Engines,
    MatchLists,
    need_items,
    offer_items,
    saved_need_filters,
    saved_offer_filters,
    saved_search,
)
from services.alerts import post_news
from services.indexing import documents_of
from services.match_base import MatchBase
from services.matching import Moment
from services.outbox import post_message
from vocabulary.exchanges import AlertFrequency, AlertSubject
from vocabulary.kinds import SubjectKind

ALERT_LOOK: Final = "alerts.look"
Found = dict[int, frozenset[str]]


def request_look(session: Session, identifiers: Sequence[str], *, now: datetime) -> None:
    """Ask for the alerts to be looked at for entries that have just entered the index."""
    if identifiers:
        post_message(session, ALERT_LOOK, {"document_ids": sorted(set(identifiers))}, now=now)


def look_at(
    session: Session, identifiers: Collection[str], *, engines: Engines, moment: Moment
) -> None:
    """Note what these publications bring to each alert; those that write at once are asked to.

    An item is noted once. One that was noted and not told, because it had been withdrawn, is
    told now that it is back.
    """
    documents = documents_of(session, sorted(set(identifiers)))
    alerts = _at_work(session)
    if not documents or not alerts:
        return
    found = _found_by_searches(alerts, documents)
    found |= _found_in_matches(session, alerts, documents, engines, moment)
    _note(session, alerts, found, moment.now)


def _at_work(session: Session) -> Sequence[Alert]:
    return session.scalars(
        select(Alert)
        .where(Alert.confirmed_at.is_not(None), Alert.stopped_at.is_(None))
        .order_by(Alert.id)
    ).all()


def _found_by_searches(alerts: Sequence[Alert], documents: Sequence[SearchDocument]) -> Found:
    fresh = MemoryBackend()
    fresh.index_batch(documents)
    found: Found = {}
    for alert in alerts:
        if alert.subject is AlertSubject.SEARCH:
            query = replace(saved_search(alert.parameters), mode=MatchMode.ALL)
            hits = fresh.search(query).hits
            if hits:
                found[alert.id] = frozenset(hit.id for hit in hits)
    return found


@dataclass(frozen=True, slots=True)
class _Fresh:
    """The offers and open needs of a batch, alone in columns of their own.

    ``entries`` are what alerts may be about, by what they watch: there the whole list changed.
    """

    offers: OfferColumns | None
    needs: NeedColumns | None
    entries: Mapping[AlertSubject, frozenset[int]]


def _found_in_matches(
    session: Session,
    alerts: Sequence[Alert],
    documents: Sequence[SearchDocument],
    engines: Engines,
    moment: Moment,
) -> Found:
    watching = [alert for alert in alerts if alert.subject is not AlertSubject.SEARCH]
    if not watching:
        return {}
    base = engines.matcher.exact_base(session, moment)
    fresh = _fresh(session, base, documents)
    if not fresh.offers and not fresh.needs:
        return {}
    lists = MatchLists(base, moment.today)
    found = {alert.id: _matches_of(alert, lists, fresh) for alert in watching}
    return {key: items for key, items in found.items() if items}


def _fresh(session: Session, base: MatchBase, documents: Sequence[SearchDocument]) -> _Fresh:
    """Return what the batch changes in matches: an actor's area counts for all its offers."""
    offer_ids = _keys(documents, SubjectKind.OFFER)
    actor_ids = _keys(documents, SubjectKind.ORGANIZATION)
    need_ids = _keys(documents, SubjectKind.NEED)
    offers = [
        offer
        for offer in base.offers.offers
        if offer.id in offer_ids or offer.organization_id in actor_ids
    ]
    needs = [need for need in base.needs.needs if need.id in need_ids]
    places = select(Need.territory_id).where(Need.id.in_(need_ids))
    return _Fresh(
        offers=OfferColumns.build(offers, base.offers.basis) if offers else None,
        needs=NeedColumns.build(needs, base.offers.basis) if needs else None,
        entries={
            AlertSubject.NEED_MATCHES: frozenset(need.id for need in needs),
            AlertSubject.TERRITORY_MATCHES: frozenset(session.scalars(places)),
            AlertSubject.OFFER_MATCHES: frozenset(offer.id for offer in offers),
            AlertSubject.ORGANIZATION_MATCHES: frozenset(one.organization_id for one in offers),
        },
    )


def _matches_of(alert: Alert, lists: MatchLists, fresh: _Fresh) -> frozenset[str]:
    changed = _is_about(alert, fresh)
    if alert.subject in FOR_OFFERS:
        needs = lists.base.needs if changed else fresh.needs
        if needs is None:
            return frozenset()
        offers = lists.offers_of(alert.subject, alert.parameters)
        filters = saved_need_filters(alert.parameters)
        return need_items(lists.needs_for(offers, needs, filters, told=True))
    columns = lists.base.offers if changed else fresh.offers
    need = lists.need_of(alert.subject, alert.parameters) if columns is not None else None
    if need is None or columns is None:
        return frozenset()
    chosen = saved_offer_filters(alert.parameters)
    return offer_items(lists.offers_for(need, columns, chosen, told=True))


def _is_about(alert: Alert, fresh: _Fresh) -> bool:
    entries = fresh.entries.get(alert.subject, frozenset())
    return bool(entries) and int(alert.parameters[ENTRY]) in entries


def _keys(documents: Sequence[SearchDocument], kind: SubjectKind) -> frozenset[int]:
    return frozenset(int(split_document_id(one.id)[1]) for one in documents if one.kind == kind)


def _note(session: Session, alerts: Sequence[Alert], found: Found, now: datetime) -> None:
    items = {item for one in found.values() for item in one}
    known = {
        (alert_id, item): told_at
        for alert_id, item, told_at in session.execute(
            select(AlertItem.alert_id, AlertItem.item, AlertItem.told_at).where(
                AlertItem.alert_id.in_(found), AlertItem.item.in_(items)
            )
        )
    }
    writing = []
    for alert in alerts:
        seen = found.get(alert.id, frozenset())
        new = sorted(item for item in seen if (alert.id, item) not in known)
        session.add_all(AlertItem(alert_id=alert.id, item=item, noticed_at=now) for item in new)
        waits = any(known.get((alert.id, item), now) is None for item in seen)
        if (new or waits) and alert.frequency is AlertFrequency.IMMEDIATE:
            writing.append(alert)
    post_news(session, writing, now=now)
