"""Tables: never two meetings at one, few people who change, those told of stay."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from meetups.breaks import least_breaks
from meetups.problem import Candidate, Table, WishedDay
from meetups.tables import assign_tables, count_table_moves
from meetups.validator import faults_of_plan


def day_of(pairs: list[tuple[int, ...]], **changes: object) -> WishedDay:
    people = 1 + max(max(pair) for pair in pairs)
    details: dict[str, object] = {
        "slot_count": 3,
        "tables": (3, 3, 3),
        "available": (7,) * people,
        "least": (0,) * people,
        "most": (3,) * people,
        "candidates": tuple(Candidate(participants=pair, worth=1, slots=7) for pair in pairs),
        **changes,
    }
    return WishedDay(**details)  # type: ignore[arg-type]


def test_who_keeps_a_table_finds_it_again_after_a_slot_away() -> None:
    day = day_of([(0, 1), (2, 3), (0, 3)], keeps_table=frozenset({0}))
    assert assign_tables(day, (0, 1, 2)) == (0, 1, 0)


def test_a_group_has_a_table_large_enough() -> None:
    day = day_of([(0, 1, 2), (3, 4)], room=(Table(2), Table(4)))
    assert assign_tables(day, (0, 0)) == (1, 0)


def test_who_asked_has_an_accessible_table() -> None:
    day = day_of(
        [(0, 1), (2, 3)],
        room=(Table(2, is_accessible=True), Table(2)),
        needs_access=frozenset({3}),
    )
    assert assign_tables(day, (0, 0)) == (1, 0)


def test_who_asked_has_the_table_with_a_loop() -> None:
    day = day_of(
        [(0, 1), (2, 3)], room=(Table(2, has_loop=True), Table(2)), needs_loop=frozenset({3})
    )
    assert assign_tables(day, (0, 0)) == (1, 0)


def test_a_table_told_gives_way_to_somebody_who_asked_for_its_loop() -> None:
    day = day_of(
        [(0, 1), (2, 3)], room=(Table(2, has_loop=True), Table(2)), needs_loop=frozenset({3})
    )
    assert assign_tables(day, (0, 0), told={0: 0}) == (1, 0)


def test_without_any_loop_the_meeting_is_held_all_the_same() -> None:
    day = day_of([(0, 1)], room=(Table(2),), needs_loop=frozenset({1}))
    assert assign_tables(day, (0,)) == (0,)


def test_a_locked_table_stays_whoever_asks_for_it() -> None:
    day = day_of(
        [(0, 1), (2, 3)], room=(Table(2, has_loop=True), Table(2)), needs_loop=frozenset({3})
    )
    locked = replace(day.candidates[0], table=0, slots=1, is_required=True)
    day = replace(day, candidates=(locked, day.candidates[1]))
    assert assign_tables(day, (0, 0)) == (0, 1)
    assert faults_of_plan(day, (0, 0), (0, 1), gives_loops=True) == ()


def test_a_closed_table_is_not_given() -> None:
    day = day_of([(0, 1)], room=(Table(2, closed=1), Table(2)))
    assert assign_tables(day, (0,)) == (1,)


def test_tables_told_already_stay() -> None:
    day = day_of([(0, 1), (2, 3)])
    assert assign_tables(day, (0, 0), told={1: 0}) == (1, 0)


def test_a_table_told_gives_way_when_nothing_else_fits() -> None:
    day = day_of([(0, 1, 2), (3, 4)], room=(Table(2), Table(4)))
    assert assign_tables(day, (0, 0), told={1: 1}) == (1, 0)


def test_a_meeting_that_no_table_fits_has_none() -> None:
    day = day_of([(0, 1, 2)], room=(Table(2),))
    assert assign_tables(day, (0,)) == (None,)


def test_moves_are_counted_per_person() -> None:
    day = day_of([(0, 1), (0, 2)])
    assert count_table_moves(day, (0, 1), (0, 2)) == {0: 1}


@settings(max_examples=200, deadline=None)
@given(available=st.integers(0, 255), meetings=st.integers(0, 8))
def test_least_breaks_is_that_of_the_best_choice_of_slots(available: int, meetings: int) -> None:
    chosen = [busy for busy in range(256) if not busy & ~available and busy.bit_count() == meetings]
    if chosen:
        runs = min((busy & ~(busy << 1)).bit_count() for busy in chosen)
        assert least_breaks(available, meetings) == max(0, runs - 1)
