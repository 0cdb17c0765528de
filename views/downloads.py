"""Files that pages hand over: their types, and the header that names them."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Final

from flask import Response, abort, current_app, send_file

from models.document import Document
from services.attachments import attachment_bytes
from services.errors import NotFound
from services.exports import write_csv, write_xlsx

CSV_TYPE: Final = "text/csv; charset=utf-8"
PDF_TYPE: Final = "application/pdf"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Nothing of a file may run or load, were it opened in the browser after all.
FILE_POLICY: Final = "default-src 'none'; sandbox; frame-ancestors 'none'"


def attachment(content: bytes, mimetype: str, filename: str) -> Response:
    """Return ``content`` as a file to keep, under a plain ASCII name."""
    response = Response(content, content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def table_file(
    columns: Sequence[str], rows: Iterable[Sequence[str]], name: str, *, sheet_name: str
) -> Response:
    """Return a table as a file to keep, CSV or XLSX by the end of its name."""
    if name.endswith(".csv"):
        return attachment(write_csv(columns, rows), CSV_TYPE, name)
    return attachment(write_xlsx(columns, rows, sheet_name=sheet_name), XLSX_TYPE, name)


def stored_file(document: Document) -> Response:
    """Return an exchanged file to keep, which no cache keeps; one that is gone looks missing."""
    try:
        content = attachment_bytes(document, current_app.config["SETTINGS"].documents_dir)
    except NotFound:
        abort(404)
    response = send_file(
        BytesIO(content),
        mimetype=document.media_type,
        as_attachment=True,
        download_name=document.filename,
        etag=False,
        max_age=0,
    )
    response.headers["Content-Security-Policy"] = FILE_POLICY
    response.headers["Cache-Control"] = "private, no-store"
    return response
