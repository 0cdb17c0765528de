"""Claims on entries that nobody looks after, and the queue in which staff answer them."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from extensions.signed_links import LinkPurpose, is_still_meant, read_membership
from forms.account import ConfirmForm
from forms.memberships import ClaimForm, DecisionForm
from models.membership import Membership
from services import claims as rules
from services.errors import Conflict, NotFound, RuleViolation
from views.access import organization_or_404, signed_in_person
from views.refusals import commit_or_flash, refusal_words

bp = Blueprint("claims", __name__)
QUEUE_LENGTH = 100


@bp.route("/acteurs/<slug>/revendiquer", methods=["GET", "POST"])
def claim(slug: str) -> ResponseReturnValue:
    """Claim an entry: prove it by an address at its domain, or let staff decide."""
    organization = organization_or_404(slug)
    if organization.is_claimed:
        return redirect(url_for("memberships.join", slug=slug))
    person = signed_in_person()
    form = ClaimForm()
    if not form.is_submitted() and rules.is_address_of(organization, person.email):
        form.work_email.data = person.email
    if form.validate_on_submit():
        try:
            rules.claim_organization(
                db_session(),
                organization,
                person,
                work_email=form.address(),
                message=form.text(),
                now=now(),
            )
        except RuleViolation as refusal:
            form.add_error(refusal.field, refusal_words(refusal))
        else:
            db_session().commit()
            flash(_("Votre demande est enregistrée."), "success")
            return redirect(url_for("memberships.invitations"))
    return render_template(
        "memberships/claim.html",
        form=form,
        organization=organization,
        domain=rules.domain_of(organization),
    )


@bp.route("/mon-espace/revendications/<token>", methods=["GET", "POST"])
def prove(token: str) -> ResponseReturnValue:
    """Grant a claim by the link mailed to the organisation's domain."""
    number, instant = read_membership(token, LinkPurpose.CLAIM, within=rules.CLAIM_LINK_LIFE)
    membership = db_session().get(Membership, number)
    if membership is None or not is_still_meant(membership, instant):
        return render_template("memberships/dead_link.html"), 404
    form = ConfirmForm()
    if form.validate_on_submit():
        try:
            rules.confirm_claim(db_session(), membership, signed_in_person(), now=now())
        except (NotFound, Conflict):
            db_session().rollback()
            return render_template("memberships/dead_link.html"), 404
        db_session().commit()
        name = membership.organization.name
        flash(_("Vous êtes responsable de la fiche %(name)s.", name=name), "success")
        return redirect(url_for("memberships.team", slug=membership.organization.slug))
    return render_template("memberships/prove_claim.html", membership=membership, form=form)


@bp.get("/moderation/demandes")
def queue() -> ResponseReturnValue:
    """List the claims that wait, oldest first."""
    found = db_session().scalars(rules.pending_claims().limit(QUEUE_LENGTH)).all()
    return render_template(
        "memberships/claims_queue.html",
        claims=found,
        form=DecisionForm(),
        person=signed_in_person(),
        is_address_of=rules.is_address_of,
    )


@bp.post("/moderation/demandes/<int:membership_id>")
def decide(membership_id: int) -> ResponseReturnValue:
    """Answer a claim."""
    session = db_session()
    membership = session.get(Membership, membership_id)
    if membership is None or not membership.is_claim:
        abort(404)
    form = DecisionForm()
    if not form.validate():
        abort(400)
    commit_or_flash(
        lambda: rules.decide_claim(
            session, membership, signed_in_person(), approve=form.is_yes(), now=now()
        ),
        _("La réponse est envoyée."),
    )
    return redirect(url_for("claims.queue"))
