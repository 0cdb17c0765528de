"""The screen of the hall: opened by the key of its address, it turns its own pages."""

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from services.meetup_hall import hall_of, opens_hall
from views.access import meetup_day_or_404

bp = Blueprint("meetup_hall", __name__, url_prefix="/rencontres")
# Long enough to find one's name, short enough for whoever waits for the next page.
SECONDS_A_PAGE = 20
_MOST_PAGES = 1000


@bp.get("/<slug:slug>/ecran")
def show(slug: str) -> ResponseReturnValue:
    """Show what is held now and next; the browser asks for the next page by itself."""
    day = meetup_day_or_404(slug)
    key = request.args.get("cle", "")
    if not opens_hall(day, key):
        abort(404)
    moment = now()
    asked = request.args.get("page", default=0, type=int) % _MOST_PAGES
    hall = hall_of(db_session(), day, page=asked, now=moment)
    is_paused = "pause" in request.args
    page = render_template(
        "meetup_hall/show.html", day=day, hall=hall, key=key, moment=moment, is_paused=is_paused
    )
    response: Response = make_response(page)
    if not is_paused:
        following = url_for(
            "meetup_hall.show", slug=slug, cle=key, page=(hall.page + 1) % hall.pages
        )
        response.headers["Refresh"] = f"{SECONDS_A_PAGE}; url={following}"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
