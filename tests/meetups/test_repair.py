"""Repairs of random days: rules kept, the past untouched, the first proposal moves nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from meetups.planner import PlannedDay, plan_day
from meetups.problem import Candidate, Held, WishedDay
from meetups.repair import Added, Repair, propose_repairs
from meetups.validator import faults_of_plan
from tests.meetups.day_strategies import wished_days

SECONDS = 1.0


@st.composite
def mishaps(draw: st.DrawFn) -> tuple[WishedDay, PlannedDay, frozenset[int], int]:
    """Draw a day, its plan, who does not come and the first slot that can still change."""
    day = draw(wished_days())
    plan = plan_day(day, seconds=60, effort=1)
    absent = draw(st.frozensets(st.integers(0, len(day.available) - 1), max_size=3))
    return day, plan, absent, draw(st.integers(0, day.slot_count))


def is_absent(day: WishedDay, index: int, absent: frozenset[int]) -> bool:
    return not absent.isdisjoint(day.candidates[index].participants)


@settings(max_examples=25, deadline=None)
@given(mishaps())
def test_no_proposal_breaks_a_rule(case: tuple[WishedDay, PlannedDay, frozenset[int], int]) -> None:
    day, plan, absent, from_slot = case
    repairs = propose_repairs(day, plan, absent=absent, from_slot=from_slot, seconds=SECONDS)
    assert [faults_of_plan(day, one.plan.slots, one.plan.tables) for one in repairs] == [
        () for _ in repairs
    ]


@settings(max_examples=25, deadline=None)
@given(mishaps())
def test_the_past_stays_and_absentees_meet_nobody(
    case: tuple[WishedDay, PlannedDay, frozenset[int], int],
) -> None:
    day, plan, absent, from_slot = case
    for repair in propose_repairs(day, plan, absent=absent, from_slot=from_slot, seconds=SECONDS):
        for index, (old, new) in enumerate(zip(plan.slots, repair.plan.slots, strict=True)):
            if old is not None and old < from_slot:
                assert new == old
            elif is_absent(day, index, absent):
                assert new is None
            if new is not None and new < from_slot:
                assert new == old


@settings(max_examples=25, deadline=None)
@given(mishaps())
def test_proposals_go_from_nothing_moved_to_more_won_without_more_breaks(
    case: tuple[WishedDay, PlannedDay, frozenset[int], int],
) -> None:
    day, plan, absent, from_slot = case
    repairs = propose_repairs(day, plan, absent=absent, from_slot=from_slot, seconds=SECONDS)
    assert repairs[0].moved == ()
    assert [len(one.moved) for one in repairs] == sorted({len(one.moved) for one in repairs})
    assert all(one.breaks <= one.breaks_cancelled for one in repairs)
    assert all(one.score >= one.score_cancelled for one in repairs)


@settings(max_examples=20, deadline=None)
@given(mishaps())
def test_the_diff_leads_from_the_plan_to_the_proposal(
    case: tuple[WishedDay, PlannedDay, frozenset[int], int],
) -> None:
    day, plan, absent, from_slot = case
    for repair in propose_repairs(day, plan, absent=absent, from_slot=from_slot, seconds=0):
        assert after(plan, repair) == repair.plan


def after(plan: PlannedDay, repair: Repair) -> Held:
    """Carry out the diff of a proposal."""
    slots, tables = list(plan.slots), list(plan.tables)
    for index in repair.dropped:
        slots[index] = tables[index] = None
    for added in repair.added:
        slots[added.meeting], tables[added.meeting] = added.slot, added.table
    for moved in (*repair.moved, *repair.reseated):
        slots[moved.meeting], tables[moved.meeting] = moved.slot, moved.table
    return Held(tuple(slots), tuple(tables))


def test_somebody_who_comes_unannounced_gets_meetings() -> None:
    day = WishedDay(
        slot_count=2,
        tables=(2, 2),
        available=(3, 3, 3),
        least=(0, 0, 0),
        most=(2, 2, 2),
        candidates=(
            Candidate(participants=(0, 1), worth=3, slots=3),
            Candidate(participants=(0, 2), worth=3, slots=3),
        ),
    )
    repairs = propose_repairs(day, Held((0,), (0,)), arrived=frozenset({2}), seconds=0)
    assert repairs[0].added == (Added(1, 1, 0),)


def test_two_moves_are_offered_when_they_win_a_meeting() -> None:
    """Once 4 is missing, 0 and 1 can meet only if 1 meets 2 in the first slot instead."""
    day = WishedDay(
        slot_count=2,
        tables=(3, 3),
        available=(2, 3, 3, 3, 2),
        least=(0,) * 5,
        most=(2,) * 5,
        candidates=(
            Candidate(participants=(0, 4), worth=9, slots=2),
            Candidate(participants=(0, 1), worth=2, slots=3),
            Candidate(participants=(1, 2), worth=9, slots=3),
        ),
    )
    repairs = propose_repairs(
        day, Held((1, None, 1), (0, None, 1)), absent=frozenset({4}), seconds=5
    )
    assert [(len(one.moved), one.score) for one in repairs] == [(0, 9), (1, 11)]


def test_nobody_missing_and_nothing_to_add_proposes_the_plan_itself() -> None:
    day = replace(
        WishedDay(
            slot_count=1, tables=(1,), available=(1, 1), least=(0, 0), most=(1, 1), candidates=()
        ),
        candidates=(Candidate(participants=(0, 1), worth=1, slots=1),),
    )
    plan = Held((0,), (0,))
    (repair,) = propose_repairs(day, plan)
    assert (repair.plan, repair.affected) == (plan, ())
