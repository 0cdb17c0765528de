"""The public page of a need."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from services.carriers import carrier_name, public_carrier
from services.pages import need_by_id
from views.addresses import LARGEST_KEY
from views.cards import territory_name
from vocabulary.kinds import OrganizationKind, SubjectKind

bp = Blueprint("needs", __name__, url_prefix="/besoins")
_KINDS = {kind.value: kind for kind in OrganizationKind}


@bp.get(f"/<int(max={LARGEST_KEY}):need_id>")
def show(need_id: int) -> ResponseReturnValue:
    """Show a need: what is wanted, by whom, on which quarter, until when."""
    need = need_by_id(db_session(), need_id)
    if need is None:
        abort(404)
    territory = need.territory
    points = [
        {
            "name": territory.name,
            "url": "#quartier",
            "lat": territory.latitude,
            "lon": territory.longitude,
            "kind": SubjectKind.TERRITORY.value,
        }
    ]
    return render_template(
        "needs/show.html",
        need=need,
        place=territory_name(territory),
        carrier=public_carrier(need),
        carrier_name=carrier_name(need),
        wanted_kinds=[_KINDS[kind] for kind in need.wanted_kinds if kind in _KINDS],
        is_open=need.is_open_on(today()),
        points=points if territory.latitude is not None else [],
    )
