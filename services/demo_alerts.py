"""Alerts of the demonstration: what the innovator and the authority would have received by now.

The mails themselves are written by the worker, like all others: this only leaves them due.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from models.account import User
from models.alert import Alert, AlertItem
from models.membership import Membership
from models.need import Need
from models.organization import Organization
from services.alert_views import (
    ENTRY,
    PAGE,
    MatchLists,
    need_items,
    offer_items,
    saved_need_filters,
    saved_offer_filters,
)
from services.alerts import View, new_alert, post_news, view_key
from services.digest_subscriptions import subscription_of
from services.digests import DIGEST_MAIL
from services.matching import Matcher, Moment
from services.outbox import post_message
from services.text_keys import name_key
from vocabulary.exchanges import AlertFrequency, AlertSubject
from vocabulary.periods import paris_day

STARTED: Final = timedelta(days=40)
NEWS: Final = 2
SEARCHED: Final = "chaleur"


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose alert is made, how often it writes, and when."""

    person: User
    frequency: AlertFrequency
    now: datetime


def seed_demo_alerts(session: Session, *, innovator: str, authority: str, now: datetime) -> int:
    """Make the alerts that are missing, with mails due; return how many."""
    people = {
        person.email: person
        for person in session.scalars(select(User).where(User.email.in_([innovator, authority])))
    }
    if len(people) < 2 or session.scalar(  # noqa: PLR2004 - the two accounts
        select(Alert.id).where(Alert.user_id.in_([one.id for one in people.values()])).limit(1)
    ):
        return 0
    moment = Moment(now=now, today=paris_day(now))
    lists = MatchLists(Matcher().exact_base(session, moment), moment.today)
    made = _for_innovator(session, people[innovator], lists, now)
    return made + _for_authority(session, people[authority], lists, now)


def _for_innovator(session: Session, person: User, lists: MatchLists, now: datetime) -> int:
    actor = session.scalar(_organization_of(person))
    if actor is None:
        return 0
    subject = AlertSubject.ORGANIZATION_MATCHES
    parameters = {ENTRY: actor.id, PAGE: actor.slug}
    offers = lists.offers_of(subject, parameters)
    filters = saved_need_filters(parameters)
    needs = lists.base.needs
    told = need_items(lists.needs_for(offers, needs, filters, told=True))
    listed = need_items(lists.needs_for(offers, needs, filters, told=False))
    view = View(subject, parameters, f"Besoins pour les offres de « {actor.name} »")
    _make(session, view, _Owner(person, AlertFrequency.WEEKLY, now), listed, sorted(told)[:NEWS])
    search = View(
        AlertSubject.SEARCH,
        {"q": SEARCHED, "objet": ["besoins"]},
        f"Recherche : « {SEARCHED} » · Besoins",
    )
    found = need_items(_needs_that_say(session, SEARCHED, now))
    _make(session, search, _Owner(person, AlertFrequency.IMMEDIATE, now), found, sorted(found)[:1])
    # Its last summary is old: the next one has something to say.
    subscription_of(session, person.id).sent_at = now - STARTED
    post_message(session, DIGEST_MAIL, {"person_id": person.id}, now=now)
    return 2


def _for_authority(session: Session, person: User, lists: MatchLists, now: datetime) -> int:
    actor = session.scalar(_organization_of(person))
    if actor is None:
        return 0
    for need in session.scalars(
        Need.open_on(paris_day(now)).where(Need.carrier_id == actor.id).order_by(Need.id)
    ):
        parameters = {ENTRY: need.id, PAGE: need.id}
        profile = lists.need_of(AlertSubject.NEED_MATCHES, parameters)
        if profile is None:
            continue
        filters = saved_offer_filters(parameters)
        offers = lists.base.offers
        told = offer_items(lists.offers_for(profile, offers, filters, told=True))
        if len(told) < NEWS:
            continue
        listed = offer_items(lists.offers_for(profile, offers, filters, told=False))
        title = f"Offres pour le besoin « {need.title} »"
        view = View(AlertSubject.NEED_MATCHES, parameters, title)
        _make(session, view, _Owner(person, AlertFrequency.DAILY, now), listed, sorted(told)[:NEWS])
        return 1
    return 0


def _make(
    session: Session, view: View, owner: _Owner, known: Collection[str], news: Collection[str]
) -> None:
    person, now = owner.person, owner.now
    start = now - STARTED
    alert = new_alert(
        view,
        view_key(f"user:{person.id}", view),
        owner.frequency,
        language=person.language,
        now=start,
    )
    alert.user_id = person.id
    alert.confirmed_at = start
    session.add(alert)
    session.flush()
    session.add_all(
        AlertItem(
            alert_id=alert.id,
            item=item,
            noticed_at=now if item in news else start,
            told_at=None if item in news else start,
        )
        for item in sorted(set(known))
    )
    session.flush()
    post_news(session, [alert], now=now)


def _organization_of(person: User) -> Select[Organization]:
    return (
        select(Organization)
        .join(Membership, Membership.organization_id == Organization.id)
        .where(Membership.user_id == person.id)
        .order_by(Organization.id)
        .limit(1)
    )


def _needs_that_say(session: Session, word: str, now: datetime) -> list[int]:
    key = name_key(word)
    needs = session.scalars(Need.open_on(paris_day(now)).order_by(Need.published_at.desc()))
    return [need.id for need in needs if key in name_key(f"{need.title} {need.description}")]
