"""The themes: the whole vocabulary, and one page for each with what answers it."""

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from extensions.search_engine import search_backend
from search.query import SearchQuery, SortOrder
from services.documents import THEME, WHAT
from services.lookup import look_up
from views.cards import found_card
from vocabulary.kinds import SubjectKind
from vocabulary.themes import all_themes, axes, children_of

bp = Blueprint("themes", __name__, url_prefix="/themes")
LISTED = 6
_KINDS = (SubjectKind.OFFER, SubjectKind.ORGANIZATION, SubjectKind.NEED)


@bp.get("")
def index() -> ResponseReturnValue:
    """List the axes and their themes with how many entries each has."""
    query = SearchQuery(facets=(THEME,), limit=1, excerpts=False)
    counts = look_up(db_session(), search_backend(), query).page.facets.get(THEME, {})
    tree = [(axis, children_of(axis.code)) for axis in axes()]
    return render_template("themes/index.html", tree=tree, counts=counts)


@bp.get("/<slug:code>")
def show(code: str) -> ResponseReturnValue:
    """Show one theme: its words, the latest offers, the actors and the needs under it."""
    theme = all_themes().get(code)
    if theme is None:
        abort(404)
    session, backend, day = db_session(), search_backend(), today()
    lists = []
    for kind in _KINDS:
        filters = {THEME: frozenset({code}), WHAT: frozenset({kind})}
        answer = look_up(
            session,
            backend,
            SearchQuery(filters=filters, sort=SortOrder.RECENT, limit=LISTED, excerpts=False),
        )
        cards = [found_card(found, {}, today=day) for found in answer.results]
        lists.append((kind, answer.page.total, cards))
    return render_template(
        "themes/show.html",
        theme=theme,
        parent=all_themes().get(theme.parent or ""),
        siblings=children_of(theme.parent or code),
        lists=lists,
    )
