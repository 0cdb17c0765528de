"""The colours of the identity: every pair used keeps its contrast, in light and in dark."""

import re
from pathlib import Path
from typing import Final

import pytest

TOKENS: Final = Path(__file__).resolve().parents[2] / "static/css/tokens.css"
LIGHT, DARK = 0, 1
TEXT, MARK = 4.5, 3.0  # WCAG 2.1, criteria 1.4.3 and 1.4.11

TEXT_PAIRS: Final = [
    *[
        (front, ground)
        for front in ("ink", "ink-soft", "link", "link-hover", "tomette")
        for ground in ("paper", "panel", "panel-strong")
    ],
    ("ink", "mimosa-soft"),
    ("ink-soft", "mimosa-soft"),
    ("link", "mimosa-soft"),
    ("ink", "good-soft"),
    ("good", "good-soft"),
    ("good", "paper"),
    ("ink", "bad-soft"),
    ("bad", "bad-soft"),
    ("bad", "paper"),
    ("tomette", "tomette-soft"),
    ("on-action", "action"),
    ("on-action", "link-hover"),
    ("on-mimosa", "mimosa"),
    ("on-petrol", "petrol"),
    ("on-petrol-soft", "petrol"),
]
MARK_PAIRS: Final = [
    ("line-strong", "paper"),
    ("line-strong", "panel"),
    ("focus", "paper"),
    ("focus", "panel-strong"),
    ("mimosa", "petrol"),
    ("mimosa-line", "paper"),
    ("mimosa-line", "mimosa-soft"),
    ("tomette-fill", "paper"),
    ("tomette-fill", "panel-strong"),
    ("good", "panel-strong"),
]


def read_tokens() -> dict[str, tuple[str, str]]:
    found = {}
    sheet = TOKENS.read_text(encoding="utf-8")
    for name, value in re.findall(r"--([a-z-]+):\s*(light-dark\(#[^;]*|#[0-9a-f]{6});", sheet):
        colours = re.findall(r"#[0-9a-f]{6}", value)
        found[name] = (colours[0], colours[-1])
    return found


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_of_black_on_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("front", "ground", "least"),
    [*[(*pair, TEXT) for pair in TEXT_PAIRS], *[(*pair, MARK) for pair in MARK_PAIRS]],
)
def test_pair_is_readable(front: str, ground: str, least: float, theme: int) -> None:
    tokens = read_tokens()
    assert contrast(tokens[front][theme], tokens[ground][theme]) >= least
