"""What a supervisor asks: is the process alive, and can it serve."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from extensions.database import db_session
from extensions.search_engine import search_backend

bp = Blueprint("health", __name__, url_prefix="/health")


@bp.get("/live")
def live() -> ResponseReturnValue:
    """Say that the process answers; nothing else is asked."""
    return jsonify(status="live")


@bp.get("/ready")
def ready() -> ResponseReturnValue:
    """Say whether the database and the index can serve; 503 names the one that cannot."""
    checks = {"database": _database_answers(), "index": search_backend().health().usable}
    is_ready = all(checks.values())
    return jsonify(status="ready" if is_ready else "not ready", **checks), 200 if is_ready else 503


def _database_answers() -> bool:
    try:
        db_session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    return True
