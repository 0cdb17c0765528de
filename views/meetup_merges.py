"""Staff merge two participants of a day that are the same body."""

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from extensions.clock import now
from extensions.database import db_session
from forms.choices import SelectChoice
from forms.meetup_participants import MergeForm
from models.meetup_participant import MeetupParticipant
from services.meetup_merges import merge_into
from views.access import organized_day_or_404, signed_in_person
from views.refusals import UNPROCESSABLE, commit_or_show

bp = Blueprint(
    "meetup_merges", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/participants"
)


@bp.route("/<int:participant_id>/fusionner", methods=["GET", "POST"])
def merge(slug: str, participant_id: int) -> ResponseReturnValue:
    """Choose the other participant that is the same, and merge it into this one."""
    day, session = organized_day_or_404(slug), db_session()
    kept = session.get(MeetupParticipant, participant_id)
    if kept is None or kept.day_id != day.id:
        abort(404)
    others = session.execute(
        select(MeetupParticipant.id, MeetupParticipant.name)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.id != kept.id,
            MeetupParticipant.side == kept.side,
        )
        .order_by(MeetupParticipant.name_key)
    ).all()
    form = MergeForm()
    form.other.choices = [SelectChoice(str(one.id), one.name) for one in others]
    if form.validate_on_submit():
        other = session.get_one(MeetupParticipant, int(form.other.data))
        done = commit_or_show(
            form,
            lambda: merge_into(session, kept, other, actor=signed_in_person(), now=now()),
            _("« %(name)s » est fusionné dans cette fiche.", name=other.name),
        )
        if done:
            return redirect(
                url_for("meetup_participants.show", slug=slug, participant_id=participant_id)
            )
    page = render_template("meetup_participants/merge.html", day=day, participant=kept, form=form)
    return page, UNPROCESSABLE if form.errors else 200
