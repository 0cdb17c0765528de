"""Teams of organisations: asking to join, inviting, answering, changing roles, leaving."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from extensions.signed_links import LinkPurpose, is_still_meant, read_membership
from forms.account import ConfirmForm
from forms.memberships import DecisionForm, InviteForm, JoinForm, RoleForm
from models.membership import Membership
from models.organization import Organization
from services import invitations as invitation_rules
from services import memberships as rules
from services.errors import NotFound, RuleViolation
from services.permissions import can_manage_organization, membership_of
from views.access import (
    current_person,
    editable_organization_or_404,
    managed_organization_or_404,
    organization_or_404,
    signed_in_person,
)
from views.refusals import commit_or_flash, refusal_words
from vocabulary.kinds import MembershipState

bp = Blueprint("memberships", __name__)


@bp.get("/mon-espace/invitations")
def invitations() -> ResponseReturnValue:
    """List the invitations to answer and the requests that wait."""
    person = signed_in_person()
    session = db_session()
    mine = session.scalars(rules.memberships_of(person)).all()
    return render_template(
        "memberships/invitations.html",
        invitations=session.scalars(invitation_rules.invitations_for(person, now=now())).all(),
        requests=[row for row in mine if row.state == MembershipState.REQUESTED],
        form=DecisionForm(),
    )


@bp.route("/mon-espace/invitations/<token>", methods=["GET", "POST"])
def invitation(token: str) -> ResponseReturnValue:
    """Answer the invitation whose link was mailed; it must be for the signed-in address."""
    number, instant = read_membership(
        token, LinkPurpose.INVITATION, within=invitation_rules.INVITATION_LIFE
    )
    membership = db_session().get(Membership, number)
    if membership is None or not is_still_meant(membership, instant):
        return render_template("memberships/dead_link.html"), 404
    if (membership.invited_email or "").lower() != signed_in_person().email.lower():
        return render_template("memberships/other_address.html"), 404
    form = DecisionForm()
    if form.validate_on_submit():
        return _answer(membership, accept=form.is_yes())
    return render_template("memberships/invitation.html", membership=membership, form=form)


@bp.post("/mon-espace/invitations/<int:membership_id>/reponse")
def answer(membership_id: int) -> ResponseReturnValue:
    """Answer an invitation from the list."""
    membership = _membership_or_404(membership_id)
    if (membership.invited_email or "").lower() != signed_in_person().email.lower():
        abort(404)
    form = DecisionForm()
    if not form.validate():
        abort(400)
    return _answer(membership, accept=form.is_yes())


def _answer(membership: Membership, *, accept: bool) -> ResponseReturnValue:
    session = db_session()
    person = signed_in_person()
    organization = membership.organization
    try:
        invitation_rules.answer_invitation(session, membership, person, accept=accept, now=now())
    except NotFound:
        abort(404)
    session.commit()
    if not accept:
        flash(_("L’invitation est refusée."), "info")
        return redirect(url_for("memberships.invitations"))
    flash(_("Vous faites partie de l’équipe de « %(name)s ».", name=organization.name), "success")
    return redirect(url_for("memberships.team", slug=organization.slug))


@bp.post("/mon-espace/invitations/<int:membership_id>/retirer")
def withdraw(membership_id: int) -> ResponseReturnValue:
    """Take back one's own request to join or claim."""
    membership = _membership_or_404(membership_id)
    person = signed_in_person()
    if membership.user_id != person.id or membership.state != MembershipState.REQUESTED:
        abort(404)
    rules.end_membership(db_session(), membership, person, now=now())
    db_session().commit()
    flash(_("Votre demande est retirée."), "info")
    return redirect(url_for("memberships.invitations"))


@bp.route("/acteurs/<slug>/rejoindre", methods=["GET", "POST"])
def join(slug: str) -> ResponseReturnValue:
    """Ask the owners of an organisation to let one in."""
    organization = organization_or_404(slug)
    if not organization.is_claimed:
        return redirect(url_for("claims.claim", slug=slug))
    form = JoinForm()
    if form.validate_on_submit():
        try:
            rules.request_membership(
                db_session(), organization, signed_in_person(), message=form.text(), now=now()
            )
        except RuleViolation as refusal:
            form.form_errors.append(refusal_words(refusal))
        else:
            db_session().commit()
            flash(_("Votre demande est partie aux responsables de la fiche."), "success")
            return redirect(url_for("memberships.invitations"))
    return render_template("memberships/join.html", form=form, organization=organization)


@bp.get("/mon-espace/organisations/<slug>/equipe")
def team(slug: str) -> ResponseReturnValue:
    """Show who belongs to the organisation."""
    return _team_page(editable_organization_or_404(slug), InviteForm(formdata=None))


def _team_page(organization: Organization, invite_form: InviteForm) -> str:
    session = db_session()
    person = current_person()
    rows = session.scalars(rules.team_of(organization.id)).all()
    by_state = {
        state: [row for row in rows if row.state == state and not row.is_claim]
        for state in MembershipState
    }
    return render_template(
        "memberships/team.html",
        organization=organization,
        members=by_state[MembershipState.APPROVED],
        requests=by_state[MembershipState.REQUESTED],
        invited=by_state[MembershipState.INVITED],
        can_manage=can_manage_organization(session, person, organization.id),
        own=membership_of(session, person, organization.id),
        invite_form=invite_form,
        role_form=RoleForm(formdata=None),
        confirm_form=ConfirmForm(formdata=None),
    )


@bp.post("/mon-espace/organisations/<slug>/equipe/inviter")
def invite(slug: str) -> ResponseReturnValue:
    """Invite an address by mail."""
    organization = managed_organization_or_404(slug)
    form = InviteForm()
    if form.validate():
        try:
            invitation_rules.invite_member(
                db_session(),
                organization,
                signed_in_person(),
                email=form.address(),
                role=form.chosen_role(),
                now=now(),
            )
        except RuleViolation as refusal:
            form.email.errors = [*form.email.errors, refusal_words(refusal)]
        else:
            db_session().commit()
            flash(_("L’invitation part vers %(email)s.", email=form.address()), "success")
            return redirect(url_for("memberships.team", slug=slug))
    return _team_page(organization, form)


@bp.post("/mon-espace/organisations/<slug>/equipe/<int:membership_id>/reponse")
def decide(slug: str, membership_id: int) -> ResponseReturnValue:
    """Let somebody in, or not."""
    membership = _of(managed_organization_or_404(slug), membership_id)
    form = DecisionForm()
    if not form.validate():
        abort(400)
    return _change(
        slug,
        lambda: rules.decide_request(
            db_session(), membership, signed_in_person(), approve=form.is_yes(), now=now()
        ),
        _("La réponse est envoyée."),
    )


@bp.post("/mon-espace/organisations/<slug>/equipe/<int:membership_id>/role")
def change_role(slug: str, membership_id: int) -> ResponseReturnValue:
    """Make a member an owner or an editor."""
    membership = _of(managed_organization_or_404(slug), membership_id)
    form = RoleForm()
    if not form.validate():
        abort(400)
    return _change(
        slug,
        lambda: rules.change_role(
            db_session(), membership, signed_in_person(), role=form.chosen_role(), now=now()
        ),
        _("Le rôle est changé."),
    )


@bp.post("/mon-espace/organisations/<slug>/equipe/<int:membership_id>/retirer")
def remove(slug: str, membership_id: int) -> ResponseReturnValue:
    """Remove a member or take back an invitation."""
    membership = _of(managed_organization_or_404(slug), membership_id)
    return _change(
        slug,
        lambda: rules.end_membership(db_session(), membership, signed_in_person(), now=now()),
        _("C’est fait : la personne n’a plus accès."),
    )


@bp.post("/mon-espace/organisations/<slug>/equipe/quitter")
def leave(slug: str) -> ResponseReturnValue:
    """Leave the organisation."""
    organization = editable_organization_or_404(slug)
    person = signed_in_person()
    membership = membership_of(db_session(), person, organization.id)
    if membership is None:
        abort(404)
    done = _("Vous ne faites plus partie de « %(name)s ».", name=organization.name)
    if commit_or_flash(
        lambda: rules.end_membership(db_session(), membership, person, now=now()), done
    ):
        return redirect(url_for("memberships.invitations"))
    return redirect(url_for("memberships.team", slug=slug))


def _change(slug: str, action: Callable[[], None], done: str) -> ResponseReturnValue:
    """Do one change to the team and come back to it, saying what happened."""
    commit_or_flash(action, done)
    return redirect(url_for("memberships.team", slug=slug))


def _of(organization: Organization, membership_id: int) -> Membership:
    """Return a membership of that organisation; another's looks missing."""
    membership = _membership_or_404(membership_id)
    if membership.organization_id != organization.id or membership.is_claim:
        abort(404)
    return membership


def _membership_or_404(membership_id: int) -> Membership:
    membership = db_session().get(Membership, membership_id)
    if membership is None:
        abort(404)
    return membership
