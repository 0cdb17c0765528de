"""Looking up: one page for actors, offers, needs and territories, as a list or a map, exported."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, Response, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from extensions.clock import today
from extensions.database import db_session
from extensions.exposure import count_shown
from extensions.search_engine import search_backend
from extensions.template_context import label_of
from models.offer import Offer
from models.organization import Organization
from models.territory import Territory
from search.query import SortOrder
from services.documents import WHAT
from services.exports import EXPORT_COLUMNS, export_rows
from services.lookup import MAX_EXPORT, Found, LookupPage, MapPoint, look_up, map_points
from services.suggestions import Advice, advise
from services.tallies import tallies
from views.addresses import entry_url
from views.cards import found_card
from views.downloads import table_file
from views.facets import TITLES, facet_groups, value_label
from views.own_quarters import own_quarters
from views.question import LIST, MAP, PAGE_SIZE, Question
from vocabulary.exchanges import ExposureSurface
from vocabulary.kinds import SubjectKind
from vocabulary.labels import N_

bp = Blueprint("directory", __name__)

# Deeper pages cost more and nobody reads them: the page asks to narrow the search instead.
MAX_PAGE: Final = 500
# Every link of the page repeats the address: one longer than filters can make is rewritten.
LONGEST_ADDRESS: Final = 1_000
SHOWN_CHIPS: Final = 12
_SORTS: Final[Mapping[SortOrder, str]] = {
    SortOrder.RELEVANCE: N_("pertinence"),
    SortOrder.RECENT: N_("mise à jour"),
    SortOrder.NAME: N_("nom"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """A way to another question: a filter to remove, an order, a wider search."""

    label: str
    url: str
    group: str = ""
    is_current: bool = False
    count: int | None = None


@bp.get("/annuaire")
def search() -> ResponseReturnValue:
    """Show the results, the filters with their counts, and what to do when nothing is found."""
    if request.accept_mimetypes.best_match(["text/html", "text/csv"]) == "text/csv":
        return export("csv")
    question = Question.from_arguments(request.args)
    if len(request.query_string) > LONGEST_ADDRESS > len(question.address()):
        return redirect(question.address())
    if not 1 <= question.page <= MAX_PAGE:
        abort(404)
    session, backend, day = db_session(), search_backend(), today()
    query = question.to_query()
    answer = look_up(session, backend, query)
    if question.page > 1 and not answer.results:
        abort(404)
    advice = None if answer.page.total else advise(session, backend, query)
    counted = tallies(session, answer.results, today=day)
    count_shown(ExposureSurface.DIRECTORY, _actors_of(answer.results))
    response = Response(
        render_template(
            "directory/search.html",
            question=question,
            page=answer.page,
            cards=[found_card(found, counted, today=day) for found in answer.results],
            facets=facet_groups(answer.page.facets, question.filters),
            wider=_wider_links(question, advice) if advice else [],
            advice=advice,
            own_quarters=_own_quarters(question),
            pages=min(MAX_PAGE, -(-answer.page.total // PAGE_SIZE)),
            page_size=PAGE_SIZE,
            max_export=MAX_EXPORT,
            **_links(question, answer),
        )
    )
    response.vary.add("Accept")
    return response


def _own_quarters(question: Question) -> Sequence[Territory]:
    """Return the reader's own quarters on the list of quarters, before anything is asked."""
    is_of_quarters = question.filters.get(WHAT) == frozenset({SubjectKind.TERRITORY.value})
    return own_quarters() if is_of_quarters and not question.text else ()


def _actors_of(results: Iterable[Found]) -> set[int]:
    """Return the actors that a page of results shows, by themselves or by their offers."""
    actors = {found.entry.id for found in results if isinstance(found.entry, Organization)}
    return actors | {
        found.entry.organization_id for found in results if isinstance(found.entry, Offer)
    }


def _links(question: Question, answer: LookupPage) -> dict[str, Any]:
    correction = answer.page.correction
    return {
        "chips": _chips(question)[:SHOWN_CHIPS],
        "sorts": _sort_links(question),
        "views": [
            Link(
                gettext("Liste"),
                question.changed(view=LIST).address(),
                "list-ul",
                question.view == LIST,
            ),
            Link(
                gettext("Carte"), question.changed(view=MAP).address(), "map", question.view == MAP
            ),
        ],
        "corrected_url": question.changed(text=correction).address() if correction else "",
        "points_url": question.changed(view=LIST).address("directory.points"),
        "csv_url": question.changed(view=LIST).address("directory.export", file_type="csv"),
        "xlsx_url": question.changed(view=LIST).address("directory.export", file_type="xlsx"),
    }


def _chips(question: Question) -> list[Link]:
    """Return one link for each filter applied: it leads to the question without it."""
    return [
        Link(
            value_label(facet, value),
            question.without(facet, value).address(),
            group=str(gettext(TITLES[facet])),
        )
        for facet, values in question.filters.items()
        for value in sorted(values)
    ]


def _sort_links(question: Question) -> list[Link]:
    orders = [order for order in _SORTS if question.text or order is not SortOrder.RELEVANCE]
    return [
        Link(
            str(gettext(_SORTS[order])),
            question.changed(sort=order).address(),
            is_current=question.shown_sort is order,
        )
        for order in orders
    ]


def _wider_links(question: Question, advice: Advice) -> list[Link]:
    return [
        Link(
            _wider_label(question, wider.text, wider.filters),
            question.changed(text=wider.text, filters=wider.filters).address(),
            count=wider.total,
        )
        for wider in advice.wider
    ]


def _wider_label(question: Question, text: str, filters: Mapping[str, frozenset[str]]) -> str:
    if not text and question.text:
        return str(gettext("Garder les filtres, sans les mots"))
    if not filters:
        return str(gettext("Garder les mots, sans les filtres"))
    (dropped,) = set(question.filters) - set(filters)
    return str(gettext("Sans le filtre « %(filter)s »", filter=gettext(TITLES[dropped])))


@bp.get("/annuaire.<any(csv, xlsx):file_type>")
def export(file_type: str) -> ResponseReturnValue:
    """Give the results as a file: public facts only, no demo need, no personal data."""
    query = Question.from_arguments(request.args).to_query()
    rows = export_rows(db_session(), search_backend(), query, url_of=_absolute_url)
    return table_file(EXPORT_COLUMNS, rows, f"annuaire.{file_type}", sheet_name="Annuaire")


@bp.get("/annuaire/points.geojson")
def points() -> ResponseReturnValue:
    """Give the results as points for the map, ten thousand at most."""
    query = Question.from_arguments(request.args).to_query()
    found = map_points(db_session(), search_backend(), query)
    response = jsonify(type="FeatureCollection", features=[_feature(point) for point in found])
    response.mimetype = "application/geo+json"
    return response


def _feature(point: MapPoint) -> dict[str, Any]:
    """Return a GeoJSON feature with what static/js/map.js reads."""
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [point.longitude, point.latitude]},
        "properties": {
            "title": point.title,
            "detail": f"{label_of(point.kind)} · {point.detail}",
            "kind": point.kind.value,
            "url": entry_url(point.kind, point.key),
        },
    }


def _absolute_url(kind: SubjectKind, key: str) -> str:
    return entry_url(kind, key, absolute=True)
