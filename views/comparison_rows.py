"""The rows of a comparison in words: the same for every column, what differs marked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from flask_babel import gettext, ngettext

from extensions.template_context import label_of, long_date, theme_label
from models.offer import Offer, Reference
from services.areas import area_names
from services.comparison import Side
from services.freshness import stale_since
from views.entry_filters import size_label
from vocabulary.kinds import (
    TYPES_WITH_MATURITY,
    TYPES_WITH_PRICE,
    TYPES_WITH_ROUTES,
    ContractRoute,
    Maturity,
    OfferType,
    PriceRange,
    ReferenceGrade,
)
from vocabulary.labels import N_
from vocabulary.themes import all_themes

Words = tuple[str, ...]
_ROUTES: Final = {route.value: route for route in ContractRoute}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one column says: lines of text, none when nothing was stated; a level for a match."""

    lines: Words = ()
    level: str = ""
    is_beside_the_point: bool = False
    """The question has no sense for this type of offer."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; ``differs`` when the columns do not all say the same."""

    code: str
    label: str
    cells: tuple[Cell, ...]

    @property
    def differs(self) -> bool:
        """Tell whether a reader would see a difference; the order of a list is none."""
        return len({(frozenset(cell.lines), cell.level) for cell in self.cells}) > 1


def comparison_rows(
    sides: Sequence[Side], *, today: date, matches: Mapping[str, Mapping[str, Any]] | None = None
) -> list[Row]:
    """Return the rows of a comparison; ``matches`` gives each column's match card, by slug."""
    rows = [_match_row(sides, matches)] if matches is not None else []
    are_offers = any(side.is_offer for side in sides)
    for code, label, words, kind in _ROWS:
        if kind in (None, are_offers):
            cells = tuple(words(side, today) for side in sides)
            rows.append(Row(code, str(gettext(label)), cells))
    return rows


def cell_text(cell: Cell) -> str:
    """Return a cell as a file shows it, on one line."""
    if cell.is_beside_the_point:
        return str(gettext("sans objet"))
    return " | ".join(cell.lines)


def match_words(card: Mapping[str, Any] | None) -> Cell:
    """Return the level and the reasons of a match; why not, when a gate keeps the pair out."""
    if card is None:
        return Cell((str(gettext("Aucune proposition publiée à comparer à ce besoin")),))
    reasons = list(card["reasons"])
    if card.get("unknown"):
        reasons.append(card["unknown"])
    if "level" not in card:
        return Cell((str(gettext("N’est pas proposée pour ce besoin")), *reasons))
    return Cell(tuple(reasons), level=card["level"])


def _match_row(sides: Sequence[Side], matches: Mapping[str, Mapping[str, Any]]) -> Row:
    cells = tuple(match_words(matches.get(side.slug)) for side in sides)
    return Row("match", str(gettext("Correspondance avec le besoin")), cells)


def _carrier(side: Side, _: date) -> Cell:
    return Cell((side.actor.name,))


def _kind(side: Side, _: date) -> Cell:
    return Cell((label_of(side.actor.kind),))


def _size(side: Side, _: date) -> Cell:
    return _cell([size_label(side.actor.size)] if side.actor.size else [])


def _age(side: Side, _: date) -> Cell:
    return _cell([str(side.actor.founded_year)] if side.actor.founded_year else [])


def _type(side: Side, _: date) -> Cell:
    return Cell((label_of(side.offer.type),))


def _offers(side: Side, _: date) -> Cell:
    return _cell(f"{offer.title} ({label_of(offer.type)})" for offer in side.offers)


def _themes(side: Side, _: date) -> Cell:
    codes = side.offer.themes if side.is_offer else side.actor.themes
    return _cell(theme_label(code) for code in codes if code in all_themes())


def _area(side: Side, _: date) -> Cell:
    has_own = side.is_offer and side.offer.area_level is not None
    entry = side.offer if has_own else side.actor
    if entry.area_level is None:
        return Cell()
    names = area_names(entry.area_level, entry.area_codes)
    return _cell(names or [label_of(entry.area_level)])


def _maturity(side: Side, _: date) -> Cell:
    stated = {offer.maturity for offer in side.offers if offer.maturity}
    return _stated(side, TYPES_WITH_MATURITY, [label_of(m) for m in Maturity if m in stated])


def _contract_routes(side: Side, _: date) -> Cell:
    stated = {code for offer in side.offers for code in offer.routes}
    labels = [label_of(route) for code, route in _ROUTES.items() if code in stated]
    return _stated(side, TYPES_WITH_ROUTES, labels)


def _price(side: Side, _: date) -> Cell:
    stated = {offer.price_range for offer in side.offers if offer.price_range}
    return _stated(side, TYPES_WITH_PRICE, [label_of(p) for p in PriceRange if p in stated])


def _stated(side: Side, types: frozenset[OfferType], lines: list[str]) -> Cell:
    """Return what was stated; where no offer of the column has the question, that is said."""
    has_question = not side.offers or any(offer.type in types for offer in side.offers)
    return replace(_cell(lines), is_beside_the_point=not has_question)


def _references(side: Side, _: date) -> Cell:
    cited = [reference for offer in side.offers for reference in offer.shown_references]
    lines = [
        f"{label_of(grade)} : {_places(one for one in cited if one.grade is grade)}"
        for grade in ReferenceGrade
        if any(one.grade is grade for one in cited)
    ]
    return _cell(lines or [str(gettext("Aucune référence indiquée"))])


def _places(references: Iterable[Reference]) -> str:
    """Return how many deployments, and where."""
    found = list(references)
    places = dict.fromkeys(place for place in map(_place, found) if place)
    counted = str(ngettext("%(num)s déploiement", "%(num)s déploiements", len(found)))
    return f"{counted} ({', '.join(places)})" if places else counted


def _place(reference: Reference) -> str:
    named = reference.territory or reference.commune
    place = reference.place or (named.name if named else "")
    return f"{place}, {reference.year}" if place and reference.year else place


def _networks(side: Side, _: date) -> Cell:
    return _cell(side.federations)


def _labels(side: Side, _: date) -> Cell:
    return _cell(side.actor.labels)


def _freshness(side: Side, today: date) -> Cell:
    actor = side.actor
    stale = stale_since(actor, today)
    if stale:
        return Cell((gettext("Non confirmée depuis le %(day)s", day=long_date(stale)),))
    if not actor.is_claimed:
        return Cell((str(gettext("Fiche non revendiquée : faits publics seulement")),))
    if actor.confirmed_on is None:
        return Cell()
    return Cell((gettext("Confirmée le %(day)s", day=long_date(actor.confirmed_on)),))


def _cell(lines: Iterable[str]) -> Cell:
    return Cell(tuple(str(line) for line in lines))


# The last value: for offers only (true), for actors only (false), for both (none).
_ROWS: Final[tuple[tuple[str, str, Callable[[Side, date], Cell], bool | None], ...]] = (
    ("carrier", N_("Qui la propose"), _carrier, True),
    ("type", N_("Type de proposition"), _type, True),
    ("kind", N_("Nature de l’acteur"), _kind, None),
    ("size", N_("Effectif (déclaré)"), _size, None),
    ("founded", N_("Année de création (déclarée)"), _age, None),
    ("offers", N_("Propositions"), _offers, False),
    ("themes", N_("Thèmes"), _themes, None),
    ("area", N_("Zone d’intervention"), _area, None),
    ("maturity", N_("Maturité"), _maturity, None),
    ("routes", N_("Montages acceptés"), _contract_routes, None),
    ("price", N_("Ordre de prix d’un premier contrat"), _price, None),
    ("references", N_("Références"), _references, None),
    ("networks", N_("Membre de"), _networks, None),
    ("labels", N_("Labels et statuts"), _labels, None),
    ("freshness", N_("Fiche à jour"), _freshness, None),
)


def offer_row_texts(offer: Offer, *, today: date) -> dict[str, str]:
    """Return the rows of one offer as plain text, by code; the networks are not loaded."""
    side = Side(offer.organization, (offer,), (), is_offer=True)
    return _texts(side, today)


def _texts(side: Side, today: date) -> dict[str, str]:
    return {row.code: cell_text(row.cells[0]) for row in comparison_rows([side], today=today)}
