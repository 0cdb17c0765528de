"""The quarters of a territory's team, with what happens on each."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from services.my_territories import territory_lines
from services.needs import carriers_of
from services.places import quarters_of_place
from views.access import signed_in_person

bp = Blueprint("my_territories", __name__, url_prefix="/mon-espace")
LONGEST = 120


@bp.get("/territoires")
def index() -> ResponseReturnValue:
    """List the person's quarters first, then look up any other."""
    session = db_session()
    carriers = carriers_of(session, signed_in_person())
    typed = " ".join(request.args.get("lieu", "")[:LONGEST].split())
    return render_template(
        "my_territories/index.html",
        carriers=carriers,
        lines=territory_lines(session, [carrier.id for carrier in carriers], today=today()),
        typed=typed,
        found=quarters_of_place(session, typed) if typed else (),
    )
