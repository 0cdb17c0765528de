"""Tables that people send: every usual dialect is read, every hostile one refused quickly."""

import io
import time
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from services.cells import neutralise, restore
from services.errors import UnreadableFile
from services.tabular import Line, read_table

MAX_ROWS = 5_000


def workbook(rows: Sequence[Sequence[object]]) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return buffer.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """Return the workbook with some parts replaced; ``__`` stands for a slash."""
    replaced = {name.replace("__", "/") + ".xml": data for name, data in parts.items()}
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, replaced.pop(name) if name in replaced else old.read(name))
        for name, data in replaced.items():
            new.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        "nom;ville\nÉlan;Évry\n".encode(),
        "nom;ville\r\nÉlan;Évry\r\n".encode("utf-8-sig"),
        "nom,ville\nÉlan,Évry".encode(),
        "nom\tville\nÉlan\tÉvry\n".encode("cp1252"),
        "nom|ville\nÉlan|Évry\n".encode("utf-16"),
        "nom;ville;;;\nÉlan;Évry;;;\n\n;;\n".encode(),
    ],
    ids=["utf-8", "bom and crlf", "comma", "cp1252 and tab", "utf-16", "empty columns and lines"],
)
def test_every_usual_csv_is_read(content: bytes) -> None:
    table = read_table(content, max_rows=MAX_ROWS)
    assert table.headers == ("nom", "ville")
    assert table.lines == (Line(2, ("Élan", "Évry")),)


def test_quoted_newlines_keep_the_number_of_the_line_they_start_on() -> None:
    content = b'nom;texte\nA;"deux\nlignes; ici"\nB;une\n'
    assert read_table(content, max_rows=MAX_ROWS).lines == (
        Line(2, ("A", "deux\nlignes; ici")),
        Line(4, ("B", "une")),
    )


def test_a_short_line_is_filled() -> None:
    assert read_table(b"a;b;c\n1\n", max_rows=MAX_ROWS).lines == (Line(2, ("1", "", "")),)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Ce fichier est vide."),
        (b"a;b\nx\x00;y\n", "Ce fichier n’est pas un texte : attendu un CSV ou un XLSX."),
        (b"Nom;ville;NOM\n1;2;3\n", "Ligne 1 : la colonne « Nom » est en double."),
        (b"nom;;ville\n1;2;3\n", "Ligne 1 : la colonne 2 n’a pas de titre."),
        (b"a;b\n1;2\n1;2;3\n", "Ligne 3 : 3 cellules pour 2 colonnes."),
        (b'a;b\n1;2\n"ouvert;2\n', "Ligne 3 : guillemets mal fermés ou cellule trop longue."),
        (b"a\n" + b"x\n" * 5_001, "Ce fichier a plus de 5000 lignes : découpez-le."),
        (
            b"\xd0\xcf\x11\xe0" + b"\0" * 600,
            "Ce classeur est dans l’ancien format .xls : enregistrez-le en .xlsx ou en .csv.",
        ),
        (
            b"PK\x03\x04 but no zip",
            "Ce classeur est abîmé ou protégé : enregistrez-le à nouveau en .xlsx ou .csv.",
        ),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(content: bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFile) as refusal:
        read_table(content, max_rows=MAX_ROWS)
    assert str(refusal.value) == sentence


def test_a_workbook_gives_text() -> None:
    content = workbook([["nom", "siren", "année"], ["Élan", 552100554, 2019.0], ["B", None, 1.5]])
    table = read_table(content, max_rows=MAX_ROWS)
    assert table.headers == ("nom", "siren", "année")
    assert table.lines == (Line(2, ("Élan", "552100554", "2019")), Line(3, ("B", "", "1.5")))


def refusal_in_time(content: bytes) -> str:
    """Return why the file is refused, once it was refused fast enough."""
    started = time.perf_counter()
    with pytest.raises(UnreadableFile) as refusal:
        read_table(content, max_rows=MAX_ROWS)
    assert time.perf_counter() - started < 5
    return str(refusal.value)


def test_a_zip_bomb_is_refused_in_time() -> None:
    bomb = repacked(workbook([["a"]]), xl__sharedStrings=b"<sst>" + b" " * 400_000_000)
    assert len(bomb) < 1_000_000
    sentence = refusal_in_time(bomb)
    assert sentence == "Ce classeur est trop grand une fois décompressé : gardez une seule feuille."


def test_a_bomb_of_strings_is_refused_in_time() -> None:
    bomb = repacked(
        workbook([["a"]]), xl__sharedStrings=b"<sst>" + b"<si><t>a</t></si>" * 2_000_000
    )
    sentence = refusal_in_time(bomb)
    assert sentence == "Ce classeur est trop grand une fois décompressé : gardez une seule feuille."


def test_billion_laughs_are_refused() -> None:
    laughs = b'<?xml version="1.0"?><!DOCTYPE sst [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><sst/>'
    sentence = refusal_in_time(repacked(workbook([["a"]]), xl__sharedStrings=laughs))
    assert sentence == "Ce classeur contient des définitions interdites : enregistrez-le en .csv."


def test_a_million_rows_are_refused_in_time() -> None:
    rows = b"".join(b'<row r="%d"><c><v>1</v></c></row>' % number for number in range(1, 1_000_001))
    sheet = b"<worksheet><sheetData>" + rows + b"</sheetData></worksheet>"
    sentence = refusal_in_time(repacked(workbook([["a"]]), xl__worksheets__sheet1=sheet))
    assert sentence == "Ce fichier a plus de 5000 lignes : découpez-le."


def test_a_far_cell_costs_nothing() -> None:
    sheet = (
        b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="XFD1048576"><v>2</v></c></row></sheetData></worksheet>'
    )
    sentence = refusal_in_time(repacked(workbook([["a"]]), xl__worksheets__sheet1=sheet))
    assert sentence == "Ce classeur a plus de 200 colonnes : gardez les utiles."


@given(st.text())
def test_neutralised_cells_come_back(cell: str) -> None:
    assert restore(neutralise(cell)) == cell
    assert not neutralise(cell).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_an_apostrophe_of_the_language_stays() -> None:
    assert restore("'s-Hertogenbosch") == "'s-Hertogenbosch"
    assert read_table(b"nom\n'=A1\n", max_rows=9).lines == (Line(2, ("=A1",)),)
