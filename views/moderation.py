"""Moderators: what waits, the dossier of each proposal, decisions, hidden entries, the journal."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from extensions.clock import now, today
from extensions.database import db_session
from forms.choices import SelectChoice, choices_of
from forms.moderation import DecisionForm, HideForm, JournalForm
from models.need import Need
from models.revision import Revision
from services.drafts import Entry, kind_of, organization_id_of
from services.errors import Conflict, NotFound, RuleViolation
from services.journal import ACTIONS, JournalFilter, actions_recorded, read_journal
from services.moderation_queue import (
    Dossier,
    dossier_of,
    hidden_entries,
    own_organizations,
    queue_page,
)
from services.moderation_reasons import known_reasons
from services.publishing import publish_revision, request_changes
from services.visibility import hide_entry, restore_entry
from views.access import offer_or_404, organization_or_404, signed_in_person
from views.addresses import entry_key
from views.change_rows import change_rows, commune_names, quarter_names
from views.refusals import CONFLICT, UNPROCESSABLE, commit_or_flash, refusal_words
from vocabulary.kinds import PublicationState, SubjectKind

bp = Blueprint("moderation", __name__, url_prefix="/moderation")
LARGEST_KEY = 2**31
_NUMBER = re.compile(r"[0-9]{1,9}")
REVIEWED = (SubjectKind.ORGANIZATION, SubjectKind.OFFER, SubjectKind.NEED)


@bp.get("")
def queue() -> ResponseReturnValue:
    """List what waits for a decision, the longest wait first."""
    only = next((kind for kind in REVIEWED if kind.value == request.args.get("objet")), None)
    page = max(request.args.get("page", 1, type=int), 1)
    waiting = queue_page(db_session(), reader=signed_in_person(), kind=only, page=page)
    return render_template(
        "moderation/queue.html", waiting=waiting, only=only, kinds=REVIEWED, page=page, now=now()
    )


@bp.route("/<int:revision_id>", methods=["GET", "POST"])
def review(revision_id: int) -> ResponseReturnValue:
    """Show a proposal beside what is public, and take the decision."""
    revision = _revision_or_404(revision_id)
    form = DecisionForm()
    if not form.is_submitted():
        form.renew_lock(revision.lock)
        return _show(revision, form)
    if not form.validate():
        return _show(revision, form, UNPROCESSABLE)
    try:
        message = _decide(revision, form)
        db_session().commit()
    except Conflict as refusal:
        db_session().rollback()
        revision = _revision_or_404(revision_id)
        form.renew_lock(revision.lock)
        form.form_errors.append(_conflict_words(revision, refusal))
        return _show(revision, form, CONFLICT)
    except RuleViolation as refusal:
        db_session().rollback()
        form.show_error(refusal.field, refusal_words(refusal))
        return _show(revision, form, UNPROCESSABLE)
    flash(message, "success")
    return redirect(url_for("moderation.queue"))


def _decide(revision: Revision, form: DecisionForm) -> str:
    session, moderator = db_session(), signed_in_person()
    label, lock = revision.label, form.known_lock()
    if form.is_publication():
        publish_revision(
            session, revision, moderator=moderator, lock=lock, today=today(), now=now()
        )
        return str(_("« %(label)s » est publiée.", label=label))
    request_changes(
        session,
        revision,
        moderator=moderator,
        lock=lock,
        reasons=form.reasons.data or (),
        comment=form.words(),
        now=now(),
    )
    return str(_("« %(label)s » est renvoyée à son auteur avec vos motifs.", label=label))


def _conflict_words(revision: Revision, refusal: Conflict) -> str:
    """Say who decided what meanwhile, or what else changed."""
    if revision.decided_by is None or revision.state is PublicationState.SUBMITTED:
        return str(refusal_words(refusal))
    name = revision.decided_by.public_name
    if revision.state is PublicationState.PUBLISHED:
        return str(_("%(name)s a publié cette version avant vous.", name=name))
    return str(_("%(name)s a déjà demandé des modifications.", name=name))


def _show(revision: Revision, form: DecisionForm, status: int = 200) -> ResponseReturnValue:
    session = db_session()
    try:
        dossier = dossier_of(session, revision, reader=signed_in_person())
    except NotFound:
        abort(404)
    page = render_template(
        "moderation/review.html",
        dossier=dossier,
        revision=revision,
        form=form,
        rows=change_rows(session, dossier.changes, dossier.published, dossier.content),
        reasons=known_reasons(revision.reasons),
        actions=ACTIONS,
        commune=_commune_of(dossier),
        quarters=quarter_names(session, [dossier.content]),
    )
    return page, status


def _commune_of(dossier: Dossier) -> str:
    names = commune_names(db_session(), [dossier.content])
    return names.get(getattr(dossier.content, "commune_code", None) or "", "")


@bp.route("/<any(acteurs,solutions,besoins):kind>/<slug>/retirer", methods=["GET", "POST"])
def hide(kind: str, slug: str) -> ResponseReturnValue:
    """Suspend or archive a public entry, with reasons."""
    entry = _entry_or_404(kind, slug)
    form = HideForm()
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                return _hide(entry, form)
            except Conflict as refusal:
                status = CONFLICT
                db_session().rollback()
                form.form_errors.append(refusal_words(refusal))
            except RuleViolation as refusal:
                db_session().rollback()
                form.form_errors.append(refusal_words(refusal))
    page = render_template("moderation/hide.html", entry=entry, form=form, kind=kind)
    return page, status


def _hide(entry: Entry, form: HideForm) -> ResponseReturnValue:
    hide_entry(
        db_session(),
        entry,
        state=form.chosen_state(),
        moderator=signed_in_person(),
        reasons=form.reasons.data or (),
        comment=form.words(),
        now=now(),
    )
    db_session().commit()
    flash(_("La fiche n’apparaît plus nulle part."), "success")
    return redirect(url_for("moderation.hidden"))


@bp.post("/<any(acteurs,solutions,besoins):kind>/<slug>/retablir")
def restore(kind: str, slug: str) -> ResponseReturnValue:
    """Make a hidden entry public again as it was."""
    entry = _entry_or_404(kind, slug)
    commit_or_flash(
        lambda: restore_entry(db_session(), entry, moderator=signed_in_person(), now=now()),
        _("La fiche est de nouveau publique."),
    )
    return redirect(url_for("moderation.hidden"))


@bp.get("/retirees")
def hidden() -> ResponseReturnValue:
    """List what was suspended or archived."""
    session, person = db_session(), signed_in_person()
    own = own_organizations(session, person)
    rows = [
        (entry, kind_of(entry), entry_key(entry), organization_id_of(entry) not in own)
        for entry in hidden_entries(session)
    ]
    return render_template("moderation/hidden.html", rows=rows, form=FlaskForm())


@bp.get("/journal")
def journal() -> ResponseReturnValue:
    """Show who did what, newest first, filtered."""
    session = db_session()
    form = JournalForm(request.args)
    form.objet.choices = [
        SelectChoice("", _("Tous")),
        *choices_of(SubjectKind),
    ]
    recorded = actions_recorded(session)
    form.action.choices = [
        SelectChoice("", _("Toutes")),
        *(SelectChoice(action, _(ACTIONS.get(action, action))) for action in recorded),
    ]
    wanted = _journal_filter(form) if form.validate() else JournalFilter()
    before = request.args.get("avant", type=int)
    page = read_journal(
        session, wanted, before=min(max(before, 1), LARGEST_KEY) if before else None
    )
    return render_template("moderation/journal.html", form=form, page=page, actions=ACTIONS)


def _journal_filter(form: JournalForm) -> JournalFilter:
    return JournalFilter(
        kind=SubjectKind(form.objet.data) if form.objet.data else None,
        action=form.action.data or "",
        actor=form.personne.data or "",
        label=form.fiche.data or "",
        since=form.depuis.data,
        until=form.jusqu.data,
    )


def _revision_or_404(revision_id: int) -> Revision:
    revision = db_session().get(Revision, revision_id)
    # A draft is its author's own until it is handed over.
    if revision is None or revision.state is PublicationState.DRAFT:
        abort(404)
    return revision


def _entry_or_404(kind: str, slug: str) -> Entry:
    """Return the entry that an address of the moderators names; a need goes by its number."""
    if kind == SubjectKind.NEED.value:
        number = int(slug) if _NUMBER.fullmatch(slug) else 0
        need = db_session().get(Need, number)
        if need is None:
            abort(404)
        return need
    if kind == SubjectKind.OFFER.value:
        return offer_or_404(slug)
    return organization_or_404(slug)
