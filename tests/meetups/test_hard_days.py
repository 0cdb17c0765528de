"""Days hard to plan: every table taken, people often away; the bound is reached all the same."""

import random
from dataclasses import replace

import pytest

from bench.synthetic_days import DaySize, synthetic_day
from meetups.board import Board, board_of, count_waits
from meetups.breaks import BREAK_WEIGHT, WAIT_WEIGHT, shorten
from meetups.planner import plan_day
from meetups.problem import WishedDay
from meetups.repair import propose_repairs
from meetups.validator import faults_of_plan


def day_of_absences(share: float) -> WishedDay:
    source = random.Random(7)  # noqa: S311 - a day, not a secret
    day = synthetic_day(DaySize(40, 10), seed=3)
    slots = range(day.slot_count)
    return replace(
        day,
        available=tuple(
            sum((source.random() > share) << slot for slot in slots) for _ in day.available
        ),
    )


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_people_often_away_do_not_keep_the_plan_from_its_bound(share: float) -> None:
    day = day_of_absences(share)
    plan = plan_day(day, seconds=60, effort=1)
    least = [agenda.least for agenda in plan.agendas]
    assert faults_of_plan(day, plan.slots, plan.tables, least=least) == ()
    assert plan.is_score_proven


def test_a_day_whose_every_table_is_taken_reaches_its_bound() -> None:
    day = synthetic_day(DaySize(50, 12), seed=20261122)
    plan = plan_day(day, seconds=60, effort=1)
    assert (plan.placed, plan.score) == (sum(day.tables), plan.score_bound)


def test_annealing_takes_most_breaks_away_and_no_meeting() -> None:
    day = synthetic_day(DaySize(60, 12), seed=1)
    rough = plan_day(day, seconds=60, effort=0)
    smooth = plan_day(day, seconds=60, effort=10)
    assert smooth.score == rough.score
    assert smooth.breaks * 2 < rough.breaks


def test_annealing_never_returns_more_weary_days_than_it_was_given() -> None:
    day = synthetic_day(DaySize(30, 10), seed=1)
    board = board_of(day, plan_day(day, seconds=60, effort=10).slots)
    again, _ = shorten(board, seed=5, effort=1)
    assert (again.placed, weariness(again) <= weariness(board)) == (board.placed, True)


def weariness(board: Board) -> int:
    waits = sum(map(count_waits, board.busy, board.day.available))
    return BREAK_WEIGHT * board.breaks() + WAIT_WEIGHT * waits


def test_a_limit_of_time_is_said_and_leaves_a_whole_plan() -> None:
    day = synthetic_day(DaySize(60, 12), seed=1)
    plan = plan_day(day, seconds=0, effort=100)
    assert (plan.is_cut, faults_of_plan(day, plan.slots, plan.tables)) == (True, ())


def test_a_proof_on_request_closes_the_breaks_of_a_small_day() -> None:
    plan = plan_day(synthetic_day(DaySize(16, 6), seed=2), seconds=60, effort=5, prove=True)
    assert plan.is_breaks_proven


def test_the_first_repair_of_a_large_day_moves_nothing_and_adds_no_break() -> None:
    day = synthetic_day(DaySize(200, 16), seed=1)
    plan = plan_day(day, seconds=60, effort=1)
    (repair,) = propose_repairs(day, plan, absent=frozenset({3, 90, 150, 180}), seconds=0)
    assert (repair.moved, bool(repair.added)) == ((), True)
    assert repair.breaks <= repair.breaks_cancelled
    assert faults_of_plan(day, repair.plan.slots, repair.plan.tables) == ()
