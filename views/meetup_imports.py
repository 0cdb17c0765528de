"""Staff import invitees of a meetup day: a file or pasted lines, columns, preview, apply, undo."""

import csv
import io
from typing import Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_imports import ApplyInviteesForm, ColumnsForm, InviteesForm, columns_form
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch, MeetupInviteeLine
from services.cells import neutralise
from services.errors import Conflict, RuleViolation
from services.meetup_import_models import EXAMPLE, invitee_hints, invitee_model
from services.meetup_invitee_apply import Imported, apply_invitees
from services.meetup_invitee_columns import InviteeField, has_bodies, positions_of
from services.meetup_invitee_files import (
    batches_of,
    choose_invitee_columns,
    count_without_themes,
    create_invitees,
    discard_invitees,
    lines_not_fitting,
    lines_with,
    verdict_counts,
)
from services.meetup_invitee_plans import InviteeVerdict
from services.meetup_invitee_preview import FULL, analyse_invitees, mapping_of
from services.meetup_invitee_undo import KEPT, undo_invitees
from services.meetup_lists import Lack, state_counts
from services.meetup_wish_reminders import why_no_reminder
from services.organization_import import PAGE_SIZE
from views.access import organized_day_or_404, signed_in_person
from views.downloads import table_file
from views.once import carried_out, carried_out_or_told
from views.refusals import CONFLICT, UNPROCESSABLE, flash_refusal, refusal_words
from vocabulary.meetups import ParticipantState

bp = Blueprint("meetup_imports", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/imports")
# The verdict that staff should look at first, when the file has lines with it.
FIRST_SHOWN: Final = (
    InviteeVerdict.REFUSED,
    InviteeVerdict.DUPLICATE,
    InviteeVerdict.NEW,
    InviteeVerdict.CHANGED,
    InviteeVerdict.UNCHANGED,
)
SHOWN: Final = (
    InviteeVerdict.NEW,
    InviteeVerdict.CHANGED,
    InviteeVerdict.UNCHANGED,
    InviteeVerdict.DUPLICATE,
    InviteeVerdict.REFUSED,
)
# Numbers of lines written out; beyond, the tab of the refused lines has them all.
SHOWN_NUMBERS: Final = 12


@bp.route("", methods=["GET", "POST"])
def index(slug: str) -> ResponseReturnValue:
    """List the files sent; read another and show what it would do."""
    day = organized_day_or_404(slug)
    form = InviteesForm()
    if not form.is_submitted():
        return _index(day, form)
    if not form.validate():
        return _index(day, form), UNPROCESSABLE
    if answer := carried_out(form, lambda: _read(day, form)):
        return answer
    return _index(organized_day_or_404(slug), form), UNPROCESSABLE


def _read(day: MeetupDay, form: InviteesForm) -> str:
    content, filename = form.content()
    batch = create_invitees(
        db_session(),
        day,
        content,
        filename=filename or _("Lignes collées"),
        author=signed_in_person(),
        now=now(),
    )
    return url_for("meetup_imports.show", slug=day.slug, batch_id=batch.id)


def _index(day: MeetupDay, form: InviteesForm) -> str:
    return render_template(
        "meetup_imports/index.html",
        day=day,
        form=form,
        batches=db_session().scalars(batches_of(day)).all(),
        hints=invitee_hints(),
        example=EXAMPLE,
    )


@bp.get("/modele.<any(csv, xlsx):file_type>")
def model(slug: str, file_type: str) -> ResponseReturnValue:
    """Give a file to fill in: titles that are read, and one example that is left out."""
    organized_day_or_404(slug)
    titles, rows = invitee_model()
    return table_file(titles, rows, f"modele-invites.{file_type}", sheet_name="Invités")


@bp.get("/<int:batch_id>")
def show(slug: str, batch_id: int) -> ResponseReturnValue:
    """Show what the file would do, or did, one verdict at a time."""
    return _show(*_batch_or_404(slug, batch_id))


def _show(day: MeetupDay, batch: MeetupInviteeBatch) -> str:
    counts = verdict_counts(db_session(), batch)
    asked = next((one for one in SHOWN if one.value == request.args.get("verdict")), None)
    verdict = asked or next((one for one in FIRST_SHOWN if counts[one]), InviteeVerdict.NEW)
    pages = max(1, -(-counts[verdict] // PAGE_SIZE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return render_template(
        "meetup_imports/show.html",
        day=day,
        batch=batch,
        counts=counts,
        verdict=verdict,
        verdicts=SHOWN,
        columns_form=_columns_form(batch),
        is_readable=has_bodies(mapping_of(batch)),
        unread=_unread(batch),
        not_fitting=lines_not_fitting(db_session(), batch),
        shown_numbers=SHOWN_NUMBERS,
        without_themes=count_without_themes(db_session(), batch),
        no_theme=Lack.NO_THEME,
        standing=_standing(day, batch),
        can_ask_wishes=why_no_reminder(day, now()) is None,
        full_key=FULL,
        lines=lines_with(db_session(), batch, verdict, page=page),
        page=page,
        pages=pages,
        kept_key=KEPT,
        apply_form=ApplyInviteesForm(),
        form=FlaskForm(),
        summary=_summary,
        field_words=_field_words,
    )


@bp.post("/<int:batch_id>/colonnes")
def map_columns(slug: str, batch_id: int) -> ResponseReturnValue:
    """Say which column holds what; without a choice, read again with the columns as they are."""
    day, batch = _batch_or_404(slug, batch_id)
    chosen = _columns_form(batch).choices()
    headers = {name: batch.headers[int(place)] for name, place in chosen.items()}
    try:
        choose_invitee_columns(db_session(), day, batch, headers or mapping_of(batch))
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
    else:
        db_session().commit()
        flash(_("Le fichier est relu."), "success")
    return redirect(url_for("meetup_imports.show", slug=slug, batch_id=batch_id))


@bp.post("/<int:batch_id>/appliquer")
def apply(slug: str, batch_id: int) -> ResponseReturnValue:
    """Apply the file whole."""
    day, batch = _batch_or_404(slug, batch_id)
    form = ApplyInviteesForm()
    here = url_for("meetup_imports.show", slug=slug, batch_id=batch_id)

    def action() -> str:
        tells = bool(form.tells.data)
        done = apply_invitees(
            db_session(), day, batch, tells=tells, actor=signed_in_person(), now=now()
        )
        flash(_applied_words(done), "success")
        return here

    try:
        return carried_out_or_told(form, action, otherwise=here)
    except Conflict as refusal:
        db_session().rollback()
        day, batch = _batch_or_404(slug, batch_id)
        analyse_invitees(db_session(), day, batch)
        db_session().commit()
        flash(refusal_words(refusal), "warning")
        return _show(day, batch), CONFLICT


@bp.post("/<int:batch_id>/annuler")
def undo(slug: str, batch_id: int) -> ResponseReturnValue:
    """Take back what the file did."""
    day, batch = _batch_or_404(slug, batch_id)
    try:
        done = undo_invitees(db_session(), day, batch, now=now())
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
    else:
        db_session().commit()
        words = ngettext("%(num)s ligne reprise.", "%(num)s lignes reprises.", done.undone)
        kept = ngettext(
            "%(num)s gardée : quelqu’un s’en est servi depuis.",
            "%(num)s gardées : quelqu’un s’en est servi depuis.",
            done.kept,
        )
        flash(f"{words} {kept}" if done.kept else words, "success")
    return redirect(url_for("meetup_imports.show", slug=slug, batch_id=batch_id))


@bp.post("/<int:batch_id>/supprimer")
def discard(slug: str, batch_id: int) -> ResponseReturnValue:
    """Forget a file that was not applied."""
    _day, batch = _batch_or_404(slug, batch_id)
    try:
        discard_invitees(db_session(), batch)
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
        return redirect(url_for("meetup_imports.show", slug=slug, batch_id=batch_id))
    db_session().commit()
    flash(_("Le fichier est oublié, rien n’a été importé."), "success")
    return redirect(url_for("meetup_imports.index", slug=slug))


@bp.get("/<int:batch_id>/refus.csv")
def refusals(slug: str, batch_id: int) -> ResponseReturnValue:
    """Give the refused lines back, with their number and the reason, to be corrected."""
    _day, batch = _batch_or_404(slug, batch_id)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([_("Ligne du fichier"), _("Raison du refus"), *map(neutralise, batch.headers)])
    for line in batch.lines:
        if line.verdict == InviteeVerdict.REFUSED.value:
            cells = map(neutralise, [_summary(line), *line.cells])
            writer.writerow([str(line.number), *cells])
    response = Response("\ufeff" + buffer.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=invites-{batch.id}-refus.csv"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _columns_form(batch: MeetupInviteeBatch) -> ColumnsForm:
    """Return the form of its columns, named by their place: titles may be long."""
    places = positions_of(batch.headers, mapping_of(batch))
    return columns_form(
        [(column.value, column.label) for column in InviteeField],
        [(str(at), header) for at, header in enumerate(batch.headers)],
        {column.value: str(at) for column, at in places.items()},
    )


def _unread(batch: MeetupInviteeBatch) -> list[str]:
    """Return the titles of the columns that nothing reads, those kept until then and the others."""
    read = set(mapping_of(batch).values())
    return [*(header for header in batch.headers if header not in read), *batch.ignored]


def _standing(day: MeetupDay, batch: MeetupInviteeBatch) -> dict[str, int]:
    """Return how many are registered and invited at the day once the file is applied."""
    if batch.applied_at is None or batch.undone_at is not None:
        return {}
    counts = state_counts(db_session(), day)
    states = (ParticipantState.CONFIRMED, ParticipantState.INVITED)
    return {state.value: counts.get(state, 0) for state in states}


def _batch_or_404(slug: str, batch_id: int) -> tuple[MeetupDay, MeetupInviteeBatch]:
    day = organized_day_or_404(slug)
    batch = db_session().get(MeetupInviteeBatch, batch_id)
    if batch is None or batch.day_id != day.id:
        abort(404)
    return day, batch


def _summary(line: MeetupInviteeLine) -> str:
    """Return the problems of a line in words."""
    found = line.notes.get("problems", [])
    return " ".join(_(problem["message"], **problem["params"]) for problem in found)


def _field_words(line: MeetupInviteeLine) -> str:
    """Return the names of what the line changes."""
    labels = {column.value: column.label for column in InviteeField}
    return ", ".join(_(labels.get(name, name)) for name in line.notes.get("fields", []))


def _applied_words(done: Imported) -> str:
    bodies = ngettext("%(num)s structure ajoutée", "%(num)s structures ajoutées", done.bodies)
    people = ngettext("%(num)s personne", "%(num)s personnes", done.people)
    changed = ngettext("%(num)s ligne modifiée", "%(num)s lignes modifiées", done.changed)
    return f"{bodies}, {people}, {changed}."
