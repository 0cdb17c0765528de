"""Members of a federating structure, from its own space and from the space of each member."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from sqlalchemy import select

from extensions.clock import now
from extensions.database import db_session
from models.federation import FederationMember
from models.organization import Organization
from services.errors import NotFound, RuleViolation
from services.federations import (
    answer_invitation,
    federations_of,
    find_candidates,
    invite_organization,
    members_of,
    remove_member,
)
from views.access import (
    editable_organization_or_404,
    managed_organization_or_404,
    signed_in_person,
)
from views.refusals import flash_refusal

bp = Blueprint("federations", __name__, url_prefix="/mon-espace/organisations")
MAX_WORDS = 100


@bp.get("/<slug>/membres-federes")
def members(slug: str) -> ResponseReturnValue:
    """List the members of a federating structure, and look for others to invite."""
    entry = _federating_or_404(editable_organization_or_404(slug))
    words = request.args.get("q", "")[:MAX_WORDS]
    return render_template(
        "federations/members.html",
        entry=entry,
        links=members_of(db_session(), entry),
        words=words,
        found=find_candidates(db_session(), entry, words),
        form=FlaskForm(),
    )


@bp.post("/<slug>/membres-federes/inviter")
def invite(slug: str) -> ResponseReturnValue:
    """List an organisation and ask it to agree."""
    entry = _federating_or_404(managed_organization_or_404(slug))
    session = db_session()
    member = session.scalar(
        Organization.published().where(Organization.slug == request.form.get("member", ""))
    )
    if member is None:
        abort(404)
    try:
        link = invite_organization(session, entry, member, author=signed_in_person(), now=now())
        session.commit()
    except NotFound:
        abort(404)
    except RuleViolation as refusal:
        session.rollback()
        flash_refusal(refusal)
    else:
        message = (
            _("%(name)s est invitée à confirmer.", name=member.name)
            if link.invited_at
            else _(
                "%(name)s est citée : elle confirmera quand sa fiche aura un responsable.",
                name=member.name,
            )
        )
        flash(message, "success")
    return redirect(url_for("federations.members", slug=slug))


@bp.post("/<slug>/membres-federes/<int:link_id>/retirer")
def remove(slug: str, link_id: int) -> ResponseReturnValue:
    """Take a member off the list."""
    entry = managed_organization_or_404(slug)
    link = _link_or_404(link_id)
    if link.federator_id != entry.id:
        abort(404)
    remove_member(db_session(), link, author=signed_in_person(), now=now())
    db_session().commit()
    flash(_("Le membre est retiré de la liste."), "success")
    return redirect(url_for("federations.members", slug=slug))


@bp.get("/<slug>/federations")
def memberships(slug: str) -> ResponseReturnValue:
    """List the structures that cite this organisation, to agree or not."""
    entry = editable_organization_or_404(slug)
    links = federations_of(db_session(), entry)
    return render_template(
        "federations/memberships.html", entry=entry, links=links, form=FlaskForm()
    )


@bp.post("/<slug>/federations/<int:link_id>/reponse")
def answer(slug: str, link_id: int) -> ResponseReturnValue:
    """Agree to be shown under a federating structure, or not; the last answer holds."""
    entry = managed_organization_or_404(slug)
    link = _link_or_404(link_id)
    decision = request.form.get("decision")
    if link.member_id != entry.id:
        abort(404)
    if decision not in {"accepter", "refuser"}:
        abort(400)
    accept = decision == "accepter"
    answer_invitation(db_session(), link, accept=accept, author=signed_in_person(), now=now())
    db_session().commit()
    name = link.federator.name
    message = (
        _("Vous apparaissez désormais parmi les membres de %(name)s.", name=name)
        if accept
        else _("Vous n’apparaissez pas parmi les membres de %(name)s.", name=name)
    )
    flash(message, "success")
    return redirect(url_for("federations.memberships", slug=slug))


def _federating_or_404(entry: Organization) -> Organization:
    if not entry.is_federating:
        abort(404)
    return entry


def _link_or_404(link_id: int) -> FederationMember:
    link = db_session().scalar(select(FederationMember).where(FederationMember.id == link_id))
    if link is None:
        abort(404)
    return link
