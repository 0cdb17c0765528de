"""Members of a partnership: invited, cited, given a role, answering for their organisation."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now
from extensions.database import db_session
from forms.memberships import DecisionForm
from forms.partnerships import InviteMemberForm, MemberRoleForm
from models.organization import Organization
from models.partnership import Partnership, PartnershipMember
from services.errors import NotFound, RuleViolation
from services.partnership_members import (
    answer_partnership,
    change_member_role,
    find_organizations,
    invite_to_partnership,
    member_row,
    remove_from_partnership,
)
from services.workspace import own_organizations
from views.access import signed_in_person
from views.once import carry_out
from views.partnership_access import editable_partnership_or_404, open_partnership
from views.partnership_editing import MAX_WORDS, run
from views.refusals import UNPROCESSABLE, flash_refusal
from vocabulary.exchanges import InvitationState

bp = Blueprint("partnership_members", __name__, url_prefix="/mon-espace/partenariats")


@bp.get("/<slug:slug>/membres")
def index(slug: str) -> ResponseReturnValue:
    """List the members and those invited; look for others to invite."""
    return _members_page(editable_partnership_or_404(slug))


def _members_page(partnership: Partnership, status: int = 200) -> ResponseReturnValue:
    words = request.args.get("q", "")[:MAX_WORDS]
    page = render_template(
        "partnership_editing/members.html",
        partnership=partnership,
        words=words,
        found=[
            (entry, member_row(partnership, entry.id))
            for entry in find_organizations(db_session(), words)
        ],
        form=InviteMemberForm(formdata=None),
    )
    return page, status


@bp.post("/<slug:slug>/membres/inviter")
def invite(slug: str) -> ResponseReturnValue:
    """Ask an organisation to be a member; staff may cite one that the source names."""
    partnership = editable_partnership_or_404(slug)
    form = InviteMemberForm()
    session = db_session()
    entry = session.scalar(
        Organization.published().where(Organization.slug == str(form.member.data or ""))
    )
    if entry is None or not form.validate():
        abort(UNPROCESSABLE)
    try:
        return carry_out(form, lambda: _invite(partnership, entry, form))
    except NotFound:
        abort(404)
    except RuleViolation as refusal:
        session.rollback()
        flash_refusal(refusal)
    return redirect(url_for("partnership_members.index", slug=slug))


def _invite(partnership: Partnership, entry: Organization, form: InviteMemberForm) -> str:
    row = invite_to_partnership(
        db_session(),
        partnership,
        entry,
        role=form.role.data or "",
        person=signed_in_person(),
        now=now(),
        is_cited=bool(form.is_cited.data),
    )
    if row.state is InvitationState.ACCEPTED:
        flash(_("%(name)s figure parmi les membres.", name=entry.name), "success")
    elif entry.is_claimed:
        flash(_("L’invitation part vers %(name)s.", name=entry.name), "success")
    else:
        flash(
            _("%(name)s pourra répondre quand sa fiche aura un responsable.", name=entry.name),
            "info",
        )
    return url_for("partnership_members.index", slug=partnership.slug)


@bp.post("/<slug:slug>/membres/<int:organization_id>/role")
def change_role(slug: str, organization_id: int) -> ResponseReturnValue:
    """Say what a member does."""
    partnership = editable_partnership_or_404(slug)
    row = _row_or_404(partnership, organization_id)
    form = MemberRoleForm()
    if not form.validate():
        abort(UNPROCESSABLE)
    role = form.role.data or ""
    return run(
        lambda: change_member_role(
            db_session(), partnership, row, role=role, person=signed_in_person(), now=now()
        ),
        url_for("partnership_members.index", slug=slug),
    )


@bp.post("/<slug:slug>/membres/<int:organization_id>/retirer")
def remove(slug: str, organization_id: int) -> ResponseReturnValue:
    """Take back an invitation, or a member off the table."""
    partnership = editable_partnership_or_404(slug)
    row = _row_or_404(partnership, organization_id)
    return run(
        lambda: remove_from_partnership(
            db_session(), partnership, row, person=signed_in_person(), now=now()
        ),
        url_for("partnership_members.index", slug=slug),
    )


@bp.route("/<slug:slug>/reponse/<int:organization_id>", methods=["GET", "POST"])
def answer(slug: str, organization_id: int) -> ResponseReturnValue:
    """Answer for one's organisation, or leave; the last answer holds."""
    opened = open_partnership(slug)
    row = _row_or_404(opened.partnership, organization_id)
    own = {entry.id for entry in own_organizations(db_session(), signed_in_person())}
    if organization_id not in own or row.state is InvitationState.WITHDRAWN:
        abort(404)
    form = DecisionForm()
    if form.validate_on_submit():
        accept = form.is_yes()
        return run(
            lambda: answer_partnership(
                db_session(),
                opened.partnership,
                row,
                accept=accept,
                person=signed_in_person(),
                now=now(),
            ),
            url_for("partnership_editing.index"),
            _("Vous prenez part au partenariat « %(name)s ».", name=opened.partnership.name)
            if accept
            else _(
                "Vous ne prenez pas part au partenariat « %(name)s ».", name=opened.partnership.name
            ),
        )
    page = render_template(
        "partnership_editing/answer.html",
        partnership=opened.partnership,
        view=opened.view(),
        row=row,
        form=form,
        action_form=FlaskForm(),
    )
    return page, UNPROCESSABLE if form.errors else 200


def _row_or_404(partnership: Partnership, organization_id: int) -> PartnershipMember:
    row = member_row(partnership, organization_id)
    if row is None:
        abort(404)
    return row
