"""What the directory gives besides pages: CSV and workbook, points of the map, completion."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook
from sqlalchemy.orm import Session

from tests.factories.directory import csv_rows, map_features
from tests.factories.entries import index_all
from tests.factories.organizations import make_organization


def test_files_hold_the_results_in_french_without_demo_needs(directory: FlaskClient) -> None:
    answer = directory.get("/annuaire.csv?objet=solutions&objet=besoins&tri=nom")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="annuaire.csv"'
    rows = csv_rows(answer.get_data(as_text=True))
    assert [row["nom"] for row in rows] == [
        "Façade isolée en cinq jours",
        "Rafraîchir soixante logements",
        "Rénovation énergétique d’un îlot",
        "Toiture solaire",
    ]
    assert rows[0] == {
        "objet": "Solutions",
        "nom": "Façade isolée en cinq jours",
        "porteur": "Thermolia",
        "type": "Solution",
        "identifiant": "",
        "thèmes": "Rénovation énergétique",
        "commune": "Saint-Étienne",
        "région": "Auvergne-Rhône-Alpes",
        "zone d’intervention": "Auvergne-Rhône-Alpes",
        "maturité": "Pilote sur site réel",
        "montages": "Marché à procédure adaptée",
        "présentation": "",
        "exemple fictif": "",
        "adresse": "http://localhost/solutions/facade-isolee-en-cinq-jours",
    }


def test_the_workbook_holds_what_the_csv_holds(directory: FlaskClient) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(directory.get("/annuaire.xlsx").data))
    sheet = [[str(cell) for cell in row] for row in book.get_sheet_by_index(0).to_python()]
    text = directory.get("/annuaire.csv").get_data(as_text=True).lstrip("\ufeff")
    assert sheet == list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a_file_holds_every_page_of_results(directory: FlaskClient) -> None:
    one = directory.get("/annuaire.csv?objet=territoires").data
    assert directory.get("/annuaire.csv?objet=territoires&page=7&vue=carte").data == one


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "'"])
def test_a_spreadsheet_runs_nothing(empty_app: Flask, empty_session: Session, start: str) -> None:
    name = f"{start}CMD|' /C calc'!A0"
    make_organization(empty_session, name, slug="neutre", pitch=name)
    empty_session.commit()
    index_all(empty_app)
    rows = csv_rows(empty_app.test_client().get("/annuaire.csv").get_data(as_text=True))
    assert rows[0]["nom"] == f"'{name}"
    assert rows[0]["présentation"] == f"'{name}"


def test_a_list_answers_in_csv_when_asked(directory: FlaskClient) -> None:
    answer = directory.get("/annuaire?objet=acteurs", headers={"Accept": "text/csv"})
    assert answer.mimetype == "text/csv"
    assert "Accept" in directory.get("/annuaire").vary


def test_points_stand_where_the_results_do(directory: FlaskClient) -> None:
    answer = directory.get("/annuaire/points.geojson?objet=acteurs&objet=territoires")
    assert answer.mimetype == "application/geo+json"
    assert [
        (feature["geometry"]["coordinates"], feature["properties"])
        for feature in map_features(directory, "objet=acteurs&objet=territoires")
    ] == [
        (
            [4.39, 45.43],
            {
                "title": "Thermolia",
                "detail": "Acteurs · Saint-Étienne",
                "kind": "acteurs",
                "url": "/acteurs/thermolia",
            },
        ),
        (
            [4.38, 45.44],
            {
                "title": "Tarentaize",
                "detail": "Territoires · QN04212M",
                "kind": "territoires",
                "url": "/territoires/QN04212M",
            },
        ),
    ]


def test_completion_names_entries_and_places(directory: FlaskClient) -> None:
    assert directory.get("/completion/recherche?q=therm").json == [
        {"label": "Thermolia", "detail": "Acteurs", "url": "/acteurs/thermolia"}
    ]
    assert directory.get("/completion/lieux?q=tarent").json == [
        {"label": "Tarentaize", "detail": "Saint-Étienne", "code": "QN04212M"}
    ]
    assert directory.get("/completion/lieux?q=saint").json == [
        {"label": "Saint-Étienne (42)", "detail": "Loire", "code": "Saint-Étienne (42218)"}
    ]
