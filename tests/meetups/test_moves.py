"""One meeting moved by hand: allowed exactly when the plan that results breaks no rule."""

from hypothesis import given, settings
from hypothesis import strategies as st

from meetups.moves import Conflict, ConflictCode, check_move, check_swap, move, possible_slots
from meetups.planner import plan_day
from meetups.problem import Candidate, Held, WishedDay
from meetups.validator import faults_of_plan
from tests.meetups.day_strategies import wished_days


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_a_move_is_allowed_exactly_when_no_rule_is_broken(data: st.DataObject) -> None:
    day = data.draw(wished_days(with_required=False).filter(lambda one: one.candidates))
    plan = plan_day(day, seconds=60, effort=0)
    index = data.draw(st.integers(0, len(day.candidates) - 1))
    slot = data.draw(st.integers(0, day.slot_count - 1))
    table = data.draw(st.integers(0, 5))
    moved = move(plan, index, slot, table)
    is_allowed = not check_move(day, plan, index, slot, table)
    assert is_allowed == (not faults_of_plan(day, moved.slots, moved.tables))


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_possible_slots_are_those_without_conflict(data: st.DataObject) -> None:
    day = data.draw(wished_days().filter(lambda one: one.candidates))
    plan = plan_day(day, seconds=60, effort=0)
    index = data.draw(st.integers(0, len(day.candidates) - 1))
    assert possible_slots(day, plan, index) == tuple(
        slot for slot in range(day.slot_count) if not check_move(day, plan, index, slot)
    )


def day_of_three() -> tuple[WishedDay, Held]:
    day = WishedDay(
        slot_count=2,
        tables=(2, 2),
        available=(3, 3, 1),
        least=(0, 0, 0),
        most=(2, 2, 2),
        candidates=(
            Candidate(participants=(0, 1), worth=1, slots=3),
            Candidate(participants=(0, 2), worth=1, slots=3),
        ),
    )
    return day, Held((1, 0), (0, 0))


def test_each_conflict_names_whom_and_what_it_is_about() -> None:
    day, plan = day_of_three()
    assert check_move(day, plan, 1, 1, 0) == (
        Conflict(ConflictCode.BUSY, 0, 0),
        Conflict(ConflictCode.UNAVAILABLE, 2),
        Conflict(ConflictCode.TABLE_TAKEN, None, 0),
    )


def test_a_swap_tells_who_is_not_there() -> None:
    day, plan = day_of_three()
    assert check_swap(day, plan, 0, 1) == (Conflict(ConflictCode.UNAVAILABLE, 2),)


def test_a_slot_outside_the_day_is_refused() -> None:
    day, plan = day_of_three()
    assert check_move(day, plan, 0, 2) == (Conflict(ConflictCode.NO_SUCH_SLOT),)
