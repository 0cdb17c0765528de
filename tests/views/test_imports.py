"""The pages where staff import organisations, end to end (J7)."""

import csv
import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from models.import_batch import ImportBatch
from models.organization import Organization
from services.cells import restore
from tests.factories.accounts import sign_in
from tests.factories.forms import forms_in

STAFF = "equipe@demo.example"
HEADER = "Nom;Type;SIREN;Commune;E-mail\n"


@pytest.fixture
def staff(app: Flask) -> FlaskClient:
    app.config["WTF_CSRF_ENABLED"] = False
    return sign_in(app, STAFF)


def send(client: FlaskClient, content: bytes, name: str = "structures.csv") -> TestResponse:
    data = {"file": (io.BytesIO(content), name), "source": "Annuaire d’essai"}
    return client.post("/imports", data=data, content_type="multipart/form-data")


def sent(client: FlaskClient, content: bytes) -> str:
    """Send a file and return the address of its preview."""
    answer = send(client, content)
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def tally(page: str) -> list[int]:
    """Return the counts of the verdicts: new, changed, unchanged, duplicate, refused."""
    main = page[page.index('class="workspace-main"') :]  # the menu beside it counts too
    return [int(count) for count in re.findall(r'class="count">(\d+)<', main)]


def entries(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Organization.id))) or 0


def test_five_hundred_rows_from_preview_to_undo(staff: FlaskClient, session: Session) -> None:
    rows = "".join(
        f"Structure n° {n} {'abcdefghij'[n % 10] * 9}{n}x{n * 7};PME;;42218;\n" for n in range(498)
    )
    content = (HEADER + rows + "Philips;;;75056;\n;PME;;;\n").encode("cp1252")
    before = entries(session)
    address = sent(staff, content)
    assert tally(staff.get(address).text) == [498, 1, 0, 0, 1]
    assert entries(session) == before
    assert staff.post(f"{address}/appliquer", data={"publish": "y"}).status_code == 302
    assert entries(session) == before + 498
    again = sent(staff, content)
    assert tally(staff.get(again).text) == [0, 0, 499, 0, 1]
    staff.post(f"{again}/appliquer", data={"publish": "y"})
    assert entries(session) == before + 498
    page = staff.post(f"{address}/annuler", follow_redirects=True).text
    assert "498 fiches retirées, 1 rétablies, 0 gardées" in page
    assert entries(session) == before


def test_refused_lines_come_back_neutralised(staff: FlaskClient) -> None:
    address = sent(staff, (HEADER + "=CMD();planète;;;\n").encode())
    answer = staff.get(f"{address}/refus.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows == [
        ["Ligne du fichier", "Raison du refus", "Nom", "Type", "SIREN", "Commune"],
        ["2", "Type de structure inconnu : « planète ».", "'=CMD()", "planète", "", ""],
    ]
    assert restore(rows[1][2]) == "=CMD()"


def test_personal_columns_are_said_to_be_left_out(staff: FlaskClient, session: Session) -> None:
    address = sent(staff, (HEADER + "Alvéole;PME;;;jeanne@exemple.example\n").encode())
    page = staff.get(address).text
    assert "E-mail. Rien n’en a été gardé." in page
    assert "jeanne" not in page
    batch = session.scalars(select(ImportBatch)).one()
    assert batch.rows[0].cells == ["Alvéole", "PME", "", ""]


def test_what_is_written_in_a_cell_is_not_run(staff: FlaskClient) -> None:
    address = sent(staff, (HEADER + "<script>alert(1)</script>;PME;;;\n").encode())
    page = staff.get(address).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Ce fichier est vide."),
        (b"Nom;Nom\nA;B\n", "est en double"),
        (b"Nom\n", "aucune ligne sous ses titres"),
        (b"\x00\x01\x02", "attendu un CSV ou un XLSX"),
        (b"Nom\n" + b"x\n" * 5_001, "plus de 5000 lignes"),
        (b"Nom\n" + b"x" * (5 * 1024 * 1024), "dépasse 5 Mo"),
    ],
    ids=["empty", "twice", "no line", "binary", "long", "heavy"],
)
def test_an_unreadable_file_is_refused_with_a_sentence(
    staff: FlaskClient, session: Session, content: bytes, sentence: str
) -> None:
    answer = send(staff, content)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert session.scalar(select(func.count(ImportBatch.id))) == 0


def test_columns_and_duplicates_are_decided_on_the_page(
    staff: FlaskClient, session: Session
) -> None:
    address = sent(staff, b"A;B\nPME;Philips France\n")
    assert tally(staff.get(address).text) == [0, 0, 0, 0, 1]
    staff.post(f"{address}/colonnes", data={"name": "B", "kind": "A"})
    assert tally(staff.get(address).text) == [0, 0, 0, 1, 0]
    row = session.scalars(select(ImportBatch)).one().rows[0]
    before = entries(session)
    staff.post(f"{address}/doublons", data={f"ligne-{row.id}": "create", "ligne-x": "create"})
    page = staff.post(f"{address}/appliquer", follow_redirects=True).text
    assert "1 fiche créée, 0 fiche modifiée : à relire avant publication." in page
    assert entries(session) == before + 1


def test_a_preview_out_of_date_is_shown_again(staff: FlaskClient) -> None:
    first, second = (sent(staff, (HEADER + "Alvéole;PME;;;\n").encode()) for _ in range(2))
    staff.post(f"{first}/appliquer")
    answer = staff.post(f"{second}/appliquer", data={"publish": "y"})
    assert answer.status_code == 409
    assert "L’annuaire a changé depuis la prévisualisation" in answer.text
    assert tally(answer.text) == [0, 0, 1, 0, 0]
    forms = {action.split("/")[-1]: fields for action, fields in forms_in(answer.text)}
    assert forms["appliquer"].get("publish") == "y"


def test_a_file_is_forgotten(staff: FlaskClient) -> None:
    address = sent(staff, (HEADER + "Alvéole;PME;;;\n").encode())
    assert staff.post(f"{address}/supprimer").status_code == 302
    assert staff.get(address).status_code == 404


@pytest.mark.parametrize("number", ["1", "99999999999999999999"])
def test_an_unknown_import_is_not_found(staff: FlaskClient, number: str) -> None:
    assert staff.get(f"/imports/{number}").status_code == 404


def test_others_do_not_see_that_imports_exist(app: Flask) -> None:
    assert sign_in(app, "innovateur@demo.example").get("/imports").status_code == 404
    assert app.test_client().get("/imports").status_code == 302


def test_sending_needs_the_token_of_the_form(app: Flask) -> None:
    assert send(sign_in(app, STAFF), HEADER.encode()).status_code == 400
