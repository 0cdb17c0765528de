"""What a sent file is, told from its bytes: the name and the browser's word count for nothing."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final
from xml.parsers import expat

from PIL import Image

from services.errors import RuleViolation
from vocabulary.labels import N_

MAX_PIXELS: Final = 50_000_000
MAX_ENTRIES: Final = 5_000
# What an office file may swell to once opened, and how much of one part is read here.
MAX_UNPACKED: Final = 200 * 1024 * 1024
MAX_PART: Final = 1024 * 1024
_TAIL: Final = 2_048
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, OverflowError, TypeError)
_UNOPENED = (
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, LookupError),
    *(expat.ExpatError, *_UNREADABLE),
)


class RefusedAttachment(RuleViolation):
    """The file is not one of those that may be exchanged."""


@dataclass(frozen=True, slots=True)
class FileType:
    """One accepted sort of file."""

    media_type: str
    extension: str
    label: str


_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."
PDF: Final = FileType("application/pdf", "pdf", "PDF")
CSV: Final = FileType("text/csv", "csv", "CSV")
TEXT: Final = FileType("text/plain", "txt", N_("texte"))
_PICTURES: Final[Mapping[str, FileType]] = {
    "PNG": FileType("image/png", "png", "PNG"),
    "JPEG": FileType("image/jpeg", "jpg", "JPEG"),
    "WEBP": FileType("image/webp", "webp", "WebP"),
}
# By the type that « [Content_Types].xml » gives to the main part; a macro file has another one.
_TYPES_PART: Final = "[content_types].xml"
_OOXML_MAIN: Final[Mapping[str, FileType]] = {
    f"{_OOXML}{main}.main+xml": FileType(f"{_OOXML}{whole}", extension, label)
    for main, whole, extension, label in (
        ("wordprocessingml.document", "wordprocessingml.document", "docx", "Word"),
        ("spreadsheetml.sheet", "spreadsheetml.sheet", "xlsx", "Excel"),
        ("presentationml.presentation", "presentationml.presentation", "pptx", "PowerPoint"),
    )
}
_ODF_TYPES: Final[Mapping[bytes, FileType]] = {
    f"{_ODF}{kind}".encode(): FileType(f"{_ODF}{kind}", extension, label)
    for kind, extension, label in (
        ("text", "odt", N_("texte OpenDocument")),
        ("spreadsheet", "ods", N_("tableur OpenDocument")),
        ("presentation", "odp", N_("présentation OpenDocument")),
    )
}
FILE_TYPES: Final[Mapping[str, FileType]] = {
    kind.media_type: kind
    for kind in (
        PDF,
        CSV,
        TEXT,
        *_PICTURES.values(),
        *_OOXML_MAIN.values(),
        *_ODF_TYPES.values(),
    )
}
# For the file field of a form: what the browser offers first. The bytes decide.
ACCEPT: Final = ",".join(sorted({f".{kind.extension}" for kind in FILE_TYPES.values()} | {".jpeg"}))
# Parts of an office file that run something when it is opened.
_RUNNING_PARTS: Final = (
    "/vbaproject.bin",
    "/macrosheets/",
    "/activex/",
    "/basic/",
    "/scripts/",
    "/oleobject",
    ".docm",
    ".xlsm",
    ".pptm",
)
_RUNNING_TYPES: Final = (
    "macroenabled",
    "vbaproject",
    "ms-excel.macrosheet",
    "oleobject",
    "activex",
)

MACROS: Final = N_(
    "Ce document contient des macros ou des objets actifs : enregistrez-le sans eux, "
    "ou en PDF, puis joignez-le de nouveau."
)
UNKNOWN: Final = N_(
    "Ce fichier n’est pas d’un type accepté : PDF, image (PNG, JPEG, WebP), document de "
    "bureautique (DOCX, XLSX, PPTX, ODT, ODS, ODP), CSV ou texte."
)
OLD_OFFICE: Final = N_(
    "Ce document est dans un ancien format de bureautique, ou protégé par un mot de passe : "
    "enregistrez-le en DOCX, XLSX, PPTX ou PDF, sans mot de passe."
)
DAMAGED: Final = N_("Ce fichier est incomplet ou abîmé : enregistrez-le de nouveau.")


def recognise(content: bytes, filename: str) -> FileType:
    """Return what the file is.

    ``filename`` serves text files only, to tell a table from prose and to refuse a program.

    Raises:
        RefusedAttachment: not one of the accepted types, damaged, or able to run something.
    """
    if content.startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"PK"):
        return _office(content)
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    if is_webp or content.startswith((b"\x89PNG", b"\xff\xd8\xff")):
        return _picture(content)
    if content.startswith(_OLD_OFFICE):
        raise RefusedAttachment(OLD_OFFICE)
    return _text(content, filename)


def _pdf(content: bytes) -> FileType:
    if b"%%EOF" not in content[-_TAIL:]:
        raise RefusedAttachment(DAMAGED)
    return PDF


def _picture(content: bytes) -> FileType:
    try:
        with Image.open(BytesIO(content), formats=tuple(_PICTURES)) as picture:
            width, height = picture.size
            kind = _PICTURES[picture.format or ""]
            if width * height > MAX_PIXELS:
                raise RefusedAttachment(
                    N_("Cette image est trop grande (%(width)s × %(height)s points)."),
                    width=width,
                    height=height,
                )
            picture.verify()
    except (*_UNREADABLE, KeyError, Image.DecompressionBombError) as error:
        raise RefusedAttachment(DAMAGED) from error
    return kind


def _office(content: bytes) -> FileType:
    """Tell an office file by what its archive says of itself; nothing but that is unpacked."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _archived(archive)
    except _UNOPENED as bad:
        raise RefusedAttachment(DAMAGED) from bad


def _archived(archive: zipfile.ZipFile) -> FileType:
    parts = archive.infolist()
    if len(parts) > MAX_ENTRIES or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise RefusedAttachment(N_("Ce document est trop lourd une fois ouvert."))
    names = [part.filename.lower().replace("\\", "/") for part in parts]
    if len(set(names)) < len(names):
        raise RefusedAttachment(DAMAGED)  # two readers would not open the same part
    if any(mark in f"/{name}" for name in names for mark in _RUNNING_PARTS):
        raise RefusedAttachment(MACROS)
    if parts and parts[0].filename == "mimetype":
        kind = _ODF_TYPES.get(_part(archive, "mimetype").strip())
    else:
        kind = _ooxml(archive, names)
    if kind is None:
        raise RefusedAttachment(UNKNOWN)
    return kind


def _ooxml(archive: zipfile.ZipFile, names: list[str]) -> FileType | None:
    if _TYPES_PART not in names:
        return None
    declared = _declared_types(_part(archive, archive.namelist()[names.index(_TYPES_PART)]))
    if any(mark in one.lower() for one in declared for mark in _RUNNING_TYPES):
        raise RefusedAttachment(MACROS)
    return next((_OOXML_MAIN[one] for one in declared if one in _OOXML_MAIN), None)


def _declared_types(content: bytes) -> list[str]:
    """Return the types that an archive gives to its parts, as an office program reads them.

    Read as XML: a comment, a reference or another encoding would hide them from a search in bytes.
    """
    found: list[str] = []

    def keep(_tag: str, attributes: dict[str, str]) -> None:
        found.append(attributes.get("ContentType", ""))

    def refuse(*_: object) -> None:
        raise RefusedAttachment(DAMAGED)

    parser = expat.ParserCreate()
    parser.StartElementHandler = keep
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)
    return found


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        content = part.read(MAX_PART + 1)
    if len(content) > MAX_PART:
        raise RefusedAttachment(DAMAGED)
    return content


def _text(content: bytes, filename: str) -> FileType:
    """Tell a table or prose; markup, scripts and bytes that are no text are refused."""
    _, dot, extension = filename.rpartition(".")
    kinds = {"csv": CSV, "txt": TEXT, "": TEXT}
    kind = kinds.get(extension.strip().lower() if dot else "")
    text = _decoded(content)
    if kind is None or text is None or text.lstrip().startswith(("<", "#!", "{\\rtf", "%!")):
        raise RefusedAttachment(UNKNOWN)
    return kind


def _decoded(content: bytes) -> str | None:
    """Return the text of ``content``, in UTF-8 or as older Windows programs write it."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if any(_is_control(char) for char in text) else text
    return None


def _is_control(char: str) -> bool:
    return char < " " and char not in "\t\n\r\f"
