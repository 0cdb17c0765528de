"""The tables of a slot: who sits where, who is missing, which meetings were seen held."""

from typing import Final

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from models.meetup_plan import MeetupMeeting
from services.meetup_seating import mark_held, seated_meetings, slot_to_show
from views.access import organized_day_or_404
from views.refusals import commit_or_flash

bp = Blueprint(
    "meetup_seating", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/jour-j/tables"
)
_ANSWERS: Final = {"oui": True, "non": False, "effacer": None}


@bp.get("")
def show(slug: str) -> ResponseReturnValue:
    """Show the meetings of a slot, the one that runs unless another is asked for."""
    day = organized_day_or_404(slug)
    moment = now()
    slot = slot_to_show(day, moment, request.args.get("creneau", type=int))
    meetings = seated_meetings(db_session(), day, slot) if slot and day.published_plan_id else []
    return render_template(
        "meetup_seating/show.html",
        day=day,
        slot=slot,
        meetings=meetings,
        has_begun=slot is not None and slot.starts_at <= moment,
        form=FlaskForm(),
    )


@bp.post("/<int:meeting_id>")
def mark(slug: str, meeting_id: int) -> ResponseReturnValue:
    """Note whether a meeting was held, as seen from the hall."""
    day = organized_day_or_404(slug)
    session = db_session()
    meeting = session.get(MeetupMeeting, meeting_id)
    answer = request.form.get("held", "")
    if meeting is None or meeting.day_id != day.id:
        abort(404)
    if answer not in _ANSWERS:
        abort(400)
    commit_or_flash(
        lambda: mark_held(session, day, meeting, is_held=_ANSWERS[answer], now=now()),
        _("C’est noté."),
    )
    return redirect(
        url_for("meetup_seating.show", slug=day.slug, creneau=meeting.slot_id)
        + f"#rdv-{meeting.id}"
    )
