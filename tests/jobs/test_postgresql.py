"""The application on PostgreSQL: the ground data loads, and the main pages answer."""

from pathlib import Path

from extensions.database import db_session
from extensions.search_engine import search_backend
from jobs.seed_commands import load_ground_data
from services.indexing import rebuild_index
from tests.databases import site_over

PAGES = {
    "/": 200,
    "/annuaire?q=energie": 200,
    "/annuaire.csv?q=energie": 200,
    "/territoires/QN04212M": 200,
    "/territoires/QN04212M/correspondances": 200,
    "/correspondances?besoin=isoler+une+tour&lieu=42000": 200,
    "/completion/lieux?q=saint-et": 200,
    "/acteurs/inconnu": 404,
}


def test_main_pages_answer_on_postgresql(tmp_path: Path) -> None:
    with site_over("postgresql", tmp_path) as app:
        with app.app_context():
            load_ground_data(db_session(), app.config["SETTINGS"])
            rebuild_index(db_session(), search_backend())
        client = app.test_client()
        answers = {address: client.get(address).status_code for address in PAGES}
    assert answers == PAGES
