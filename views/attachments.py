"""Gives out exchanged files, after asking whether the person may open them."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from models.document import Document
from services.document_rights import can_open_document
from services.need_documents import record_opening
from views.access import current_person
from views.downloads import stored_file

bp = Blueprint("attachments", __name__)


@bp.get("/documents/<int:document_id>")
def show(document_id: int) -> ResponseReturnValue:
    """Hand over a file to keep; that an actor opened a buyer's document is noted."""
    session, person = db_session(), current_person()
    document = session.get(Document, document_id)
    if document is None or not can_open_document(session, person, document):
        abort(404)
    response = stored_file(document)
    if request.method == "GET" and record_opening(session, document, person=person, now=now()):
        session.commit()
    return response
