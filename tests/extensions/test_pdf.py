"""PDFs are tagged, titled and in French; what they print is text, whatever it looks like."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from pypdf import PdfReader

from extensions.pdf import FONTS, TEMPLATES, render_pdf

ROOT = Path(__file__).resolve().parents[2]
HOSTILE = (
    '#read("/etc/passwd")',
    '#read("../../config.py")',
    '#import "@preview/cetz:0.3.0"',
    "#panic(1) *gras* _souligné_ `code` $x^2$ @ref <label> // fin",
    '"); #eval("1+1"',
    "\\u{41} ${data} {{ 7*7 }} %(x)s",
    "<script>alert(1)</script>",
    "=1+1",
)


def printed(app: Flask, data: Mapping[str, object], template: str = "plain") -> PdfReader:
    """Return the PDF read back, made in a request of its own."""
    with app.test_request_context():
        return PdfReader(io.BytesIO(render_pdf(template, data)))


def words(reader: PdfReader) -> str:
    """Return the text of every page, its blanks folded."""
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def test_it_is_tagged_titled_and_in_french(empty_app: Flask) -> None:
    reader = printed(empty_app, {"title": "Note d’essai", "sections": []})
    root: Any = reader.trailer["/Root"]
    assert bool(root["/MarkInfo"]["/Marked"]) is True
    assert root["/Lang"] == "fr"
    assert "/StructTreeRoot" in root
    assert reader.metadata is not None
    assert (reader.metadata.title, reader.metadata.author) == ("Note d’essai", "Tour de table")


def test_pages_are_numbered(empty_app: Flask) -> None:
    rows = [[str(number), "texte"] for number in range(150)]
    section = {"heading": "Lignes", "columns": ["N°", "Texte"], "rows": rows, "widths": [1, 4]}
    reader = printed(empty_app, {"title": "Longue note", "sections": [section]})
    total = len(reader.pages)
    assert total > 2
    for number, page in enumerate(reader.pages, start=1):
        assert f"page {number} sur {total}" in " ".join(page.extract_text().split())
        assert "N°" in page.extract_text()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_printed_as_it_is(empty_app: Flask, text: str) -> None:
    section = {"heading": text, "text": text, "facts": [[text, text]]}
    data = {"title": text, "lead": text, "notice": text, "end": text, "sections": [section]}
    reader = printed(empty_app, data)
    assert re.sub(r"\s", "", words(reader)).count(re.sub(r"\s", "", text)) == 8


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b", "a\ufffdb"),
        ("a\u202eb", "ab"),
    ],
)
def test_what_no_page_can_show_is_replaced(empty_app: Flask, text: str, shown: str) -> None:
    section = {"columns": [text], "rows": [[text]]}
    reader = printed(empty_app, {"title": text, "sections": [section]})
    assert reader.metadata is not None
    assert reader.metadata.title == shown


def test_letters_the_fonts_lack_do_not_stop_it(empty_app: Flask) -> None:
    reader = printed(empty_app, {"title": "漢字 عربي 😀 ∑ Ω", "sections": []})
    assert len(reader.pages) == 1


def test_it_reads_nothing_outside_its_folder(tmp_path: Path) -> None:
    import typst  # noqa: PLC0415 - as the application does

    outside = tmp_path / "secret.txt"
    outside.write_text("secret", encoding="utf-8")
    for path in (str(outside), "../../config.py"):
        source = f'#read("{path}")'.encode()
        compiler = typst.Compiler(source, root=str(TEMPLATES))
        with pytest.raises(typst.TypstError):
            compiler.compile()


def test_templates_fetch_no_package() -> None:
    sources = "".join(path.read_text(encoding="utf-8") for path in TEMPLATES.glob("*.typ"))
    assert re.findall(r'#?import "@', sources) == []
    assert set(re.findall(r'import "([^"]+)"', sources)) == {"layout.typ"}


def test_colours_are_those_of_the_site() -> None:
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8").lower()
    used = set(
        re.findall(r'rgb\("(#[0-9a-f]{6})"\)', (TEMPLATES / "layout.typ").read_text("utf-8"))
    )
    assert {colour for colour in used if colour not in tokens} == set()
    assert len(used) == 7


def test_the_fonts_are_there_with_their_licences() -> None:
    assert sorted(path.name for path in FONTS.glob("*.ttf")) == [
        "AtkinsonHyperlegibleNext-Bold.ttf",
        "AtkinsonHyperlegibleNext-Regular.ttf",
        "BricolageGrotesque-Bold.ttf",
    ]
    assert sorted(path.name for path in FONTS.glob("*OFL.txt")) == [
        "atkinson-hyperlegible-next-OFL.txt",
        "bricolage-grotesque-OFL.txt",
    ]
