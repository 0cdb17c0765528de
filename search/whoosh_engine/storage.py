"""Where indexes lie on disk: one directory a generation, a pointer to the one in force.

The index is disposable: nothing here is flushed to disk on purpose, and what a crash damages
is detected by its sizes and rebuilt. Whoosh pickles: never point this at files from elsewhere.
"""

import contextlib
import json
import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from whoosh.filedb.filestore import FileStorage
from whoosh.util.filelock import try_for

from search.backend import IndexBusy, IndexUnusable
from search.whoosh_engine.schema import SCHEMA_VERSION, schema

_POINTER: Final = "CURRENT"
_LOCK: Final = "WRITER"
_SIZES: Final = "sizes-{}.json"
_GENERATION: Final = "generation-"
_COMMIT: Final = re.compile(r"_MAIN_(\d+)\.toc")


class IndexFolder:
    """The folder of all generations, given by ``DATA_DIR``."""

    def __init__(self, root: Path, *, lock_timeout: float) -> None:
        self._root = root
        self._lock_timeout = lock_timeout

    def current(self) -> Path:
        """Return the directory in force, or raise ``IndexUnusable``."""
        try:
            pointer = json.loads((self._root / _POINTER).read_text(encoding="utf-8"))
            directory, version = str(pointer["directory"]), pointer["schema"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = "there is no index yet, or its pointer is damaged"
            raise IndexUnusable(message) from error
        if version != SCHEMA_VERSION:
            message = f"the index has schema {version}, this program wants {SCHEMA_VERSION}"
            raise IndexUnusable(message)
        return self._root / Path(directory).name

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the only right to write, over all processes, or raise ``IndexBusy``."""
        self._root.mkdir(parents=True, exist_ok=True)
        lock = _files(self._root).lock(_LOCK)
        if not try_for(lock.acquire, timeout=self._lock_timeout, delay=0.05):
            message = "another process writes the index"
            raise IndexBusy(message)
        try:
            yield
        finally:
            lock.release()

    def new_generation(self) -> Path:
        """Create an empty directory beside the others and return it."""
        directory = self._root / f"{_GENERATION}{time.time_ns()}"
        directory.mkdir(parents=True)
        return directory

    def publish(self, directory: Path) -> None:
        """Put ``directory`` in force at once, and remove all but it and its predecessor."""
        with contextlib.suppress(IndexUnusable):
            previous = self.current()
            self._remove_all_but({previous.name, directory.name})
        draft = self._root / f"{_POINTER}.new"
        pointer = {"directory": directory.name, "schema": SCHEMA_VERSION}
        draft.write_text(json.dumps(pointer), encoding="utf-8")
        draft.replace(self._root / _POINTER)

    def discard(self, directory: Path) -> None:
        """Remove a generation that will not serve."""
        shutil.rmtree(directory, ignore_errors=True)

    def _remove_all_but(self, kept: set[str]) -> None:
        for directory in self._root.glob(f"{_GENERATION}*"):
            if directory.name not in kept:
                shutil.rmtree(directory, ignore_errors=True)


def _files(directory: Path, *, supports_mmap: bool = True) -> Any:  # noqa: ANN401 - untyped there
    storage: Any = FileStorage
    return storage(str(directory), supports_mmap=supports_mmap)


def create_index(directory: Path) -> Any:  # noqa: ANN401 - idem
    """Create an empty Whoosh index."""
    return _files(directory).create_index(schema())


def open_index(directory: Path, *, for_writing: bool = False) -> Any:  # noqa: ANN401 - idem
    """Open the Whoosh index of a directory, its files checked first.

    Readers do without memory maps: a file truncated under a map kills the process.
    """
    with damage_as_unusable():
        index = _files(directory, supports_mmap=for_writing).open_index()
        check_sizes(directory, latest_commit(directory))
        return index


def latest_commit(directory: Path) -> int:
    """Return the number of the last commit; far cheaper than opening the index."""
    names = (_COMMIT.fullmatch(entry.name) for entry in os.scandir(directory))
    return max((int(name.group(1)) for name in names if name), default=-1)


def record_sizes(directory: Path, generation: int) -> None:
    """Note the sizes of the files of a commit, to recognise truncated ones."""
    name = _SIZES.format(generation)
    sizes = {
        entry.name: entry.stat().st_size
        for entry in os.scandir(directory)
        if entry.name.endswith((".seg", ".toc"))
    }
    draft = directory / f"{name}.new"
    draft.write_text(json.dumps(sizes), encoding="utf-8")
    draft.replace(directory / name)
    for old in directory.glob(_SIZES.format("*")):
        if old.name != name:
            old.unlink(missing_ok=True)


def check_sizes(directory: Path, generation: int) -> None:
    """Raise ``IndexUnusable`` when a file of the commit is missing or changed its size."""
    try:
        recorded: dict[str, Any] = json.loads(
            (directory / _SIZES.format(generation)).read_text(encoding="utf-8")
        )
    except OSError:
        return  # the writer is between its commit and its note
    for name, size in recorded.items():
        if (directory / name).stat().st_size != size:
            message = f"{name} is damaged"
            raise IndexUnusable(message)


@contextlib.contextmanager
def damage_as_unusable() -> Iterator[None]:
    """Turn whatever Whoosh raises on damaged files into ``IndexUnusable``."""
    try:
        yield
    except (IndexUnusable, IndexBusy):
        raise
    except Exception as error:
        message = f"the index cannot be read: {type(error).__name__}: {error}"
        raise IndexUnusable(message) from error
