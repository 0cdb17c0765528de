"""Gives out exchanged files, after asking whether the person may open them."""

from io import BytesIO

from flask import Blueprint, abort, current_app, request, send_file
from flask.typing import ResponseReturnValue

from extensions.clock import now
from extensions.database import db_session
from models.document import Document
from services.attachments import attachment_bytes
from services.document_rights import can_open_document
from services.errors import NotFound
from services.need_documents import record_opening
from views.access import current_person

bp = Blueprint("attachments", __name__)
# Nothing of a file may run or load, were it opened in the browser after all.
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"


@bp.get("/documents/<int:document_id>")
def show(document_id: int) -> ResponseReturnValue:
    """Hand over a file to keep; that an actor opened a buyer's document is noted."""
    session, person = db_session(), current_person()
    document = session.get(Document, document_id)
    if document is None or not can_open_document(session, person, document):
        abort(404)
    try:
        content = attachment_bytes(document, current_app.config["SETTINGS"].documents_dir)
    except NotFound:
        abort(404)
    if request.method == "GET" and record_opening(session, document, person=person, now=now()):
        session.commit()
    response = send_file(
        BytesIO(content),
        mimetype=document.media_type,
        as_attachment=True,
        download_name=document.filename,
        etag=False,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
