"""The public page of a partnership."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from extensions.database import db_session
from services.pages import partnership_by_slug

bp = Blueprint("partnerships", __name__, url_prefix="/partenariats")


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show who does what together, on which quarter, and what the source does not say."""
    partnership = partnership_by_slug(db_session(), slug)
    if partnership is None:
        abort(404)
    members = [member for member in partnership.members if member.organization.is_public]
    return render_template("partnerships/show.html", partnership=partnership, members=members)
