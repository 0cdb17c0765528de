"""The public page of a need."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from services.pages import need_by_id
from views.addresses import LARGEST_KEY

bp = Blueprint("needs", __name__, url_prefix="/besoins")


@bp.get(f"/<int(max={LARGEST_KEY}):need_id>")
def show(need_id: int) -> ResponseReturnValue:
    """Show a need: what is wanted, by whom, on which quarter, until when."""
    need = need_by_id(db_session(), need_id)
    if need is None:
        abort(404)
    return render_template("needs/show.html", need=need, today=today())
