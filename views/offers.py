"""The public page of an offer."""

from collections.abc import Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from extensions.database import db_session
from models.offer import Reference
from services.areas import area_names
from services.experience_pages import experiences_of_offer
from services.partnership_pages import partnerships_of
from services.permissions import can_edit_organization
from views.access import current_person, offer_or_404
from views.addresses import logo_url
from views.experience_rows import speaks_for_territory
from vocabulary.kinds import (
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    ContractRoute,
    SubjectKind,
)

bp = Blueprint("offers", __name__, url_prefix="/solutions")
_ROUTES = {route.value: route for route in ContractRoute}


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show an offer: what it does, where it was deployed, how it can be contracted."""
    offer = offer_or_404(slug)
    actor = offer.organization
    can_edit = can_edit_organization(db_session(), current_person(), offer.organization_id)
    references = offer.references if can_edit else offer.shown_references
    area_of = offer if offer.area_level else actor
    return render_template(
        "offers/show.html",
        offer=offer,
        actor=actor,
        logo_src=logo_url(actor),
        area_level=area_of.area_level,
        area=area_names(area_of.area_level, area_of.area_codes),
        routes=[_ROUTES[route] for route in offer.routes if route in _ROUTES],
        has_maturity=offer.type in TYPES_WITH_MATURITY,
        has_routes=offer.type in TYPES_WITH_ROUTES,
        has_price=offer.type in TYPES_WITH_PRICE,
        references=references,
        points=_points(references),
        partnerships=db_session().scalars(partnerships_of(actor)).all(),
        can_edit=can_edit,
        experiences=experiences_of_offer(db_session(), offer.id),
        may_write_experience=offer.is_public and speaks_for_territory(),
    )


def _points(references: Sequence[Reference]) -> list[dict[str, object]]:
    """Return where the offer was deployed, for the map: the quarter, else the commune."""
    points = []
    for number, reference in enumerate(references, start=1):
        place = reference.territory or reference.commune
        if place is not None and place.latitude is not None:
            points.append(
                {
                    "name": _place_name(reference),
                    "detail": str(reference.year or ""),
                    "url": f"#reference-{number}",
                    "lat": place.latitude,
                    "lon": place.longitude,
                    "kind": SubjectKind.OFFER.value,
                }
            )
    return points


def _place_name(reference: Reference) -> str:
    named = reference.territory or reference.commune
    return reference.place or (named.name if named else "")
