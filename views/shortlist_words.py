"""Items of a selection as its page and its file show them; what was withdrawn says only so."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask_babel import gettext

from extensions.template_context import label_of, long_date
from models.offer import Offer
from models.organization import Organization
from models.shortlist import ShortlistItem
from services.cells import neutralise
from services.shortlist_pages import ShortlistGroup, is_shown
from views.addresses import entry_url
from views.cards import Card, offer_card, organization_card
from views.comparison_rows import offer_row_texts
from vocabulary.kinds import SubjectKind
from vocabulary.labels import N_

CSV_COLUMNS: Final = (
    N_("objet"),
    N_("nom"),
    N_("porteur"),
    N_("type"),
    N_("thèmes"),
    N_("zone d’intervention"),
    N_("maturité"),
    N_("montages"),
    N_("ordre de prix"),
    N_("références"),
    N_("note de l’équipe"),
    N_("ajoutée le"),
    N_("adresse"),
)
_ROWS_OF_FILE: Final = ("themes", "area", "maturity", "routes", "price", "references")
WITHDRAWN: Final = N_("Fiche retirée de l’annuaire")


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items of one sort under their title."""

    title: str
    is_withdrawn: bool
    items: tuple[Card, ...]


def item_cards(groups: Sequence[ShortlistGroup], *, today: date) -> list[ItemGroup]:
    """Return the groups with the card of each item and what can be done with it."""
    return [
        ItemGroup(
            _title(group), group.is_withdrawn, tuple(_card(one, today) for one in group.items)
        )
        for group in groups
    ]


def _title(group: ShortlistGroup) -> str:
    if group.is_withdrawn:
        return str(gettext("Retirées de l’annuaire"))
    return label_of(group.type) if group.type else str(gettext("Acteurs"))


def _card(item: ShortlistItem, today: date) -> Card:
    card: Card = {"item": item, "entry": None, "added_on": item.added_at.date()}
    if not is_shown(item):
        return card
    if item.offer is not None:
        entry = offer_card(item.offer, tally=len(item.offer.shown_references))
        return {**card, "entry": entry, "parameter": "solution", "slug": item.offer.slug}
    if item.actor is not None:
        entry = organization_card(item.actor, today=today)
        return {**card, "entry": entry, "parameter": "acteur", "slug": item.actor.slug}
    return card


def csv_rows(groups: Sequence[ShortlistGroup], *, today: date) -> Iterator[list[str]]:
    """Yield one row per item; the file names nobody of the team."""
    for group in groups:
        for item in group.items:
            yield [neutralise(cell) for cell in _row(item, today)]


def _row(item: ShortlistItem, today: date) -> list[str]:
    ending = [item.note, long_date(item.added_at.date())]
    blank = [""] * len(_ROWS_OF_FILE)
    if not is_shown(item):
        return ["", str(gettext(WITHDRAWN)), "", "", *blank, *ending, ""]
    if item.offer is not None:
        return [*_offer_cells(item.offer, today), *ending, _address(item.offer)]
    actor = item.actor
    if actor is None:
        return ["", str(gettext(WITHDRAWN)), "", "", *blank, *ending, ""]
    facts = [label_of(SubjectKind.ORGANIZATION), actor.name, "", label_of(actor.kind)]
    return [*facts, *blank, *ending, _address(actor)]


def _offer_cells(offer: Offer, today: date) -> list[str]:
    texts = offer_row_texts(offer, today=today)
    head = [label_of(SubjectKind.OFFER), offer.title, texts["carrier"], texts["type"]]
    return [*head, *(texts[code] for code in _ROWS_OF_FILE)]


def _address(entry: Offer | Organization) -> str:
    kind = SubjectKind.OFFER if isinstance(entry, Offer) else SubjectKind.ORGANIZATION
    return entry_url(kind, entry.slug, absolute=True)
