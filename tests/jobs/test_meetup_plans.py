"""Plans computed by a real worker in a process of their own: stored whole, or not at all."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session

from extensions.clock import now
from extensions.database import db, db_session
from jobs.cli import make_worker
from jobs.plan_processes import PlanProcesses
from jobs.worker import Worker
from models.meetup_plan import MeetupPlan
from models.outbox import OutboxMessage
from services.meetup_computing import CRASHED, PLAN_LEASE, claim_plan, fail_silent_plans
from services.meetup_planning import placements_of
from services.meetup_plans import PLAN_COMPUTE, ask_stop, delete_plan
from tests.factories.meetup_plans import ask_plan, compute_here, compute_plan, make_full_day
from tests.factories.pages import run_worker
from vocabulary.meetups import PlanState

# Long enough that nothing ends by itself while a test looks.
LONG = 60


def plan_as_stored(app: Flask, plan_id: int) -> MeetupPlan:
    """Return a plan as another request would read it."""
    with app.app_context():
        plan = db_session().get_one(MeetupPlan, plan_id)
        db_session().expunge(plan)
        return plan


def held(app: Flask, plan_id: int) -> list[object]:
    """Return what a plan holds, as another request would read it."""
    with app.app_context():
        return list(placements_of(db_session(), plan_id))


def change(app: Flask, plan_id: int, action: Callable[[Session, MeetupPlan], object]) -> None:
    """Change a plan and commit, as a request would while its calculation writes too."""
    with app.app_context():
        action(db_session(), db_session().get_one(MeetupPlan, plan_id))
        db_session().commit()


def wait_for(is_so: Callable[[], bool], seconds: float = 40) -> None:
    """Wait until something is so."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.05)


@contextmanager
def calculating(app: Flask, plan_id: int) -> Iterator[tuple[Worker, PlanProcesses]]:
    """Begin a calculation as a worker does; yield once it tells how far it is."""
    with app.app_context():
        worker = make_worker()
        worker.run_once()
        processes = worker._plans  # noqa: SLF001 - the processes of this worker, to kill one
        try:
            wait_for(lambda: plan_as_stored(app, plan_id).placed is not None)
            yield worker, processes
        finally:
            processes.stop(db.sessionmaker)


@pytest.fixture
def big_day_plan(session: Session) -> tuple[int, int]:
    """Return a plan that is ready and one that will take long, of the same day, by number."""
    day = make_full_day(session, people=40, slots=12, tables=14, wishes=6)
    ready = compute_here(session, day).id
    session.execute(delete(OutboxMessage).where(OutboxMessage.topic == PLAN_COMPUTE))
    long = ask_plan(session, day, seconds=LONG).id
    session.close()
    return ready, long


def test_a_plan_is_computed_and_stored(app: Flask, session: Session) -> None:
    day = make_full_day(session)
    plan = compute_plan(app, session, day)
    stored = placements_of(session, plan.id)
    assert (plan.state, plan.failure, plan.placed) == (PlanState.READY, "", len(stored))
    assert plan.score == plan.score_bound
    assert plan.unplaced["count"] == (plan.wished or 0) - len(stored)


def test_the_same_seed_gives_the_same_plan(app: Flask, session: Session) -> None:
    day = make_full_day(session)
    first, second = (compute_plan(app, session, day, seed=4, seconds=30) for _ in range(2))
    assert placements_of(session, first.id) == placements_of(session, second.id)


def test_a_stopped_calculation_keeps_the_best_it_found(
    app: Flask, big_day_plan: tuple[int, int]
) -> None:
    _ready, plan_id = big_day_plan
    begun = time.monotonic()
    with calculating(app, plan_id) as (worker, _processes):
        change(app, plan_id, lambda _session, plan: ask_stop(plan))
        worker.drain()
    plan = plan_as_stored(app, plan_id)
    assert (plan.state, plan.guarantees["is_cut"]) == (PlanState.READY, True)
    assert len(held(app, plan_id)) == plan.placed
    assert time.monotonic() - begun < LONG


def test_a_killed_process_leaves_the_old_plan_whole(
    app: Flask, big_day_plan: tuple[int, int]
) -> None:
    ready, plan_id = big_day_plan
    before = held(app, ready)
    with calculating(app, plan_id) as (worker, processes):
        (pid,) = processes.pids
        os.kill(pid, signal.SIGKILL)
        worker.drain()
    plan = plan_as_stored(app, plan_id)
    assert (plan.state, plan.failure) == (PlanState.FAILED, CRASHED)
    assert (held(app, ready), held(app, plan_id)) == (before, [])


def test_a_calculation_outlives_a_killed_worker(app: Flask, big_day_plan: tuple[int, int]) -> None:
    _ready, plan_id = big_day_plan
    with app.app_context():
        pid = os.fork()
        if not pid:
            db.engine.dispose(close=False)
            make_worker().run_forever()
            os._exit(0)
    wait_for(lambda: plan_as_stored(app, plan_id).placed is not None)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    with app.app_context():
        other = make_worker()
        other.run_once()
        other._plans.watch(db.sessionmaker)  # noqa: SLF001 - one round of run_forever
    assert plan_as_stored(app, plan_id).state is PlanState.COMPUTING
    change(app, plan_id, lambda _session, plan: ask_stop(plan))
    wait_for(lambda: plan_as_stored(app, plan_id).state is PlanState.READY)
    assert held(app, plan_id)


def test_a_worker_that_is_asked_to_stop_leaves_the_plan_to_the_next(
    app: Flask, big_day_plan: tuple[int, int]
) -> None:
    ready, plan_id = big_day_plan
    before = held(app, ready)
    with calculating(app, plan_id):
        pass
    assert (plan_as_stored(app, plan_id).state, held(app, ready)) == (PlanState.QUEUED, before)
    change(app, plan_id, lambda _session, plan: setattr(plan, "seconds_allowed", 2))
    run_worker(app)
    assert plan_as_stored(app, plan_id).state is PlanState.READY


def test_two_workers_do_not_compute_the_same_plan(app: Flask, session: Session) -> None:
    plan = ask_plan(session, make_full_day(session))
    with app.app_context():
        claims = [claim_plan(db_session(), plan.id, token=now()) for _ in range(2)]
    assert [claim is not None for claim in claims] == [True, False]


def test_two_workers_at_once_store_one_result(app: Flask, session: Session) -> None:
    plan = ask_plan(session, make_full_day(session))
    session.add(
        OutboxMessage(
            topic=PLAN_COMPUTE, payload={"plan_id": plan.id}, created_at=now(), due_at=now()
        )
    )
    session.commit()
    workers = [threading.Thread(target=run_worker, args=(app,)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    stored = plan_as_stored(app, plan.id)
    assert (stored.state, len(held(app, plan.id))) == (PlanState.READY, stored.placed)


def test_a_silent_calculation_is_given_up_and_says_so(app: Flask, session: Session) -> None:
    plan = ask_plan(session, make_full_day(session))
    with app.app_context():
        claim_plan(db_session(), plan.id, token=now() - PLAN_LEASE - timedelta(seconds=1))
        given_up = fail_silent_plans(db_session(), now=now())
        db_session().commit()
    assert (given_up, plan_as_stored(app, plan.id).failure) == ([plan.id], CRASHED)


def test_a_plan_deleted_meanwhile_stores_nothing(app: Flask, big_day_plan: tuple[int, int]) -> None:
    _ready, plan_id = big_day_plan
    with calculating(app, plan_id) as (worker, _processes):
        change(app, plan_id, lambda own, plan: delete_plan(own, plan.day, plan))
        worker.drain()
    with app.app_context():
        assert db_session().get(MeetupPlan, plan_id) is None


def test_mail_does_not_wait_for_a_calculation(app: Flask, big_day_plan: tuple[int, int]) -> None:
    _ready, plan_id = big_day_plan
    with calculating(app, plan_id) as (worker, _processes):
        begun = time.monotonic()
        worker.run_once()
        assert time.monotonic() - begun < 5
        assert plan_as_stored(app, plan_id).state is PlanState.COMPUTING
