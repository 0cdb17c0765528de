"""The page behind the link sent to a partner: what is stated, and one answer, without account.

Reading it changes nothing, since scanners open every link of a mail.
"""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from extensions.clock import now, today
from extensions.database import db_session
from extensions.evidence_links import request_of_link
from forms.references import AnswerForm
from services.errors import Conflict, RuleViolation
from services.reference_answers import Asked, answer_request, asked_of
from views.refusals import UNPROCESSABLE, refusal_words

bp = Blueprint("reference_answers", __name__)
GONE = 410


@bp.route("/references/reponse/<token>", methods=["GET", "POST"])
def answer(token: str) -> ResponseReturnValue:
    """Show exactly what is stated, and take the one answer."""
    session = db_session()
    confirmation = request_of_link(session, token)
    if confirmation is None:
        return render_template("reference_answers/dead.html", confirmation=None), 404
    asked = asked_of(session, confirmation, today=today())
    if asked is None:
        return render_template("reference_answers/dead.html", confirmation=confirmation), GONE
    form = AnswerForm()
    if form.validate_on_submit():
        return _take(asked, form)
    return _show(asked, form, UNPROCESSABLE if form.is_submitted() else 200)


def _take(asked: Asked, form: AnswerForm) -> ResponseReturnValue:
    session, confirmation = db_session(), asked.confirmation
    try:
        answer_request(
            session,
            confirmation,
            form.chosen(),
            answered_as=form.answered_as.data or "",
            note=form.note.data or "",
            today=today(),
            now=now(),
        )
        session.commit()
    except Conflict:
        session.rollback()
        return render_template("reference_answers/dead.html", confirmation=confirmation), GONE
    except RuleViolation as refusal:
        session.rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return _show(asked, form, UNPROCESSABLE)
    return render_template("reference_answers/done.html", confirmation=confirmation, asked=asked)


def _show(asked: Asked, form: AnswerForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "reference_answers/answer.html",
        reference=asked.reference,
        offer=asked.reference.offer,
        confirmation=asked.confirmation,
        form=form,
    )
    return page, status
