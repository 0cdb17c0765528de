"""The processes in which a worker has whole days printed: begun, watched, ended with it."""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import IO, Final

import structlog
from sqlalchemy.orm import Session, sessionmaker

from config import PROJECT_ROOT
from extensions.clock import now
from services.meetup_prints import (
    CRASHED,
    LEASE,
    PrintClaim,
    fail_print,
    fail_silent_prints,
    requeue_print,
    store_print,
)
from vocabulary.prints import PrintKind

log = structlog.get_logger()
# One core for it at most: pages and plans need the others.
MOST_AT_ONCE: Final = 1
_LOOK_SECONDS: Final = 5.0
_END_SECONDS: Final = 5.0


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    output: IO[bytes]
    claim: PrintClaim
    fingerprint: str
    ends_before: float


@dataclass(slots=True)
class PrintProcesses:
    """The documents that one worker has made."""

    _children: list[_Child] = field(default_factory=list)
    _looked_at: float = 0.0

    @property
    def is_full(self) -> bool:
        """Tell whether another document must wait."""
        return len(self._children) >= MOST_AT_ONCE

    @property
    def pids(self) -> list[int]:
        """Return the processes under way."""
        return [child.process.pid for child in self._children]

    def start(self, claim: PrintClaim, kind: PrintKind, text: str, fingerprint: str) -> None:
        """Begin to make a document from what was read of its day."""
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        with tempfile.TemporaryFile() as given:
            given.write(json.dumps({"kind": kind.value, "text": text}).encode())
            given.seek(0)
            process = subprocess.Popen(
                [sys.executable, "-m", "jobs.set_pages"],
                cwd=PROJECT_ROOT,
                stdin=given,
                stdout=output,
                # A signal meant for the terminal's programs must not cut a document in two.
                start_new_session=True,
            )
        limit = time.monotonic() + LEASE.total_seconds()
        self._children.append(_Child(process, output, claim, fingerprint, limit))

    def watch(self, sessions: sessionmaker[Session]) -> None:
        """Keep what has been made, say what has failed; now and then, what others left."""
        for child in list(self._children):
            if child.process.poll() is None and time.monotonic() > child.ends_before:
                child.process.kill()
                child.process.wait()
            if child.process.poll() is not None:
                self._children.remove(child)
                self._take(sessions, child)
        if time.monotonic() - self._looked_at > _LOOK_SECONDS:
            self._looked_at = time.monotonic()
            with sessions.begin() as session:
                fail_silent_prints(session, now=now())

    @staticmethod
    def _take(sessions: sessionmaker[Session], child: _Child) -> None:
        status = child.process.returncode
        with child.output as output, sessions.begin() as session:
            if status:
                log.error("a document was not made", document=child.claim.print_id, status=status)
                fail_print(session, child.claim, CRASHED)
                return
            output.seek(0)
            store_print(session, child.claim, output.read(), child.fingerprint)

    def wait(self, sessions: sessionmaker[Session]) -> bool:
        """Wait until one of the documents is made; ``False`` when there is none."""
        if not self._children:
            return False
        count = len(self._children)
        while len(self._children) == count:
            time.sleep(0.05)
            self.watch(sessions)
        return True

    def stop(self, sessions: sessionmaker[Session]) -> None:
        """End them all: the worker stops; the next one begins them again."""
        for child in self._children:
            child.process.terminate()
        for child in self._children:
            try:
                child.process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            child.output.close()
            with sessions.begin() as session:
                requeue_print(session, child.claim, now=now())
        self._children.clear()
