"""Staff complete what is known of a quarter: NPNRU interest and project phases, with sources."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from extensions.clock import now
from extensions.database import db_session
from forms.moderation import TerritoryFactsForm
from models.territory import Territory
from services.contents import clean_line
from services.errors import Conflict, RuleViolation
from services.territory_facts import facts_seen, update_facts
from views.access import signed_in_person
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words
from vocabulary.kinds import NpnruInterest

bp = Blueprint("territory_editing", __name__)
LONGEST_CODE = 10


@bp.route("/moderation/territoires/<code>", methods=["GET", "POST"])
def edit(code: str) -> ResponseReturnValue:
    """State the interest of a quarter and the phase of each of its projects."""
    territory = _territory_or_404(code)
    form = TerritoryFactsForm()
    if not form.is_submitted():
        _fill(form, territory)
        return _page(form, territory)
    status = UNPROCESSABLE
    if form.validate():
        try:
            return _save(form, territory)
        except Conflict as refusal:
            db_session().rollback()
            status = CONFLICT
            form.seen.data = facts_seen(territory)
            form.form_errors.append(refusal_words(refusal))
        except RuleViolation as refusal:
            db_session().rollback()
            form.form_errors.append(refusal_words(refusal))
    return _page(form, territory), status


def _page(form: TerritoryFactsForm, territory: Territory) -> str:
    return render_template(
        "territory_editing/edit.html",
        form=form,
        territory=territory,
        project_names={str(project.id): project.name for project in territory.projects},
    )


def _save(form: TerritoryFactsForm, territory: Territory) -> ResponseReturnValue:
    changed = update_facts(
        db_session(),
        territory,
        interest=NpnruInterest(form.interest.data),
        source=clean_line(form.source.data or "", 300),
        phases=form.phases(),
        seen=form.seen.data or "",
        author=signed_in_person(),
        now=now(),
    )
    db_session().commit()
    if changed:
        flash(_("Le quartier est complété."), "success")
    return redirect(url_for("territories.show", code=territory.code))


def _fill(form: TerritoryFactsForm, territory: Territory) -> None:
    form.seen.data = facts_seen(territory)
    form.interest.data = (territory.npnru_interest or NpnruInterest.UNSTATED).value
    form.source.data = territory.npnru_source
    for project in sorted(territory.projects, key=lambda one: one.id):
        form.projects.append_entry(
            {
                "project_id": str(project.id),
                "phase": project.phase.value,
                "phase_on": project.phase_on,
                "phase_source": project.phase_source,
            }
        )


def _territory_or_404(code: str) -> Territory:
    found = db_session().scalar(select(Territory).where(Territory.code == code[:LONGEST_CODE]))
    if found is None:
        abort(404)
    return found
