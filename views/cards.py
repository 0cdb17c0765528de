"""Entries as the cards of macros/cards.html show them: plain values, nothing left to load."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import url_for
from flask_babel import gettext, ngettext

from extensions.template_context import label_of
from models.need import Need
from models.offer import Offer
from models.organization import Organization
from models.partnership import Partnership
from models.territory import Territory
from search.query import Hit
from services.areas import area_names
from services.carriers import carrier_name
from services.freshness import stale_since
from services.lookup import Entry, Found
from services.plain_text import summary
from views.addresses import logo_url
from vocabulary.kinds import AreaLevel
from vocabulary.regions import DEPARTMENTS

Card = dict[str, Any]
NAMED_PLACES = 2


def found_card(found: Found, tallies: Mapping[str, int], *, today: date) -> Card:
    """Return the card of one result, with the words asked for marked."""
    card = entry_card(found.entry, tally=tallies.get(found.hit.id, 0), today=today)
    return card | {"kind_of_entry": found.kind.value, "heading": "h3"} | _marked(found.hit)


def _marked(hit: Hit) -> Card:
    """Return the runs of text where something is marked; elsewhere the pitch says more."""
    marked: Card = {}
    if any(run.is_match for run in hit.title):
        marked["title_segments"] = hit.title
    if any(run.is_match for run in hit.excerpt):
        marked["excerpt_segments"] = hit.excerpt
    return marked


def entry_card(entry: Entry, *, today: date, tally: int = 0) -> Card:
    """Return the card of any entry; ``tally`` is what ``services.tallies`` counts for it."""
    if isinstance(entry, Organization):
        return organization_card(entry, today=today, tally=tally)
    if isinstance(entry, Offer):
        return offer_card(entry, tally=tally)
    if isinstance(entry, Need):
        return need_card(entry, tally=tally)
    return territory_card(entry, tally=tally)


def organization_card(entry: Organization, *, today: date, tally: int = 0) -> Card:
    """Return the card of an actor; ``tally`` counts its offers."""
    return {
        "url": url_for("organizations.show", slug=entry.slug),
        "slug": entry.slug,
        "name": entry.name,
        "kind": entry.kind,
        "side": "innovation" if entry.is_innovation_side else "territory",
        "pitch": entry.pitch,
        "place": entry.commune.name if entry.commune else None,
        "area": area_words(entry.area_level, entry.area_codes),
        "themes": entry.themes,
        "is_demo": entry.is_demo,
        "is_claimed": entry.is_claimed,
        "logo_url": logo_url(entry),
        "offers_count": tally,
        "stale_since": stale_since(entry, today),
    }


def offer_card(offer: Offer, *, tally: int = 0) -> Card:
    """Return the card of an offer; ``tally`` counts its references."""
    actor = offer.organization
    area = offer if offer.area_level else actor
    return {
        "url": url_for("offers.show", slug=offer.slug),
        "slug": offer.slug,
        "title": offer.title,
        "type": offer.type,
        "organization": actor.name,
        "organization_url": url_for("organizations.show", slug=actor.slug),
        "pitch": offer.pitch,
        "area": area_words(area.area_level, area.area_codes),
        "maturity": offer.maturity,
        "themes": offer.themes,
        "is_demo": offer.is_demo,
        "references_count": tally,
    }


def need_card(need: Need, *, tally: int = 0) -> Card:
    """Return the card of a need; ``tally`` counts the quarters that have the same."""
    territory = need.territory
    return {
        "url": url_for("needs.show", need_id=need.id),
        "title": need.title,
        "kind": need.kind,
        "territory": territory_name(territory),
        "territory_url": url_for("territories.show", code=territory.code),
        "carrier": carrier_name(need),
        "pitch": summary(need.description),
        "themes": need.themes,
        "closes_on": need.closes_on,
        "appetite": need.appetite,
        "is_demo": need.is_demo,
        "same_count": tally,
    }


def territory_card(territory: Territory, *, tally: int = 0) -> Card:
    """Return the card of a quarter; ``tally`` counts its open needs."""
    return {
        "url": url_for("territories.show", code=territory.code),
        "name": territory.name,
        "code": territory.code,
        "place": territory_place(territory),
        "is_npnru": territory.is_npnru,
        "interest": territory.npnru_interest,
        "needs_count": tally,
    }


def partnership_card(partnership: Partnership, *, members_count: int = 0) -> Card:
    """Return the card of a partnership."""
    territory = partnership.territory
    return {
        "url": url_for("partnerships.show", slug=partnership.slug),
        "name": partnership.name,
        "territory": territory.name if territory else None,
        "territory_url": url_for("territories.show", code=territory.code) if territory else None,
        "pitch": summary(partnership.summary),
        "members_count": members_count,
        "is_demo": partnership.is_demo,
    }


def territory_name(territory: Territory) -> str:
    """Return the name of a quarter with its communes, because names repeat."""
    communes = ", ".join(commune.name for commune in territory.communes)
    return f"{territory.name} ({communes})" if communes else territory.name


def territory_place(territory: Territory) -> str:
    """Return the communes of a quarter and its department."""
    communes = ", ".join(commune.name for commune in territory.communes)
    department = DEPARTMENTS.get(territory.department_code)
    return f"{communes} ({department.name})" if department else communes


def area_words(level: AreaLevel | None, codes: list[str]) -> str:
    """Return a declared intervention area in a few words, empty when nothing was declared."""
    if level is None:
        return ""
    names = area_names(level, codes)
    if not names:
        return label_of(level)
    shown, others = names[:NAMED_PLACES], len(names) - NAMED_PLACES
    if others <= 0:
        return str(gettext(" et ")).join(shown)
    rest = ngettext("et %(num)s autre", "et %(num)s autres", others)
    return f"{', '.join(shown)} {rest}"
