"""From draft to public, for the people of an organisation: review, submit, withdraw, restore."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now, today
from extensions.database import db_session
from services.drafts import discard_draft
from services.errors import RuleViolation
from services.publishing import IncompleteEntry, submit_entry, take_back
from services.visibility import confirm_entry, delete_unpublished, withdraw_entry
from views.access import (
    editable_organization_or_404,
    managed_organization_or_404,
    signed_in_person,
)
from views.drafting import commune_text, unpublished_rows
from views.entry_steps import EntryState, entry_state, step_url
from views.refusals import commit_or_flash, refusal_status, refusal_words
from vocabulary.kinds import PublicationState

bp = Blueprint("submission", __name__, url_prefix="/mon-espace/organisations")


@bp.get("/<slug>")
def overview(slug: str) -> ResponseReturnValue:
    """Show where an organisation stands: state, what is missing, what can be done."""
    return render_template(
        "registration/overview.html", **_page(entry_state(editable_organization_or_404(slug)))
    )


@bp.get("/<slug>/relecture")
def review(slug: str) -> ResponseReturnValue:
    """Last step: read everything again, see what changes, submit."""
    return render_template(
        "registration/review.html", **_page(entry_state(editable_organization_or_404(slug)))
    )


def _page(state: EntryState) -> dict[str, Any]:
    return {
        "state": state,
        "current": "review",
        "rows": unpublished_rows(state.entry, state.content),
        "commune": commune_text(state.content.commune_code),
        "step_url": step_url,
        "form": FlaskForm(),
        "offers_to_submit": [one for one in state.offers if _waits_for_submission(one.revision)],
    }


def _waits_for_submission(revision: Any) -> bool:  # noqa: ANN401 - a revision or nothing
    return revision is not None and revision.state in {
        PublicationState.DRAFT,
        PublicationState.CHANGES_REQUESTED,
    }


@bp.post("/<slug>/soumettre")
def submit(slug: str) -> ResponseReturnValue:
    """Hand the profile, and the offers that are ticked, to the moderators."""
    entry = editable_organization_or_404(slug)
    session, author = db_session(), signed_in_person()
    wanted = set(request.form.getlist("offers"))
    state = entry_state(entry)
    refused: list[str] = []
    try:
        sent = _submit_profile(state)
        for one in state.offers:
            if str(one.offer.id) in wanted and _waits_for_submission(one.revision):
                try:
                    submit_entry(session, one.offer, author=author, today=today(), now=now())
                    sent += 1
                except IncompleteEntry:
                    refused.append(one.content.title)
        session.commit()
    except RuleViolation as refusal:
        session.rollback()
        page = _page(entry_state(editable_organization_or_404(slug)))
        page["refusal"] = refusal_words(refusal)
        return render_template("registration/review.html", **page), refusal_status(refusal)
    if sent:
        flash(_("Transmis à l’équipe : un courriel vous dira sa décision."), "success")
    for title in refused:
        flash(_("« %(title)s » est incomplète : elle reste en brouillon.", title=title), "warning")
    return redirect(url_for("submission.overview", slug=slug))


def _submit_profile(state: EntryState) -> int:
    """Submit the profile when it has something new; return how many entries were submitted."""
    entry = state.entry
    is_hidden = entry.state in {PublicationState.ARCHIVED, PublicationState.SUSPENDED}
    if state.revision is None and not is_hidden:
        return 0
    done = submit_entry(db_session(), entry, author=signed_in_person(), today=today(), now=now())
    return int(done)


@bp.post("/<slug>/reprendre")
def reopen(slug: str) -> ResponseReturnValue:
    """Take back what waits for a moderator, to change it."""
    entry = editable_organization_or_404(slug)
    commit_or_flash(lambda: take_back(db_session(), entry, author=signed_in_person(), now=now()))
    return redirect(url_for("submission.overview", slug=slug))


@bp.post("/<slug>/abandonner")
def discard(slug: str) -> ResponseReturnValue:
    """Forget the edits that were not published."""
    entry = editable_organization_or_404(slug)
    lock = request.form.get("lock", type=int) or 0
    commit_or_flash(
        lambda: discard_draft(db_session(), entry, lock=lock),
        _("Les modifications non publiées sont abandonnées."),
    )
    return redirect(url_for("submission.overview", slug=slug))


@bp.post("/<slug>/retirer")
def withdraw(slug: str) -> ResponseReturnValue:
    """Hide a published entry at once, everywhere."""
    entry = managed_organization_or_404(slug)
    commit_or_flash(
        lambda: withdraw_entry(db_session(), entry, author=signed_in_person(), now=now()),
        _("La fiche est retirée : elle n’apparaît plus nulle part."),
    )
    return redirect(url_for("submission.overview", slug=slug))


@bp.post("/<slug>/supprimer")
def delete(slug: str) -> ResponseReturnValue:
    """Delete a draft that was never published."""
    entry = managed_organization_or_404(slug)
    is_deleted = commit_or_flash(
        lambda: delete_unpublished(db_session(), entry, author=signed_in_person(), now=now()),
        _("Le brouillon est supprimé."),
    )
    if not is_deleted:
        return redirect(url_for("submission.overview", slug=slug))
    return redirect(url_for("workspace.home"))


@bp.post("/<slug>/confirmer")
def confirm(slug: str) -> ResponseReturnValue:
    """Record that the published entry is still right."""
    entry = editable_organization_or_404(slug)
    if not entry.is_public:
        abort(404)
    commit_or_flash(
        lambda: confirm_entry(
            db_session(), entry, author=signed_in_person(), today=today(), now=now()
        ),
        _("Merci : la fiche est marquée comme à jour."),
    )
    return redirect(url_for("submission.overview", slug=slug))
