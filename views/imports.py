"""Staff import organisations: upload, columns, preview, decisions, apply, undo."""

import csv
import io
import re
from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from extensions.clock import now, today
from extensions.database import db_session
from forms.imports import ApplyForm, UploadForm, mapping_form
from models.import_batch import ImportBatch, ImportRow
from services.cells import neutralise
from services.duplicates import DuplicateReason
from services.errors import Conflict, NotFound, RuleViolation
from services.import_apply import apply_batch
from services.import_columns import ImportField
from services.import_preview import Decision, Verdict, analyse_batch
from services.import_undo import KEPT, undo_batch
from services.organization_import import (
    PAGE_SIZE,
    batch_or_refuse,
    create_batch,
    decide_duplicates,
    discard_batch,
    recent_batches,
    rows_with,
    set_mapping,
    verdict_counts,
)
from views.access import signed_in_person
from views.refusals import CONFLICT, UNPROCESSABLE, flash_refusal, refusal_words

bp = Blueprint("imports", __name__, url_prefix="/imports")
LARGEST_KEY = 2**31
_ROW_FIELD = re.compile(r"ligne-([0-9]{1,18})")
# Fields of an entry that one column of the file decides.
CHANGED_TOGETHER: Final = {
    "commune_code": ImportField.COMMUNE.label,
    "area_level": ImportField.AREA.label,
    "area_codes": ImportField.AREA.label,
}
# The verdict that staff should look at first, when the file has lines with it.
FIRST_SHOWN = (Verdict.DUPLICATE, Verdict.REFUSED, Verdict.NEW, Verdict.CHANGED, Verdict.UNCHANGED)


@bp.route("", methods=["GET", "POST"])
def index() -> ResponseReturnValue:
    """List the files sent; read another and show what it would do."""
    form = UploadForm()
    if not form.is_submitted():
        return _index(form)
    if not form.validate():
        return _index(form), UNPROCESSABLE
    try:
        batch = create_batch(
            db_session(),
            form.file.data.read(),
            filename=form.file.data.filename or "",
            source=form.source.data or "",
            author=signed_in_person(),
            today=today(),
            now=now(),
        )
    except RuleViolation as refusal:
        db_session().rollback()
        form.form_errors.append(refusal_words(refusal))
        return _index(form), UNPROCESSABLE
    db_session().commit()
    return redirect(url_for("imports.show", batch_id=batch.id))


@bp.get("/<int:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    """Show what the file would do, or did, one verdict at a time."""
    return _show(_batch_or_404(batch_id))


def _show(batch: ImportBatch) -> str:
    counts = verdict_counts(db_session(), batch)
    asked = next((one for one in Verdict if one.value == request.args.get("verdict")), None)
    verdict = asked or next((one for one in FIRST_SHOWN if counts[one]), Verdict.NEW)
    page = max(request.args.get("page", 1, type=int), 1)
    return render_template(
        "imports/show.html",
        batch=batch,
        counts=counts,
        verdict=verdict,
        verdicts=tuple(Verdict),
        decisions=Decision,
        rows=rows_with(db_session(), batch, verdict, page=min(page, LARGEST_KEY)),
        page=page,
        pages=-(-counts[verdict] // PAGE_SIZE),
        kept=[row for row in batch.rows if row.notes.get(KEPT)] if batch.undone_at else [],
        mapping=mapping_form(batch.headers, batch.mapping),
        apply_form=ApplyForm(),
        form=FlaskForm(),
        summary=_summary,
        field_words=_field_words,
        reason_words=_reason_words,
    )


@bp.post("/<int:batch_id>/colonnes")
def map_columns(batch_id: int) -> ResponseReturnValue:
    """Say which column holds what."""
    batch = _batch_or_404(batch_id)
    form = mapping_form(batch.headers, batch.mapping)
    try:
        set_mapping(db_session(), batch, form.choices(), today=today())
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
    else:
        db_session().commit()
        flash(_("Les colonnes sont relues."), "success")
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/doublons")
def decide(batch_id: int) -> ResponseReturnValue:
    """Keep what is decided on the possible duplicates of one page."""
    batch = _batch_or_404(batch_id)
    choices = {
        int(found[1]): choice
        for name, choice in request.form.items()
        if (found := _ROW_FIELD.fullmatch(name))
    }
    try:
        decide_duplicates(db_session(), batch, choices, today=today())
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
    else:
        db_session().commit()
        flash(_("Vos choix sont enregistrés."), "success")
    return redirect(url_for("imports.show", batch_id=batch_id, verdict=Verdict.DUPLICATE.value))


@bp.post("/<int:batch_id>/appliquer")
def apply(batch_id: int) -> ResponseReturnValue:
    """Apply the file whole."""
    batch = _batch_or_404(batch_id)
    form = ApplyForm()
    try:
        applied = apply_batch(
            db_session(),
            batch,
            publish=bool(form.publish.data),
            actor=signed_in_person(),
            today=today(),
            now=now(),
        )
    except Conflict as refusal:
        db_session().rollback()
        batch = _batch_or_404(batch_id)
        analyse_batch(db_session(), batch, today=today())
        db_session().commit()
        flash(refusal_words(refusal), "warning")
        return _show(batch), CONFLICT
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
    else:
        db_session().commit()
        flash(_applied_words(applied.created, applied.changed, batch), "success")
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/annuler")
def undo(batch_id: int) -> ResponseReturnValue:
    """Take back what the file did."""
    batch = _batch_or_404(batch_id)
    try:
        undone = undo_batch(db_session(), batch, actor=signed_in_person(), now=now())
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
    else:
        db_session().commit()
        flash(
            _(
                "Import annulé : %(removed)s fiches retirées, %(restored)s rétablies, "
                "%(kept)s gardées car modifiées depuis.",
                removed=undone.removed,
                restored=undone.restored,
                kept=len(undone.kept),
            ),
            "success",
        )
    return redirect(url_for("imports.show", batch_id=batch_id))


@bp.post("/<int:batch_id>/supprimer")
def discard(batch_id: int) -> ResponseReturnValue:
    """Forget a file that was not applied."""
    batch = _batch_or_404(batch_id)
    try:
        discard_batch(db_session(), batch, actor=signed_in_person(), now=now())
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
        return redirect(url_for("imports.show", batch_id=batch_id))
    db_session().commit()
    flash(_("Le fichier est oublié, rien n’a été importé."), "success")
    return redirect(url_for("imports.index"))


@bp.get("/<int:batch_id>/refus.csv")
def refusals(batch_id: int) -> ResponseReturnValue:
    """Give the refused lines back, with their number and the reason, to be corrected."""
    batch = _batch_or_404(batch_id)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([_("Ligne du fichier"), _("Raison du refus"), *map(neutralise, batch.headers)])
    for row in batch.rows:
        if row.verdict == Verdict.REFUSED.value:
            cells = [_summary(row), *row.cells]
            writer.writerow([str(row.line), *map(neutralise, cells)])
    response = Response("\ufeff" + buffer.getvalue(), mimetype="text/csv")
    response.headers["Content-Disposition"] = f"attachment; filename=import-{batch.id}-refus.csv"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _index(form: UploadForm) -> str:
    return render_template("imports/index.html", form=form, batches=recent_batches(db_session()))


def _batch_or_404(batch_id: int) -> ImportBatch:
    try:
        return batch_or_refuse(db_session(), batch_id)
    except NotFound:
        abort(404)


def _summary(row: ImportRow) -> str:
    """Return the problems of a line in words."""
    return " ".join(
        _(problem["message"], **problem["params"]) for problem in row.notes.get("problems", [])
    )


def _field_words(row: ImportRow) -> str:
    """Return the names of what the line changes."""
    labels = {**CHANGED_TOGETHER, **{column.value: column.label for column in ImportField}}
    names = (_(labels.get(name, name)) for name in row.notes.get("fields", []))
    return ", ".join(dict.fromkeys(names))


def _reason_words(duplicate: Mapping[str, Any]) -> str:
    """Return why an entry may be the same actor."""
    return ", ".join(_(DuplicateReason(reason).label) for reason in duplicate["reasons"])


def _applied_words(created: int, changed: int, batch: ImportBatch) -> str:
    new = ngettext("%(num)s fiche créée", "%(num)s fiches créées", created)
    old = ngettext("%(num)s fiche modifiée", "%(num)s fiches modifiées", changed)
    end = _("publiées") if batch.is_published else _("à relire avant publication")
    return f"{new}, {old} : {end}."
