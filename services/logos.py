"""Logos: any picture sent is decoded within bounds and written again, never kept as it came."""

import os
import struct
from datetime import datetime
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.organization import Organization
from models.revision import OPEN_STATES, Revision
from services.errors import RuleViolation
from services.outbox import post_message
from vocabulary.labels import N_

SWEEP_LOGO: Final = "logos.sweep"
MAX_BYTES: Final = 2 * 1024 * 1024
# Decoded, eight million points take 32 MB a copy; a logo is drawn with far fewer.
MAX_PIXELS: Final = 8_000_000
LONGEST_SIDE: Final = 512
SHORTEST_SIDE: Final = 16
DIGEST_LENGTH: Final = 64
_FORMATS: Final = ("PNG", "JPEG", "GIF", "WEBP")
_UNREADABLE = (OSError, ValueError, SyntaxError, EOFError, struct.error, OverflowError, TypeError)


class RefusedPicture(RuleViolation):
    """The file is not a picture that can be shown as a logo."""


def encode_logo(data: bytes) -> bytes:
    """Return the first frame of a PNG, JPEG, GIF or WebP picture as a small WebP file.

    The size is read from the header before anything is decoded. Comments, profiles, positions
    and whatever was hidden behind the picture are lost on purpose.

    Raises:
        RefusedPicture: too heavy, too large, truncated, or not one of these formats.
    """
    if len(data) > MAX_BYTES:
        raise RefusedPicture(
            N_("Le fichier pèse plus de %(limit)s Mo."), limit=MAX_BYTES // (1024 * 1024)
        )
    # Pillow's WebP reader allocates its canvas on opening: its header is read here, first.
    if data[:4] == b"RIFF":
        _check_size(_webp_size(data))
    try:
        with Image.open(BytesIO(data), formats=_FORMATS) as picture:
            _check_size(picture.size)
            return _rewrite(picture)
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise RefusedPicture(
            N_("Ce fichier n’est pas une image PNG, JPEG, GIF ou WebP.")
        ) from error
    except _UNREADABLE as error:
        raise RefusedPicture(
            N_("Cette image est incomplète ou abîmée : enregistrez-la de nouveau.")
        ) from error


def _check_size(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise RefusedPicture(
            N_("Cette image est trop grande (%(width)s × %(height)s points) : réduisez-la."),
            width=width,
            height=height,
        )
    if min(size) < SHORTEST_SIDE:
        raise RefusedPicture(
            N_("Cette image est trop petite : il faut au moins %(side)s points de côté."),
            side=SHORTEST_SIDE,
        )


def _webp_size(data: bytes) -> tuple[int, int]:
    """Return the canvas of a WebP file, (0, 0) when its header makes no sense."""
    head, kind = data[:30].ljust(30, b"\0"), data[12:16]
    if data[8:12] != b"WEBP":
        return 0, 0
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    width, height = struct.unpack("<HH", head[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _rewrite(picture: Image.Image) -> bytes:
    picture.draft("RGB", (LONGEST_SIDE * 2, LONGEST_SIDE * 2))
    upright = ImageOps.exif_transpose(picture)
    has_alpha = "A" in upright.getbands() or "transparency" in upright.info
    flat = upright.convert("RGBA" if has_alpha else "RGB")
    flat.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    plain = Image.new(flat.mode, flat.size)
    plain.paste(flat)
    out = BytesIO()
    plain.save(out, "WEBP", quality=90, method=4)
    return out.getvalue()


def store_logo(uploads: Path, encoded: bytes) -> str:
    """Write the picture under its digest, whole or not at all, and return the digest."""
    digest = sha256(encoded).hexdigest()
    path = _path(uploads, digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_bytes(encoded)
        unfinished.replace(path)
    return digest


def logo_file(uploads: Path, digest: str) -> Path | None:
    """Return the file of a logo, ``None`` when there is none or ``digest`` is not a digest."""
    if len(digest) != DIGEST_LENGTH or not set(digest) <= set("0123456789abcdef"):
        return None
    path = _path(uploads, digest)
    return path if path.is_file() else None


def _path(uploads: Path, digest: str) -> Path:
    return uploads / digest[:2] / f"{digest}.webp"


def request_logo_sweep(session: Session, digest: str, *, now: datetime) -> None:
    """Ask the worker to delete the picture unless an entry or a draft still shows it."""
    if digest:
        post_message(session, SWEEP_LOGO, {"digest": digest}, now=now)


def sweep_logo(session: Session, uploads: Path, digest: str) -> bool:
    """Delete the picture if nothing shows it any more; tell whether it is gone."""
    path = logo_file(uploads, digest)
    if path is None:
        return True
    if is_logo_used(session, digest):
        return False
    path.unlink(missing_ok=True)
    return True


def is_logo_used(session: Session, digest: str) -> bool:
    """Tell whether an entry, or the open draft of one, shows the picture."""
    shown = select(Organization.id).where(Organization.logo == digest)
    drafted = select(Revision.id).where(
        Revision.state.in_(OPEN_STATES), Revision.content["logo"].as_string() == digest
    )
    return session.scalar(shown) is not None or session.scalar(drafted) is not None
