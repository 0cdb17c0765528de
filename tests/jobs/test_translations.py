"""Catalogues: every sentence of the code is extracted, whatever its function is called."""

import ast
from pathlib import Path

from jobs.translations import KEYWORDS, ROOT

FOLDERS = ("extensions", "forms", "services", "views", "vocabulary")
CATALOGUE = "flask_babel"


def _names(path: Path) -> set[str]:
    """Return under which names a module imports the functions of the catalogues."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == CATALOGUE
        for alias in node.names
        if "gettext" in alias.name
    }


def _calls_in_f_strings(path: Path) -> list[str]:
    """Return where a sentence is translated inside an f-string: no extraction sees it there."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for call in ast.walk(node)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in KEYWORDS
        and any(isinstance(one, ast.Constant) for one in call.args)
    ]


def test_no_sentence_is_translated_inside_an_f_string() -> None:
    modules = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert [place for path in modules for place in _calls_in_f_strings(path)] == []


def test_every_name_of_a_translating_function_is_extracted() -> None:
    modules = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    assert set().union(*map(_names, modules)) - set(KEYWORDS) == set()
