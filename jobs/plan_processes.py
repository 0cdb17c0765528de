"""The processes in which a worker has plans computed: begun, watched, ended with it."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session, sessionmaker

from config import PROJECT_ROOT
from extensions.clock import now
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
# Two cores serve pages as well: more at a time would make all of them late.
MOST_AT_ONCE: Final = 2
# Reading, proof and storing of the largest days, beyond the time that was asked for.
GRACE_SECONDS: Final = 180.0
_LOOK_SECONDS: Final = 5.0
_END_SECONDS: Final = 5.0


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    claim: Claim
    ends_before: float


@dataclass(slots=True)
class PlanProcesses:
    """The calculations of one worker."""

    _children: dict[int, _Child] = field(default_factory=dict)
    _looked_at: float = 0.0

    @property
    def is_full(self) -> bool:
        """Tell whether another calculation must wait."""
        return len(self._children) >= MOST_AT_ONCE

    @property
    def pids(self) -> dict[int, int]:
        """Return the process of each plan under calculation."""
        return {plan_id: child.process.pid for plan_id, child in self._children.items()}

    def start(self, url: URL, plan_id: int, *, seconds: int) -> None:
        """Begin to compute a plan, unless this worker does already."""
        if plan_id in self._children:
            return
        process = subprocess.Popen(
            [sys.executable, "-m", "jobs.compute_plan"],
            cwd=PROJECT_ROOT,
            stdin=subprocess.PIPE,
            # A signal meant for the terminal's programs must not cut a calculation in two.
            start_new_session=True,
        )
        claim = Claim(plan_id, now())
        order = {
            "database_url": url.render_as_string(hide_password=False),
            "plan_id": plan_id,
            "token": claim.started_at.isoformat(),
        }
        if process.stdin is not None:
            process.stdin.write(json.dumps(order).encode())
            process.stdin.close()
        limit = time.monotonic() + seconds + GRACE_SECONDS
        self._children[plan_id] = _Child(process, claim, limit)

    def watch(self, sessions: sessionmaker[Session]) -> None:
        """Take note of what has ended, well or badly; now and then, of what others left."""
        for plan_id, child in list(self._children.items()):
            if child.process.poll() is not None:
                del self._children[plan_id]
                self._say_crashed(sessions, child, CRASHED)
            elif time.monotonic() > child.ends_before:
                child.process.kill()
                child.process.wait()
                del self._children[plan_id]
                self._say_crashed(sessions, child, OVERDUE)
        if time.monotonic() - self._looked_at > _LOOK_SECONDS:
            self._looked_at = time.monotonic()
            with sessions.begin() as session:
                fail_silent_plans(session, now=now())

    @staticmethod
    def _say_crashed(sessions: sessionmaker[Session], child: _Child, message: str) -> None:
        """Mark a plan whose process ended without saying what came of it.

        One that ends well without having taken its plan found it taken by another.
        """
        status = child.process.returncode
        with sessions.begin() as session:
            is_lost = fail_plan(session, child.claim, message, now=now())
            if status and not is_lost:
                is_lost = fail_unbegun(session, child.claim.plan_id, message, now=now())
        if is_lost:
            log.error("a calculation died", plan=child.claim.plan_id, status=status)

    def wait(self, sessions: sessionmaker[Session]) -> bool:
        """Wait until one of the calculations ends; ``False`` when there is none."""
        if not self._children:
            return False
        count = len(self._children)
        while len(self._children) == count:
            time.sleep(0.05)
            self.watch(sessions)
        return True

    def stop(self, sessions: sessionmaker[Session]) -> None:
        """End all calculations: the worker stops; the next one begins them again."""
        for child in self._children.values():
            child.process.terminate()
        for child in self._children.values():
            try:
                child.process.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
            with sessions.begin() as session:
                requeue_plan(session, child.claim, now=now())
        self._children.clear()
