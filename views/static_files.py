"""Files of front-end packages and the outline of the map, served from this machine."""

from pathlib import Path

from flask import Blueprint, abort, current_app, send_file, send_from_directory
from flask.typing import ResponseReturnValue

from extensions.assets import VENDOR_SUFFIXES, vendor_root

bp = Blueprint("static_files", __name__)
ONE_DAY = 86_400


@bp.get("/fichiers/<package>/<path:filename>")
def vendor(package: str, filename: str) -> ResponseReturnValue:
    """Serve one file of a listed package."""
    root = vendor_root(package)
    if root is None or Path(filename).suffix not in VENDOR_SUFFIXES:
        abort(404)
    return send_from_directory(root, filename)


@bp.get("/carte/contours.geojson")
def outline() -> ResponseReturnValue:
    """Serve the outline of France and overseas (Natural Earth, public domain)."""
    path = Path(current_app.config["PROJECT_ROOT"]) / "seed_data/geography/outline.geojson"
    if not path.exists():
        abort(404)
    return send_file(path, mimetype="application/geo+json", max_age=ONE_DAY)
