"""Writes the regular summary and the notices of new matches, in the worker."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from extensions.alert_links import sign_digest
from extensions.alert_mail import LEVELS, entry_line, words_of_needs
from extensions.mailbox import public_address, set_list_headers, write_mail
from extensions.match_reasons import match_reasons
from models.account import User
from models.alert import DigestSubscription
from models.organization import Organization
from services.alert_views import TOLD_LEVELS
from services.digest_subscriptions import subscription_of
from services.digests import FIRST_SPAN, SHOWN_NEEDS, NewNeeds, digest_of
from services.match_notices import notice_lines
from services.matching import Matcher, Moment, load_needs, load_offers
from services.permissions import membership_of

DIGEST_LIST: Final = "resume"
Line = dict[str, Any]


def write_digest(
    session: Session, payload: Mapping[str, Any], *, matcher: Matcher, moment: Moment
) -> None:
    """Write the summary of a person, unless it is stopped or there is nothing to say."""
    person = session.get(User, payload["person_id"])
    if person is None or not person.active:
        return
    subscription = subscription_of(session, person.id)
    last = subscription.sent_at
    # The same summary asked twice in a morning is written once.
    if subscription.stopped_at or (last and moment.now - last < timedelta(hours=12)):
        return
    since = last or moment.now - FIRST_SPAN
    digest = digest_of(session, matcher, person, since=since, moment=moment)
    if digest.is_empty:
        return
    with force_locale(person.language):
        context = {
            "digest": digest,
            "groups": [_group(new) for new in digest.new_needs],
            "opportunities": public_address("opportunities.index"),
            "introductions": public_address("introductions.index"),
            "workspace": public_address("workspace.home"),
        }
        _send(session, person, subscription, "alerts/digest", context)
    subscription.sent_at = moment.now


def write_match_notice(
    session: Session, payload: Mapping[str, Any], *, matcher: Matcher, moment: Moment
) -> None:
    """Write to one member of a team which offers newly answer its needs, if they still do."""
    person = session.get(User, payload["person_id"])
    organization = session.get(Organization, payload["organization_id"])
    if person is None or not person.active or organization is None:
        return
    subscription = subscription_of(session, person.id)
    if subscription.stopped_at or membership_of(session, person, organization.id) is None:
        return
    pairs = [(int(need), int(offer)) for need, offer in payload["pairs"]]
    with force_locale(person.language):
        groups = _notice_groups(session, matcher, pairs, moment)
        if not groups:
            return
        context = {
            "organization": organization,
            "groups": groups,
            "count": sum(len(group["lines"]) for group in groups),
        }
        _send(session, person, subscription, "alerts/notice", context)


def _notice_groups(
    session: Session, matcher: Matcher, pairs: list[tuple[int, int]], moment: Moment
) -> list[Line]:
    needs = load_needs(session, [need_id for need_id, _ in pairs])
    offers = load_offers(session, [offer_id for _, offer_id in pairs])
    base = matcher.exact_base(session, moment)
    groups: dict[int, Line] = {}
    for need_id, match in notice_lines(base, pairs, moment):
        need, offer = needs.get(need_id), offers.get(match.offer.id)
        if need is None or offer is None:
            continue
        link = public_address("matches.need", need_id=need_id)
        group = groups.setdefault(need_id, {"title": need.title, "link": link, "lines": []})
        reasons = match_reasons(match, words_of_needs([need]))
        group["lines"].append({**entry_line(offer), "reasons": reasons})
    return list(groups.values())


def _group(new: NewNeeds) -> Line:
    matches = [one for one in new.found.ranking.matches if one.score.level in TOLD_LEVELS]
    lines = []
    for match in matches[:SHOWN_NEEDS]:
        need = new.found.needs.get(match.need.id)
        if need is not None:
            level = gettext(LEVELS[match.score.level])
            reasons = match_reasons(match, words_of_needs([need]))
            lines.append({**entry_line(need), "level": level, "reasons": reasons})
    return {
        "name": new.organization.name,
        "total": new.total,
        "lines": lines,
        "more": new.total - len(lines),
    }


def _send(
    session: Session,
    person: User,
    subscription: DigestSubscription,
    template: str,
    context: Mapping[str, Any],
) -> None:
    stop = public_address("alert_links.stop_digest", token=sign_digest(subscription))
    manage = public_address("alerts.index")
    with_links = {**context, "stop": stop, "manage": manage}
    mail = write_mail(session, person.email, person.language, template, with_links)
    set_list_headers(mail, stop_url=stop, list_name=DIGEST_LIST)
