"""The public page of a quarter, at its 2024 code; an old code leads to what became of it."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import selectinload

from extensions.clock import today
from extensions.database import db_session
from models.territory import Territory
from services.pages import territory_by_code, territory_page
from vocabulary.geography import normalise_quarter_code

bp = Blueprint("territories", __name__, url_prefix="/territoires")
PERMANENTLY = 301


@bp.get("/<code>")
def show(code: str) -> ResponseReturnValue:
    """Show a quarter, or the successors of an old code when there are several."""
    wanted = normalise_quarter_code(code)
    session = db_session()
    territory = territory_by_code(session, wanted)
    if territory is not None and wanted != code:
        return redirect(url_for("territories.show", code=wanted), PERMANENTLY)
    if territory is None:
        return _follow_old_code(wanted)
    return render_template(
        "territories/show.html",
        page=territory_page(session, territory),
        territory=territory,
        today=today(),
    )


def _follow_old_code(code: str) -> ResponseReturnValue:
    statement = Territory.successors_of(code).options(selectinload(Territory.communes))
    successors = db_session().scalars(statement).all()
    if not successors:
        abort(404)
    if len(successors) == 1:
        return redirect(url_for("territories.show", code=successors[0].code), PERMANENTLY)
    return render_template("territories/successors.html", code=code, successors=successors)
