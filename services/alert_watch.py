"""Which alerts a publication concerns: saved questions are asked of what was just published.

Only the entries of the batch are looked at, never the whole directory: a search is asked of an
index that holds them alone, a list of matches is scored on them alone. The exception is the entry
that an alert is about: when it changes, its whole list does.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload

from matching.columns import NeedColumns, OfferColumns
from matching.profiles import NeedProfile, OfferProfile
from models.alert import Alert, AlertItem
from models.need import Need
from models.offer import Offer
from models.territory import Territory
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
from services.match_profiles import need_profile, offer_profile
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
    """The offers and open needs of a batch, alone in columns of their own."""

    offers: Sequence[OfferProfile]
    needs: Sequence[NeedProfile]
    offer_columns: OfferColumns
    need_columns: NeedColumns
    need_ids: frozenset[int]
    territory_ids: frozenset[int]
    offer_ids: frozenset[int]
    actor_ids: frozenset[int]


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
    base = engines.matcher.base(session, moment)
    offers = _offers_of(session, documents)
    needs = _needs_of(session, documents, moment)
    if not offers and not needs:
        return {}
    profiles = [offer_profile(offer) for offer in offers]
    asked = [need_profile(need) for need in needs]
    fresh = _Fresh(
        offers=profiles,
        needs=asked,
        offer_columns=OfferColumns.build(profiles, base.offers.basis),
        need_columns=NeedColumns.build(asked, base.offers.basis),
        need_ids=frozenset(need.id for need in needs),
        territory_ids=frozenset(need.territory_id for need in needs),
        offer_ids=frozenset(offer.id for offer in offers),
        actor_ids=frozenset(offer.organization_id for offer in offers),
    )
    lists = MatchLists(base, moment.today, fresher=asked)
    found = {alert.id: _matches_of(alert, lists, fresh) for alert in watching}
    return {key: items for key, items in found.items() if items}


def _matches_of(alert: Alert, lists: MatchLists, fresh: _Fresh) -> frozenset[str]:
    if alert.subject in FOR_OFFERS:
        changed = _entry(alert) in (
            fresh.offer_ids if alert.subject is AlertSubject.OFFER_MATCHES else fresh.actor_ids
        )
        offers = lists.offers_of(alert.subject, alert.parameters)
        needs = lists.base.needs if changed else fresh.need_columns
        filters = saved_need_filters(alert.parameters)
        return need_items(lists.needs_for(offers, needs, filters, told=True))
    need = lists.need_of(alert.subject, alert.parameters)
    if need is None:
        return frozenset()
    changed = alert.subject is not AlertSubject.SENTENCE and _entry(alert) in (
        fresh.need_ids if alert.subject is AlertSubject.NEED_MATCHES else fresh.territory_ids
    )
    columns = lists.base.offers if changed else fresh.offer_columns
    chosen = saved_offer_filters(alert.parameters)
    return offer_items(lists.offers_for(need, columns, chosen, told=True))


def _entry(alert: Alert) -> int:
    return int(alert.parameters[ENTRY])


def _keys(documents: Sequence[SearchDocument], kind: SubjectKind) -> list[int]:
    return [int(split_document_id(one.id)[1]) for one in documents if one.kind == kind]


def _offers_of(session: Session, documents: Sequence[SearchDocument]) -> Sequence[Offer]:
    """Return the offers of the batch, and those of its actors: their area is their actor's."""
    changed = or_(
        Offer.id.in_(_keys(documents, SubjectKind.OFFER)),
        Offer.organization_id.in_(_keys(documents, SubjectKind.ORGANIZATION)),
    )
    statement = Offer.published().where(changed)
    options = (contains_eager(Offer.organization), selectinload(Offer.references))
    return session.scalars(statement.options(*options).order_by(Offer.id)).all()


def _needs_of(
    session: Session, documents: Sequence[SearchDocument], moment: Moment
) -> Sequence[Need]:
    projects = joinedload(Need.territory).selectinload(Territory.projects)
    wanted = Need.open_on(moment.today).where(Need.id.in_(_keys(documents, SubjectKind.NEED)))
    return session.scalars(wanted.options(projects).order_by(Need.id)).all()


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
