"""The process that computes one plan: a child of the worker, so that mail never waits for it.

``python -m jobs.compute_plan`` reads ``{"database_url": …, "plan_id": …, "token": …}`` from its
input: the address may hold a password, which a command line would show to everybody here.

It carries on when the worker dies: the plan is its own until it is done, and what it writes on
the way are single short statements. Killed itself, it leaves nothing but the words « en calcul »,
which the worker replaces.
"""

import contextlib
import json
import sys
import threading
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy import create_engine, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from extensions.clock import now
from extensions.database import engine_options, prepare_engine, reading
from meetups.planner import PlannedDay, Progress, plan_day
from services.meetup_computing import (
    NOT_FOUND,
    Claim,
    Standing,
    call_impossible,
    claim_plan,
    fail_plan,
    finish_plan,
    note_progress,
    read_order,
    refusal_of,
)
from services.meetup_conflicts import conflicts_of
from services.meetup_plan_store import FaultyPlan
from services.meetup_planning import DayToPlan

log = structlog.get_logger()
SECONDS_BETWEEN_NOTES: Final = 0.3


def main() -> int:
    """Compute the plan that the input names; return the exit status."""
    order = json.load(sys.stdin)
    engine = create_engine(**engine_options(make_url(order["database_url"])))
    prepare_engine(engine)
    token = datetime.fromisoformat(order["token"])
    compute(sessionmaker(engine, expire_on_commit=False), int(order["plan_id"]), token=token)
    engine.dispose()
    return 0


def compute(sessions: sessionmaker[Session], plan_id: int, *, token: datetime) -> None:
    """Compute a plan that waits, tell how far it is, and store it in one transaction."""
    with sessions.begin() as session:
        claim = claim_plan(session, plan_id, token=token)
    if claim is None:
        return
    with reading(), sessions() as session:
        found = read_order(session, claim)
    if found is None:
        return
    plan, read = found
    with _telling(sessions, claim) as teller:
        planned = plan_day(
            read.wished,
            seconds=plan.seconds_allowed,
            on_progress=teller.take,
            prove=plan.asks_proof,
            stays_close=plan.close_to_id is not None,
            told=read.told,
        )
    if not teller.is_lost:
        _store(sessions, claim, read, planned)


def _store(
    sessions: sessionmaker[Session], claim: Claim, read: DayToPlan, planned: PlannedDay
) -> None:
    if _is_impossible(read, planned):
        conflicts = conflicts_of(read)
        with sessions.begin() as session:
            if conflicts is None:
                fail_plan(session, claim, NOT_FOUND, now=now())
            else:
                call_impossible(session, claim, conflicts, now=now())
        return
    try:
        with sessions.begin() as session:
            finish_plan(session, claim, read, planned, now=now())
    except FaultyPlan as fault:
        with sessions.begin() as session:
            same = read_order(session, claim)
            is_same_day = same is not None and same[1].wished == read.wished
            message = refusal_of(fault, is_same_day=is_same_day)
            fail_plan(session, claim, message, now=now())


def _is_impossible(read: DayToPlan, planned: PlannedDay) -> bool:
    """Tell whether something that is imposed found no place."""
    return any(
        candidate.is_required and slot is None
        for candidate, slot in zip(read.wished.candidates, planned.slots, strict=True)
    )


class _Teller:
    """Writes what the planner says last, a few times a second, from a thread of its own.

    The planner may be silent for seconds inside a solver: the lease is kept all the same.
    """

    def __init__(self, sessions: sessionmaker[Session], claim: Claim) -> None:
        self._sessions = sessions
        self._claim = claim
        self._last: Progress | None = None
        self._standing = Standing.GO_ON
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    @property
    def is_lost(self) -> bool:
        """Tell whether the plan is no longer ours."""
        return self._standing is Standing.LOST

    def take(self, progress: Progress) -> bool:
        """Keep what the planner says; tell it whether to go on."""
        self._last = progress
        return self._standing is Standing.GO_ON

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_NOTES):
            try:
                with self._sessions.begin() as session:
                    self._standing = note_progress(session, self._claim, self._last, now=now())
            except OperationalError:
                # A base that is busy for once is no reason to lose minutes of work.
                log.warning("progress could not be written", plan=self._claim.plan_id)
            if self._standing is Standing.LOST:
                return


@contextlib.contextmanager
def _telling(sessions: sessionmaker[Session], claim: Claim) -> Iterator[_Teller]:
    teller = _Teller(sessions, claim)
    teller.start()
    try:
        yield teller
    finally:
        teller.stop()


if __name__ == "__main__":
    sys.exit(main())
