"""Rooms and tables of a meetup day: added many at once, renamed, taken away."""

from flask import Blueprint, abort, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_programme import EditRoomForm, NewRoomForm, RemovalForm, TablesForm
from models.meetup import MeetupDay, MeetupRoom
from services.errors import Conflict, RuleViolation
from services.meetup_rooms import add_room, add_tables, remove_room, save_room
from services.meetup_uses import uses_of
from views.access import organized_day_or_404, signed_in_person
from views.once import carried_out, carry_out
from views.refusals import UNPROCESSABLE, refusal_words

bp = Blueprint("meetup_rooms", __name__, url_prefix="/pilotage/rencontres")


def room_or_404(day: MeetupDay, room_id: int) -> MeetupRoom:
    """Return the room of the day that bears this number."""
    room = next((one for one in day.rooms if one.id == room_id), None)
    if room is None:
        abort(404)
    return room


def _programme_url(day: MeetupDay) -> str:
    return f"{url_for('meetup_programme.index', slug=day.slug)}#salles"


@bp.route("/<slug:slug>/salles/nouvelle", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    """Add a room with its tables."""
    day = organized_day_or_404(slug)
    form = NewRoomForm()
    if form.validate_on_submit():
        answer = carried_out(form, lambda: _create(day, form))
        if answer is not None:
            return answer
    page = render_template("meetup_programme/room_new.html", day=day, form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _create(day: MeetupDay, form: NewRoomForm) -> str:
    session, person = db_session(), signed_in_person()
    room = add_room(session, day, form.content(), person=person, now=now())
    wanted = form.wanted()
    if wanted.count:
        add_tables(session, room, wanted, person=person, now=now())
    flash(_("La salle « %(name)s » est ajoutée.", name=room.name), "success")
    return _programme_url(day)


@bp.route("/<slug:slug>/salles/<int:room_id>", methods=["GET", "POST"])
def edit(slug: str, room_id: int) -> ResponseReturnValue:
    """Rename a room and its tables, say what they offer, take tables away."""
    day = organized_day_or_404(slug)
    room = room_or_404(day, room_id)
    form = EditRoomForm()
    if not form.is_submitted():
        _show(form, room)
    elif form.validate():
        answer = carried_out(form, lambda: _save(day, room, form))
        if answer is not None:
            return answer
    return _edit_page(day, room, form, TablesForm(formdata=None))


def _show(form: EditRoomForm, room: MeetupRoom) -> None:
    form.name.data, form.accessibility.data = room.name, room.accessibility
    for table in room.tables:
        form.tables.append_entry(
            {
                "table_id": str(table.id),
                "table_name": table.label,
                "seats": table.seats,
                "is_step_free": table.is_step_free,
                "has_hearing_loop": table.has_hearing_loop,
            }
        )


def _edit_page(
    day: MeetupDay, room: MeetupRoom, form: EditRoomForm, more: TablesForm
) -> ResponseReturnValue:
    page = render_template(
        "meetup_programme/room.html",
        day=day,
        room=room,
        form=form,
        more=more,
        removal=RemovalForm(formdata=None),
        uses=uses_of(db_session(), day),
    )
    return page, UNPROCESSABLE if form.errors or more.errors else 200


def _save(day: MeetupDay, room: MeetupRoom, form: EditRoomForm) -> str:
    save_room(
        db_session(),
        room,
        form.content(),
        form.contents(),
        removed=form.removed(),
        forgets_plans=bool(form.forgets_plans.data),
        person=signed_in_person(),
        now=now(),
    )
    flash(_("La salle est enregistrée."), "success")
    return _programme_url(day)


@bp.post("/<slug:slug>/salles/<int:room_id>/tables")
def add(slug: str, room_id: int) -> ResponseReturnValue:
    """Add tables to a room."""
    day = organized_day_or_404(slug)
    room = room_or_404(day, room_id)
    more = TablesForm()
    if more.validate():
        answer = carried_out(more, lambda: _add(day, room, more))
        if answer is not None:
            return answer
    form = EditRoomForm(formdata=None)
    _show(form, room)
    return _edit_page(day, room, form, more)


def _add(day: MeetupDay, room: MeetupRoom, form: TablesForm) -> str:
    tables = add_tables(db_session(), room, form.wanted(), person=signed_in_person(), now=now())
    first, last = tables[0].label, tables[-1].label
    flash(_("Tables %(first)s à %(last)s ajoutées.", first=first, last=last), "success")
    return url_for("meetup_rooms.edit", slug=day.slug, room_id=room.id)


@bp.post("/<slug:slug>/salles/<int:room_id>/supprimer")
def remove(slug: str, room_id: int) -> ResponseReturnValue:
    """Take a room away with its tables."""
    day = organized_day_or_404(slug)
    room = room_or_404(day, room_id)
    form = RemovalForm()
    refused = ""
    try:
        return carry_out(form, lambda: _remove(day, room, form))
    except Conflict:
        raise
    except RuleViolation as refusal:
        db_session().rollback()
        refused = refusal_words(refusal)
    shown = EditRoomForm(formdata=None)
    _show(shown, room)
    shown.form_errors.append(refused)
    return _edit_page(day, room, shown, TablesForm(formdata=None))


def _remove(day: MeetupDay, room: MeetupRoom, form: RemovalForm) -> str:
    remove_room(
        db_session(),
        room,
        forgets_plans=bool(request.form.get(form.forgets_plans.name)),
        person=signed_in_person(),
        now=now(),
    )
    flash(_("La salle est retirée."), "success")
    return _programme_url(day)
