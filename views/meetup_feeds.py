"""Agendas for programs: the calendar that others poll, and the script that keeps a page offline."""

from hashlib import sha256
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, current_app, request, send_file
from flask.typing import ResponseReturnValue

from extensions.clock import today
from extensions.database import db_session
from extensions.meetup_feed_links import participant_of_feed
from extensions.meetup_ics import ICS_TYPE, agenda_calendar
from services.meetup_agenda_news import AgendaNews
from services.meetup_agendas import agenda_of

bp = Blueprint("meetup_feeds", __name__, url_prefix="/rencontres")
# Under the pages that it serves: a worker's scope cannot be wider than its folder.
_SCRIPT: Final = "js/agenda-offline.js"


@bp.get("/abonnement/<token>.ics")
def agenda(token: str) -> ResponseReturnValue:
    """Hand over the agenda of whoever the address was made for; unchanged, it says so (304)."""
    participant = participant_of_feed(db_session(), token, today=today())
    if participant is None:
        abort(404)
    found = agenda_of(db_session(), participant.day, participant)
    news = AgendaNews(db_session(), participant.day, [participant.id])
    content = agenda_calendar(found, news.dropped(participant.id))
    response = Response(content, content_type=ICS_TYPE)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(sha256(content).hexdigest()[:32])
    return response.make_conditional(request)


@bp.get("/agenda-hors-ligne.js")
def offline_script() -> ResponseReturnValue:
    """Serve the worker that keeps one's own agenda readable without network."""
    response = send_file(
        Path(str(current_app.static_folder)) / _SCRIPT, mimetype="text/javascript", max_age=0
    )
    response.headers["Service-Worker-Allowed"] = "/rencontres/"
    response.headers["Cache-Control"] = "no-cache"
    return response
