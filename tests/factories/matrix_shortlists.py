"""A selection of the matrix's organisation, with one item."""

from typing import Any

from sqlalchemy.orm import Session

from models.offer import Offer
from models.organization import Organization
from tests.factories.shortlists import make_item, make_shortlist


def shortlist_examples(
    session: Session, entry: Organization, offer: Offer
) -> dict[str, dict[str, Any]]:
    """Return the values of the addresses about selections."""
    shortlist = make_shortlist(session, entry)
    item = make_item(session, shortlist, offer)
    named = {"shortlist_id": shortlist.id}
    return {
        "comparison.export": {"file_type": "csv"},
        "shortlists.show": named,
        "shortlists.export": named,
        "shortlist_editing.rename": named,
        "shortlist_editing.act": {**named, "action": "archiver"},
        "shortlist_editing.delete": named,
        "shortlist_editing.change_items": {**named, "action": "retirer"},
        "shortlist_editing.note": {**named, "item_id": item.id},
    }
