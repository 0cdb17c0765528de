"""Offers or actors side by side; the address holds the choice, so that it can be shared."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from extensions.clock import today
from extensions.database import db_session
from extensions.matcher import matcher, moment
from models.need import Need
from search.analysis import clean
from services.cells import neutralise
from services.comparison import FEWEST, MOST, Chosen, choose_actors, choose_offers
from services.match_profiles import need_profile, need_text
from services.offer_names import find_offer
from services.organization_names import find_organization
from services.pages import need_by_id
from services.permissions import is_of_need_team
from services.theme_detection import theme_writings, written_words
from views.access import current_person
from views.comparison_rows import Row, cell_text, comparison_rows
from views.downloads import table_file
from views.match_cards import excluded_cards, offer_cards
from views.match_options import typed
from vocabulary.labels import N_

bp = Blueprint("comparison", __name__)
OFFERS: Final = "solution"
ACTORS: Final = "acteur"
# An address may name more than the four that are shown: the others are told, not searched for.
READ_AT_MOST: Final = 12
LONGEST_SLUG: Final = 120
LONGEST_NUMBER: Final = 9
_LEVELS: Final[Mapping[str, str]] = {
    "forte": N_("Correspondance forte"),
    "moyenne": N_("Correspondance moyenne"),
    "partielle": N_("Correspondance partielle"),
}


@dataclass(frozen=True, slots=True)
class AskedComparison:
    """What an address asks to see side by side."""

    kind: str
    slugs: tuple[str, ...]
    need_id: int | None = None
    only_differences: bool = False

    @classmethod
    def from_arguments(cls, arguments: MultiDict[str, str]) -> "AskedComparison":
        """Read the query parameters; actors when only actors are named."""
        offers, actors = _slugs(arguments, OFFERS), _slugs(arguments, ACTORS)
        are_actors = bool(actors and not offers) or (
            not offers and arguments.get("objet") == "acteurs"
        )
        number = arguments.get("besoin", "")
        is_number = number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER
        return cls(
            kind=ACTORS if are_actors else OFFERS,
            slugs=actors if are_actors else offers,
            need_id=int(number) if is_number else None,
            only_differences=arguments.get("differences") == "1",
        )

    def address(self, endpoint: str = "comparison.show", **values: str) -> str:
        """Return the address that asks for this."""
        parameters: dict[str, Any] = {**values, self.kind: list(self.slugs)}
        if not self.slugs and self.kind == ACTORS:
            parameters["objet"] = "acteurs"
        if self.need_id is not None:
            parameters["besoin"] = self.need_id
        if self.only_differences:
            parameters["differences"] = 1
        return url_for(endpoint, **parameters)

    def without(self, slug: str) -> str:
        """Return the address without one column."""
        kept = tuple(one for one in self.slugs if one != slug)
        return replace(self, slugs=kept).address()


def _slugs(arguments: MultiDict[str, str], name: str) -> tuple[str, ...]:
    """Return the slugs that an address names, each once; anything else is no slug of ours."""
    named = (" ".join(clean(value).split())[:LONGEST_SLUG] for value in arguments.getlist(name))
    return tuple(dict.fromkeys(slug for slug in named if slug))[:READ_AT_MOST]


@bp.get("/comparaison")
def show() -> ResponseReturnValue:
    """Show two to four offers, or actors, with the same rows for all."""
    asked = AskedComparison.from_arguments(request.args)
    if _slugs(request.args, OFFERS) and _slugs(request.args, ACTORS):
        return _mixed(asked)
    added, choices, error = _added(asked)
    if added is not None:
        return redirect(added.address())
    chosen = _choose(asked)
    shown = replace(asked, slugs=tuple(side.slug for side in chosen.sides))
    need = _need(asked)
    rows = _rows(chosen, shown, need)
    page = render_template(
        "comparison/show.html",
        asked=shown,
        chosen=chosen,
        rows=[row for row in rows if row.differs or not shown.only_differences],
        hidden=sum(not row.differs for row in rows) if shown.only_differences else 0,
        need=need,
        can_act=need is not None and is_of_need_team(db_session(), current_person(), need),
        messages=_messages(asked, chosen, need),
        choices=[
            (one, replace(shown, slugs=(*shown.slugs, one.slug)).address()) for one in choices
        ],
        error=error,
        typed_name=typed(request.args, "ajouter"),
        most=MOST,
        fewest=FEWEST,
        toggle=replace(shown, only_differences=not shown.only_differences).address(),
        without_need=replace(shown, need_id=None).address(),
    )
    return page, 400 if error else 200


def _mixed(asked: AskedComparison) -> ResponseReturnValue:
    """Refuse offers and actors in one table: their rows would not mean the same."""
    actors = replace(asked, kind=ACTORS, slugs=_slugs(request.args, ACTORS))
    page = render_template("comparison/mixed.html", offers=asked, actors=actors)
    return page, 400


def _added(asked: AskedComparison) -> tuple[AskedComparison | None, Any, str]:
    """Return the comparison with what a field names, or what it may mean, or why not."""
    name = typed(request.args, "ajouter")
    if not name:
        return None, (), ""
    find = find_offer if asked.kind == OFFERS else find_organization
    answer = find(db_session(), name)
    if answer.slug:
        return replace(asked, slugs=(*asked.slugs, answer.slug)), (), ""
    if answer.choices:
        return None, answer.choices, ""
    return (
        None,
        (),
        str(gettext("« %(name)s » ne correspond à aucune fiche publiée.", name=name[:80])),
    )


def _choose(asked: AskedComparison) -> Chosen:
    choose = choose_offers if asked.kind == OFFERS else choose_actors
    return choose(db_session(), asked.slugs)


def _need(asked: AskedComparison) -> Need | None:
    return need_by_id(db_session(), asked.need_id) if asked.need_id is not None else None


def _messages(asked: AskedComparison, chosen: Chosen, need: Need | None) -> list[str]:
    """Return what the address asked for and could not have."""
    messages = [
        str(gettext("« %(slug)s » ne désigne aucune fiche publiée.", slug=slug))
        for slug in chosen.unknown
    ]
    if chosen.too_many:
        messages.append(
            str(
                gettext(
                    "Une comparaison tient %(most)s fiches au plus. Laissées de côté : %(names)s.",
                    most=MOST,
                    names=", ".join(chosen.too_many),
                )
            )
        )
    if (asked.need_id is not None or request.args.get("besoin")) and need is None:
        messages.append(str(gettext("Ce besoin n’existe pas ou n’est pas publié.")))
    return messages


def _rows(chosen: Chosen, asked: AskedComparison, need: Need | None) -> list[Row]:
    if not chosen.sides:
        return []
    matches = None if need is None else _matches(chosen, asked, need)
    return comparison_rows(chosen.sides, today=today(), matches=matches)


def _matches(chosen: Chosen, asked: AskedComparison, need: Need) -> Mapping[str, Mapping[str, Any]]:
    """Return the match card of each column for the need, by its slug."""
    by_actor = asked.kind == ACTORS
    offers = [offer for side in chosen.sides for offer in side.offers]
    if not offers:
        return {}
    profile = need_profile(need)
    written = {**theme_writings(profile.themes), **written_words(need_text(need))}
    found = matcher().for_chosen(db_session(), profile, offers, moment=moment(), by_actor=by_actor)
    cards = {card["slug"]: card for card in offer_cards(found, written, by_actor=by_actor)}
    actors = {offer.slug: offer.organization.slug for offer in offers}
    for card in excluded_cards(found, written):
        cards.setdefault(actors[card["slug"]] if by_actor else card["slug"], card)
    return cards


@bp.get("/comparaison.<any(csv, xlsx):file_type>")
def export(file_type: str) -> ResponseReturnValue:
    """Give the table as a file: the rows as lines, one column for each entry."""
    asked = AskedComparison.from_arguments(request.args)
    chosen = _choose(asked)
    rows = _rows(chosen, asked, _need(asked))
    columns = [str(gettext("critère")), *(neutralise(side.title) for side in chosen.sides)]
    lines = [
        [row.label, *(neutralise(_exported(row, n)) for n in range(len(columns) - 1))]
        for row in rows
    ]
    name = f"comparaison.{file_type}"
    return table_file(columns, lines, name, sheet_name=str(gettext("Comparaison")))


def _exported(row: Row, column: int) -> str:
    cell = row.cells[column]
    level = _LEVELS.get(cell.level, "")
    text = " | ".join(
        part for part in (str(gettext(level)) if level else "", cell_text(cell)) if part
    )
    return text or str(gettext("non renseigné"))
