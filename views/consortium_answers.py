"""The page where an actor reads an invitation to a team, answers it, or takes its answer back."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.consortiums import AnswerForm
from forms.once import OnceForm
from models.consortium import ConsortiumInvitation
from services import consortium_invitations as rules
from services.consortiums import partnership_of
from services.errors import RuleViolation
from services.permissions import can_edit_organization
from views.access import current_person, signed_in_person
from views.once import carry_out
from views.refusals import UNPROCESSABLE, commit_or_flash, flash_refusal

bp = Blueprint("consortium_answers", __name__, url_prefix="/mon-espace/groupements/invitations")


@bp.get("/<int:invitation_id>")
def show(invitation_id: int) -> ResponseReturnValue:
    """Show what is asked, for which needs, and who has already accepted."""
    return _page(_invitation_or_404(invitation_id), AnswerForm(formdata=None))


@bp.post("/<int:invitation_id>/repondre")
def answer(invitation_id: int) -> ResponseReturnValue:
    """Accept, or decline for a reason."""
    invitation = _invitation_or_404(invitation_id)
    form = AnswerForm()
    if form.validate() and not form.is_yes() and form.decline_reason() is None:
        form.reason.errors = [*form.reason.errors, _("Choisissez une raison.")]
    if form.errors:
        return _page(invitation, form, UNPROCESSABLE)

    def action() -> str:
        rules.answer_invitation(
            db_session(),
            invitation,
            reason=form.decline_reason(),
            note=form.note.data or "",
            person=signed_in_person(),
            now=now(),
        )
        if form.is_yes():
            flash(_("Vous êtes du groupement : le territoire en est averti."), "success")
        else:
            flash(_("Votre refus est transmis au territoire, avec sa raison."), "success")
        return url_for("consortium_answers.show", invitation_id=invitation.id)

    try:
        return carry_out(form, action)
    except RuleViolation as refusal:
        db_session().rollback()
        flash_refusal(refusal)
        return redirect(url_for("consortium_answers.show", invitation_id=invitation_id))


@bp.post("/<int:invitation_id>/reprendre")
def reopen(invitation_id: int) -> ResponseReturnValue:
    """Take one's answer back while the team is still being built."""
    invitation = _invitation_or_404(invitation_id)
    if not OnceForm().validate():
        abort(400)
    commit_or_flash(
        lambda: rules.reopen_invitation(
            db_session(), invitation, person=signed_in_person(), now=now()
        ),
        _("Votre réponse est reprise : vous pouvez répondre de nouveau."),
    )
    return redirect(url_for("consortium_answers.show", invitation_id=invitation_id))


def _page(
    invitation: ConsortiumInvitation, form: AnswerForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "consortiums/answer.html",
        invitation=invitation,
        consortium=invitation.consortium,
        needs=rules.open_needs(invitation.consortium, now()),
        companions=rules.companions(invitation),
        partnership=partnership_of(db_session(), invitation.consortium_id),
        form=form,
        once_form=OnceForm(formdata=None),
    )
    return page, status


def _invitation_or_404(invitation_id: int) -> ConsortiumInvitation:
    """Return the invitation if the person acts for the actor invited."""
    session = db_session()
    found = rules.whole_invitation(session, invitation_id)
    if found is None or not can_edit_organization(session, current_person(), found.organization_id):
        abort(404)
    return found
