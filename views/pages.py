"""The home page and the pages about the service itself."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from extensions.matcher import matcher, moment
from models.offer import Offer
from services.match_profiles import need_text
from services.pages import latest_offers, next_meetup, public_figures, quarter_points
from services.theme_detection import written_words
from views.match_cards import offer_cards

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Ask what the visitor's quarter needs, and show what the service gives."""
    session = db_session()
    return render_template(
        "pages/home.html",
        example_match=_example_match(),
        next_meetup=next_meetup(session, today()),
        latest_offers=[_offer_line(offer) for offer in latest_offers(session)],
        figures=public_figures(session),
        map_points=quarter_points(session),
    )


@bp.get("/a-propos")
def about() -> ResponseReturnValue:
    """Say what the service is and where its data comes from."""
    return render_template("pages/about.html")


@bp.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    """State how accessible the service is, honestly."""
    return render_template("pages/accessibility.html")


@bp.get("/mentions-legales")
def legal() -> ResponseReturnValue:
    """Name the publisher and the host."""
    return render_template("pages/legal.html")


@bp.get("/donnees-personnelles")
def privacy() -> ResponseReturnValue:
    """Say which personal data is processed, on which basis and for how long."""
    return render_template("pages/privacy.html")


def _example_match() -> dict[str, Any] | None:
    """Return a match worked out for good on what is published, with its need."""
    found = matcher().example(db_session(), moment=moment())
    if found is None:
        return None
    need, matches = found
    cards = offer_cards(matches, written_words(need_text(need)), by_actor=False)
    if not cards:
        return None
    territory = need.territory
    return {
        **cards[0],
        "need": need.title,
        "need_url": url_for("needs.show", need_id=need.id),
        "need_is_demo": need.is_demo,
        "territory": territory.name or territory.code,
        "territory_url": url_for("territories.show", code=territory.code),
    }


def _offer_line(offer: Offer) -> dict[str, Any]:
    return {
        "url": url_for("offers.show", slug=offer.slug),
        "title": offer.title,
        "type": offer.type,
        "organization": offer.organization.name,
        "organization_url": url_for("organizations.show", slug=offer.organization.slug),
        "pitch": offer.pitch,
        "maturity": offer.maturity,
        "themes": offer.themes,
        "is_demo": offer.is_demo,
    }
