"""The organisers' console: every meetup day, and where the preparation of one stands."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from services.meetup_clock import is_past
from services.meetup_console import confirmed_counts, day_figures, organized_days, steps_of
from services.meetup_wish_reminders import silent_count, why_no_reminder
from views.access import organized_day_or_404

bp = Blueprint("meetup_console", __name__, url_prefix="/pilotage/rencontres")


@bp.get("")
def index() -> ResponseReturnValue:
    """List every day: drafts, to come, past."""
    session, moment = db_session(), now()
    days = organized_days(session)
    return render_template(
        "meetup_console/index.html",
        coming=[day for day in reversed(days) if not is_past(day, moment)],
        past=[day for day in days if is_past(day, moment)],
        confirmed=confirmed_counts(session),
    )


@bp.get("/<slug:slug>")
def show(slug: str) -> ResponseReturnValue:
    """Show one day: where it stands, what is next, the way to everything."""
    day = organized_day_or_404(slug)
    figures, can_ask = day_figures(db_session(), day), why_no_reminder(day, now()) is None
    return render_template(
        "meetup_console/show.html",
        day=day,
        figures=figures,
        steps=steps_of(day, figures, now=now()),
        silent=silent_count(db_session(), day) if can_ask else 0,
    )
