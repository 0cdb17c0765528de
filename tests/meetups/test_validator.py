"""Each broken rule is found, alone, by a plan that breaks it and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given, settings

from meetups.planner import plan_day
from meetups.problem import Candidate, Meeting, Table, Timetable, WishedDay
from meetups.validator import FaultCode, count_breaks, faults_of_plan, faults_of_timetable
from tests.meetups.day_strategies import wished_days

ALL_DAY = 0b1111


def asked(people: tuple[int, ...], slots: int, *, is_required: bool = False) -> Candidate:
    return Candidate(participants=people, worth=1, slots=slots, is_required=is_required)


TIMETABLE = Timetable(
    slot_count=4,
    tables=(1, 2, 2, 2),
    available=(ALL_DAY, ALL_DAY, ALL_DAY, 0b0111),
    meetings=(
        Meeting((0, 1), ALL_DAY),
        Meeting((0, 2), 0b1110, after=frozenset({0})),
        Meeting((1, 3), ALL_DAY),
        Meeting((2, 3), ALL_DAY),
    ),
    fairness=0,
)
KEPT = (0, 1, 1, 2)
DAY = WishedDay(
    slot_count=3,
    tables=(2, 2, 1),
    available=(0b111, 0b111, 0b011, 0b111),
    least=(1, 1, 1, 1),
    most=(2, 2, 2, 1),
    candidates=(
        asked((0, 1), 0b111, is_required=True),
        asked((0, 2), 0b011),
        asked((1, 2, 3), 0b111),
        asked((0, 3), 0b111),
    ),
    room=(Table(seats=2), Table(seats=3, is_accessible=True, closed=0b100)),
    needs_access=frozenset({2}),
)
HELD = ((0, 1, 2, None), (0, 1, 1, None))


def test_plan_that_keeps_every_rule() -> None:
    assert faults_of_timetable(TIMETABLE, KEPT) == ()


@pytest.mark.parametrize(
    ("slots", "codes"),
    [
        ((0, 1, 1), [FaultCode.WRONG_LENGTH]),
        ((None, 1, 1, 2), [FaultCode.NOT_HELD]),
        ((0, 1, 1, 4), [FaultCode.NO_SUCH_SLOT, FaultCode.UNFAIR]),
        ((0, 1, 1, 3), [FaultCode.PARTICIPANT_AWAY, FaultCode.UNFAIR]),
        ((1, 2, 1, 3), [FaultCode.PARTICIPANT_TWICE, FaultCode.PARTICIPANT_AWAY, FaultCode.UNFAIR]),
        ((0, 1, 0, 2), [FaultCode.PARTICIPANT_TWICE, FaultCode.SLOT_FULL, FaultCode.UNFAIR]),
        ((2, 1, 1, 2), [FaultCode.OUT_OF_ORDER]),
        ((0, 2, 1, 2), [FaultCode.PARTICIPANT_TWICE, FaultCode.UNFAIR]),
        ((1, 0, 2, 1), [FaultCode.SLOT_NOT_ALLOWED, FaultCode.OUT_OF_ORDER]),
    ],
)
def test_broken_rules_of_a_timetable(slots: tuple[int, ...], codes: list[FaultCode]) -> None:
    assert sorted(fault.code for fault in faults_of_timetable(TIMETABLE, slots)) == sorted(codes)


def test_unfairness_names_both_participants() -> None:
    day = replace(TIMETABLE, fairness=0)
    (fault,) = faults_of_timetable(day, (0, 2, 1, 1))[-1:]
    assert (fault.code, fault.participant, fault.other) == (FaultCode.UNFAIR, 0, 1)


def test_breaks_are_groups_of_idle_slots() -> None:
    day = replace(
        TIMETABLE, slot_count=9, meetings=tuple(Meeting((0, 1), 0b111111111) for _ in range(4))
    )
    assert count_breaks(day, (8, 0, 4, 1)) == (2, 2, 0, 0)


def test_plan_of_a_day_that_keeps_every_rule() -> None:
    day = replace(DAY, room=(DAY.room[0], replace(DAY.room[1], closed=0)))
    assert faults_of_plan(day, *HELD, least=(1, 1, 1, 1), holds_required=True) == (
        *faults_of_plan(day, *HELD),
    )


@pytest.mark.parametrize(
    ("slots", "tables", "codes"),
    [
        ((0, 1, None), (0, 1, None), [FaultCode.WRONG_LENGTH]),
        ((0, 1, None, None), (0, 1, None, None), []),
        (
            (0, 1, None, 0),
            (0, 1, None, 1),
            [FaultCode.PARTICIPANT_TWICE, FaultCode.TOO_MANY_MEETINGS],
        ),
        ((0, None, None, 2), (1, None, None, 1), [FaultCode.TABLE_CLOSED]),
        ((0, 1, None, None), (0, 0, None, None), [FaultCode.TABLE_NOT_ACCESSIBLE]),
        ((0, 1, None, None), (0, None, None, None), [FaultCode.NO_TABLE]),
        ((0, 1, None, None), (0, 2, None, None), [FaultCode.NO_SUCH_TABLE]),
        ((0, None, None, None), (0, 1, None, None), [FaultCode.TABLE_WITHOUT_MEETING]),
        ((1, 0, 2, None), (0, 1, 1, None), [FaultCode.PARTICIPANT_AWAY, FaultCode.TABLE_CLOSED]),
        (
            (None, None, 0, None),
            (None, None, 0, None),
            [FaultCode.TABLE_TOO_SMALL, FaultCode.TABLE_NOT_ACCESSIBLE],
        ),
        ((None, None, 0, 1), (None, None, 1, 0), [FaultCode.TOO_MANY_MEETINGS]),
        (
            (None, 2, None, None),
            (None, 0, None, None),
            [
                FaultCode.SLOT_NOT_ALLOWED,
                FaultCode.PARTICIPANT_AWAY,
                FaultCode.TABLE_NOT_ACCESSIBLE,
            ],
        ),
    ],
)
def test_broken_rules_of_a_plan(
    slots: tuple[int | None, ...], tables: tuple[int | None, ...], codes: list[FaultCode]
) -> None:
    found = sorted(fault.code for fault in faults_of_plan(DAY, slots, tables))
    assert found == sorted(codes)


def test_same_table_twice_and_full_slot() -> None:
    slots, tables = (2, None, None, None), (0, None, None, None)
    day = replace(
        DAY,
        candidates=(*DAY.candidates[:3], asked((3, 2), 0b111)),
        available=(0b111,) * 4,
        needs_access=frozenset(),
    )
    found = [one.code for one in faults_of_plan(day, (*slots[:3], 2), (*tables[:3], 0))]
    assert found == [FaultCode.SLOT_FULL, FaultCode.TABLE_TWICE]


def test_guarantee_and_required_meetings_on_demand() -> None:
    nothing = (None,) * 4
    assert faults_of_plan(DAY, nothing, nothing) == ()
    found = faults_of_plan(DAY, nothing, nothing, least=DAY.least, holds_required=True)
    assert [one.code for one in found] == 4 * [FaultCode.TOO_FEW_MEETINGS] + [FaultCode.NOT_HELD]


def test_a_loop_left_to_others_is_a_fault_on_demand() -> None:
    room = (Table(seats=2, has_loop=True), Table(seats=2), Table(seats=2, has_loop=True))
    day = replace(
        DAY,
        tables=(3, 3, 3),
        room=room,
        candidates=(asked((0, 1), 0b111), asked((2, 3), 0b111)),
        needs_access=frozenset(),
        needs_loop=frozenset({0, 2}),
    )
    assert faults_of_plan(day, (0, 0), (0, 1)) == ()
    (fault,) = faults_of_plan(day, (0, 0), (0, 1), gives_loops=True)
    assert (fault.code, fault.meeting) == (FaultCode.TABLE_WITHOUT_LOOP, 1)
    closed = replace(day, room=(*room[:2], replace(room[2], closed=0b001)))
    assert faults_of_plan(closed, (0, 0), (0, 1), gives_loops=True) == ()


def test_text_of_a_fault() -> None:
    (fault,) = faults_of_plan(DAY, (0, None, None, None), (None,) * 4)
    assert fault.text == "no-table meeting 0 slot 0"


@settings(deadline=None)  # the first plan of a process loads its libraries
@given(wished_days(max_people=6, max_wishes=10))
def test_plans_of_the_planner_break_no_rule(day: WishedDay) -> None:
    plan = plan_day(day, seconds=1)
    assert faults_of_plan(day, plan.slots, plan.tables) == ()
