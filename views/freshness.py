"""How often an entry is read again: chosen by its owner, confirmed in one click from a mail."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now, today
from extensions.database import db_session
from extensions.evidence_links import reminder_of_link
from forms.account import ConfirmForm
from forms.experiences import ReviewMonthsForm
from models.account import User
from models.organization import Organization
from services.freshness_reminders import choose_review_months
from services.permissions import can_manage_organization
from services.visibility import confirm_entry
from views.access import managed_organization_or_404, signed_in_person
from views.refusals import commit_or_flash

bp = Blueprint("freshness", __name__)


@bp.post("/mon-espace/organisations/<slug>/rappel")
def choose(slug: str) -> ResponseReturnValue:
    """Choose after how many months the entry is to be read again."""
    entry = managed_organization_or_404(slug)
    form, session = ReviewMonthsForm(), db_session()
    form.validate()
    commit_or_flash(
        lambda: choose_review_months(
            session, entry, form.chosen(), author=signed_in_person(), now=now()
        ),
        _("Votre choix est enregistré."),
    )
    return redirect(url_for("submission.overview", slug=slug))


@bp.route("/fiches/a-jour/<token>", methods=["GET", "POST"])
def confirm(token: str) -> ResponseReturnValue:
    """Confirm an entry from the link of a reminder, without signing in; reading changes nothing."""
    session = db_session()
    found = reminder_of_link(session, token)
    if found is None or not _is_still_theirs(*found):
        return render_template("freshness/dead.html"), 404
    entry, person = found
    form = ConfirmForm()
    is_done = False
    if form.validate_on_submit():
        confirm_entry(session, entry, author=person, today=today(), now=now())
        session.commit()
        is_done = True
    return render_template("freshness/confirm.html", entry=entry, form=form, is_done=is_done)


def _is_still_theirs(entry: Organization, person: User) -> bool:
    """Tell whether the person of the link still answers for the entry, which is still public."""
    is_owner = person.active and can_manage_organization(db_session(), person, entry.id)
    return entry.is_public and is_owner
