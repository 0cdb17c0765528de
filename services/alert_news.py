"""What a mail of an alert tells: the new items still public, and why those of a list match."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from matching.columns import NeedColumns, OfferColumns
from matching.ranking import Match, Page, rank_needs, rank_offers
from models.alert import Alert, AlertItem
from models.need import Need
from models.offer import Offer
from search.documents import document_id, split_document_id
from services.alert_views import (
    FOR_OFFERS,
    Engines,
    MatchLists,
    saved_need_filters,
    saved_offer_filters,
)
from services.lookup import Entry, load_entries
from services.matching import Moment
from services.opportunities import dismissed_for_alert
from vocabulary.exchanges import AlertSubject
from vocabulary.kinds import SubjectKind

SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One new entry; ``match`` holds the reasons when the alert watches a list of matches."""

    identifier: str
    kind: SubjectKind
    entry: Entry
    match: Match | None = None


def untold_news(
    session: Session, alert: Alert, *, engines: Engines, moment: Moment
) -> list[NewsItem]:
    """Return what the alert has not told and may tell now, best or newest first.

    Withdrawn entries, closed needs, pairs that match no more and needs set aside are left out;
    they stay noted, and are told should they come back.
    """
    waiting = session.scalars(
        select(AlertItem.item)
        .where(AlertItem.alert_id == alert.id, AlertItem.told_at.is_(None))
        .order_by(AlertItem.noticed_at.desc(), AlertItem.item)
    ).all()
    entries = load_entries(session, waiting)
    aside = dismissed_for_alert(session, alert)
    told = {
        identifier: entries[identifier]
        for identifier in waiting
        if identifier in entries and _may_be_told(entries[identifier], aside, moment)
    }
    if alert.subject is AlertSubject.SEARCH:
        return [NewsItem(key, _kind(key), entry) for key, entry in told.items()]
    return _matching(session, alert, told, engines, moment)


def mark_told(session: Session, alert: Alert, news: Sequence[NewsItem], *, now: datetime) -> None:
    """Record that these items were told, in the transaction that stores the mail."""
    told = {item.identifier for item in news}
    rows = select(AlertItem).where(AlertItem.alert_id == alert.id, AlertItem.item.in_(told))
    for row in session.scalars(rows):
        row.told_at = now
    alert.sent_at = now


def _kind(identifier: str) -> SubjectKind:
    return SubjectKind(split_document_id(identifier)[0])


def _may_be_told(entry: Entry, aside: frozenset[int], moment: Moment) -> bool:
    if isinstance(entry, Need):
        return entry.is_open_on(moment.today) and entry.id not in aside
    return True


def _matching(
    session: Session,
    alert: Alert,
    entries: Mapping[str, Entry],
    engines: Engines,
    moment: Moment,
) -> list[NewsItem]:
    lists = MatchLists(engines.matcher.exact_base(session, moment), moment.today)
    if alert.subject in FOR_OFFERS:
        return _matching_needs(alert, entries, lists)
    return _matching_offers(alert, entries, lists)


def _matching_needs(
    alert: Alert, entries: Mapping[str, Entry], lists: MatchLists
) -> list[NewsItem]:
    wanted = {entry.id for entry in entries.values() if isinstance(entry, Need)}
    profiles = [need for need in lists.base.needs.needs if need.id in wanted]
    ranking = rank_needs(
        list(lists.offers_of(alert.subject, alert.parameters)),
        NeedColumns.build(profiles, lists.base.offers.basis),
        context=lists.context,
        page=Page(limit=len(profiles)),
        filters=saved_need_filters(alert.parameters),
    )
    found = [(document_id(SubjectKind.NEED, line.need.id), line) for line in ranking.matches]
    return [NewsItem(key, SubjectKind.NEED, entries[key], line) for key, line in found]


def _matching_offers(
    alert: Alert, entries: Mapping[str, Entry], lists: MatchLists
) -> list[NewsItem]:
    need = lists.need_of(alert.subject, alert.parameters)
    if need is None:
        return []
    wanted = {entry.id for entry in entries.values() if isinstance(entry, Offer)}
    profiles = [offer for offer in lists.base.offers.offers if offer.id in wanted]
    ranking = rank_offers(
        need,
        OfferColumns.build(profiles, lists.base.offers.basis),
        context=lists.context,
        page=Page(limit=len(profiles)),
        filters=saved_offer_filters(alert.parameters),
    )
    found = [(document_id(SubjectKind.OFFER, line.offer.id), line) for line in ranking.matches]
    return [NewsItem(key, SubjectKind.OFFER, entries[key], line) for key, line in found]
