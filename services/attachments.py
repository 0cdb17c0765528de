"""Files exchanged: recognised by their bytes, kept under their digest, swept when orphaned."""

import os
import re
import unicodedata
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.document import Document
from models.introduction import IntroductionMessage
from models.need import Need
from models.organization import Organization
from models.partnership import Partnership
from services.attachment_types import FileType, RefusedAttachment, recognise
from services.errors import NotFound
from vocabulary.exchanges import Side
from vocabulary.labels import N_

MAX_BYTES: Final = 5 * 1024 * 1024
# In one message, or in one form.
MAX_FILES: Final = 3
NAME_LENGTH: Final = 120
# A file whose transaction is still running has no row yet: only older ones may be orphans.
SWEEP_AFTER: Final = timedelta(hours=6)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
# What a name may not hold on one system or another, besides what cannot be printed.
_FORBIDDEN: Final = re.compile(r'[\\/:*?"<>|]+')
_SAME: Final = {"jpg": {"jpg", "jpeg"}}


def store_attachment(
    session: Session,
    *,
    filename: str,
    content: bytes,
    side: Side,
    organization: Organization | None,
    person: User | None,
    folder: Path,
    now: datetime,
    need: Need | None = None,
    message: IntroductionMessage | None = None,
    partnership: Partnership | None = None,
    is_public: bool = False,
) -> Document:
    """Check a file, write it under ``folder`` and add its row to the running transaction.

    Exactly one of ``need``, ``message``, ``partnership`` owns it.

    Raises:
        RefusedAttachment: empty, too heavy, or not of an accepted type.
    """
    kind = check_attachment(filename, content)
    document = Document(
        digest=_write(folder, content),
        filename=clean_filename(filename, kind),
        media_type=kind.media_type,
        size=len(content),
        side=side,
        organization=organization,
        uploaded_by=person,
        is_public=is_public,
        created_at=now,
    )
    if message is not None:
        message.documents.append(document)
    elif need is not None:
        need.documents.append(document)
    elif partnership is not None:
        partnership.documents.append(document)
    session.add(document)
    session.flush()
    return document


def check_attachment(filename: str, content: bytes) -> FileType:
    """Return what the file is.

    Raises:
        RefusedAttachment: empty, too heavy, or not of an accepted type.
    """
    if not content:
        raise RefusedAttachment(N_("Ce fichier est vide."))
    if len(content) > MAX_BYTES:
        raise RefusedAttachment(
            N_("Le fichier pèse plus de %(limit)s Mo."), limit=MAX_BYTES // (1024 * 1024)
        )
    return recognise(content, filename)


def clean_filename(filename: str, kind: FileType) -> str:
    """Return a name safe on any system: no path, no invisible mark, the extension of its type."""
    last = re.split(r"[\\/]", unicodedata.normalize("NFC", filename))[-1]
    # Categories C (control, direction marks, surrogates) and Z (blanks, line separators).
    printed = "".join(
        " " if unicodedata.category(char)[0] == "Z" else char
        for char in last
        if unicodedata.category(char)[0] != "C"
    )
    plain = " ".join(_FORBIDDEN.sub("-", printed).split()).strip(". ")
    stem, dot, extension = plain.rpartition(".")
    if not dot or extension.lower() not in _SAME.get(kind.extension, {kind.extension}):
        stem = plain
    return f"{stem.strip('. ')[:NAME_LENGTH] or 'document'}.{kind.extension}"


def attachment_path(folder: Path, digest: str) -> Path | None:
    """Return the file of a document, ``None`` when it is missing."""
    if not _DIGEST.fullmatch(digest):
        return None
    path = folder / digest[:2] / digest
    return path if path.is_file() else None


def attachment_bytes(document: Document, folder: Path) -> bytes:
    """Return the bytes of a document, as they were sent.

    Raises:
        NotFound: the file is missing, or is no longer what was sent.
    """
    path = attachment_path(folder, document.digest)
    content = path.read_bytes() if path else b""
    if sha256(content).hexdigest() != document.digest:
        raise NotFound(N_("Ce document n’est plus disponible."))
    return content


def sweep_attachments(session: Session, folder: Path, *, now: datetime) -> int:
    """Delete the files that no document names any more; return how many.

    A file is written before its row is committed: fresh ones are left alone.
    """
    oldest = (now - SWEEP_AFTER).timestamp()
    old = {
        path.name: path
        for path in folder.glob("??/*")
        if path.is_file() and path.stat().st_mtime < oldest
    }
    used = set(session.scalars(select(Document.digest)))
    orphans = [path for name, path in old.items() if name not in used]
    return sum(_remove(path, oldest) for path in orphans)


def _remove(path: Path, oldest: float) -> bool:
    """Delete an orphan, unless the same file was sent again since it was listed."""
    if not path.is_file() or path.stat().st_mtime >= oldest:
        return False
    path.unlink(missing_ok=True)
    return True


def _write(folder: Path, content: bytes) -> str:
    """Write the file under its digest, whole or not at all; one already there is made fresh."""
    digest = sha256(content).hexdigest()
    path = folder / digest[:2] / digest
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(path)
    return digest
