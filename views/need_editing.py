"""Stating a need: its draft, preview and submission; closing it, opening it again."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now, today
from extensions.database import db_session
from extensions.matcher import matcher, moment
from forms.needs import KIND_HELP, CloseNeedForm, NeedForm, StartNeedForm
from models.need import Need
from models.organization import Organization
from services.content_checks import amount_problems, calendar_problems, need_problems
from services.contents import NeedContent
from services.drafts import current_need_content, open_revision
from services.errors import Conflict, RuleViolation
from services.my_territories import own_territories
from services.need_closing import close_need, reopen_need
from services.need_completeness import need_completeness
from services.need_matches import count_answers
from services.needs import (
    group_sizes,
    needs_under_work,
    same_needs,
    start_need,
    states_needs,
)
from services.permissions import can_manage_organization
from services.relay_lists import waiting_relays
from services.workspace import own_organizations
from views.access import (
    editable_need_or_404,
    editable_organization_or_404,
    signed_in_person,
)
from views.change_rows import quarter_names
from views.drafting import (
    SaveOutcome,
    draft_service,
    last_author,
    save_content,
    submit_draft,
    unpublished_rows,
)
from views.once import carry_out
from views.quarter_rows import own_choices, quarter_labels, read_quarters
from views.refusals import CONFLICT, UNPROCESSABLE, commit_or_flash, refusal_words

bp = Blueprint("need_editing", __name__, url_prefix="/mon-espace")
MOST_OWN = 12


def carried_need_or_404(need_id: int) -> Need:
    """Return the need if the person may write it; one that nobody carries is not written here."""
    need = editable_need_or_404(need_id)
    if need.carrier_id is None:
        abort(404)
    return need


@bp.get("/besoins")
def index() -> ResponseReturnValue:
    """List the needs of the person's organisations: where each stands, what waits."""
    session, person = db_session(), signed_in_person()
    own = own_organizations(session, person)
    carriers = [one for one in own if states_needs(one)]
    needs = needs_under_work(session, [carrier.id for carrier in carriers])
    opened = [one.need for one in needs if one.need.is_open_on(today())]
    groups = [one.need.group_id for one in needs if one.need.group_id is not None]
    return render_template(
        "need_editing/index.html",
        needs=needs,
        carriers=carriers,
        today=today(),
        answers=count_answers(session, matcher(), opened, moment=moment()),
        groups=group_sizes(session, groups, today=today()),
        relays=waiting_relays(session, [one.id for one in own if one.is_federating]),
        form=FlaskForm(),
    )


@bp.route("/organisations/<slug>/besoins/nouveau", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    """Open the draft of a need: the kind, a line, the quarters."""
    entry = editable_organization_or_404(slug)
    if not states_needs(entry):
        abort(404)
    form = StartNeedForm()
    form.own.choices = own_choices(own_territories(db_session(), [entry.id], limit=MOST_OWN))
    if not form.is_submitted():
        form.kind.data = None
        form.show_quarters([request.args.get("quartier", "")[:120]])
    elif "add_quarter" in request.form:
        form.add_quarter()
        return _create_page(entry, form)
    else:
        is_valid = form.validate()
        quarters = read_quarters(form, form.own.data or ())
        if is_valid and not form.quarters.errors:
            try:
                return carry_out(form, lambda: _start(entry, form, quarters))
            except RuleViolation as refusal:
                db_session().rollback()
                form.form_errors.append(refusal_words(refusal))
    return _create_page(entry, form, UNPROCESSABLE if form.errors else 200)


def _create_page(
    entry: Organization, form: StartNeedForm, status: int = 200
) -> ResponseReturnValue:
    page = render_template("need_editing/create.html", form=form, entry=entry, kind_help=KIND_HELP)
    return page, status


def _start(entry: Organization, form: StartNeedForm, quarters: tuple[str, ...]) -> str:
    need = start_need(
        db_session(),
        entry,
        kind=form.chosen_kind(),
        title=form.title.data or "",
        quarters=quarters,
        author=signed_in_person(),
        now=now(),
    )
    return url_for("need_editing.edit", need_id=need.id)


@bp.route("/besoins/<int:need_id>", methods=["GET", "POST"])
def edit(need_id: int) -> ResponseReturnValue:
    """Write the need; a button adds a row for a quarter without losing what was typed."""
    need = carried_need_or_404(need_id)
    content, lock = current_need_content(db_session(), need)
    form = NeedForm()
    form.fill_theme_choices()
    if not form.is_submitted():
        form.show(content, quarters=quarter_labels(content.quarters))
        form.renew_lock(lock)
        return _show(need, content, form)
    if "add_quarter" in request.form:
        form.add_quarter()
        return _show(need, content, form, is_continued=True)
    typed = _typed(form, content)
    if typed is None:
        return _show(need, content, form, SaveOutcome(is_saved=False, status=UNPROCESSABLE))
    outcome = save_content(need, form, typed)
    if not outcome.is_saved:
        return _show(need, content, form, outcome)
    if "submit" in request.form:
        return _submit(need)
    flash(_("Le brouillon est enregistré."), "success")
    endpoint = "need_editing.preview" if "preview" in request.form else "need_editing.edit"
    return redirect(url_for(endpoint, need_id=need.id))


def _typed(form: NeedForm, content: NeedContent) -> NeedContent | None:
    """Return the content that was typed, or nothing: the form then says what is wrong."""
    is_valid = form.validate()
    quarters = read_quarters(form)
    if not is_valid or form.quarters.errors:
        return None
    typed = content.changed(**form.values(), quarters=quarters)
    problems = [*amount_problems(typed), *calendar_problems(typed, today=today())]
    for problem in problems:
        form.show_error(problem.field, _(problem.message, **problem.params))
    return None if problems else typed


def _show(
    need: Need,
    content: NeedContent,
    form: NeedForm,
    outcome: SaveOutcome | None = None,
    *,
    is_continued: bool = False,
) -> ResponseReturnValue:
    outcome = outcome or SaveOutcome(is_saved=False)
    page = render_template(
        "need_editing/edit.html",
        need=need,
        content=content,
        form=form,
        kind_help=KIND_HELP,
        completeness=need_completeness(content),
        revision=open_revision(db_session(), need),
        conflict=outcome.conflict,
        saved_by=last_author(need) if outcome.conflict else "",
        is_continued=is_continued,
        may_withdraw=_may_withdraw(need),
    )
    return page, outcome.status


def _may_withdraw(need: Need) -> bool:
    return can_manage_organization(db_session(), signed_in_person(), need.carrier_id or 0)


def _submit(need: Need) -> ResponseReturnValue:
    return submit_draft(
        need,
        _("Transmis à l’équipe : un courriel vous dira sa décision."),
        then=url_for("need_editing.index"),
        preview=url_for("need_editing.preview", need_id=need.id),
    )


@bp.get("/besoins/<int:need_id>/apercu")
def preview(need_id: int) -> ResponseReturnValue:
    """Show the draft of the need as readers would see it, what changes and what is missing."""
    need = carried_need_or_404(need_id)
    session = db_session()
    content, lock = current_need_content(session, need)
    return render_template(
        "need_editing/preview.html",
        need=need,
        content=content,
        lock=lock,
        quarters=quarter_names(session, [content]),
        rows=unpublished_rows(need, content),
        same=same_needs(session, need),
        problems=need_problems(content, today=today()),
        completeness=need_completeness(content),
        revision=open_revision(session, need),
    )


@bp.post("/besoins/<int:need_id>/<any(soumettre,reprendre,abandonner):action>")
def act(need_id: int, action: str) -> ResponseReturnValue:
    """Submit the need, take it back, or discard its unpublished edits."""
    need = carried_need_or_404(need_id)
    if action == "soumettre":
        return _submit(need)
    return _run(draft_service(need, action))


@bp.post("/besoins/<int:need_id>/<any(retirer,supprimer):action>")
def remove(need_id: int, action: str) -> ResponseReturnValue:
    """Hide a published need at once, or delete one that was never public."""
    need = carried_need_or_404(need_id)
    if not _may_withdraw(need):
        abort(404)
    return _run(draft_service(need, action))


def _run(action: Callable[[], object]) -> ResponseReturnValue:
    """Run a service, commit, and go back to the needs."""
    commit_or_flash(action, _("C’est fait."))
    return redirect(url_for("need_editing.index"))


@bp.route("/besoins/<int:need_id>/clore", methods=["GET", "POST"])
def close(need_id: int) -> ResponseReturnValue:
    """Close a published need, with what came of it."""
    need = editable_need_or_404(need_id)
    if not need.version:
        abort(404)
    form = CloseNeedForm()
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                return _close(need, form)
            except Conflict as refusal:
                db_session().rollback()
                status = CONFLICT
                form.form_errors.append(refusal_words(refusal))
    return render_template("need_editing/close.html", need=need, form=form), status


def _close(need: Need, form: CloseNeedForm) -> ResponseReturnValue:
    close_need(
        db_session(),
        need,
        outcome=form.chosen_outcome(),
        note=form.note.data or "",
        author=signed_in_person(),
        now=now(),
    )
    db_session().commit()
    flash(_("Le besoin est clos : sa page reste, les listes ne le proposent plus."), "success")
    return redirect(url_for("needs.show", need_id=need.id))


@bp.post("/besoins/<int:need_id>/rouvrir")
def reopen(need_id: int) -> ResponseReturnValue:
    """Wait for answers again."""
    need = editable_need_or_404(need_id)
    commit_or_flash(
        lambda: reopen_need(
            db_session(), need, author=signed_in_person(), today=today(), now=now()
        ),
        _("Le besoin attend de nouveau des réponses."),
    )
    if not need.version:
        return redirect(url_for("need_editing.edit", need_id=need.id))
    return redirect(url_for("needs.show", need_id=need.id))
