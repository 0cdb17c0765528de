"""Files that pages hand over: their types, and the header that names them."""

from typing import Final

from flask import Response

CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def attachment(content: bytes, mimetype: str, filename: str) -> Response:
    """Return ``content`` as a file to keep, under a plain ASCII name."""
    response = Response(content, content_type=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response
