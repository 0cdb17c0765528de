"""What a team does in a thread: write, accept, decline, take back, say what came of it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from flask import Blueprint, current_app, flash, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.introductions import (
    AcceptForm,
    ContactForm,
    DeclineForm,
    MessageForm,
    StageForm,
    WithdrawForm,
)
from forms.once import OnceForm
from models.introduction import Introduction
from services.errors import Conflict, RuleViolation
from services.introduction_decisions import (
    accept_introduction,
    decline_introduction,
    withdraw_introduction,
)
from services.introduction_threads import add_message, last_read, take_contact
from services.outcomes import report_stage
from views.access import signed_in_person, thread_or_404
from views.once import carry_out
from views.refusals import CONFLICT, UNPROCESSABLE, refusal_words
from views.thread_pages import ThreadForms, thread_page
from vocabulary.exchanges import Side

bp = Blueprint("threads", __name__, url_prefix="/mon-espace/mises-en-relation")

# Forms with a place for a refusal; that of a button alone is told above the next page.
WRITTEN: Final = MessageForm | DeclineForm | StageForm


@bp.post("/<int:introduction_id>/messages")
def write(introduction_id: int) -> ResponseReturnValue:
    """Write in the thread, with files."""
    introduction, side = thread_or_404(introduction_id)
    form = MessageForm()

    def action() -> None:
        add_message(
            db_session(),
            introduction,
            signed_in_person(),
            side,
            body=form.text(),
            files=form.sent_files(),
            folder=current_app.config["SETTINGS"].documents_dir,
            now=now(),
        )
        flash(_("Votre message est envoyé."), "success")

    forms = replace(ThreadForms.empty(), message=form)
    return _try(introduction, side, form, forms, action, anchor="repondre")


@bp.post("/<int:introduction_id>/accepter")
def accept(introduction_id: int) -> ResponseReturnValue:
    """Accept a request: both contacts are disclosed to both teams."""
    introduction, side = thread_or_404(introduction_id)

    def action() -> None:
        accept_introduction(db_session(), introduction, signed_in_person(), now=now())
        flash(_("La demande est acceptée : vous pouvez vous écrire directement."), "success")

    return _try(introduction, side, AcceptForm(), ThreadForms.empty(), action)


@bp.post("/<int:introduction_id>/decliner")
def decline(introduction_id: int) -> ResponseReturnValue:
    """Decline a request with a reason."""
    introduction, side = thread_or_404(introduction_id)
    form = DeclineForm()

    def action() -> None:
        decline_introduction(
            db_session(),
            introduction,
            signed_in_person(),
            reason=form.chosen_reason(),
            note=form.text(),
            now=now(),
        )
        flash(
            _("La demande est déclinée. Vous pouvez encore l’accepter pendant sept jours."), "info"
        )

    return _try(introduction, side, form, replace(ThreadForms.empty(), decline=form), action)


@bp.post("/<int:introduction_id>/retirer")
def withdraw(introduction_id: int) -> ResponseReturnValue:
    """Take a request back before it is answered."""
    introduction, side = thread_or_404(introduction_id)

    def action() -> None:
        withdraw_introduction(db_session(), introduction, signed_in_person(), now=now())
        flash(_("Votre demande est retirée."), "info")

    return _try(introduction, side, WithdrawForm(), ThreadForms.empty(), action)


@bp.post("/<int:introduction_id>/contact")
def become_contact(introduction_id: int) -> ResponseReturnValue:
    """Become the contact of one's side, in place of somebody who left or is away."""
    introduction, side = thread_or_404(introduction_id)

    def action() -> None:
        take_contact(db_session(), introduction, signed_in_person(), side)
        flash(_("L’autre équipe voit désormais votre adresse."), "success")

    return _try(introduction, side, ContactForm(), ThreadForms.empty(), action)


@bp.post("/<int:introduction_id>/suite")
def report(introduction_id: int) -> ResponseReturnValue:
    """Say what came of it so far."""
    introduction, side = thread_or_404(introduction_id)
    form = StageForm()

    def action() -> None:
        report_stage(
            db_session(),
            introduction,
            signed_in_person(),
            side,
            stage=form.chosen_stage(),
            note=form.text(),
            now=now(),
        )
        flash(_("C’est noté : l’autre partie voit votre réponse."), "success")

    forms = replace(ThreadForms.empty(), stage=form)
    return _try(introduction, side, form, forms, action, anchor="suites")


def _try(
    introduction: Introduction,
    side: Side,
    form: OnceForm,
    forms: ThreadForms,
    action: Callable[[], None],
    *,
    anchor: str = "",
) -> ResponseReturnValue:
    """Do one thing and come back to the thread; a refusal is shown on the page, words kept."""
    if form.validate():

        def done() -> str:
            action()
            return url_for(
                "introductions.show", introduction_id=introduction.id, _anchor=anchor or None
            )

        number = introduction.id
        try:
            return carry_out(form, done)
        except Conflict as refusal:
            db_session().rollback()
            return _overtaken(number, form, forms, refusal)
        except RuleViolation as refusal:
            db_session().rollback()
            message = refusal_words(refusal)
            if isinstance(form, WRITTEN):
                form.show_error(refusal.field, message)
            else:
                flash(message, "error")
            introduction, side = thread_or_404(number)
    person = signed_in_person()
    seen = last_read(db_session(), introduction, person)
    return thread_page(introduction, side, person, forms, seen=seen), UNPROCESSABLE


def _overtaken(
    number: int, form: OnceForm, forms: ThreadForms, refusal: Conflict
) -> ResponseReturnValue:
    """Show the thread as it stands now, why nothing was done, and what was typed (THREATS C4)."""
    introduction, side = thread_or_404(number)
    person = signed_in_person()
    page = thread_page(
        introduction,
        side,
        person,
        forms,
        seen=last_read(db_session(), introduction, person),
        conflict=refusal_words(refusal),
        unsent=form.text() if isinstance(form, WRITTEN) else "",
    )
    return page, CONFLICT
