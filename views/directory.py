"""Looking up: one page for actors, offers, needs and territories, as a list or a map, exported."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, abort, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from extensions.clock import today
from extensions.database import db_session
from extensions.search_engine import search_backend
from search.query import SearchQuery, SortOrder
from services.documents import FACETS
from services.exports import EXPORT_COLUMNS, export_rows, write_xlsx
from services.lookup import MAX_EXPORT, look_up, map_points
from views.addresses import entry_url
from views.facets import facet_groups, known_values
from vocabulary.kinds import SubjectKind

bp = Blueprint("directory", __name__)

PAGE_SIZE: Final = 20
# Deeper pages cost more and nobody reads them: the page asks to narrow the search instead.
MAX_PAGE: Final = 500
VIEWS: Final = ("liste", "carte")
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Question:
    """What the address asks for, with unknown values dropped."""

    text: str
    filters: Mapping[str, frozenset[str]]
    sort: SortOrder
    page: int
    view: str

    @classmethod
    def from_arguments(cls, arguments: MultiDict[str, str]) -> "Question":
        """Read the query parameters; anything that makes no sense takes its default."""
        filters = {
            facet: frozenset(arguments.getlist(facet)) & known_values(facet) for facet in FACETS
        }
        sort = arguments.get("tri", "")
        number = arguments.get("page", "1")
        view = arguments.get("vue", "")
        return cls(
            text=" ".join(arguments.get("q", "").split()),
            filters={facet: values for facet, values in filters.items() if values},
            sort=SortOrder(sort) if sort in set(SortOrder) else SortOrder.RELEVANCE,
            page=int(number) if number.isascii() and number.isdigit() else 1,
            view=view if view in VIEWS else VIEWS[0],
        )

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was asked: the page then lists everything, newest first."""
        return not self.text and not self.filters

    def to_query(self, *, limit: int = PAGE_SIZE, facets: tuple[str, ...] = FACETS) -> SearchQuery:
        """Return what the index is asked."""
        newest = self.sort is SortOrder.RELEVANCE and not self.text
        return SearchQuery(
            text=self.text,
            filters=self.filters,
            facets=facets,
            sort=SortOrder.RECENT if newest else self.sort,
            offset=(self.page - 1) * limit,
            limit=limit,
        )


@bp.get("/annuaire")
def search() -> ResponseReturnValue:
    """Show the results, the filters with their counts, and what to do when nothing is found."""
    if request.accept_mimetypes.best_match(["text/html", "text/csv"]) == "text/csv":
        return export("csv")
    question = Question.from_arguments(request.args)
    if not 1 <= question.page <= MAX_PAGE:
        abort(404)
    answer = look_up(db_session(), search_backend(), question.to_query())
    return render_template(
        "directory/search.html",
        question=question,
        answer=answer,
        groups=facet_groups(answer.page.facets, question.filters),
        pages=min(MAX_PAGE, -(-answer.page.total // PAGE_SIZE)),
        page_size=PAGE_SIZE,
        max_export=MAX_EXPORT,
        today=today(),
    )


@bp.get("/annuaire.<any(csv, xlsx):file_type>")
def export(file_type: str) -> ResponseReturnValue:
    """Give the results as a file: public facts only, no demo need, no personal data."""
    question = Question.from_arguments(request.args)
    query = question.to_query(limit=MAX_EXPORT, facets=())
    rows = export_rows(db_session(), search_backend(), query, url_of=_absolute_url)
    if file_type == "xlsx":
        return _attachment(write_xlsx(EXPORT_COLUMNS, rows), XLSX_TYPE, "annuaire.xlsx")
    return _attachment("".join(_csv_lines(rows)).encode("utf-8-sig"), CSV_TYPE, "annuaire.csv")


@bp.get("/annuaire/points.geojson")
def points() -> ResponseReturnValue:
    """Give the results as points for the map."""
    question = Question.from_arguments(request.args)
    found = map_points(db_session(), search_backend(), question.to_query())
    response = jsonify(
        type="FeatureCollection",
        features=[
            {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [point.longitude, point.latitude]},
                "properties": {
                    "kind": point.kind,
                    "title": point.title,
                    "url": entry_url(point.kind, point.key),
                },
            }
            for point in found
        ],
    )
    response.mimetype = "application/geo+json"
    return response


def _absolute_url(kind: SubjectKind, key: str) -> str:
    return entry_url(kind, key, absolute=True)


def _csv_lines(rows: Iterator[list[str]]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    for row in ([*EXPORT_COLUMNS], *rows):
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def _attachment(content: bytes, mimetype: str, filename: str) -> Response:
    response = Response(content, content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
