"""Serves logos: the published one to anyone, that of a draft to those who may write it."""

from flask import Blueprint, abort, current_app, request, send_file
from flask.typing import ResponseReturnValue

from extensions.database import db_session
from models.organization import Organization
from services.drafts import current_organization_content
from services.logos import logo_file
from services.permissions import can_edit_organization
from views.access import current_person, organization_or_404

bp = Blueprint("logos", __name__)


@bp.get("/acteurs/<slug>/logo")
def show(slug: str) -> ResponseReturnValue:
    """Send the picture ``v`` of the actor; by default the published one."""
    entry = organization_or_404(slug)
    digest = request.args.get("v", entry.logo)
    path = logo_file(current_app.config["SETTINGS"].uploads_dir, digest)
    if path is None or not _may_see(entry, digest):
        abort(404)
    # Asked again each time, answered 304 while unchanged: a withdrawn logo disappears at once.
    response = send_file(path, mimetype="image/webp", etag=digest, max_age=0)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Disposition"] = "inline; filename=logo.webp"
    return response


def _may_see(entry: Organization, digest: str) -> bool:
    if entry.is_public and digest == entry.logo:
        return True
    session = db_session()
    if not can_edit_organization(session, current_person(), entry.id):
        return False
    content, _lock = current_organization_content(session, entry)
    return digest in {entry.logo, content.logo}
