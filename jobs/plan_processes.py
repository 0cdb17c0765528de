"""The processes in which a worker has plans computed."""

import json
import subprocess
from typing import Final

import structlog
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session

from extensions.clock import now
from jobs.worker_processes import Ended, WorkerProcesses
from services.meetup_computing import (
    CRASHED,
    OVERDUE,
    Claim,
    fail_plan,
    fail_silent_plans,
    fail_unbegun,
    requeue_plan,
)

log = structlog.get_logger()
# Reading, proof and storing of the largest days, beyond the time that was asked for.
GRACE_SECONDS: Final = 180.0


class PlanProcesses(WorkerProcesses[Claim]):
    """The calculations of one worker."""

    # Two cores serve pages as well: more at a time would make all of them late.
    most_at_once = 2

    def start(self, url: URL, plan_id: int, *, seconds: int) -> None:
        """Begin to compute a plan, unless this worker does already."""
        if any(child.work.plan_id == plan_id for child in self._children):
            return
        claim = Claim(plan_id, now())
        order = {
            "database_url": url.render_as_string(hide_password=False),
            "plan_id": plan_id,
            "token": claim.started_at.isoformat(),
        }
        process = self._begin(
            "jobs.compute_plan", claim, seconds=seconds + GRACE_SECONDS, stdin=subprocess.PIPE
        )
        if process.stdin is not None:
            process.stdin.write(json.dumps(order).encode())
            process.stdin.close()

    def _take(self, session: Session, ended: Ended[Claim]) -> None:
        """Mark a plan whose process ended without saying what came of it.

        One that ends well without having taken its plan found it taken by another.
        """
        claim, message = ended.work, OVERDUE if ended.is_late else CRASHED
        is_lost = fail_plan(session, claim, message, now=now())
        if ended.status and not is_lost:
            is_lost = fail_unbegun(session, claim.plan_id, message, now=now())
        if is_lost:
            log.error("a calculation died", plan=claim.plan_id, status=ended.status)

    def _give_up_silent(self, session: Session) -> None:
        fail_silent_plans(session, now=now())

    def _put_back(self, session: Session, work: Claim) -> None:
        requeue_plan(session, work, now=now())
