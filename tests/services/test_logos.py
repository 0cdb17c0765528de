"""Logos: hostile files are refused within bounded memory, honest ones are written again."""

import resource
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy.orm import Session

from services.logos import (
    RefusedPicture,
    encode_logo,
    logo_file,
    store_logo,
    sweep_logo,
)
from tests.factories.organizations import make_organization

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def picture(
    form: str = "PNG", size: tuple[int, int] = (300, 120), mode: str = "RGB", **options: object
) -> bytes:
    out = BytesIO()
    Image.new(mode, size, 120 if mode in {"L", "P"} else None).save(out, form, **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))


def png_bomb(side: int = 30_000) -> bytes:
    """A small file that says it decodes into billions of points."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * (3 * side + 1) * 200, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def webp_bomb() -> bytes:
    canvas = (16_382).to_bytes(3, "little") * 2
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\x02\0\0\0" + canvas
    return b"RIFF" + struct.pack("<I", len(body)) + body


@pytest.mark.parametrize(
    "data",
    [
        picture(),
        picture("JPEG"),
        picture("GIF", mode="P"),
        picture("WEBP"),
        picture(mode="RGBA"),
        picture(mode="L"),
        picture(mode="1"),
        picture(mode="I;16"),
        picture("JPEG", mode="CMYK"),
        picture(size=(2_800, 2_800)),
    ],
)
def test_honest_pictures_become_small_webp_files(data: bytes) -> None:
    with Image.open(BytesIO(encode_logo(data))) as made:
        assert (made.format, max(made.size) <= 512) == ("WEBP", True)


def test_transparency_stays() -> None:
    out = BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(out, "PNG")
    with Image.open(BytesIO(encode_logo(out.getvalue()))) as made:
        assert made.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a",
        SVG,
        b"<!doctype html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"BM" + b"\0" * 60,
        picture("BMP"),
        picture("TIFF"),
        picture()[:60],
        picture("JPEG")[:200],
        picture("WEBP")[:40],
        picture(size=(8, 8)),
        b"RIFF\0\0\0\0WEBP",
        b"\0" * (2 * 1024 * 1024 + 1),
    ],
)
def test_everything_else_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedPicture):
        encode_logo(data)


def test_what_hides_behind_a_picture_is_lost() -> None:
    secret = b"<script>alert(1)</script>"
    with_text = BytesIO()
    Image.new("RGB", (64, 64)).save(with_text, "JPEG", comment=secret)
    for data in (picture() + secret, with_text.getvalue(), picture("GIF", mode="P") + SVG):
        assert b"script" not in encode_logo(data)


@pytest.mark.parametrize("bomb", [png_bomb(), webp_bomb(), picture(size=(4_000, 2_001))])
def test_pixel_bombs_are_refused_before_they_are_decoded(bomb: bytes) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(RefusedPicture):
        encode_logo(bomb)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50 * 1024


def test_the_largest_accepted_picture_stays_within_bounds() -> None:
    data = picture("WEBP", size=(2_828, 2_828), lossless=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    encode_logo(data)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024


@given(st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_spoilt_picture_is_read_or_refused(form: str, data: st.DataObject) -> None:
    whole = bytearray(picture(form, size=(48, 48), mode="P" if form == "GIF" else "RGB"))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    spoilt = bytes(whole[: data.draw(st.integers(1, len(whole)))])
    try:
        encode_logo(spoilt)
    except RefusedPicture:
        return


def test_a_logo_is_stored_under_its_digest_once(tmp_path: Path) -> None:
    digests = {store_logo(tmp_path, encode_logo(picture())) for _ in range(2)}
    (digest,) = digests
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [f"{digest}.webp"]
    assert logo_file(tmp_path, digest) == tmp_path / digest[:2] / f"{digest}.webp"


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64])
def test_only_a_digest_names_a_file(tmp_path: Path, digest: str) -> None:
    assert logo_file(tmp_path, digest) is None


def test_a_picture_nobody_shows_is_swept(empty_session: Session, tmp_path: Path) -> None:
    digest = store_logo(tmp_path, encode_logo(picture()))
    entry = make_organization(empty_session, logo=digest)
    assert not sweep_logo(empty_session, tmp_path, digest)
    entry.logo = ""
    assert sweep_logo(empty_session, tmp_path, digest)
    assert logo_file(tmp_path, digest) is None
