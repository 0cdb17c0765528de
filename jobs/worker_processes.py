"""The processes in which a worker has long work done: watched, killed when late, ended with it."""

import subprocess
import sys
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import IO, ClassVar, Final, Generic, TypeVar

from sqlalchemy.orm import Session, sessionmaker

from config import PROJECT_ROOT

Work = TypeVar("Work")
_LOOK_SECONDS: Final = 5.0
_END_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Ended(Generic[Work]):
    """A process that has ended: what it was to do, its status, whether it was killed late."""

    work: Work
    status: int
    is_late: bool


@dataclass(frozen=True, slots=True)
class _Child(Generic[Work]):
    process: subprocess.Popen[bytes]
    work: Work
    ends_before: float


class WorkerProcesses(ABC, Generic[Work]):
    """Those of one worker for one sort of work."""

    most_at_once: ClassVar[int]

    def __init__(self) -> None:
        self._children: list[_Child[Work]] = []
        self._looked_at = 0.0

    @property
    def is_full(self) -> bool:
        """Tell whether more work must wait."""
        return len(self._children) >= self.most_at_once

    @property
    def pids(self) -> list[int]:
        """Return the processes under way."""
        return [child.process.pid for child in self._children]

    def _begin(
        self,
        module: str,
        work: Work,
        *,
        seconds: float,
        stdin: int | IO[bytes],
        stdout: IO[bytes] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Run a module of ours in a process of its own, that many seconds at most."""
        process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", module],
            cwd=PROJECT_ROOT,
            stdin=stdin,
            stdout=stdout,
            # A signal meant for the terminal's programs must not cut the work in two.
            start_new_session=True,
        )
        self._children.append(_Child(process, work, time.monotonic() + seconds))
        return process

    @abstractmethod
    def _take(self, session: Session, ended: Ended[Work]) -> None:
        """Note what came of a process."""

    @abstractmethod
    def _give_up_silent(self, session: Session) -> None:
        """Give up what processes and workers that died have left."""

    @abstractmethod
    def _put_back(self, session: Session, work: Work) -> None:
        """Have it done by the next worker."""

    def watch(self, sessions: sessionmaker[Session]) -> None:
        """Take note of what has ended, well or badly; now and then, of what others left."""
        for child in list(self._children):
            is_late = child.process.poll() is None and time.monotonic() > child.ends_before
            if is_late:
                child.process.kill()
                child.process.wait()
            status = child.process.returncode
            if status is not None:
                self._children.remove(child)
                with sessions.begin() as session:
                    self._take(session, Ended(child.work, status, is_late))
        if time.monotonic() - self._looked_at > _LOOK_SECONDS:
            self._looked_at = time.monotonic()
            with sessions.begin() as session:
                self._give_up_silent(session)

    def wait(self, sessions: sessionmaker[Session]) -> bool:
        """Wait until one of the processes ends; ``False`` when there is none."""
        if not self._children:
            return False
        count = len(self._children)
        while len(self._children) == count:
            time.sleep(0.05)
            self.watch(sessions)
        return True

    def stop(self, sessions: sessionmaker[Session]) -> None:
        """End them all: the worker stops; the next one begins their work again."""
        for child in self._children:
            child.process.terminate()
        for child in self._children:
            try:
                child.process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            with sessions.begin() as session:
                self._put_back(session, child.work)
        self._children.clear()
