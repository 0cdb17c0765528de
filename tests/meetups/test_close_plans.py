"""Planning again close to the plan before: what can stay stays, the score loses nothing."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.synthetic_days import DaySize, synthetic_day
from meetups.planner import PlannedDay, plan_day
from meetups.problem import WishedDay
from meetups.validator import faults_of_plan
from tests.meetups.day_strategies import wished_days


def now_at(day: WishedDay, plan: PlannedDay) -> WishedDay:
    """Return the day with its meetings where a plan puts them."""
    return replace(
        day,
        candidates=tuple(
            replace(one, slot=slot) for one, slot in zip(day.candidates, plan.slots, strict=True)
        ),
    )


def stayed(day: WishedDay, plan: PlannedDay) -> int:
    return sum(
        one.slot is not None and slot == one.slot
        for one, slot in zip(day.candidates, plan.slots, strict=True)
    )


def worth_first(day: WishedDay, plan: PlannedDay) -> tuple[int, int, int]:
    required = sum(
        one.is_required and slot is not None
        for one, slot in zip(day.candidates, plan.slots, strict=True)
    )
    missing = sum(max(0, one.least - one.meetings) for one in plan.agendas)
    return required, -missing, plan.score


@settings(max_examples=40, deadline=None)
@given(day=wished_days(), drawn=st.data())
def test_a_close_plan_breaks_no_rule_and_is_worth_what_another_is(
    day: WishedDay, drawn: st.DataObject
) -> None:
    slots = st.one_of(st.none(), st.integers(0, day.slot_count - 1))
    now = drawn.draw(st.lists(slots, min_size=len(day.candidates), max_size=len(day.candidates)))
    before = tuple(replace(one, slot=slot) for one, slot in zip(day.candidates, now, strict=True))
    day = replace(day, candidates=before)
    close = plan_day(day, seconds=60, effort=1, stays_close=True)
    assert faults_of_plan(day, close.slots, close.tables, gives_loops=True) == ()
    assert worth_first(day, close) >= worth_first(day, plan_day(day, seconds=60, effort=1))


def test_nothing_changes_when_nothing_has_changed() -> None:
    day = synthetic_day(DaySize(40, 10), seed=1)
    first = plan_day(day, seconds=60, effort=20)
    again = plan_day(now_at(day, first), seconds=60, effort=20, stays_close=True)
    assert (again.score, again.breaks <= first.breaks) == (first.score, True)
    assert stayed(now_at(day, first), again) >= 0.98 * first.placed


def test_some_people_gone_others_come_most_meetings_stay() -> None:
    day = synthetic_day(DaySize(60, 12), seed=1)
    first = plan_day(day, seconds=60, effort=20)
    available = [0 if one in {3, 40} else slots for one, slots in enumerate(day.available)]
    changed = replace(now_at(day, first), available=tuple(available))
    cold = plan_day(changed, seconds=60, effort=20)
    close = plan_day(changed, seconds=60, effort=20, stays_close=True)
    assert close.score >= cold.score
    assert close.breaks <= cold.breaks + first.placed // 20
    assert stayed(changed, close) >= 0.75 * first.placed > 2 * stayed(changed, cold)
