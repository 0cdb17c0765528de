"""Rebuild ``templates/pdf/fonts``: static TrueType cuts of the site's own variable fonts.

    python -m seed_data.build.build_pdf_fonts [--target FOLDER]

typst reads TrueType, not WOFF2, and sets one cut per weight. The sources are the files of
``static/fonts`` (SIL OFL 1.1, no reserved font name: a changed file may keep its name). Needs
``fonttools`` and ``brotli`` in the environment that runs it; the application needs neither.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SOURCES: Final = ROOT / "static" / "fonts"
TARGET: Final = ROOT / "templates" / "pdf" / "fonts"


@dataclass(frozen=True, slots=True)
class Cut:
    """One weight of a variable font, as a file of its own."""

    source: str
    family: str
    weight: int
    style: str

    @property
    def filename(self) -> str:
        """Return the name of the file made, without spaces."""
        return f"{self.family.replace(' ', '')}-{self.style}.ttf"


CUTS: Final = (
    Cut("atkinson-hyperlegible-next-latin.woff2", "Atkinson Hyperlegible Next", 400, "Regular"),
    Cut("atkinson-hyperlegible-next-latin.woff2", "Atkinson Hyperlegible Next", 700, "Bold"),
    Cut("bricolage-grotesque-latin.woff2", "Bricolage Grotesque", 700, "Bold"),
)


def write_cut(cut: Cut, target: Path) -> Path:
    """Write one static cut into ``target`` and return its path."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - a tool of this script alone
    from fontTools.varLib.instancer import instantiateVariableFont  # noqa: PLC0415 - likewise

    font = TTFont(SOURCES / cut.source)
    pinned = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
    static = instantiateVariableFont(font, {**pinned, "wght": cut.weight}, inplace=False)
    static.flavor = None
    names = static["name"]
    for number, text in ((1, cut.family), (2, cut.style), (16, cut.family), (17, cut.style)):
        names.setName(text, number, 3, 1, 0x409)
    static["OS/2"].usWeightClass = cut.weight
    static["head"].macStyle = 1 if cut.style == "Bold" else 0
    path = target / cut.filename
    static.save(path, reorderTables=True)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Write every cut; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", type=Path, default=TARGET)
    target: Path = parser.parse_args(arguments).target
    target.mkdir(parents=True, exist_ok=True)
    for cut in CUTS:
        path = write_cut(cut, target)
        sys.stdout.write(f"{path.name}: {path.stat().st_size} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
