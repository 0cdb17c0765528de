"""Exports of a register: digests that anchor them, hostile words, a line edited behind its back."""

import csv
import io
import re

from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy.orm import Session

from models.need import Need
from services.cells import restore
from tests.factories.registers import (
    HOSTILE,
    export_register,
    log_call,
    register_lines,
    register_of,
)
from vocabulary.exchanges import RegisterEvent


def test_an_export_is_a_line_and_carries_the_digest_that_anchors_it(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    rows = list(
        csv.DictReader(
            io.StringIO(export_register(buyer, need, "csv").decode("utf-8-sig")), delimiter=";"
        )
    )
    last = register_lines(empty_session, need)[-1]
    assert last.event is RegisterEvent.EXPORTED
    assert [row["événement"] for row in rows] == ["Appel téléphonique", "Registre exporté"]
    assert rows[-1]["empreinte de la ligne"] == last.hash
    assert {row["contrôle"] for row in rows} == {"conforme"}
    pdf = PdfReader(io.BytesIO(export_register(buyer, need, "pdf")))
    text = "".join(page.extract_text() for page in pdf.pages)
    newest = register_lines(empty_session, need)[-1]
    assert newest.hash in re.sub(r"\s", "", text)
    runner = empty_app.test_cli_runner()
    for digest in (last.hash, newest.hash):
        found = runner.invoke(args=["register", "verify", "--head", digest])
        assert found.exit_code == 0
    lost = runner.invoke(args=["register", "verify", "--need", str(need.id), "--head", "0" * 64])
    assert lost.exit_code == 1
    assert f"besoin n° {need.id}" in lost.output


def test_hostile_words_are_only_words_in_every_form(buyer: FlaskClient, need: Need) -> None:
    log_call(buyer, need, partner=HOSTILE, said=HOSTILE)
    page = buyer.get(register_of(need)).text
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    raw = export_register(buyer, need, "csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(raw), delimiter=";"))
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert [restore(part) for part in rows[0]["mots"].split(" | ")] == [HOSTILE, HOSTILE]
    pdf = PdfReader(io.BytesIO(export_register(buyer, need, "pdf")))
    text = re.sub(r"\s", "", "".join(page.extract_text() for page in pdf.pages))
    assert re.sub(r"\s", "", HOSTILE) in text


def test_a_line_edited_in_the_database_is_named_everywhere(
    empty_app: Flask, buyer: FlaskClient, need: Need, empty_session: Session
) -> None:
    log_call(buyer, need)
    log_call(buyer, need)
    connection = empty_session.connection()
    connection.exec_driver_sql("DROP TRIGGER register_entry_no_update")
    connection.exec_driver_sql("UPDATE register_entry SET facts = '[]' WHERE sequence = 1")
    empty_session.commit()
    result = empty_app.test_cli_runner().invoke(args=["register", "verify"])
    assert result.exit_code == 1
    assert f"besoin n° {need.id}, ligne 1 : cette ligne a été modifiée" in result.output
    page = buyer.get(register_of(need))
    assert page.status_code == 200
    assert "Chaîne rompue" in page.text
    assert "Ligne 1 : cette ligne a été modifiée." in page.text
    assert "cette ligne a été modifiée" in export_register(buyer, need, "csv").decode("utf-8-sig")


def test_the_command_says_what_it_cannot_do(empty_app: Flask, need: Need) -> None:
    runner = empty_app.test_cli_runner()
    assert runner.invoke(args=["register", "verify"]).exit_code == 0
    assert runner.invoke(args=["register", "verify", "--need", str(need.id)]).exit_code == 2
    assert runner.invoke(args=["register", "verify", "--head", "abc"]).exit_code == 2
