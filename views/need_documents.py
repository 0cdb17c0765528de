"""Documents that a buyer gives about its need: its own page, and that of those who receive them."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from config import Settings
from extensions.clock import now
from extensions.database import db_session
from forms.registers import NeedDocumentForm
from models.document import Document, DocumentDelivery
from models.need import Need
from models.organization import Organization
from services.carriers import carrier_name
from services.errors import RuleViolation
from services.need_documents import (
    contacted_organizations,
    documents_of_need,
    issue_document,
    readable_documents,
    withdraw_document,
)
from services.permissions import can_edit_need, can_read_need
from views.access import current_person, editable_need_or_404, signed_in_person
from views.once import carry_out
from views.refusals import UNPROCESSABLE, refusal_words
from vocabulary.exchanges import Side

bp = Blueprint("need_documents", __name__)


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """One document and, actor by actor in the order of the columns, whether it was opened."""

    document: Document
    cells: list[DocumentDelivery | None]


@bp.route("/mon-espace/besoins/<int:need_id>/documents", methods=["GET", "POST"])
def index(need_id: int) -> ResponseReturnValue:
    """Give a document to every actor contacted; see who was offered which, and opened it."""
    need = editable_need_or_404(need_id)
    form = NeedDocumentForm()
    status = 200
    if form.is_submitted():
        status = UNPROCESSABLE
        if form.validate():
            try:
                return carry_out(form, lambda: _issue(need, form))
            except RuleViolation as refusal:
                db_session().rollback()
                form.show_error(refusal.field, refusal_words(refusal))
    page = render_template(
        "need_documents/index.html", need=need, form=form, withdrawing=FlaskForm(), **_table(need)
    )
    return page, status


def _issue(need: Need, form: NeedDocumentForm) -> str:
    settings: Settings = current_app.config["SETTINGS"]
    filename, content = form.sent_file()
    document = issue_document(
        db_session(),
        need,
        filename=filename,
        content=content,
        person=signed_in_person(),
        folder=settings.documents_dir,
        now=now(),
        is_public=bool(form.is_public.data),
    )
    flash(
        _("« %(name)s » est remis à tous les acteurs contactés.", name=document.filename), "success"
    )
    return url_for("need_documents.index", need_id=need.id)


def _table(need: Need) -> dict[str, Any]:
    actors: list[Organization] = contacted_organizations(db_session(), need)
    rows = []
    for document in documents_of_need(db_session(), need.id):
        given = {delivery.organization_id: delivery for delivery in document.deliveries}
        rows.append(DeliveryRow(document, [given.get(actor.id) for actor in actors]))
    return {"actors": actors, "rows": rows}


@bp.post("/mon-espace/besoins/<int:need_id>/documents/<int:document_id>/retirer")
def withdraw(need_id: int, document_id: int) -> ResponseReturnValue:
    """Stop giving out a document; the register keeps its lines."""
    need = editable_need_or_404(need_id)
    document = db_session().get(Document, document_id)
    if document is None or document.need_id != need.id or document.side != Side.TERRITORY:
        abort(404)
    withdraw_document(db_session(), need, document, person=signed_in_person(), now=now())
    db_session().commit()
    flash(_("« %(name)s » n’est plus donné à personne.", name=document.filename), "success")
    return redirect(url_for("need_documents.index", need_id=need.id))


@bp.get("/besoins/<int:need_id>/documents")
def show(need_id: int) -> ResponseReturnValue:
    """List the documents of a need that the reader may open: public ones, and those offered."""
    session, person = db_session(), current_person()
    need = session.get(Need, need_id)
    if need is None or not can_read_need(session, person, need):
        abort(404)
    return render_template(
        "need_documents/show.html",
        need=need,
        documents=readable_documents(session, need, person),
        carrier=carrier_name(need),
        can_edit=can_edit_need(session, person, need),
    )
