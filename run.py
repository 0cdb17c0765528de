#!/usr/bin/env python3
"""Sets the project up and runs it; needs nothing but Python 3.11 or later.

python3 run.py              set up, migrate, seed, index, then serve on http://localhost:5000
python3 run.py test …       run the whole suite (arguments go to pytest)
python3 run.py check        everything the continuous integration runs
python3 run.py bench NAME   search, matching, relevance, consortium, meetups or web, beside a peer
python3 run.py flask …      the application's own commands
python3 run.py lock         write the hashed locks again from setup.cfg
"""

import configparser
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
# Groups of "flask" that need neither the database nor the pages: 2 s less to start.
LEAN_COMMANDS = {"meetup": "jobs.meetup_commands"}
RUNTIME, DEVELOPMENT = "requirements.lock", "requirements-dev.lock"
OTHER_WHOOSH = "requirements-whoosh-reloaded.lock"


class SetupError(Exception):
    """The machine lacks something; the message is one sentence that says what to do."""


def main(arguments: Sequence[str]) -> int:
    """Run the command named by the first argument; return its exit status."""
    name, rest = (arguments[0], list(arguments[1:])) if arguments else ("start", [])
    command = COMMANDS.get(name)
    if command is None:
        print(__doc__)
        return 0 if name in {"help", "-h", "--help"} else 2
    if sys.version_info < (3, 11):  # noqa: UP036 - run.py may be started by an older Python
        print("run.py : Tour de table demande Python 3.11 ou plus récent.", file=sys.stderr)
        return 2
    try:
        return command(rest)
    except SetupError as error:
        print(f"run.py : {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def start(arguments: list[str]) -> int:
    """Serve the application with its worker."""
    python = ensure_environment(RUNTIME)
    refresh_translations(python)
    return replace_process(python, "app.py", *arguments)


def run_flask(arguments: list[str]) -> int:
    """Run one of the application's commands."""
    python = ensure_environment(RUNTIME)
    module = LEAN_COMMANDS.get(arguments[0]) if arguments else None
    if module is not None:
        return replace_process(python, "-m", module, *arguments[1:])
    return replace_process(python, "-m", "flask", "--app", "app", *arguments)


def run_tests(arguments: list[str]) -> int:
    """Run the suite, in parallel, with what it needs installed."""
    python = ensure_environment(DEVELOPMENT)
    refresh_translations(python)
    options = [] if any(a.startswith(("-n", "-p")) for a in arguments) else ["-n", "2"]
    return call(python, "-m", "pytest", *options, *arguments)


def run_bench(arguments: list[str]) -> int:
    """Run one benchmark: ``bench NAME [options]``."""
    names = sorted(path.stem for path in (ROOT / "bench").glob("[a-z]*.py"))
    if not arguments or arguments[0] not in names:
        print(f"run.py bench: {', '.join(names)}", file=sys.stderr)
        return 2
    python = ensure_environment(DEVELOPMENT)
    return call(python, "-m", f"bench.{arguments[0]}", *arguments[1:])


def check(_arguments: list[str]) -> int:
    """Run every check; all are run, and the failing ones are named at the end."""
    python = ensure_environment(DEVELOPMENT)
    refresh_translations(python)
    failed = [name for name, arguments in CHECKS.items() if not passes(python, name, arguments)]
    other = ensure_environment(OTHER_WHOOSH, folder=".venv-whoosh-reloaded")
    if not passes(other, "search on the other Whoosh", OTHER_WHOOSH_SUITE):
        failed.append("search on the other Whoosh")
    if failed:
        print(f"\nrun.py check: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


CHECKS: dict[str, tuple[str, ...]] = {
    "format": ("-m", "ruff", "format", "--check", "."),
    "lint": ("-m", "ruff", "check", "."),
    "types": ("-m", "mypy", "."),
    "imports": ("-c", "from importlinter.cli import lint_imports_command as run; run()"),
    "templates": ("-m", "djlint", "templates", "--lint", "--quiet"),
    "translations": ("-m", "jobs.translations", "check"),
    "tests": ("-m", "pytest", "-n", "2"),
}
OTHER_WHOOSH_SUITE = ("-m", "pytest", "-n", "2", "tests/search")


def lock(_arguments: list[str]) -> int:
    """Resolve setup.cfg into the hashed locks, without any index address."""
    uv = shutil.which("uv")
    if uv is None:
        message = "« run.py lock » demande uv : pip install uv"
        raise SetupError(message)
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    extras = parser["options.extras_require"]
    runtime = [*parser["options"]["install_requires"].split(), *extras["server"].split()]
    everything = [*runtime, *extras["dev"].split()]
    other = [line if line != "whoosh3" else "whoosh-reloaded" for line in everything]
    resolve(uv, runtime, RUNTIME)
    resolve(uv, everything, DEVELOPMENT, constraint=RUNTIME)
    resolve(uv, other, OTHER_WHOOSH)
    return 0


def resolve(uv: str, names: list[str], output: str, *, constraint: str | None = None) -> None:
    """Write one lock."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "requirements.in"
        source.write_text("\n".join(names) + "\n", encoding="utf-8")
        options = ["--universal", "--python-version", "3.11", "--generate-hashes", "-q"]
        options += ["--no-header", "--no-annotate"]
        options += ["-c", str(ROOT / constraint)] if constraint else []
        subprocess.run(
            [uv, "pip", "compile", str(source), *options, "-o", output], cwd=ROOT, check=True
        )


def ensure_environment(lock_name: str, *, folder: str = ".venv") -> Path:
    """Create the virtual environment and install the lock, unless it is already in place.

    An environment that holds the development lock serves the application too.
    """
    environment = ROOT / folder
    python = environment / ("Scripts/python.exe" if WINDOWS else "bin/python")
    stamp = environment / "installed.txt"
    wanted = digest_of(lock_name)
    installed = stamp.read_text(encoding="utf-8").split() if stamp.exists() else []
    if python.exists() and wanted in installed:
        return python
    if not python.exists():
        print(f"Création de l’environnement {folder} …", flush=True)
        create_environment(environment)
    print(f"Installation de {lock_name} …", flush=True)
    install(python, lock_name)
    also = [digest_of(RUNTIME)] if lock_name == DEVELOPMENT else []
    stamp.write_text("\n".join([wanted, *also]) + "\n", encoding="utf-8")
    return python


def digest_of(lock_name: str) -> str:
    """Return what identifies an installed lock: its content and the Python it is for."""
    content = (ROOT / lock_name).read_bytes() + sys.version.encode()
    return f"{lock_name}:{hashlib.sha256(content).hexdigest()[:16]}"


def create_environment(environment: Path) -> None:
    """Create a virtual environment, saying which package is missing where one is."""
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(environment)],
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        shutil.rmtree(environment, ignore_errors=True)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        message = (
            "l’environnement virtuel n’a pas pu être créé ; sur Debian ou Ubuntu, installez-le "
            f"par « apt-get install python{version}-venv »."
        )
        raise SetupError(message)


def install(python: Path, lock_name: str) -> None:
    """Install a hashed lock, with uv where it is there, else with pip."""
    uv = shutil.which("uv")
    tool = [uv, "pip", "install", "--python", str(python)] if uv else [str(python), "-m", "pip"]
    tool += [] if uv else ["install", "--disable-pip-version-check"]
    done = subprocess.run(
        [*tool, "-q", "--require-hashes", "-r", str(ROOT / lock_name)], check=False, cwd=ROOT
    )
    if done.returncode:
        message = (
            "les bibliothèques n’ont pas pu être installées : lisez le message ci-dessus, "
            "vérifiez l’accès au registre de paquets, puis relancez."
        )
        raise SetupError(message)


def refresh_translations(python: Path) -> None:
    """Compile the catalogues that changed; the compiled ones are not kept in the repository."""
    for source in (ROOT / "translations").glob("*/LC_MESSAGES/messages.po"):
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            call(python, "-m", "jobs.translations", "compile")
            return


def passes(python: Path, name: str, arguments: Sequence[str]) -> bool:
    """Run one check under its name; tell whether it passed."""
    print(f"\n── {name}", flush=True)
    return call(python, *arguments) == 0


def call(python: Path, *arguments: str) -> int:
    """Run Python on the project and wait."""
    return subprocess.run([str(python), *arguments], cwd=ROOT, check=False).returncode


def replace_process(python: Path, *arguments: str) -> int:
    """Become Python on the project, so that signals and exit status are its own."""
    if not WINDOWS:
        os.chdir(ROOT)
        os.execv(str(python), [str(python), *arguments])  # noqa: S606 - no shell is wanted
    return call(python, *arguments)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "start": start,
    "test": run_tests,
    "check": check,
    "bench": run_bench,
    "flask": run_flask,
    "lock": lock,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
