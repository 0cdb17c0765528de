"""What a supervisor reads."""

from flask import Flask
from flask.testing import FlaskClient

from extensions.database import db_session
from extensions.search_engine import search_backend
from services.indexing import rebuild_index
from tests.conftest import AppFactory


def test_live_answers_without_database_or_index(client: FlaskClient) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json) == (200, {"status": "live"})


def test_ready_once_the_index_is_built(app: Flask) -> None:
    with app.app_context():
        rebuild_index(db_session(), search_backend())
    answer = app.test_client().get("/health/ready")
    assert (answer.status_code, answer.json) == (
        200,
        {"status": "ready", "database": True, "index": True},
    )


def test_not_ready_without_an_index(make_app: AppFactory) -> None:
    answer = make_app(search_backend="whoosh").test_client().get("/health/ready")
    assert (answer.status_code, answer.json) == (
        503,
        {"status": "not ready", "database": True, "index": False},
    )
