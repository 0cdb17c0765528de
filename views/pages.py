"""The home page and the pages about the service itself."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

bp = Blueprint("pages", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Ask what the visitor's quarter needs, and show what the service gives."""
    return render_template("pages/home.html")


@bp.get("/a-propos")
def about() -> ResponseReturnValue:
    """Say what the service is and where its data comes from."""
    return render_template("pages/about.html")


@bp.get("/accessibilite")
def accessibility() -> ResponseReturnValue:
    """State how accessible the service is, honestly."""
    return render_template("pages/accessibility.html")


@bp.get("/mentions-legales")
def legal() -> ResponseReturnValue:
    """Name the publisher and the host."""
    return render_template("pages/legal.html")


@bp.get("/donnees-personnelles")
def privacy() -> ResponseReturnValue:
    """Say which personal data is processed, on which basis and for how long."""
    return render_template("pages/privacy.html")
