"""The processes in which a worker has whole days printed."""

import json
import tempfile
from dataclasses import dataclass
from typing import IO

import structlog
from sqlalchemy.orm import Session

from extensions.clock import now
from jobs.worker_processes import Ended, WorkerProcesses
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


@dataclass(frozen=True, slots=True)
class Printing:
    """A document being made: whose it is, of what, and the file it comes in."""

    claim: PrintClaim
    fingerprint: str
    output: IO[bytes]


class PrintProcesses(WorkerProcesses[Printing]):
    """The documents that one worker has made."""

    # One core for it at most: pages and plans need the others.
    most_at_once = 1

    def start(self, claim: PrintClaim, kind: PrintKind, text: str, fingerprint: str) -> None:
        """Begin to make a document from what was read of its day."""
        output = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        with tempfile.TemporaryFile() as given:
            given.write(json.dumps({"kind": kind.value, "text": text}).encode())
            given.seek(0)
            self._begin(
                "jobs.set_pages",
                Printing(claim, fingerprint, output),
                seconds=LEASE.total_seconds(),
                stdin=given,
                stdout=output,
            )

    def _take(self, session: Session, ended: Ended[Printing]) -> None:
        claim = ended.work.claim
        with ended.work.output as output:
            if ended.status:
                log.error("a document was not made", document=claim.print_id, status=ended.status)
                fail_print(session, claim, CRASHED)
                return
            output.seek(0)
            store_print(session, claim, output.read(), ended.work.fingerprint)

    def _give_up_silent(self, session: Session) -> None:
        fail_silent_prints(session, now=now())

    def _put_back(self, session: Session, work: Printing) -> None:
        work.output.close()
        requeue_print(session, work.claim, now=now())
