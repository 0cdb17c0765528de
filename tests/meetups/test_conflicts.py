"""What is named as impossible is so, and is so only all together."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from meetups.conflicts import Conflict, ConflictKind, find_conflicts, find_day_conflicts
from meetups.problem import Candidate, Meeting, SolveStatus, Table, Timetable, WishedDay
from meetups.rules import rules_of_timetable
from tests.meetups.timetable_strategies import fewest_by_hand, of_meetings, timetables, without

EVERY = 0b111
TIMETABLE = Timetable(
    slot_count=3,
    tables=(2, 2, 2),
    available=(EVERY, EVERY, EVERY, EVERY),
    meetings=(Meeting((0, 1), EVERY), Meeting((0, 2), EVERY), Meeting((0, 3), EVERY)),
)
HELD = [Conflict(kind=ConflictKind.MEETING, meeting=number) for number in range(3)]


def test_feasible_timetable_has_no_conflict() -> None:
    verdict = find_conflicts(TIMETABLE, seconds=10)
    assert (verdict.status, verdict.conflicts) == (SolveStatus.FEASIBLE, ())


def test_absence_with_all_meetings_of_somebody() -> None:
    day = replace(TIMETABLE, available=(0b101, EVERY, EVERY, EVERY))
    away = Conflict(kind=ConflictKind.AVAILABILITY, participant=0)
    assert find_conflicts(day, seconds=10).conflicts == tuple(sorted([away, *HELD]))


def test_two_meetings_fixed_in_the_same_slot() -> None:
    meetings = (Meeting((0, 1), 0b010), Meeting((0, 2), 0b010), Meeting((0, 3), EVERY))
    found = find_conflicts(replace(TIMETABLE, meetings=meetings), seconds=10).conflicts
    fixed = [Conflict(kind=ConflictKind.SLOTS, meeting=number) for number in range(2)]
    assert found == tuple(sorted([*HELD[:2], *fixed]))


def test_order_that_leaves_no_slot() -> None:
    meetings = (Meeting((0, 1), 0b100), Meeting((2, 3), EVERY, after=frozenset({0})))
    found = find_conflicts(replace(TIMETABLE, meetings=meetings), seconds=10).conflicts
    order = Conflict(kind=ConflictKind.PRECEDENCE, meeting=1, other=0)
    fixed = Conflict(kind=ConflictKind.SLOTS, meeting=0)
    assert found == tuple(sorted([*HELD[:2], order, fixed]))


def test_fairness_is_named_when_all_else_holds() -> None:
    meetings = (Meeting((0, 1), 0b001), Meeting((0, 2), 0b100))
    day = replace(TIMETABLE, meetings=meetings, fairness=0)
    kinds = {one.kind for one in find_conflicts(day, seconds=10).conflicts}
    assert kinds == {ConflictKind.FAIRNESS, ConflictKind.MEETING, ConflictKind.SLOTS}


def test_no_time_gives_no_answer() -> None:
    assert find_conflicts(TIMETABLE, seconds=0).status is SolveStatus.UNKNOWN


def day_of(**changes: object) -> WishedDay:
    values: dict[str, object] = {
        "slot_count": 2,
        "tables": (1, 1),
        "available": (0b11,) * 3,
        "least": (0,) * 3,
        "most": (2,) * 3,
        "candidates": (
            Candidate(participants=(0, 1), worth=1, slots=0b11, is_required=True),
            Candidate(participants=(0, 2), worth=1, slots=0b11),
            Candidate(participants=(1, 2), worth=1, slots=0b11, is_required=True),
        ),
    }
    return WishedDay(**(values | changes))  # type: ignore[arg-type]


def test_guarantee_and_required_meetings_of_a_day() -> None:
    assert find_day_conflicts(day_of(), seconds=10).status is SolveStatus.FEASIBLE
    found = find_day_conflicts(day_of(), seconds=10, least=(2, 0, 0)).conflicts
    assert {one.kind for one in found} == {ConflictKind.LEAST, ConflictKind.MEETING}


def test_table_too_small_for_a_required_group() -> None:
    group = Candidate(participants=(0, 1, 2), worth=1, slots=0b01, is_required=True)
    day = day_of(candidates=(group,), room=(Table(seats=2),))
    assert find_day_conflicts(day, seconds=10).conflicts == (
        HELD[0],
        Conflict(kind=ConflictKind.SLOTS, meeting=0),
        Conflict(kind=ConflictKind.TABLES, slot=0),
    )


def test_cap_below_the_guarantee() -> None:
    found = find_day_conflicts(
        day_of(most=(0, 2, 2), candidates=day_of().candidates[1:2]), seconds=10, least=(1, 0, 0)
    ).conflicts
    assert {one.kind for one in found} == {ConflictKind.LEAST, ConflictKind.MOST}


@settings(deadline=None, max_examples=60)
@given(timetables())
def test_conflicts_are_smallest_and_real(day: Timetable) -> None:
    verdict = find_conflicts(day, seconds=30)
    assert (verdict.status is SolveStatus.FEASIBLE) == (fewest_by_hand(day) is not None)
    if verdict.status is SolveStatus.FEASIBLE:
        return
    assert verdict.is_smallest
    assert fewest_by_hand(_only(day, verdict.conflicts)) is None
    for given_up in verdict.conflicts:
        left = [one for one in verdict.conflicts if one != given_up]
        assert fewest_by_hand(_only(day, left)) is not None


def _only(day: Timetable, kept: tuple[Conflict, ...] | list[Conflict]) -> Timetable:
    """Return the day with these rules only."""
    rules = rules_of_timetable(day, with_fairness=day.fairness is not None)
    loose = day if any(one.kind is ConflictKind.FAIRNESS for one in kept) else _unfair(day)
    for rule in rules.switches.values():
        if rule not in kept and rule.kind not in {ConflictKind.MEETING, ConflictKind.FAIRNESS}:
            loose = without(loose, rule)
    held = [one.meeting for one in kept if one.kind is ConflictKind.MEETING]
    return of_meetings(loose, sorted(held))


def _unfair(day: Timetable) -> Timetable:
    return replace(day, fairness=None)


@pytest.mark.parametrize("least", [(), (0, 0, 0)])
def test_day_without_anything_imposed_is_feasible(least: tuple[int, ...]) -> None:
    day = day_of(tables=(0, 0), candidates=day_of().candidates[1:2])
    assert find_day_conflicts(day, seconds=10, least=least).status is SolveStatus.FEASIBLE
