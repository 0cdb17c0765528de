"""The public page of an actor."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from services.areas import area_names
from services.experience_pages import experiences_of_organization
from services.freshness import stale_since
from services.pages import organization_page
from services.permissions import can_edit_organization
from views.access import current_person, organization_or_404
from views.addresses import logo_url, public_website
from views.cards import need_card, offer_card, organization_card, partnership_card

bp = Blueprint("organizations", __name__, url_prefix="/acteurs")


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show an actor: what it is, proposes, federates, and where it works."""
    entry = organization_or_404(slug)
    session, day = db_session(), today()
    page = organization_page(session, entry)
    return render_template(
        "organizations/show.html",
        entry=entry,
        area=area_names(entry.area_level, entry.area_codes),
        logo_src=logo_url(entry),
        website=public_website(entry.website),
        stale_since=stale_since(entry, day),
        offers=[offer_card(offer) for offer in page.offers],
        needs=[need_card(need) for need in page.needs],
        members=[organization_card(member, today=day) for member in page.members],
        federations=page.federations,
        partnerships=[partnership_card(partnership) for partnership in page.partnerships],
        experiences=experiences_of_organization(session, entry.id),
        can_edit=can_edit_organization(session, current_person(), entry.id),
    )
