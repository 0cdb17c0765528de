"""Completion of the text fields, as JSON that static/js/combobox.js reads.

Every field works without it.
"""

from typing import Final

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from extensions.database import db_session
from extensions.search_engine import search_backend
from extensions.template_context import label_of
from services.indexing import withdrawn_ids
from services.lookup import load_entries
from services.offer_names import complete_offers
from services.organization_names import complete_organizations
from services.places import complete_places
from views.addresses import entry_key, entry_url
from views.own_quarters import own_quarters
from vocabulary.kinds import SubjectKind

bp = Blueprint("completion", __name__, url_prefix="/completion")
SHOWN: Final = 8
MAX_OWN: Final = 60
LONGEST: Final = 80


@bp.get("/lieux")
def places() -> ResponseReturnValue:
    """Offer the communes and quarters that what was typed may mean, a carrier's own first."""
    own = {territory.code for territory in own_quarters(limit=MAX_OWN)}
    found = complete_places(db_session(), _typed(), limit=SHOWN * 3 if own else SHOWN)
    found = sorted(found, key=lambda place: place.code not in own)[:SHOWN]
    return jsonify(
        [{"label": place.label, "detail": place.detail, "code": place.value} for place in found]
    )


@bp.get("/recherche")
def terms() -> ResponseReturnValue:
    """Offer the titles of entries that hold the words typed."""
    session = db_session()
    hidden = withdrawn_ids(session)
    found = search_backend().complete(_typed(), limit=SHOWN + len(hidden))
    shown = [completion for completion in found if completion.id not in hidden][:SHOWN]
    entries = load_entries(session, [completion.id for completion in shown])
    return jsonify(
        [
            {
                "label": completion.text,
                "detail": label_of(SubjectKind(completion.kind)),
                "url": entry_url(SubjectKind(completion.kind), entry_key(entries[completion.id])),
            }
            for completion in shown
            if completion.id in entries
        ]
    )


@bp.get("/solutions")
def offers() -> ResponseReturnValue:
    """Offer the published offers whose title holds what was typed; the form sends the address."""
    found = complete_offers(db_session(), _typed(), limit=SHOWN)
    return jsonify(
        [
            {"label": offer.title, "detail": offer.organization.name, "code": offer.slug}
            for offer in found
        ]
    )


@bp.get("/acteurs")
def organizations() -> ResponseReturnValue:
    """Offer the published actors whose name holds what was typed; the form sends the address."""
    found = complete_organizations(db_session(), _typed(), limit=SHOWN)
    return jsonify(
        [
            {"label": actor.name, "detail": label_of(actor.kind), "code": actor.slug}
            for actor in found
        ]
    )


def _typed() -> str:
    """Return what was typed without control marks, which PostgreSQL refuses to compare."""
    return "".join(mark for mark in request.args.get("q", "")[:LONGEST] if mark.isprintable())
