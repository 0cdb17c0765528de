"""Slots of a meetup day: all of them written together, or laid out from a rhythm."""

from collections.abc import Sequence

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_programme import RhythmForm, SlotsForm, number_of
from models.meetup import MeetupDay
from services.errors import Conflict
from services.meetup_availability import session_during
from services.meetup_slots import generate_slots, save_slots, span_words
from services.meetup_uses import uses_of
from views.access import organized_day_or_404, signed_in_person
from views.change_rows import ChangeRow
from views.meetup_rows import list_row
from views.once import carried_out
from views.refusals import CONFLICT, UNPROCESSABLE
from vocabulary.periods import french_hour
from vocabulary.time_zones import TIME_ZONES

bp = Blueprint("meetup_slots", __name__, url_prefix="/pilotage/rencontres")
# Blank rows under the slots, to add some by hand.
BLANK_ROWS = 2


@bp.route("/<slug:slug>/creneaux", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Write the slots: move one, limit its tables, take it away, add others."""
    day = organized_day_or_404(slug)
    form = SlotsForm()
    if not form.is_submitted():
        _show(form, day)
        return _page(day, form, RhythmForm(formdata=None))
    rhythm = RhythmForm(formdata=None)
    if not form.validate():
        return _page(day, form, rhythm, UNPROCESSABLE)
    try:
        answer = carried_out(form, lambda: _save(day, form))
    except Conflict:
        db_session().rollback()
        stored = organized_day_or_404(slug)
        row = list_row(_("Créneaux"), _stored_lines(stored), _typed_lines(form))
        form.seen.data = str(stored.lock)
        form.seen.raw_data = [str(stored.lock)]
        return _page(stored, form, rhythm, CONFLICT, [row])
    return answer or _page(day, form, rhythm, UNPROCESSABLE)


def _show(form: SlotsForm, day: MeetupDay) -> None:
    form.seen.data = str(day.lock)
    for slot in day.slots:
        form.rows.append_entry(
            {
                "slot_id": str(slot.id),
                "starts": slot.starts_at.astimezone(day.zone).time(),
                "ends": slot.ends_at.astimezone(day.zone).time(),
                "table_limit": slot.table_limit,
            }
        )
    for _blank in range(BLANK_ROWS):
        form.rows.append_entry({})


def _stored_lines(day: MeetupDay) -> list[str]:
    return [span_words(day, slot) for slot in day.slots]


def _typed_lines(form: SlotsForm) -> list[str]:
    return [f"{french_hour(row.starts)} – {french_hour(row.ends)}" for row in form.slots()]


def _save(day: MeetupDay, form: SlotsForm) -> str:
    save_slots(
        db_session(),
        day,
        form.slots(),
        seen=number_of(form.seen.data),
        forgets_plans=bool(form.forgets_plans.data),
        person=signed_in_person(),
        now=now(),
    )
    flash(_("Les créneaux sont enregistrés."), "success")
    return url_for("meetup_slots.edit", slug=day.slug)


@bp.post("/<slug:slug>/creneaux/poser")
def generate(slug: str) -> ResponseReturnValue:
    """Lay slots out from a rhythm."""
    day = organized_day_or_404(slug)
    rhythm = RhythmForm()
    answer = carried_out(rhythm, lambda: _generate(day, rhythm)) if rhythm.validate() else None
    if answer:
        return answer
    form = SlotsForm(formdata=None)
    _show(form, day)
    return _page(day, form, rhythm, UNPROCESSABLE)


def _generate(day: MeetupDay, form: RhythmForm) -> str:
    count = generate_slots(
        db_session(),
        day,
        form.rhythm(),
        replaces=bool(form.replaces.data),
        forgets_plans=bool(form.forgets_plans.data),
        person=signed_in_person(),
        now=now(),
    )
    words = ngettext("%(num)s créneau est posé.", "%(num)s créneaux sont posés.", count)
    flash(words, "success")
    return url_for("meetup_slots.edit", slug=day.slug)


def _page(
    day: MeetupDay,
    form: SlotsForm,
    rhythm: RhythmForm,
    status: int = 200,
    conflict: Sequence[ChangeRow] = (),
) -> ResponseReturnValue:
    page = render_template(
        "meetup_programme/slots.html",
        day=day,
        form=form,
        rhythm=rhythm,
        conflict=conflict,
        zone_label=TIME_ZONES.get(day.time_zone, day.time_zone),
        uses=uses_of(db_session(), day),
        taken={
            slot.id: session.title
            for slot in day.slots
            if (session := session_during(day, slot)) is not None
        },
    )
    return page, status
