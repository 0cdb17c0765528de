"""Icons and texts of the templates: what they name exists."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
TEMPLATES: Final = sorted((ROOT / "templates").rglob("*.html"))


def test_every_icon_a_template_names_is_in_the_sprite() -> None:
    sprite = (ROOT / "static/img/icons.svg").read_text(encoding="utf-8")
    symbols = set(re.findall(r'<symbol id="([a-z0-9-]+)"', sprite))
    named = {
        (str(path.relative_to(ROOT)), name)
        for path in TEMPLATES
        for name in re.findall(r"\bicon\('([a-z0-9-]+)'\)", path.read_text(encoding="utf-8"))
    }
    assert {(path, name) for path, name in named if name not in symbols} == set()


def test_no_template_holds_an_inline_script_style_sheet_or_handler() -> None:
    inline = re.compile(r"<script(?![^>]*\bsrc=)|<style\b|\son[a-z]+\s*=\s*[\"']|javascript:")
    found = [path.name for path in TEMPLATES if inline.search(path.read_text(encoding="utf-8"))]
    assert found == []


def test_fonts_weigh_less_than_120_kilobytes_and_carry_their_licences() -> None:
    fonts = ROOT / "static/fonts"
    assert sum(path.stat().st_size for path in fonts.glob("*.woff2")) < 120_000
    assert len(list(fonts.glob("*-OFL.txt"))) == len(list(fonts.glob("*.woff2")))
