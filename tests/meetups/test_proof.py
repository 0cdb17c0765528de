"""The fewest breaks: equal to every answer tried, and to what is published."""

import csv
import sys
from dataclasses import replace

import pytest
from hypothesis import given, settings

from meetups import proof as proof_module
from meetups.dzn import read_dzn
from meetups.narrowing import bound_of, narrowed_slots
from meetups.problem import Meeting, SolveStatus, Timetable
from meetups.proof import Proof, SolverFailedError, prove_timetable
from meetups.proof_process import Question, Way, findings, from_json, to_json
from meetups.timetable_tables import numbered_tables
from meetups.validator import count_breaks, faults_of_seating, faults_of_timetable
from tests.meetups.timetable_strategies import (
    PUBLISHED,
    fewest_by_hand,
    needs_published,
    timetables,
)

EVERY = 0b11111
LONG = Timetable(
    slot_count=5,
    tables=(2,) * 5,
    available=(0b10101, EVERY, EVERY, EVERY),
    meetings=(Meeting((0, 1), EVERY), Meeting((0, 2), EVERY), Meeting((0, 3), EVERY)),
    fairness=2,
)


def question(day: Timetable, way: Way, solver: str = "cadical195") -> Question:
    return Question(timetable=day, way=way, solver=solver, seed=0, seconds=30)


def fewest(day: Timetable, way: Way) -> int | None:
    """Return what one solver finds, its answers and bounds checked."""
    best, bound = None, 0
    for finding in findings(question(day, way)):
        if finding.get("infeasible"):
            return None
        bound = max(bound, finding.get("bound", 0))
        if "slots" in finding:
            assert faults_of_timetable(day, finding["slots"]) == ()
            best = sum(count_breaks(day, finding["slots"]))
            assert finding["breaks"] == best
    assert best == bound
    return best


@settings(deadline=None, max_examples=60)
@given(timetables())
def test_both_ways_find_what_trying_everything_finds(day: Timetable) -> None:
    by_hand = fewest_by_hand(day)
    assert [fewest(day, way) for way in Way] == [by_hand, by_hand]


@settings(deadline=None, max_examples=60)
@given(timetables(with_groups=False))
def test_pairs_have_clauses_of_their_own(day: Timetable) -> None:
    assert fewest(day, Way.RISING) == fewest_by_hand(day)


@settings(deadline=None)
@given(timetables())
def test_bound_is_never_above_the_fewest(day: Timetable) -> None:
    by_hand, bound = fewest_by_hand(day), bound_of(day, narrowed_slots(day))
    if by_hand is not None:
        assert bound is not None
        assert bound <= by_hand


@given(timetables())
def test_question_crosses_to_a_process_whole(day: Timetable) -> None:
    asked = replace(question(day, Way.HALVING), start=(0,) * len(day.meetings))
    assert from_json(to_json(asked)) == asked


def test_processes_prove_a_timetable() -> None:
    seen: list[Proof] = []

    def look(proof: Proof) -> bool:
        seen.append(proof)
        return True

    proof = prove_timetable(LONG, seconds=60, on_progress=look)
    assert (proof.status, proof.breaks, proof.bound) == (SolveStatus.OPTIMAL, 2, 2)
    assert seen
    assert proof.slots is not None
    tables = numbered_tables(LONG, proof.slots)
    assert faults_of_seating(LONG, proof.slots, tables) == ()


def test_one_worker_and_a_seed_give_the_same_slots() -> None:
    first, second = (prove_timetable(LONG, seconds=60, workers=1, seed=7) for _ in range(2))
    assert first.slots == second.slots


def test_known_best_answer_needs_no_search() -> None:
    proof = prove_timetable(LONG, seconds=0, start=(0, 2, 4))
    assert (proof.status, proof.slots) == (SolveStatus.OPTIMAL, (0, 2, 4))


def test_faulty_start_is_forgotten() -> None:
    assert prove_timetable(LONG, seconds=60, start=(0, 0, 0)).status is SolveStatus.OPTIMAL


def test_somebody_without_enough_slots() -> None:
    day = replace(LONG, available=(0b101, EVERY, EVERY, EVERY))
    proof = prove_timetable(day, seconds=0)
    assert (proof.status, proof.slots, proof.bound) == (SolveStatus.INFEASIBLE, None, None)


def test_infeasible_for_want_of_tables() -> None:
    day = replace(LONG, available=(EVERY,) * 4, tables=(1, 0, 1, 0, 0))
    assert prove_timetable(day, seconds=60).status is SolveStatus.INFEASIBLE


def test_no_time_leaves_the_bound() -> None:
    proof = prove_timetable(LONG, seconds=0)
    assert (proof.status, proof.bound) == (SolveStatus.UNKNOWN, 2)


def test_stop_keeps_what_is_known() -> None:
    day = replace(LONG, available=(EVERY,) * 4)
    proof = prove_timetable(day, seconds=60, start=(0, 2, 4), on_progress=lambda _: False)
    assert proof.slots is not None


def test_solvers_that_fail_give_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_module, "RACERS", ((Way.RISING, "no-such-solver", True),))
    with pytest.raises(SolverFailedError):
        prove_timetable(LONG, seconds=60)


def test_day_without_meetings() -> None:
    proof = prove_timetable(replace(LONG, meetings=()), seconds=60)
    assert (proof.status, proof.breaks, proof.slots) == (SolveStatus.OPTIMAL, 0, ())


def test_solvers_are_not_loaded_before_they_are_needed() -> None:
    assert "pysat" not in {name.partition(".")[0] for name in vars(proof_module)}
    assert sys.modules["meetups.proof"] is proof_module


@needs_published
@pytest.mark.parametrize("name", ["tic-12.original", "tic-12.forb0003", "tic-13.fixed020-Forb"])
def test_published_days(name: str) -> None:
    with (PUBLISHED / "published.csv").open(encoding="utf-8") as file:
        wanted = {row["instance"]: row["optimal_breaks"] for row in csv.DictReader(file)}[name]
    proof = prove_timetable(read_dzn(PUBLISHED / f"{name}.dzn"), seconds=120)
    assert wanted in {str(proof.breaks), proof.status}
