"""Organisers send lists of wishes or have some suggested: preview, correct, apply, undo."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.meetup_imports import ColumnsForm, columns_form
from forms.meetup_wishes_review import SuggestForm, WishListForm, sent_cells
from models.meetup import MeetupDay
from models.meetup_wish import MeetupWishBatch, MeetupWishLine
from services.cells import neutralise
from services.errors import Conflict, RuleViolation
from services.meetup_import_models import EXAMPLE, wish_model
from services.meetup_wish_apply import KEPT, apply_batch, undo_batch
from services.meetup_wish_batches import (
    PAGE_SIZE,
    Source,
    batches_of,
    correct_lines,
    create_batch,
    discard_batch,
    judge_batch,
    lines_of,
    lines_with,
    open_batch,
    store_lines,
    verdict_counts,
)
from services.meetup_wish_columns import choose_columns, column_choices, is_readable
from services.meetup_wish_lines import LineVerdict
from services.meetup_wish_pages import day_participants
from services.meetup_wish_reading import COLUMNS
from services.meetup_wish_review import without_wish
from views.access import organized_day_or_404, signed_in_person
from views.downloads import CSV_TYPE, attachment, table_file
from views.once import carry_out
from views.refusals import CONFLICT, UNPROCESSABLE, commit_or_flash, refusal_words
from views.wish_pages import check_token, page_number
from views.wish_rows import suggested_lines, suggested_rows
from vocabulary.meetups import WishBatchKind

bp = Blueprint(
    "meetup_wish_lists", __name__, url_prefix="/pilotage/rencontres/<slug:slug>/souhaits/listes"
)
# Five thousand long lines pasted at once; other forms are held to the bound of the application.
LARGEST_PASTE: Final = 4 * 1024 * 1024
FIRST_SHOWN: Final = (
    LineVerdict.REFUSED,
    LineVerdict.NEW,
    LineVerdict.CHANGED,
    LineVerdict.UNCHANGED,
)


@bp.url_value_preprocessor
def _allow_paste(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Let a long list be pasted: asked before anything of the form is read."""
    request.max_form_memory_size = LARGEST_PASTE


@bp.route("", methods=["GET", "POST"])
def index(slug: str) -> ResponseReturnValue:
    """List what was sent; read another list and show what it would do."""
    day = organized_day_or_404(slug)
    form = WishListForm()
    if form.validate_on_submit():
        try:
            name, read = form.read()
        except RuleViolation as refusal:
            form.form_errors.append(refusal_words(refusal))
        else:
            author = signed_in_person()
            source = Source(WishBatchKind.IMPORT, name, author, form.pasted.data or "")
            return carry_out(
                form,
                lambda: _address(day, create_batch(db_session(), day, source, read, now=now())),
            )
    return _index(day, form), UNPROCESSABLE if form.errors else 200


@bp.post("/suggestions")
def suggest(slug: str) -> ResponseReturnValue:
    """Suggest people to those who wish nobody; nothing is applied before the preview."""
    day = organized_day_or_404(slug)
    form = SuggestForm()
    if not form.validate():
        return _index(day, WishListForm(formdata=None), form), UNPROCESSABLE
    rows = suggested_rows(day, form.chosen_count())
    if not rows:
        flash(
            _(
                "Rien à proposer : ni les thèmes, ni la présentation, ni la fiche de ceux sans "
                "souhait ne correspondent à d’autres. Complétez leur inscription, ou ajoutez "
                "leurs souhaits à la main."
            ),
            "info",
        )
        return redirect(url_for("meetup_wish_lists.index", slug=slug))
    source = Source(WishBatchKind.SUGGESTIONS, _("Suggestions"), signed_in_person())

    def propose() -> str:
        batch = open_batch(db_session(), day, source, now=now())
        store_lines(db_session(), batch, suggested_lines(rows))
        judge_batch(db_session(), batch)
        return _address(day, batch)

    return carry_out(form, propose)


@bp.get("/<int:batch_id>")
def show(slug: str, batch_id: int) -> ResponseReturnValue:
    """Show what a list would do, or did, one verdict at a time."""
    day = organized_day_or_404(slug)
    return _show(day, _batch_or_404(day, batch_id))


@bp.post("/<int:batch_id>/colonnes")
def map_columns(slug: str, batch_id: int) -> ResponseReturnValue:
    """Say which column holds what."""
    day = organized_day_or_404(slug)
    batch = _batch_or_404(day, batch_id)
    chosen = _columns_form(batch).choices()
    commit_or_flash(
        lambda: choose_columns(
            db_session(), batch, {int(name[8:]): int(place) for name, place in chosen.items()}
        ),
        _("Les colonnes sont relues."),
    )
    return redirect(_address(day, batch))


@bp.get("/modele.<any(csv, xlsx):file_type>")
def model(slug: str, file_type: str) -> Response:
    """Give a list to fill in: titles that are read, and one example that is left out."""
    organized_day_or_404(slug)
    titles, rows = wish_model()
    return table_file(titles, rows, f"modele-souhaits.{file_type}", sheet_name="Souhaits")


@bp.post("/<int:batch_id>/corriger")
def correct(slug: str, batch_id: int) -> ResponseReturnValue:
    """Read again the lines that were corrected on the page."""
    day = organized_day_or_404(slug)
    check_token()
    batch = _batch_or_404(day, batch_id)
    cells = sent_cells(request.form.to_dict())
    commit_or_flash(lambda: correct_lines(db_session(), batch, cells), _("Les lignes sont relues."))
    return redirect(_address(day, batch))


@bp.post("/<int:batch_id>/appliquer")
def apply(slug: str, batch_id: int) -> ResponseReturnValue:
    """Apply the good lines, all of them or none."""
    day = organized_day_or_404(slug)
    check_token()
    batch, session = _batch_or_404(day, batch_id), db_session()
    try:
        applied = apply_batch(session, batch, actor=signed_in_person(), now=now())
        session.commit()
    except Conflict as refusal:
        session.rollback()
        batch = _batch_or_404(day, batch_id)
        judge_batch(session, batch)
        session.commit()
        flash(refusal_words(refusal), "warning")
        return _show(day, batch), CONFLICT
    except RuleViolation as refusal:
        session.rollback()
        flash(refusal_words(refusal), "warning")
        return redirect(_address(day, batch))
    new = ngettext("%(num)s souhait créé", "%(num)s souhaits créés", applied.created)
    old = ngettext("%(num)s modifié", "%(num)s modifiés", applied.changed)
    flash(f"{new}, {old}.", "success")
    return redirect(_address(day, batch))


@bp.post("/<int:batch_id>/annuler")
def undo(slug: str, batch_id: int) -> ResponseReturnValue:
    """Take back what a list did."""
    day = organized_day_or_404(slug)
    check_token()
    batch, session = _batch_or_404(day, batch_id), db_session()
    try:
        undone = undo_batch(session, batch, now=now())
        session.commit()
    except RuleViolation as refusal:
        session.rollback()
        flash(refusal_words(refusal), "warning")
        return redirect(_address(day, batch))
    flash(
        _(
            "Liste annulée : %(back)s souhaits retirés, %(restored)s rétablis, %(kept)s gardés car "
            "quelqu’un y a répondu ou les a modifiés depuis.",
            back=undone.taken_back,
            restored=undone.restored,
            kept=undone.kept,
        ),
        "success",
    )
    return redirect(_address(day, batch))


@bp.post("/<int:batch_id>/supprimer")
def discard(slug: str, batch_id: int) -> ResponseReturnValue:
    """Forget a list that was not applied."""
    day = organized_day_or_404(slug)
    check_token()
    batch = _batch_or_404(day, batch_id)
    if commit_or_flash(
        lambda: discard_batch(db_session(), batch),
        _("La liste est oubliée, aucun souhait n’a été changé."),
    ):
        return redirect(url_for("meetup_wish_lists.index", slug=slug))
    return redirect(_address(day, batch))


@bp.get("/<int:batch_id>/refus.csv")
def refusals(slug: str, batch_id: int) -> Response:
    """Give the refused lines back with their number and the reason, to correct and send again."""
    day = organized_day_or_404(slug)
    batch = _batch_or_404(day, batch_id)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow([*COLUMNS, _("ligne"), _("raison du refus")])
    for line in lines_of(db_session(), batch):
        if line.verdict == LineVerdict.REFUSED.value:
            cells = [*line.cells[: len(COLUMNS)], str(line.line), problem_words(line)]
            writer.writerow([neutralise(cell) for cell in cells])
    content = ("\ufeff" + buffer.getvalue()).encode()
    response = attachment(content, CSV_TYPE, f"souhaits-{batch.id}-refus.csv")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def problem_words(line: MeetupWishLine) -> str:
    """Return why a line is refused, in the reader's language; empty for a good one."""
    problem = line.notes.get("problem")
    return str(_(problem["message"], **problem["params"])) if problem else ""


def _index(day: MeetupDay, form: WishListForm, suggest_form: SuggestForm | None = None) -> str:
    session = db_session()
    return render_template(
        "meetup_wish_lists/index.html",
        day=day,
        form=form,
        suggest_form=suggest_form or SuggestForm(formdata=None),
        without=len(without_wish(session, day)),
        batches=batches_of(session, day),
        example=EXAMPLE,
    )


def _show(day: MeetupDay, batch: MeetupWishBatch) -> str:
    session = db_session()
    counts = verdict_counts(session, batch)
    asked = next((one for one in LineVerdict if one.value == request.args.get("lignes")), None)
    verdict = asked or next((one for one in FIRST_SHOWN if counts[one]), LineVerdict.NEW)
    page = page_number()
    lines: Sequence[MeetupWishLine] = lines_with(session, batch, verdict, page=page)
    return render_template(
        "meetup_wish_lists/show.html",
        day=day,
        batch=batch,
        counts=counts,
        verdict=verdict,
        verdicts=FIRST_SHOWN,
        lines=lines,
        kept=KEPT,
        problem_words=problem_words,
        page=page,
        pages=-(-counts[verdict] // PAGE_SIZE),
        is_import=batch.kind is WishBatchKind.IMPORT,
        columns_form=_columns_form(batch),
        is_readable=is_readable(batch),
        others=[title for title in batch.headers[len(COLUMNS) :] if title],
        people=day_participants(session, day) if _is_correcting(batch, verdict) else (),
        token=FlaskForm(),
    )


def _columns_form(batch: MeetupWishBatch) -> ColumnsForm:
    places = column_choices(db_session(), batch)
    known = {str(at) for at, _title in places}
    return columns_form(
        [(f"colonne-{column}", label) for column, label in enumerate(COLUMNS)],
        [(str(at), text) for at, text in places],
        {f"colonne-{at}": str(at) for at in range(len(COLUMNS)) if str(at) in known},
    )


def _is_correcting(batch: MeetupWishBatch, verdict: LineVerdict) -> bool:
    is_open = batch.applied_at is None and batch.kind is WishBatchKind.IMPORT
    return is_open and verdict is LineVerdict.REFUSED


def _batch_or_404(day: MeetupDay, batch_id: int) -> MeetupWishBatch:
    batch = db_session().get(MeetupWishBatch, batch_id)
    if batch is None or batch.day_id != day.id:
        abort(404)
    return batch


def _address(day: MeetupDay, batch: MeetupWishBatch) -> str:
    return url_for("meetup_wish_lists.show", slug=day.slug, batch_id=batch.id)
