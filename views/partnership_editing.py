"""Writing a partnership: opened, edited, submitted, taken off."""

from collections.abc import Callable, Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.choices import Pairs
from forms.partnerships import PartnershipForm
from models.partnership import Partnership
from models.territory import Territory
from services.errors import RuleViolation
from services.partnership_contents import PartnershipContent, stamp
from services.partnership_members import (
    kept_by,
    seats_of,
)
from services.partnership_publishing import (
    StaleContent,
    current_content,
    delete_draft,
    discard_proposal,
    hide_partnership,
    restore_partnership,
    save_content,
    submit_partnership,
    take_back,
)
from services.partnership_rights import standing_of
from services.partnerships import create_partnership
from services.places import find_quarters
from services.workspace import own_organizations
from views.access import signed_in_person
from views.change_rows import ChangeRow
from views.once import carry_out
from views.partnership_access import (
    editable_partnership_or_404,
    managed_partnership_or_404,
)
from views.partnership_rows import content_rows, quarter_label
from views.refusals import CONFLICT, UNPROCESSABLE, commit_or_flash, refusal_words
from vocabulary.exchanges import InvitationState
from vocabulary.geography import is_quarter_code, normalise_quarter_code
from vocabulary.kinds import PublicationState

bp = Blueprint("partnership_editing", __name__, url_prefix="/mon-espace/partenariats")
MAX_WORDS = 100
MAX_SUGGESTED = 5


@bp.get("")
def index() -> ResponseReturnValue:
    """List the partnerships one keeps, those one takes part in, and the invitations to answer."""
    session, person = db_session(), signed_in_person()
    kept = kept_by(session, person)
    known = {one.id for one in kept}
    seats = seats_of(session, person)
    return render_template(
        "partnership_editing/index.html",
        kept=kept,
        invitations=[row for row in seats if row.state is InvitationState.INVITED],
        seats=[
            row
            for row in seats
            if row.state is not InvitationState.INVITED and row.partnership_id not in known
        ],
        may_create=bool(_keeper_choices()),
    )


def _keeper_choices() -> Pairs:
    """Return the organisations of the person that may keep a partnership; staff need none."""
    person = signed_in_person()
    own = [
        (entry.slug, entry.name)
        for entry in own_organizations(db_session(), person)
        if not entry.is_innovation_side
    ]
    return [("", _("L’équipe de l’annuaire")), *own] if person.is_staff else own


@bp.route("/nouveau", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """Open the draft of a partnership."""
    choices = _keeper_choices()
    if not choices:
        flash(_("Un partenariat est ouvert par un acteur du territoire ou par l’équipe."), "info")
        return redirect(url_for("partnership_editing.index"))
    form = PartnershipForm()
    form.for_creation(choices)
    form.fill_theme_choices()
    if not form.is_submitted():
        form.quarter.data = request.args.get("quartier", "")[:MAX_WORDS]
    if form.validate_on_submit():
        territory_id = read_quarter(form)
        if not form.errors:
            try:
                return carry_out(form, lambda: _create(form, territory_id))
            except RuleViolation as refusal:
                db_session().rollback()
                form.show_error(refusal.field, refusal_words(refusal))
    page = render_template("partnership_editing/create.html", form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _create(form: PartnershipForm, territory_id: int | None) -> str:
    session, person = db_session(), signed_in_person()
    own = {entry.slug: entry for entry in own_organizations(session, person)}
    partnership = create_partnership(
        session,
        own.get(str(form.keeper.data)),
        form.content(territory_id),
        person=person,
        now=now(),
    )
    flash(_("Le brouillon est ouvert : invitez maintenant les membres."), "success")
    return url_for("partnership_members.index", slug=partnership.slug)


def read_quarter(form: PartnershipForm) -> int | None:
    """Return the quarter that was typed; else the field says why not. Blank is no error."""
    typed = form.quarter.data or ""
    if not typed:
        return None
    inside = typed.rsplit("(", 1)[-1].rstrip(") ")
    code = normalise_quarter_code(inside)
    found = find_quarters(db_session(), code if is_quarter_code(code) else typed)
    if len(found) == 1:
        return found[0].id
    if not found:
        message = _("Aucun quartier ne porte ce nom ou ce code.")
    else:
        names = ", ".join(quarter_label(one) for one in found[:MAX_SUGGESTED])
        message = _("Plusieurs quartiers sont possibles : %(names)s.", names=names)
    form.show_error("quarter", message)
    return None


@bp.route("/<slug:slug>/modifier", methods=["GET", "POST"])
def edit(slug: str) -> ResponseReturnValue:
    """Write the page; on a public one, what changes waits until a moderator accepts it."""
    partnership = editable_partnership_or_404(slug)
    form = PartnershipForm()
    form.for_edition()
    form.fill_theme_choices()
    stored = current_content(partnership)
    if not form.is_submitted():
        form.show(stored, quarter=quarter_label(_territory(stored)))
        form.renew_stamp(stamp(stored))
        return _show(partnership, form)
    if not form.validate():
        return _show(partnership, form, UNPROCESSABLE)
    content = form.content(read_quarter(form))
    if form.errors:
        return _show(partnership, form, UNPROCESSABLE)
    return _save(partnership, form, content)


def _territory(content: PartnershipContent) -> Territory | None:
    return db_session().get(Territory, content.territory_id) if content.territory_id else None


def _save(
    partnership: Partnership, form: PartnershipForm, content: PartnershipContent
) -> ResponseReturnValue:
    session, person = db_session(), signed_in_person()
    try:
        save_content(
            session, partnership, content, seen=form.known_stamp(), person=person, now=now()
        )
        if "submit" in request.form:
            submit_partnership(session, partnership, person=person, now=now())
        session.commit()
    except StaleContent as stale:
        session.rollback()
        form.renew_stamp(stamp(stale.stored))
        rows = page_rows(stale.stored, content)
        return _show(partnership, form, CONFLICT, rows)
    except RuleViolation as refusal:
        session.rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return _show(partnership, form, UNPROCESSABLE)
    if "submit" in request.form:
        flash(_("Transmise à l’équipe : un courriel vous dira sa décision."), "success")
    else:
        flash(_("La page est enregistrée."), "success")
    return redirect(url_for("partnership_editing.edit", slug=partnership.slug))


def page_rows(before: object, after: PartnershipContent) -> Sequence[ChangeRow]:
    """Return what differs between two contents of a page, quarters named."""
    known = before if isinstance(before, PartnershipContent) else None
    quarters = [content.territory_id for content in (known, after) if content is not None]
    names = {
        key: quarter_label(db_session().get(Territory, key)) for key in quarters if key is not None
    }
    return content_rows(known, after, names=names)


def _show(
    partnership: Partnership,
    form: PartnershipForm,
    status: int = 200,
    conflict: Sequence[ChangeRow] = (),
) -> ResponseReturnValue:
    proposal = current_content(partnership)
    page = render_template(
        "partnership_editing/edit.html",
        partnership=partnership,
        form=form,
        conflict=conflict,
        seen=stamp(proposal),
        may_manage=standing_of(db_session(), signed_in_person(), partnership).can_manage,
        changes=page_rows(PartnershipContent.of(partnership), proposal)
        if partnership.proposal
        else (),
    )
    return page, status


@bp.post("/<slug:slug>/<any(soumettre,reprendre,abandonner):action>")
def act(slug: str, action: str) -> ResponseReturnValue:
    """Submit the page, take it back, or forget what was edited since it was published."""
    partnership = editable_partnership_or_404(slug)
    session, person = db_session(), signed_in_person()
    seen = request.form.get("seen", "")
    actions: dict[str, Callable[[], object]] = {
        "soumettre": lambda: submit_partnership(session, partnership, person=person, now=now()),
        "reprendre": lambda: take_back(session, partnership, person=person, now=now()),
        "abandonner": lambda: discard_proposal(
            session, partnership, seen=seen, person=person, now=now()
        ),
    }
    return run(actions[action], _edit_url(slug))


@bp.post("/<slug:slug>/<any(retirer,retablir,supprimer):action>")
def remove(slug: str, action: str) -> ResponseReturnValue:
    """Take a public page off at once, bring it back, or delete one that was never public."""
    partnership = managed_partnership_or_404(slug)
    session, person = db_session(), signed_in_person()
    if action == "supprimer":
        return run(
            lambda: delete_draft(session, partnership, person=person, now=now()),
            url_for("partnership_editing.index"),
        )
    if action == "retablir":
        return run(
            lambda: restore_partnership(session, partnership, person=person, now=now()),
            _edit_url(slug),
        )
    archived = PublicationState.ARCHIVED
    return run(
        lambda: hide_partnership(
            session, partnership, state=archived, comment="", person=person, now=now()
        ),
        _edit_url(slug),
    )


def _edit_url(slug: str) -> str:
    return url_for("partnership_editing.edit", slug=slug)


def run(action: Callable[[], object], url: str, done: str = "") -> ResponseReturnValue:
    """Run a service, commit, and go to ``url``, saying what happened."""
    commit_or_flash(action, done or _("C’est fait."))
    return redirect(url)
