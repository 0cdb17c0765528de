"""The steps and the documents of a partnership."""

from collections.abc import Sequence

from flask import Blueprint, abort, current_app, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from extensions.clock import now
from extensions.database import db_session
from forms.partnership_timeline import DocumentForm, MilestoneForm
from models.document import Document
from models.partnership import Partnership, PartnershipMilestone
from services.errors import Conflict, RuleViolation
from services.partnership_contents import MilestoneContent, stamp
from services.partnership_documents import add_document, restore_document, withdraw_document
from services.working_groups import remove_milestone, save_milestone
from views.access import signed_in_person
from views.change_rows import ChangeRow
from views.once import carry_out
from views.partnership_access import editable_partnership_or_404, milestone_or_404
from views.partnership_editing import run
from views.partnership_groups import save_or_show
from views.partnerships import milestone_date
from views.refusals import UNPROCESSABLE, refusal_words

bp = Blueprint("partnership_timeline", __name__, url_prefix="/mon-espace/partenariats")


@bp.get("/<slug:slug>/etapes")
def index(slug: str) -> ResponseReturnValue:
    """List the steps of the timeline."""
    partnership = editable_partnership_or_404(slug)
    return render_template(
        "partnership_editing/milestones.html",
        partnership=partnership,
        when=milestone_date,
        stamps={one.id: stamp(MilestoneContent.of(one)) for one in partnership.milestones},
    )


@bp.route("/<slug:slug>/etapes/nouvelle", methods=["GET", "POST"])
def create(slug: str) -> ResponseReturnValue:
    """Add a step."""
    return _edit(editable_partnership_or_404(slug), None)


@bp.route("/<slug:slug>/etapes/<int:milestone_id>", methods=["GET", "POST"])
def edit(slug: str, milestone_id: int) -> ResponseReturnValue:
    """Write a step."""
    partnership = editable_partnership_or_404(slug)
    return _edit(partnership, milestone_or_404(partnership, milestone_id))


def _edit(partnership: Partnership, milestone: PartnershipMilestone | None) -> ResponseReturnValue:
    form = MilestoneForm()
    if not form.is_submitted() and milestone is not None:
        form.show(MilestoneContent.of(milestone))
        form.renew_stamp(stamp(MilestoneContent.of(milestone)))

    def show(status: int, rows: Sequence[ChangeRow]) -> ResponseReturnValue:
        page = render_template(
            "partnership_editing/milestone.html",
            partnership=partnership,
            milestone=milestone,
            form=form,
            conflict=rows,
        )
        return page, status

    def save(typed: MilestoneContent) -> str:
        save_milestone(
            db_session(),
            partnership,
            milestone,
            typed,
            seen=form.known_stamp(),
            person=signed_in_person(),
            now=now(),
        )
        flash(_("L’étape est enregistrée."), "success")
        return url_for("partnership_timeline.index", slug=partnership.slug)

    return save_or_show(form, form.content, save, show, names={})


@bp.post("/<slug:slug>/etapes/<int:milestone_id>/supprimer")
def remove(slug: str, milestone_id: int) -> ResponseReturnValue:
    """Remove a step."""
    partnership = editable_partnership_or_404(slug)
    milestone = milestone_or_404(partnership, milestone_id)
    seen = request.form.get("seen", "")
    return run(
        lambda: remove_milestone(
            db_session(), milestone, seen=seen, person=signed_in_person(), now=now()
        ),
        url_for("partnership_timeline.index", slug=slug),
    )


@bp.route("/<slug:slug>/documents", methods=["GET", "POST"])
def documents(slug: str) -> ResponseReturnValue:
    """List the documents, and add one."""
    partnership = editable_partnership_or_404(slug)
    form = DocumentForm()
    if form.validate_on_submit():
        try:
            return carry_out(form, lambda: _add(partnership, form))
        except Conflict:
            raise
        except RuleViolation as refusal:
            db_session().rollback()
            form.file.errors = [*form.file.errors, refusal_words(refusal)]
    page = render_template("partnership_editing/documents.html", partnership=partnership, form=form)
    return page, UNPROCESSABLE if form.errors else 200


def _add(partnership: Partnership, form: DocumentForm) -> str:
    add_document(
        db_session(),
        partnership,
        filename=form.file.data.filename or "",
        content=form.file.data.read(),
        is_public=bool(form.is_public.data),
        folder=current_app.config["SETTINGS"].documents_dir,
        person=signed_in_person(),
        now=now(),
    )
    flash(_("Le document est ajouté."), "success")
    return url_for("partnership_timeline.documents", slug=partnership.slug)


@bp.post("/<slug:slug>/documents/<int:document_id>/<any(retirer,rendre):action>")
def change_document(slug: str, document_id: int, action: str) -> ResponseReturnValue:
    """Take a document off, or give it back."""
    partnership = editable_partnership_or_404(slug)
    document = _document_or_404(partnership, document_id)
    change = withdraw_document if action == "retirer" else restore_document
    return run(
        lambda: change(db_session(), partnership, document, person=signed_in_person(), now=now()),
        url_for("partnership_timeline.documents", slug=slug),
    )


def _document_or_404(partnership: Partnership, document_id: int) -> Document:
    found = next((one for one in partnership.documents if one.id == document_id), None)
    if found is None:
        abort(404)
    return found
