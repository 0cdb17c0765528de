"""Moderators: contested references to settle, and those found in official data."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.references import OfficialForm, SettleForm
from models.offer import Reference
from services.errors import RuleViolation
from services.permissions import can_moderate
from services.reference_answers import (
    disputes,
    established,
    mark_official,
    reference_by_id,
    settle_dispute,
    unmark_reference,
)
from services.references import last_denial, reference_name
from views.access import signed_in_person
from views.refusals import UNPROCESSABLE, commit_or_flash, refusal_status, refusal_words

bp = Blueprint("reference_grading", __name__, url_prefix="/moderation/references")


@bp.get("")
def queue() -> ResponseReturnValue:
    """List the contested references, then those graded last."""
    session = db_session()
    return render_template(
        "reference_grading/queue.html",
        disputes=disputes(session),
        established=established(session),
        name_of=reference_name,
    )


@bp.get("/<int:reference_id>")
def show(reference_id: int) -> ResponseReturnValue:
    """Show one reference, what its partner said, and what can be done."""
    return _show(_reference_or_404(reference_id), SettleForm(), OfficialForm())


@bp.post("/<int:reference_id>/conclure")
def settle(reference_id: int) -> ResponseReturnValue:
    """Conclude a dispute."""
    reference, form = _reference_or_404(reference_id), SettleForm()

    def act() -> None:
        settle_dispute(
            db_session(),
            reference,
            keep_hidden=form.keeps_hidden(),
            words=form.words.data or "",
            moderator=signed_in_person(),
            now=now(),
        )

    return _run(reference_id, form, act, _("La conclusion est enregistrée et envoyée à l’acteur."))


@bp.post("/<int:reference_id>/source")
def mark(reference_id: int) -> ResponseReturnValue:
    """Name the official source that holds a deployment."""
    reference, form = _reference_or_404(reference_id), OfficialForm()

    def act() -> None:
        mark_official(
            db_session(),
            reference,
            source=form.source.data or "",
            moderator=signed_in_person(),
            now=now(),
        )

    return _run(reference_id, form, act, _("La référence est marquée, avec sa source."))


@bp.post("/<int:reference_id>/demarquer")
def unmark(reference_id: int) -> ResponseReturnValue:
    """Send a reference back to « declared »."""
    reference = _reference_or_404(reference_id)
    session = db_session()
    commit_or_flash(
        lambda: unmark_reference(session, reference, moderator=signed_in_person(), now=now()),
        _("La référence est de nouveau « déclarée par l’acteur »."),
    )
    return redirect(url_for("reference_grading.show", reference_id=reference_id))


def _run(
    reference_id: int,
    form: SettleForm | OfficialForm,
    act: Callable[[], None],
    done: str,
) -> ResponseReturnValue:
    """Carry out a decision; on refusal the page keeps what was typed and says why."""
    session, status = db_session(), UNPROCESSABLE
    if form.validate_on_submit():
        try:
            act()
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            form.show_error(refusal.field, refusal_words(refusal))
            status = refusal_status(refusal)
        else:
            flash(done, "success")
            return redirect(url_for("reference_grading.show", reference_id=reference_id))
    reference = _reference_or_404(reference_id)
    is_settling = isinstance(form, SettleForm)
    return _show(
        reference,
        form if isinstance(form, SettleForm) else SettleForm(formdata=None),
        OfficialForm(formdata=None) if is_settling else form,
        status,
    )


def _show(
    reference: Reference, settling: FlaskForm, marking: FlaskForm, status: int = 200
) -> ResponseReturnValue:
    session = db_session()
    page = render_template(
        "reference_grading/show.html",
        reference=reference,
        offer=reference.offer,
        name=reference_name(reference),
        denial=last_denial(session, reference),
        settling=settling,
        marking=marking,
        may_decide=can_moderate(session, signed_in_person(), reference.offer.organization_id),
    )
    return page, status


def _reference_or_404(reference_id: int) -> Reference:
    found = reference_by_id(db_session(), reference_id)
    if found is None:
        abort(404)
    return found
