"""Moderators: the experiences and the answers that wait, the decision, suspending one."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from extensions.clock import now
from extensions.database import db_session
from forms.experiences import DecisionForm, HideForm
from models.evidence import Experience
from services.errors import RuleViolation
from services.experience_pages import view_of
from services.experience_review import (
    decide_experience,
    decide_reply,
    hidden_experiences,
    hide_experience,
    may_decide,
    restore_experience,
    waiting_experiences,
)
from services.experiences import load_experience
from services.moderation_reasons import known_reasons
from views.access import signed_in_person
from views.refusals import UNPROCESSABLE, commit_or_flash, refusal_status, refusal_words

bp = Blueprint("experience_review", __name__, url_prefix="/moderation/retours")


@bp.get("")
def queue() -> ResponseReturnValue:
    """List what waits for a decision, the longest wait first, then what was suspended."""
    return render_template(
        "experience_review/queue.html",
        waiting=waiting_experiences(db_session()),
        hidden=hidden_experiences(db_session()),
    )


@bp.route("/<int:experience_id>", methods=["GET", "POST"])
def review(experience_id: int) -> ResponseReturnValue:
    """Show an experience and take the decision."""
    form = DecisionForm()

    def decide(experience: Experience) -> None:
        decide_experience(
            db_session(),
            experience,
            publish=form.is_publication(),
            reasons=form.reasons.data or (),
            comment=form.comment.data or "",
            lock=form.known_lock(),
            moderator=signed_in_person(),
            now=now(),
        )

    return _run(experience_id, form, decide, "experience_review/review.html")


@bp.route("/<int:experience_id>/reponse", methods=["GET", "POST"])
def reply(experience_id: int) -> ResponseReturnValue:
    """Show the answer of an actor and take the decision."""
    form = DecisionForm()
    del form.reasons

    def decide(experience: Experience) -> None:
        decide_reply(
            db_session(),
            experience,
            publish=form.is_publication(),
            comment=form.comment.data or "",
            lock=form.known_lock(),
            moderator=signed_in_person(),
            now=now(),
        )

    return _run(experience_id, form, decide, "experience_review/reply.html")


@bp.route("/<int:experience_id>/suspendre", methods=["GET", "POST"])
def hide(experience_id: int) -> ResponseReturnValue:
    """Take a public experience off at once, with a reason."""
    form = HideForm()

    def suspend(experience: Experience) -> None:
        hide_experience(
            db_session(),
            experience,
            comment=form.comment.data or "",
            moderator=signed_in_person(),
            now=now(),
        )

    return _run(experience_id, form, suspend, "experience_review/hide.html")


@bp.post("/<int:experience_id>/retablir")
def restore(experience_id: int) -> ResponseReturnValue:
    """Make a suspended experience public again."""
    experience, session = _experience_or_404(experience_id), db_session()
    commit_or_flash(
        lambda: restore_experience(session, experience, moderator=signed_in_person(), now=now()),
        _("Le retour est de nouveau public."),
    )
    return redirect(url_for("experience_review.review", experience_id=experience_id))


def _run(
    experience_id: int,
    form: DecisionForm | HideForm,
    act: Callable[[Experience], None],
    template: str,
) -> ResponseReturnValue:
    """Show the page or carry out the decision; a refusal keeps what was typed and says why."""
    experience, session = _experience_or_404(experience_id), db_session()
    status = 200
    if not form.is_submitted():
        form.renew_lock(experience.lock)
    elif not form.validate():
        status = UNPROCESSABLE
    else:
        try:
            act(experience)
            session.commit()
        except RuleViolation as refusal:
            session.rollback()
            status = refusal_status(refusal)
            form.show_error(refusal.field, refusal_words(refusal))
            experience = _experience_or_404(experience_id)
            form.renew_lock(experience.lock)
        else:
            flash(_("La décision est enregistrée et envoyée."), "success")
            return redirect(url_for("experience_review.queue"))
    return _show(experience, form, template), status


def _show(experience: Experience, form: Form, template: str) -> str:
    return render_template(
        template,
        row=experience,
        view=view_of(db_session(), experience),
        form=form,
        may_decide=may_decide(db_session(), experience, signed_in_person()),
        reasons=known_reasons(experience.reasons),
    )


def _experience_or_404(experience_id: int) -> Experience:
    found = load_experience(db_session(), experience_id)
    # A draft is its author's alone until it is submitted.
    if found is None or (found.submitted_at is None and found.published_at is None):
        abort(404)
    return found
