"""The actor's side of its references: how well each is established, asking a partner."""

from collections.abc import Callable, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now, today
from extensions.database import db_session
from forms.references import AskForm
from models.evidence import ReferenceConfirmation
from models.offer import Offer, Reference
from services.errors import RuleViolation
from services.reference_requests import (
    LINK_LIFE,
    ask_confirmation,
    may_resend,
    resend_day,
    resend_request,
    withdraw_request,
)
from services.references import history_of, reference_digest, reference_name
from views.access import signed_in_person
from views.offer_editing import editable_offer_or_404
from views.once import carry_out
from views.refusals import UNPROCESSABLE, flash_refusal, refusal_words

bp = Blueprint("reference_requests", __name__, url_prefix="/mon-espace/offres")


@bp.get("/<slug>/references")
def index(slug: str) -> ResponseReturnValue:
    """List the public references of an offer, and what became of each request."""
    offer = editable_offer_or_404(slug)
    history = history_of(db_session(), offer)
    return render_template(
        "reference_requests/index.html",
        offer=offer,
        rows=[_row(reference, history.get(reference.uid, ())) for reference in offer.references],
    )


def _row(reference: Reference, requests: Sequence[ReferenceConfirmation]) -> dict[str, object]:
    waiting = next((one for one in requests if one.is_open), None)
    last = requests[0] if requests else None
    return {
        "reference": reference,
        "name": reference_name(reference),
        "waiting": waiting,
        "may_resend": waiting is not None and may_resend(waiting, now=now()),
        "resend_day": resend_day(waiting).date() if waiting else None,
        "last": last,
        "is_same_text": last is not None and last.content_digest == reference_digest(reference),
    }


@bp.route("/<slug>/references/<uid>/demander", methods=["GET", "POST"])
def ask(slug: str, uid: str) -> ResponseReturnValue:
    """Ask a partner to confirm what is public of one reference."""
    offer, reference = _reference_or_404(slug, uid)
    form = AskForm()
    if form.validate_on_submit():
        try:
            return carry_out(form, lambda: _ask(offer, reference, form))
        except RuleViolation as refusal:
            db_session().rollback()
            form.show_error(refusal.field, refusal_words(refusal))
            offer, reference = _reference_or_404(slug, uid)
    page = render_template(
        "reference_requests/ask.html",
        offer=offer,
        reference=reference,
        name=reference_name(reference),
        form=form,
        days=LINK_LIFE.days,
    )
    return page, UNPROCESSABLE if form.errors else 200


def _ask(offer: Offer, reference: Reference, form: AskForm) -> str:
    ask_confirmation(
        db_session(),
        reference,
        form.address(),
        person=signed_in_person(),
        today=today(),
        now=now(),
    )
    flash(_("La demande part : vous serez prévenu de la réponse."), "success")
    return url_for("reference_requests.index", slug=offer.slug)


@bp.post("/<slug>/references/<uid>/<any(renvoyer,retirer):action>")
def act(slug: str, uid: str, action: str) -> ResponseReturnValue:
    """Send a request again, or withdraw it."""
    offer, reference = _reference_or_404(slug, uid)
    session = db_session()
    requests = history_of(session, offer).get(uid, ())
    waiting = next((one for one in requests if one.is_open), None)
    if waiting is None:
        flash(_("Cette demande n’attend plus de réponse."), "info")
        return redirect(url_for("reference_requests.index", slug=slug))
    actions: dict[str, Callable[..., None]] = {
        "renvoyer": resend_request,
        "retirer": withdraw_request,
    }
    try:
        actions[action](session, waiting, reference, person=signed_in_person(), now=now())
        session.commit()
    except RuleViolation as refusal:
        session.rollback()
        flash_refusal(refusal)
    else:
        done = {
            "renvoyer": _("La demande est renvoyée."),
            "retirer": _("La demande est retirée : son lien ne vaut plus rien."),
        }
        flash(done[action], "success")
    return redirect(url_for("reference_requests.index", slug=slug))


def _reference_or_404(slug: str, uid: str) -> tuple[Offer, Reference]:
    offer = editable_offer_or_404(slug)
    reference = next((one for one in offer.references if one.uid == uid), None)
    if reference is None:
        abort(404)
    return offer, reference
