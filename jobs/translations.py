"""Catalogues: ``python -m jobs.translations update | compile | check``."""

import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
TRANSLATIONS = ROOT / "translations"
METHODS = [
    (f"{folder}/**.py", "python")
    for folder in ("vocabulary", "extensions", "forms", "services", "views", "matching", "models")
] + [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
OPTIONS = {
    "**.html": {"trimmed": "true", "silent": "false"},
    "**.txt": {"trimmed": "true", "silent": "false"},
}
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "pgettext": ((1, "c"), 2),
    "RuleViolation": None,
    "Conflict": None,
    "NotFound": None,
}


def extract() -> Catalog:
    """Return every message of the code and the templates."""
    catalog = Catalog(fuzzy=False)
    found = extract_from_dir(ROOT, METHODS, OPTIONS, KEYWORDS, comment_tags=("NOTE:",))
    for filename, line, message, comments, context in found:
        catalog.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return catalog


def catalogue_path(language: str) -> Path:
    """Return the file of one language."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def read_catalogue(language: str) -> Catalog:
    """Return the catalogue of one language, empty when there is none yet."""
    path = catalogue_path(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(language: str = "en") -> int:
    """Merge new messages into the catalogue and drop the unused ones; never guess."""
    catalogue = read_catalogue(language)
    catalogue.update(extract(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = catalogue_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_output=True, no_location=True)
    missing = untranslated(catalogue)
    print(f"{language}: {len(catalogue)} messages, {len(missing)} to translate")
    return 0


def untranslated(catalogue: Catalog) -> list[str]:
    """Return the messages without a translation."""
    return [
        str(message.id)
        for message in catalogue
        if message.id and (not message.string or not all(_strings(message.string)))
    ]


def _strings(string: str | Sequence[str]) -> Sequence[str]:
    return (string,) if isinstance(string, str) else string


def compile_all() -> int:
    """Write the binary catalogues that the application reads."""
    for path in TRANSLATIONS.glob("*/LC_MESSAGES/messages.po"):
        language = path.parent.parent.name
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, read_catalogue(language))
    return 0


def check(language: str = "en") -> int:
    """Fail when a message lacks its translation, or when the catalogue is behind the code."""
    catalogue = read_catalogue(language)
    wanted = {message.id for message in extract() if message.id}
    known = {message.id for message in catalogue if message.id}
    problems = [f"not in the catalogue: {message}" for message in sorted(map(str, wanted - known))]
    problems += [f"no longer used: {message}" for message in sorted(map(str, known - wanted))]
    problems += [f"not translated: {message}" for message in untranslated(catalogue)]
    for problem in problems[:40]:
        print(problem)
    print(f"{language}: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    actions = {"update": update, "compile": compile_all, "check": check}
    sys.exit(actions[sys.argv[1]]())
