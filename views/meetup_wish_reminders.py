"""Organisers write to those who come to a meetup day and wish nobody yet."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_participants import SendForm
from models.meetup import MeetupDay
from services.meetup_wish_reminders import (
    send_wish_reminders,
    why_no_reminder,
    wish_reminders,
)
from views.access import organized_day_or_404, signed_in_person
from views.once import carried_out
from views.refusals import UNPROCESSABLE

bp = Blueprint(
    "meetup_wish_reminders", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/souhaits"
)


@bp.route("/inviter", methods=["GET", "POST"])
def send(slug: str) -> ResponseReturnValue:
    """Count and name those who would be asked for their wishes; write to them."""
    day = organized_day_or_404(slug)
    form = SendForm()
    if form.validate_on_submit():
        answer = carried_out(form, lambda: _send(day))
        if answer is not None:
            return answer
    page = render_template(
        "meetup_wishes_review/remind.html",
        day=day,
        found=wish_reminders(db_session(), day, now=now()),
        closed=why_no_reminder(day, now()),
        form=form,
    )
    return page, UNPROCESSABLE if form.errors else 200


def _send(day: MeetupDay) -> str:
    sending = send_wish_reminders(db_session(), day, actor=signed_in_person(), now=now())
    words = ngettext("%(num)s courriel part.", "%(num)s courriels partent.", sending.people)
    flash(words, "success" if sending.people else "info")
    return url_for("meetup_wishes_review.participants", slug=day.slug, sans=1)
