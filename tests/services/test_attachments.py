"""Files exchanged: told by their bytes, named safely, kept once, swept when orphaned."""

import io
import os
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from services.attachment_types import (
    DAMAGED,
    FILE_TYPES,
    MACROS,
    OLD_OFFICE,
    PDF,
    TEXT,
    UNKNOWN,
    RefusedAttachment,
    recognise,
)
from services.attachments import (
    MAX_BYTES,
    attachment_bytes,
    attachment_path,
    check_attachment,
    clean_filename,
    store_attachment,
    sweep_attachments,
)
from services.errors import NotFound
from tests.factories.introductions import make_table
from vocabulary.exchanges import Side

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SMALL_PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def picture(kind: str) -> bytes:
    """Return a small picture of that format."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, kind)
    return buffer.getvalue()


def archive(parts: dict[str, str] | dict[str, bytes]) -> bytes:
    """Return an archive of those parts, in that order, uncompressed as OpenDocument wants."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)
    return buffer.getvalue()


def ooxml(main: str, **parts: str) -> bytes:
    """Return the skeleton of an Office file whose main part has that type."""
    declared = f'<Types><Override PartName="/x" ContentType="{main}"/></Types>'
    return archive({"[Content_Types].xml": declared, **parts})


def odf(kind: str, **parts: str) -> bytes:
    """Return the skeleton of an OpenDocument file."""
    return archive({"mimetype": f"application/vnd.oasis.opendocument.{kind}", **parts})


_OFFICE = "application/vnd.openxmlformats-officedocument."
OLE = f"{_OFFICE}oleObject"
MAIN = f"{_OFFICE}wordprocessingml.document.main+xml"


def declaring(before: str, after: str, encoding: str = "utf-8") -> bytes:
    """Return a Word file whose list of types has more around the one of its main part."""
    types = f'<Types><Override PartName="/x" ContentType="{MAIN}"/>{after}</Types>'
    return archive({"[Content_Types].xml": (before + types).encode(encoding)})


def typed_twice() -> bytes:
    """Return an archive with two lists of types: programs do not agree on which one counts."""
    types = f'<Types><Override PartName="/x" ContentType="{MAIN}"/></Types>'
    return archive({"[Content_Types].xml": types, "[content_types].xml": types})


@pytest.mark.parametrize(
    ("content", "filename", "extension"),
    [
        (SMALL_PDF, "a.pdf", "pdf"),
        (picture("PNG"), "a", "png"),
        (picture("JPEG"), "a", "jpg"),
        (picture("WEBP"), "a", "webp"),
        (ooxml(f"{_OFFICE}wordprocessingml.document.main+xml"), "a", "docx"),
        (ooxml(f"{_OFFICE}spreadsheetml.sheet.main+xml"), "a", "xlsx"),
        (ooxml(f"{_OFFICE}presentationml.presentation.main+xml"), "a", "pptx"),
        (declaring("", "", "utf-16"), "a", "docx"),
        (odf("text"), "a", "odt"),
        (odf("spreadsheet"), "a", "ods"),
        (odf("presentation"), "a", "odp"),
        ("é;b\r\n1;2\r\n".encode(), "table.CSV", "csv"),
        ("été".encode("cp1252"), "mot.txt", "txt"),
        ("\ufeffété".encode(), "mot", "txt"),
    ],
)
def test_an_accepted_file_is_told_by_its_bytes(
    content: bytes, filename: str, extension: str
) -> None:
    assert recognise(content, filename).extension == extension


@pytest.mark.parametrize(
    ("content", "filename", "message"),
    [
        (b"MZ\x90\x00\x03", "facture.pdf", UNKNOWN),
        (b"%PDF-1.7 cut", "a.pdf", DAMAGED),
        (picture("PNG")[:40], "a.png", DAMAGED),
        (b"RIFF\x10\x00\x00\x00WAVEfmt ", "son.webp", UNKNOWN),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "a.txt", UNKNOWN),
        (b"<!doctype html><script>1</script>", "a.csv", UNKNOWN),
        (b"#!/bin/sh\nrm -rf .", "a.txt", UNKNOWN),
        (b"echo 1", "a.bat", UNKNOWN),
        (b"text\x00more", "a.txt", UNKNOWN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old", "a.doc", OLD_OFFICE),
        (archive({"a.txt": "x"}), "a.docx", UNKNOWN),
        (odf("formula"), "a.odf", UNKNOWN),
        (b"PK\x03\x04 cut", "a.docx", DAMAGED),
        (typed_twice(), "a.docx", DAMAGED),
        (declaring("<!DOCTYPE x>", ""), "a.docx", DAMAGED),
        (declaring("", f"<!--{'x' * 2**20}-->"), "a.docx", DAMAGED),
        (declaring("", '<Default Extension="bin" ContentType="a/vba&#80;roject"/>'), "a", MACROS),
        (declaring("", f'<Default Extension="bin" ContentType="{OLE}"/>'), "a.docx", MACROS),
        (ooxml(MAIN, **{"word\\vbaProject.bin": "macro"}), "a.docx", MACROS),
        (archive({"[CONTENT_TYPES].XML": "<Types/>"}), "a.docx", UNKNOWN),
        (ooxml("application/vnd.ms-word.document.macroEnabled.main+xml"), "a.docx", MACROS),
        (
            ooxml(
                f"{_OFFICE}wordprocessingml.document.main+xml",
                **{"word/vbaProject.bin": "macro"},
            ),
            "a.docx",
            MACROS,
        ),
        (odf("text", **{"Basic/Standard/Module1.xml": "macro"}), "a.odt", MACROS),
        (
            ooxml(
                f"{_OFFICE}spreadsheetml.sheet.main+xml", **{"xl/embeddings/oleObject1.bin": "x"}
            ),
            "a.xlsx",
            MACROS,
        ),
    ],
)
def test_anything_else_is_refused_with_a_reason(
    content: bytes, filename: str, message: str
) -> None:
    with pytest.raises(RefusedAttachment) as refusal:
        recognise(content, filename)
    assert refusal.value.message == message


def test_an_archive_that_swells_is_refused_unopened() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("[Content_Types].xml", "x")
        for number in range(21):
            made.writestr(f"{number}.xml", b"\0" * (10 * 1024 * 1024))
    assert len(buffer.getvalue()) < MAX_BYTES
    with pytest.raises(RefusedAttachment, match="trop lourd"):
        recognise(buffer.getvalue(), "a.docx")


def test_an_empty_or_heavy_file_is_refused() -> None:
    with pytest.raises(RefusedAttachment, match="vide"):
        check_attachment("a.txt", b"")
    with pytest.raises(RefusedAttachment, match="5 Mo"):
        check_attachment("a.txt", b"a" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\moi\\note.PDF", "note.pdf"),
        ("facture.exe", "facture.exe.pdf"),
        ("inversé\u202efdp.exe", "inverséfdp.exe.pdf"),
        ("a\r\nb\x00.pdf", "ab.pdf"),
        ("  ..  ", "document.pdf"),
        ("", "document.pdf"),
        ('un"deux|trois?.pdf', "un-deux-trois-.pdf"),
        ("e\u0301te\u0301.pdf", "été.pdf"),
        ("x" * 400 + ".pdf", "x" * 120 + ".pdf"),
    ],
)
def test_names_are_made_safe(filename: str, kept: str) -> None:
    assert clean_filename(filename, PDF) == kept


def test_a_picture_keeps_the_extension_its_owner_writes() -> None:
    assert clean_filename("vue.jpeg", FILE_TYPES["image/jpeg"]) == "vue.jpg"


def test_a_file_is_kept_once_under_its_digest_and_read_back(
    empty_session: Session, tmp_path: Path
) -> None:
    table = make_table(empty_session)
    made = [
        store_attachment(
            empty_session,
            filename=name,
            content=b"Bonjour",
            side=Side.TERRITORY,
            organization=table.carrier,
            person=table.buyer,
            folder=tmp_path,
            now=NOW,
            need=table.need,
        )
        for name in ("un.txt", "deux.txt")
    ]
    assert [document.filename for document in made] == ["un.txt", "deux.txt"]
    assert {document.media_type for document in made} == {TEXT.media_type}
    assert [path.name for path in tmp_path.glob("??/*")] == [made[0].digest]
    assert attachment_bytes(made[1], tmp_path) == b"Bonjour"


def test_a_file_changed_on_the_disk_is_not_given_out(
    empty_session: Session, tmp_path: Path
) -> None:
    table = make_table(empty_session)
    document = store_attachment(
        empty_session,
        filename="a.txt",
        content=b"Bonjour",
        side=Side.ACTOR,
        organization=table.actor,
        person=None,
        folder=tmp_path,
        now=NOW,
        need=table.need,
    )
    path = attachment_path(tmp_path, document.digest)
    assert path is not None
    path.write_bytes(b"Autre chose")
    with pytest.raises(NotFound):
        attachment_bytes(document, tmp_path)


@pytest.mark.parametrize("digest", ["", "../" * 20 + "etc", "0" * 63, "0" * 64])
def test_a_digest_that_names_no_file_leads_nowhere(digest: str, tmp_path: Path) -> None:
    assert attachment_path(tmp_path, digest) is None


def test_only_old_orphans_are_swept(empty_session: Session, tmp_path: Path) -> None:
    table = make_table(empty_session)
    used = store_attachment(
        empty_session,
        filename="a.txt",
        content=b"garder",
        side=Side.TERRITORY,
        organization=table.carrier,
        person=None,
        folder=tmp_path,
        now=NOW,
        need=table.need,
    )
    for name in ("aa", "bb"):
        (tmp_path / name).mkdir(exist_ok=True)
        (tmp_path / name / (name * 32)).write_bytes(b"orphelin")
    old = (NOW - timedelta(days=1)).timestamp()
    for path in tmp_path.glob("??/*"):
        os.utime(path, (old, old))
    os.utime(tmp_path / "bb" / ("bb" * 32), (NOW.timestamp(), NOW.timestamp()))
    assert sweep_attachments(empty_session, tmp_path, now=NOW) == 1
    assert {path.name for path in tmp_path.glob("??/*")} == {used.digest, "bb" * 32}
