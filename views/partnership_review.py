"""Moderators: the partnerships that wait, what each would say, the decision; suspending one."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.partnerships import ReviewForm, SuspendForm
from models.partnership import Partnership
from services.errors import Conflict, RuleViolation
from services.partnership_contents import PartnershipContent, stamp
from services.partnership_pages import partnership_by_slug, partnership_view
from services.partnership_publishing import (
    can_decide_partnership,
    current_content,
    decide_partnership,
    hidden_partnerships,
    hide_partnership,
    restore_partnership,
    waiting_partnerships,
)
from views.access import signed_in_person
from views.partnership_editing import page_rows, run
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words
from vocabulary.kinds import PublicationState

bp = Blueprint("partnership_review", __name__, url_prefix="/moderation/partenariats")


@bp.get("")
def queue() -> ResponseReturnValue:
    """List what waits for a decision, the longest wait first, then what was taken off."""
    return render_template(
        "partnership_review/queue.html",
        waiting=waiting_partnerships(db_session()),
        hidden=hidden_partnerships(db_session()),
    )


@bp.route("/<slug:slug>", methods=["GET", "POST"])
def review(slug: str) -> ResponseReturnValue:
    """Show a page beside what is public of it, and take the decision."""
    partnership = _partnership_or_404(slug)
    form = ReviewForm()
    if not form.is_submitted():
        form.renew_stamp(stamp(current_content(partnership)))
        return _show(partnership, form)
    if not form.validate():
        return _show(partnership, form, UNPROCESSABLE)
    session = db_session()
    try:
        decide_partnership(
            session,
            partnership,
            publish=form.is_publication(),
            comment=form.comment.data or "",
            seen=form.known_stamp(),
            moderator=signed_in_person(),
            now=now(),
        )
        session.commit()
    except Conflict as refusal:
        session.rollback()
        form.renew_stamp(stamp(current_content(partnership)))
        form.show_error(None, refusal_words(refusal))
        return _show(partnership, form, CONFLICT)
    except RuleViolation as refusal:
        session.rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return _show(partnership, form, UNPROCESSABLE)
    flash(_("La décision est enregistrée et envoyée."), "success")
    return redirect(url_for("partnership_review.queue"))


def _show(partnership: Partnership, form: ReviewForm, status: int = 200) -> ResponseReturnValue:
    content = current_content(partnership)
    published = PartnershipContent.of(partnership) if partnership.is_public else None
    page = render_template(
        "partnership_review/review.html",
        partnership=partnership,
        view=partnership_view(partnership, is_inside=True),
        form=form,
        rows=page_rows(published, content),
        may_decide=partnership.submitted_at is not None
        and can_decide_partnership(db_session(), partnership, signed_in_person()),
    )
    return page, status


@bp.route("/<slug:slug>/suspendre", methods=["GET", "POST"])
def suspend(slug: str) -> ResponseReturnValue:
    """Take a public page off at once, with a reason."""
    partnership = _partnership_or_404(slug)
    form = SuspendForm()
    if form.validate_on_submit():
        words = form.comment.data or ""
        return run(
            lambda: hide_partnership(
                db_session(),
                partnership,
                state=PublicationState.SUSPENDED,
                comment=words,
                person=signed_in_person(),
                now=now(),
            ),
            url_for("partnership_review.queue"),
            _("« %(name)s » n’apparaît plus nulle part.", name=partnership.name),
        )
    page = render_template("partnership_review/suspend.html", partnership=partnership, form=form)
    return page, UNPROCESSABLE if form.errors else 200


@bp.post("/<slug:slug>/retablir")
def restore(slug: str) -> ResponseReturnValue:
    """Make a page that was taken off public again."""
    partnership = _partnership_or_404(slug)
    return run(
        lambda: restore_partnership(
            db_session(), partnership, person=signed_in_person(), now=now()
        ),
        url_for("partnerships.show", slug=slug),
        _("La page est de nouveau publique."),
    )


def _partnership_or_404(slug: str) -> Partnership:
    found = partnership_by_slug(db_session(), slug)
    if found is None:
        abort(404)
    return found
