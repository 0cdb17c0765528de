"""The public page of an offer."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from extensions.database import db_session
from services.permissions import can_edit_organization
from views.access import current_person, offer_or_404

bp = Blueprint("offers", __name__, url_prefix="/solutions")


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show an offer: what it does, where it was deployed, how it can be contracted."""
    offer = offer_or_404(slug)
    return render_template(
        "offers/show.html",
        offer=offer,
        can_edit=can_edit_organization(db_session(), current_person(), offer.organization_id),
    )
