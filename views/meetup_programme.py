"""The rooms, slots and programme of a meetup day on one page, and the parts of its programme."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.choices import SelectChoice
from forms.meetup_programme import SessionForm
from models.meetup import MeetupDay, MeetupSession
from services.meetup_places import seats_taken
from services.meetup_programme import (
    SessionContent,
    programme_of,
    remove_session,
    save_session,
)
from services.meetup_rooms import day_with_rooms
from services.meetup_timeline import timeline_of
from views.access import organized_day_or_404, signed_in_person
from views.once import carried_out
from views.refusals import UNPROCESSABLE, commit_or_flash

bp = Blueprint("meetup_programme", __name__, url_prefix="/pilotage/rencontres")


@bp.get("/<slug:slug>/programme")
def index(slug: str) -> ResponseReturnValue:
    """Show the rooms, the slots and the programme, and how the day looks as a whole."""
    day = day_with_rooms(db_session(), organized_day_or_404(slug))
    return render_template(
        "meetup_programme/index.html",
        day=day,
        programme=programme_of(day),
        timeline=timeline_of(day),
        seats=seats_taken(db_session(), day),
        form=FlaskForm(),
    )


@bp.route("/<slug:slug>/programme/nouveau", methods=["GET", "POST"])
def add(slug: str) -> ResponseReturnValue:
    """Add a part to the programme."""
    return _edit(organized_day_or_404(slug), None)


@bp.route("/<slug:slug>/programme/<int:session_id>", methods=["GET", "POST"])
def edit(slug: str, session_id: int) -> ResponseReturnValue:
    """Change a part of the programme."""
    day = organized_day_or_404(slug)
    return _edit(day, _part_or_404(day, session_id))


def _part_or_404(day: MeetupDay, session_id: int) -> MeetupSession:
    part = next((one for one in day.sessions if one.id == session_id), None)
    if part is None:
        abort(404)
    return part


def _edit(day: MeetupDay, part: MeetupSession | None) -> ResponseReturnValue:
    form = SessionForm()
    form.room_id.choices = [SelectChoice("", _("Sans salle précise"))] + [
        SelectChoice(str(room.id), room.name) for room in day.rooms
    ]
    if not form.is_submitted() and part is not None:
        form.show(SessionContent.of(part, day))
    elif form.is_submitted() and form.validate():
        answer = carried_out(form, lambda: _save(day, part, form))
        if answer is not None:
            return answer
    page = render_template("meetup_programme/session.html", day=day, part=part, form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _save(day: MeetupDay, part: MeetupSession | None, form: SessionForm) -> str:
    save_session(db_session(), day, part, form.content(), person=signed_in_person(), now=now())
    flash(_("Le programme est enregistré."), "success")
    return f"{url_for('meetup_programme.index', slug=day.slug)}#programme"


@bp.post("/<slug:slug>/programme/<int:session_id>/supprimer")
def remove(slug: str, session_id: int) -> ResponseReturnValue:
    """Take a part out of the programme."""
    day = organized_day_or_404(slug)
    part = _part_or_404(day, session_id)
    commit_or_flash(
        lambda: remove_session(db_session(), part, person=signed_in_person(), now=now()),
        _("C’est retiré du programme."),
    )
    return redirect(f"{url_for('meetup_programme.index', slug=slug)}#programme")
