"""What came of the introductions of one's organisations: all that is due, on one page."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now, today
from extensions.database import db_session
from forms.introductions import DueForm, due_form
from services.errors import RuleViolation
from services.meetup_evenings import DueDay, due_days
from services.outcomes import DueLine, due_lines, report_stage
from services.seats import teams_of
from views.access import signed_in_person
from views.once import carry_out
from views.refusals import UNPROCESSABLE, refusal_status, refusal_words
from vocabulary.labels import N_

bp = Blueprint("outcomes", __name__)


@bp.route("/mon-espace/suites", methods=["GET", "POST"])
def due() -> ResponseReturnValue:
    """Ask of everything due at once; a line left open is asked again."""
    lines = due_lines(db_session(), signed_in_person(), today=today())
    form = due_form([line.key for line in lines])
    status = 200
    if form.validate_on_submit():
        try:
            return carry_out(form, lambda: _save(form, lines))
        except RuleViolation as refusal:
            db_session().rollback()
            status = refusal_status(refusal)
            form.form_errors.append(refusal_words(refusal))
    elif form.errors:
        status = UNPROCESSABLE
    page = render_template("outcomes/due.html", form=form, lines=lines, days=_days())
    return page, status


def _days() -> list[DueDay]:
    """Return the meetup days whose meetings wait for an answer; they are answered day by day."""
    person = signed_in_person()
    return due_days(db_session(), teams_of(person.id), person, now=now())


def _save(form: DueForm, lines: list[DueLine]) -> str:
    session, person = db_session(), signed_in_person()
    answers = [(line, form.answer(*line.key)) for line in lines]
    given = [(line, answer) for line, answer in answers if answer is not None]
    if not given:
        raise RuleViolation(N_("Répondez à une ligne au moins."))
    for line, (stage, note) in given:
        report_stage(
            session, line.introduction, person, line.side, stage=stage, note=note, now=now()
        )
    flash(_("Vos réponses sont enregistrées : chaque partie les voit."), "success")
    return url_for("outcomes.due")
