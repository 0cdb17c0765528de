"""The public page of an actor."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from services.pages import organization_page
from services.permissions import can_edit_organization
from views.access import current_person, organization_or_404

bp = Blueprint("organizations", __name__, url_prefix="/acteurs")


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show an actor: what it is, proposes, federates, and where it works."""
    entry = organization_or_404(slug)
    session = db_session()
    return render_template(
        "organizations/show.html",
        page=organization_page(session, entry),
        entry=entry,
        can_edit=can_edit_organization(session, current_person(), entry.id),
        today=today(),
    )
