"""The public page of a need, and what its reader may do from there."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from extensions.clock import today
from extensions.database import db_session
from models.need import Need, NeedRelay
from services.carriers import carrier_name, public_carrier
from services.need_documents import readable_documents
from services.needs import same_needs, states_needs
from services.pages import need_by_id
from services.permissions import can_edit_need
from services.relay_lists import relays_concerning
from services.workspace import own_organizations
from views.access import current_person
from views.addresses import LARGEST_KEY
from views.cards import need_card, territory_name
from vocabulary.kinds import OrganizationKind, SubjectKind

bp = Blueprint("needs", __name__, url_prefix="/besoins")
_KINDS = {kind.value: kind for kind in OrganizationKind}


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads the page: of the team that carries the need, of an actor, of another territory."""

    is_signed_in: bool = False
    is_team: bool = False
    is_actor: bool = False
    is_other_carrier: bool = False
    relays: tuple[NeedRelay, ...] = ()


@bp.get(f"/<int(max={LARGEST_KEY}):need_id>")
def show(need_id: int) -> ResponseReturnValue:
    """Show a need: what is wanted, by whom, on which quarter, until when."""
    session = db_session()
    need = need_by_id(session, need_id)
    if need is None:
        abort(404)
    return render_template(
        "needs/show.html",
        need=need,
        place=territory_name(need.territory),
        carrier=public_carrier(need),
        carrier_name=carrier_name(need),
        wanted_kinds=[_KINDS[kind] for kind in need.wanted_kinds if kind in _KINDS],
        is_open=need.is_open_on(today()),
        is_past=need.closes_on is not None and need.closes_on < today(),
        reader=_reader(need),
        documents=readable_documents(session, need, current_person()),
        same=[(need_card(one), one.is_open_on(today())) for one in same_needs(session, need)],
        form=FlaskForm(),
        points=_points(need),
    )


def _points(need: Need) -> list[dict[str, Any]]:
    territory = need.territory
    if territory.latitude is None:
        return []
    return [
        {
            "name": territory.name,
            "url": "#quartier",
            "lat": territory.latitude,
            "lon": territory.longitude,
            "kind": SubjectKind.TERRITORY.value,
        }
    ]


def _reader(need: Need) -> Reader:
    session, person = db_session(), current_person()
    if person is None:
        return Reader()
    own = own_organizations(session, person)
    return Reader(
        is_signed_in=True,
        is_team=can_edit_need(session, person, need),
        is_actor=any(one.is_innovation_side and one.is_public for one in own),
        is_other_carrier=any(states_needs(one) and one.id != need.carrier_id for one in own),
        relays=tuple(relays_concerning(session, need, [one.id for one in own])) if own else (),
    )
