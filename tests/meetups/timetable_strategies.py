"""Random timetables small enough to try every answer, and published ones."""

from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import strategies as st

from meetups.problem import Meeting, Timetable
from meetups.rules import Conflict, ConflictKind
from meetups.validator import count_breaks, faults_of_timetable

PUBLISHED = Path(__file__).parents[3] / "shared" / "data" / "b2b-schedule"
needs_published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published days are not on this machine"
)


@st.composite
def timetables(draw: st.DrawFn, *, with_groups: bool = True) -> Timetable:
    """Draw a timetable of two to four participants, one to four slots, five meetings at most."""
    people, slots = draw(st.integers(2, 4)), draw(st.integers(1, 4))
    every = (1 << slots) - 1
    masks = st.one_of(st.just(every), st.integers(0, every))
    largest = min(3, people) if with_groups else 2
    members = st.lists(st.integers(0, people - 1), min_size=2, max_size=largest, unique=True)
    meetings = []
    for number in range(draw(st.integers(0, 5))):
        after = draw(st.sets(st.integers(0, number - 1), max_size=1)) if number else set()
        meetings.append(Meeting(tuple(draw(members)), draw(masks), frozenset(after)))
    return Timetable(
        slot_count=slots,
        tables=tuple(draw(st.lists(st.integers(0, 3), min_size=slots, max_size=slots))),
        available=tuple(draw(st.lists(masks, min_size=people, max_size=people))),
        meetings=tuple(meetings),
        fairness=draw(st.one_of(st.none(), st.integers(0, 2))),
    )


def fewest_by_hand(timetable: Timetable) -> int | None:
    """Return the fewest breaks of any answer, all of them tried; nothing: there is none."""
    answers = product(range(timetable.slot_count), repeat=len(timetable.meetings))
    return min(
        (
            sum(count_breaks(timetable, slots))
            for slots in answers
            if not faults_of_timetable(timetable, slots)
        ),
        default=None,
    )


def without(timetable: Timetable, rule: Conflict) -> Timetable:
    """Return a timetable in which a rule, not of meetings held, is given up."""
    every = (1 << timetable.slot_count) - 1
    meetings = list(timetable.meetings)
    available, tables = list(timetable.available), list(timetable.tables)
    fairness = timetable.fairness
    if rule.kind is ConflictKind.SLOTS:
        meetings[rule.meeting] = replace(meetings[rule.meeting], slots=every)
    elif rule.kind is ConflictKind.PRECEDENCE:
        after = meetings[rule.meeting].after - {rule.other}
        meetings[rule.meeting] = replace(meetings[rule.meeting], after=after)
    elif rule.kind is ConflictKind.AVAILABILITY:
        available[rule.participant] = every
    elif rule.kind is ConflictKind.TABLES:
        tables[rule.slot] = len(meetings)
    else:
        fairness = None
    return replace(
        timetable,
        meetings=tuple(meetings),
        available=tuple(available),
        tables=tuple(tables),
        fairness=fairness,
    )


def of_meetings(timetable: Timetable, kept: list[int]) -> Timetable:
    """Return the timetable of some of the meetings."""
    place = {number: at for at, number in enumerate(kept)}
    return replace(
        timetable,
        meetings=tuple(
            replace(
                timetable.meetings[number],
                after=frozenset(
                    place[one] for one in timetable.meetings[number].after if one in place
                ),
            )
            for number in kept
        ),
    )
