"""Files of invitees and of wishes made to hurt: each gets a sentence in seconds, never a 5xx.

The bombs are built here; what is measured is the time of the processor from the request to its
answer, so that a busy machine does not fail a reader that is fast.
"""

import io
import time
import zipfile
from collections.abc import Callable
from functools import cache
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from extensions.database import db_session
from tests.factories.accounts import make_user, sign_in
from tests.factories.meetups import make_day, make_slots
from tests.factories.pages import csrf_token
from vocabulary.kinds import UserRole

LONGEST: Final = 5.0
ROOT: Final = "/pilotage/rencontres/journee-d-essai"
PAGES: Final = (f"{ROOT}/imports", f"{ROOT}/souhaits/listes")
MILLION: Final = 1_000_000
_BOOK: Final = b'<workbook xmlns:r="r"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>'
_LINKS: Final = (
    b'<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>'
)
_ROW: Final = b'<row r="%d"><c t="inlineStr"><is><t>%s</t></is></c></row>'


@pytest.fixture
def staff(empty_app: Flask) -> FlaskClient:
    """Staff of an installation that has one day with a programme."""
    with empty_app.app_context():
        session = db_session()
        make_user(session, role=UserRole.STAFF, email="equipe@essai.example")
        make_slots(session, make_day(session))
        session.commit()
    return sign_in(empty_app, "equipe@essai.example")


def workbook(sheet: bytes, *, strings: bytes = b"", book: bytes = _BOOK) -> bytes:
    """Return a workbook with this first sheet."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/workbook.xml", book)
        file.writestr("xl/_rels/workbook.xml.rels", _LINKS)
        file.writestr("xl/worksheets/sheet1.xml", sheet)
        if strings:
            file.writestr("xl/sharedStrings.xml", strings)
    return buffer.getvalue()


def rows(inside: bytes) -> bytes:
    """Return a sheet."""
    return b"<worksheet><sheetData>" + inside + b"</sheetData></worksheet>"


def laughs() -> bytes:
    """Return a sheet whose entities would unfold to a billion laughs."""
    names = [b'<!ENTITY l0 "lol">']
    names += [b'<!ENTITY l%d "%s">' % (rank, b"&l%d;" % (rank - 1) * 10) for rank in range(1, 10)]
    return b"<!DOCTYPE x [" + b"".join(names) + b"]>" + rows(_ROW % (1, b"&l9;"))


def pointed_at() -> bytes:
    """Return a workbook of which every cell points to one long text."""
    cells = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(50))
    sheet = rows(b"".join(b'<row r="%d">%s</row>' % (at, cells) for at in range(1, 5_000)))
    return workbook(sheet, strings=b"<sst><si><t>" + b"x" * 30_000 + b"</t></si></sst>")


TOO_GREAT: Final = "trop grand une fois décompressé"
BOMBS: Final[dict[str, tuple[Callable[[], bytes], str]]] = {
    "zip bomb": (lambda: workbook(rows(b" " * 60 * MILLION)), TOO_GREAT),
    "billion laughs": (lambda: workbook(laughs()), "définitions interdites"),
    "empty rows": (lambda: workbook(rows(b"<row/>" * 3 * MILLION)), TOO_GREAT),
    "empty cells": (lambda: workbook(rows(b"<row>" + b"<c/>" * 3 * MILLION)), TOO_GREAT),
    "nested elements": (lambda: workbook(b"<a>" * 3 * MILLION), TOO_GREAT),
    "a tag without end": (
        lambda: workbook(rows(b"<row " + b" ".join(b'a%d=""' % n for n in range(300_000)))),
        TOO_GREAT,
    ),
    "texts of nothing": (
        lambda: workbook(
            rows(_ROW % (1, b"a")), strings=b"<sst><si>" + b"<t/>" * 3 * MILLION + b"</si></sst>"
        ),
        TOO_GREAT,
    ),
    "sheets": (
        lambda: workbook(
            rows(b""), book=b"<workbook>" + b"<sheet/>" * 3 * MILLION + b"</workbook>"
        ),
        TOO_GREAT,
    ),
    "a long cell": (
        lambda: workbook(rows(_ROW % (1, b"x" * 10 * MILLION))),
        "Une cellule de ce classeur dépasse 40000 caractères",
    ),
    "one text in every cell": (pointed_at, TOO_GREAT),
    "half a million rows": (
        lambda: workbook(
            rows(b"".join(_ROW % (at, b"structure") for at in range(1, MILLION // 2)))
        ),
        "a plus de 5000 lignes",
    ),
    "a million lines": (lambda: b"structure\n" + b"a\n" * MILLION, "a plus de 5000 lignes"),
    "columns": (lambda: b"structure" + b";" * 4 * MILLION + b"x", "colonne"),
    "quotation marks": (lambda: b'structure\n"' + b"\n" * 4 * MILLION, "guillemets mal fermés"),
    "nothing": (lambda: b"", ""),
    "blank lines": (lambda: b"\n" * 4 * MILLION, ""),
    "six million bytes": (lambda: b"structure\n" + b"x" * 6 * MILLION, ""),
    "an image": (lambda: b"\x89PNG\r\n\x1a\n\x00\x00\x00", "pas un texte"),
    "an old workbook": (lambda: b"\xd0\xcf\x11\xe0" + b"\x00" * 512, "ancien format .xls"),
    "a zip of something else": (lambda: b"PK\x03\x04" + b"x" * 400, "abîmé ou protégé"),
    "columns called the same": (lambda: b"structure;nom;Nom\na;b;c", ""),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("name", list(BOMBS))
def test_a_file_made_to_hurt_gets_a_sentence_in_seconds(
    staff: FlaskClient, name: str, page: str
) -> None:
    content, words = built(name), BOMBS[name][1]
    answer, seconds = sent(staff, page, content)
    if name == "columns called the same" and page == PAGES[1]:
        assert answer.status_code == 302  # wishes take the first column of a title
        return
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.location)
    assert words in " ".join(answer.text.split())
    assert seconds < LONGEST


@cache
def built(name: str) -> bytes:
    """Return a bomb, made once for both pages."""
    return BOMBS[name][0]()


def sent(staff: FlaskClient, page: str, content: bytes) -> tuple[TestResponse, float]:
    """Send a file; return the answer and how many seconds of the processor it took."""
    data = {
        "csrf_token": csrf_token(staff),
        "file": (io.BytesIO(content), "liste.xlsx"),
        "pasted": "",
    }
    start = time.process_time()
    answer = staff.post(page, data=data, content_type="multipart/form-data")
    return answer, time.process_time() - start


@pytest.mark.parametrize(
    "pasted",
    ["\n" * MILLION, "a\n" * MILLION, '"' + "\n" * MILLION, "a;" * MILLION, "é" * MILLION],
    ids=["blank lines", "lines", "a quotation mark", "cells", "one word"],
)
def test_lines_pasted_to_hurt_get_an_answer_in_seconds(staff: FlaskClient, pasted: str) -> None:
    for page in PAGES:
        data = {"csrf_token": csrf_token(staff), "pasted": pasted}
        start = time.process_time()
        answer = staff.post(page, data=data)
        assert (answer.status_code < 500, time.process_time() - start < LONGEST) == (True, True)


TABLE: Final = "structure;côté;nom;note\nVille de Sète;territoire;Zoé Noël;été\n"


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("utf-16"),
        TABLE.encode("cp1252"),
        TABLE.replace("\n", "\r\n").encode(),
        TABLE.replace("\n", "\r").encode(),
        TABLE.replace(";", ",").encode(),
        TABLE.replace(";", "\t").encode(),
        TABLE.replace("Zoé Noël", '"Zoé\nNoël"').encode(),
        b"\n\n" + TABLE.encode(),
    ],
    ids=["utf-8", "mark", "utf-16", "cp1252", "CRLF", "CR", "comma", "tab", "quoted", "blank"],
)
def test_the_dialects_of_spreadsheets_are_read_alike(staff: FlaskClient, content: bytes) -> None:
    answer, _seconds = sent(staff, PAGES[0], content)
    assert answer.status_code == 302
    page = staff.get(str(answer.location)).text
    assert "Ville de Sète · territoire · Zoé" in page
    assert "Noël · été" in page


def test_the_stored_value_of_a_formula_is_read_and_the_formula_is_not(staff: FlaskClient) -> None:
    cells = b'<c t="str"><f>HYPERLINK("http://evil.example","x")</f><v>Ville A</v></c>'
    title = _ROW % (1, b"structure")
    answer, _seconds = sent(
        staff, PAGES[0], workbook(rows(title + b'<row r="2">' + cells + b"</row>"))
    )
    page = staff.get(str(answer.location)).text
    assert ("Ville A" in page, "evil.example" in page) == (True, False)


def test_formulas_of_refused_lines_come_back_as_text(staff: FlaskClient) -> None:
    content = b"structure;note\n=cmd|calc;+1\n"
    answer, _seconds = sent(staff, PAGES[0], content)
    refused = staff.get(f"{answer.location}/refus.csv").get_data(as_text=True)
    assert "'=cmd|calc;'+1" in refused


@pytest.mark.parametrize(
    "choice", ["²", "9" * 40, "-1", "None", "\x00"], ids=["power", "huge", "minus", "word", "nul"]
)
def test_a_column_that_no_page_offers_is_no_column(staff: FlaskClient, choice: str) -> None:
    for page, fields in ((PAGES[0], ["name"]), (PAGES[1], ["colonne-0", "colonne-1"])):
        answer, _seconds = sent(staff, page, b"un;deux\na;b")
        data = {"csrf_token": csrf_token(staff), **dict.fromkeys(fields, choice)}
        done = staff.post(f"{answer.location}/colonnes", data=data, follow_redirects=True)
        assert done.status_code < 500
        assert "hoisissez la colonne" in done.text
