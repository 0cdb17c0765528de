"""Plans of random days: no rule is broken, small ones are the best, twice is the same."""

from dataclasses import replace

from hypothesis import assume, given, settings

from bench.synthetic_days import DaySize, synthetic_day
from meetups.board import Board
from meetups.placement import fill
from meetups.planner import Phase, PlannedDay, Progress, plan_day
from meetups.problem import Candidate, Table, WishedDay
from meetups.validator import faults_of_plan
from tests.meetups.day_strategies import best_by_hand, breaks_of, wished_days

QUICK = 1
"""Percent of the usual effort: enough for days this small."""


def planned(day: WishedDay) -> PlannedDay:
    return plan_day(day, seconds=60, effort=QUICK)


@settings(max_examples=70, deadline=None)
@given(day=wished_days())
def test_a_plan_breaks_no_rule(day: WishedDay) -> None:
    plan = planned(day)
    assert faults_of_plan(day, plan.slots, plan.tables, gives_loops=True) == ()


@settings(max_examples=40, deadline=None)
@given(day=wished_days())
def test_hearing_loops_cost_no_wish(day: WishedDay) -> None:
    without = planned(replace(day, needs_loop=frozenset()))
    assert planned(day).score >= without.score


def test_who_asks_has_a_loop_at_every_slot_when_there_is_one_for_each() -> None:
    day = synthetic_day(DaySize(24, 8), seed=4)
    room = tuple(Table(has_loop=number < 3) for number in range(day.tables[0]))
    day = replace(day, room=room, needs_loop=frozenset({0, 5, 12}))
    plan = planned(day)
    seated = {
        (person, room[table].has_loop)
        for one, table in zip(day.candidates, plan.tables, strict=True)
        for person in day.needs_loop.intersection(one.participants)
        if table is not None
    }
    assert seated == {(0, True), (5, True), (12, True)}


def test_one_loop_for_two_who_ask_is_never_left_to_others() -> None:
    day = synthetic_day(DaySize(24, 8), seed=4)
    room = tuple(Table(has_loop=number == 0) for number in range(day.tables[0]))
    day = replace(day, room=room, needs_loop=frozenset({0, 1, 12, 13}))
    plan = planned(day)
    asked = {
        slot
        for one, slot in zip(day.candidates, plan.slots, strict=True)
        if slot is not None and day.needs_loop.intersection(one.participants)
    }
    given_to = {
        slot
        for one, slot, table in zip(day.candidates, plan.slots, plan.tables, strict=True)
        if table == 0 and day.needs_loop.intersection(one.participants)
    }
    assert given_to == asked


@settings(max_examples=70, deadline=None)
@given(day=wished_days())
def test_a_plan_says_what_it_is_worth_and_no_more_than_its_bounds(day: WishedDay) -> None:
    plan = planned(day)
    worth = sum(
        one.worth for one, slot in zip(day.candidates, plan.slots, strict=True) if slot is not None
    )
    assert plan.score == worth
    assert plan.breaks == breaks_of(day, plan.slots)
    assert plan.breaks_bound <= plan.breaks


@settings(max_examples=30, deadline=None)
@given(day=wished_days(max_people=5, max_slots=3, max_wishes=6, with_required=False))
def test_no_plan_of_a_small_day_is_worth_more(day: WishedDay) -> None:
    assume(not day.room)
    day = replace(day, least=(0,) * len(day.available))
    plan = planned(day)
    worth, _ = best_by_hand(day)
    assert (plan.score, plan.score_bound >= worth) == (worth, True)


@settings(max_examples=30, deadline=None)
@given(day=wished_days())
def test_the_same_day_and_seed_give_the_same_plan(day: WishedDay) -> None:
    first, second = planned(day), planned(day)
    assert (first.slots, first.tables) == (second.slots, second.tables)


def test_each_phase_is_told_and_false_stops() -> None:
    day = chain_day(6)
    told: list[Progress] = []

    def stop_at_breaks(progress: Progress) -> bool:
        told.append(progress)
        return progress.phase is not Phase.BREAKS

    plan = plan_day(day, seconds=60, on_progress=stop_at_breaks)
    assert [one.phase for one in told][:2] == [Phase.SELECTION, Phase.PLACEMENT]
    assert faults_of_plan(day, plan.slots, plan.tables) == ()


def test_filling_a_board_stops_when_told() -> None:
    day = chain_day(6)
    board = Board(day)
    assert fill(board, lambda _board: False) is False
    assert board.placed == 0
    assert fill(board) is True
    assert board.placed == len(day.candidates)


def test_a_required_meeting_is_held_before_better_wishes() -> None:
    day = pair_day(
        slots=1,
        wishes=[((0, 1), 9, False), ((0, 2), 1, True)],
    )
    assert planned(day).slots == (None, 0)


def test_everybody_has_their_least_before_anybody_has_more() -> None:
    day = replace(
        pair_day(slots=1, wishes=[((0, 1), 9, False), ((0, 2), 1, False), ((1, 3), 1, False)]),
        least=(1, 1, 1, 1),
    )
    plan = planned(day)
    assert (plan.slots, plan.is_guarantee_kept) == ((None, 0, 0), True)


def test_what_cannot_be_guaranteed_is_said_per_person() -> None:
    day = replace(pair_day(slots=2, wishes=[((0, 1), 5, False)]), least=(2, 0))
    assert [agenda.least for agenda in planned(day).agendas] == [1, 0]


def test_a_day_without_tables_holds_nothing() -> None:
    day = replace(pair_day(slots=2, wishes=[((0, 1), 5, False)]), tables=(0, 0))
    plan = planned(day)
    assert (plan.placed, plan.score, plan.score_bound) == (0, 0, 0)


def test_a_day_without_wishes_is_an_empty_plan() -> None:
    plan = planned(pair_day(slots=2, wishes=[]))
    assert (plan.slots, plan.tables, plan.is_score_proven) == ((), (), True)


def pair_day(*, slots: int, wishes: list[tuple[tuple[int, int], int, bool]]) -> WishedDay:
    """Return a day of pairs, everybody there all day, tables enough."""
    people = 1 + max((max(pair) for pair, _, _ in wishes), default=1)
    return WishedDay(
        slot_count=slots,
        tables=(people,) * slots,
        available=((1 << slots) - 1,) * people,
        least=(0,) * people,
        most=(slots,) * people,
        candidates=tuple(
            Candidate(participants=pair, worth=worth, slots=(1 << slots) - 1, is_required=required)
            for pair, worth, required in wishes
        ),
    )


def chain_day(people: int) -> WishedDay:
    """Return a day in which each meets the next two."""
    wishes = [((one, one + step), 1, False) for one in range(people - 2) for step in (1, 2)]
    return pair_day(slots=5, wishes=wishes)
