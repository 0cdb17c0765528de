"""The rules of the house that no linter knows."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PYTHON_FOLDERS = (
    "bench",
    "extensions",
    "forms",
    "jobs",
    "matching",
    "models",
    "search",
    "services",
    "views",
    "vocabulary",
)
FORBIDDEN_NAMES = {"utils", "common", "helpers", "misc"}


def modules() -> list[Path]:
    return [path for folder in PYTHON_FOLDERS for path in (ROOT / folder).rglob("*.py")]


def test_no_drawer_of_leftovers() -> None:
    names = {part.removesuffix(".py") for path in modules() for part in path.parts}
    assert names & FORBIDDEN_NAMES == set()


def test_no_top_level_folder_hides_a_module_of_the_standard_library() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    assert folders & set(sys.stdlib_module_names) == set()


def test_every_module_opens_with_a_sentence() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in modules()
        if not path.read_text(encoding="utf-8").startswith('"""')
    ]
    assert silent == []


def test_run_imports_the_standard_library_only() -> None:
    code = "import sys; sys.path.insert(0, '.'); import run; print(sys.modules.keys() & {'flask'})"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "set()")


def test_no_template_holds_an_inline_script() -> None:
    offending = [
        str(path.relative_to(ROOT))
        for path in (ROOT / "templates").rglob("*.html")
        if "<script>" in (text := path.read_text(encoding="utf-8")) or " onclick=" in text
    ]
    assert offending == []
