"""When a participant can be met: interval algebra against minutes counted one by one, and slots."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models.meetup import MeetupSession
from models.meetup_participant import MeetupAbsence, MeetupSessionSeat
from services.meetup_availability import (
    Stretch,
    away_stretches,
    free_slots,
    is_morning,
    overlap,
    set_absences,
    union,
    without,
)
from tests.factories.meetups import make_day, make_participant, make_slots
from vocabulary.meetups import SessionKind

MINUTE = timedelta(minutes=1)
# The nights on which clocks change in Paris, and places far from it.
STARTS = (
    datetime(2027, 3, 28, 0, 30, tzinfo=UTC),
    datetime(2027, 10, 31, 0, 30, tzinfo=UTC),
    datetime(2027, 3, 11, 8, tzinfo=UTC),
)


@st.composite
def stretches(draw: st.DrawFn) -> list[Stretch]:
    """Draw a few stretches within two hours, in any order, in zones of any sort."""
    start = draw(st.sampled_from(STARTS))
    zone = ZoneInfo(draw(st.sampled_from(["Europe/Paris", "Indian/Reunion", "America/Cayenne"])))
    found = []
    for _rank in range(draw(st.integers(0, 5))):
        first = draw(st.integers(0, 119))
        length = draw(st.integers(1, 60))
        begin = (start + first * MINUTE).astimezone(zone)
        found.append(Stretch(begin, (start + (first + length) * MINUTE).astimezone(zone)))
    return found


def minutes(parts: Iterable[Stretch]) -> set[datetime]:
    """Return every minute inside the parts, counted one by one."""
    found = set()
    for part in parts:
        moment = part.starts_at
        while moment < part.ends_at:
            found.add(moment)
            moment += MINUTE
    return found


@given(stretches())
def test_a_union_holds_the_same_minutes_in_the_fewest_parts(parts: list[Stretch]) -> None:
    joined = union(parts)
    assert minutes(joined) == minutes(parts)
    assert all(one.ends_at < two.starts_at for one, two in pairwise(joined))


@given(stretches(), stretches())
def test_what_is_taken_away_is_gone_and_nothing_else(
    parts: list[Stretch], taken: list[Stretch]
) -> None:
    assert minutes(without(parts, taken)) == minutes(parts) - minutes(taken)


@given(stretches(), stretches())
def test_overlapping_is_sharing_a_minute(parts: list[Stretch], others: list[Stretch]) -> None:
    for one in parts:
        for other in others:
            assert overlap(one, other) == bool(minutes([one]) & minutes([other]))


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.sampled_from(STARTS))
def test_absences_leave_out_exactly_the_slots_named(away: list[bool], start: datetime) -> None:
    step = 25 * MINUTE
    slots = [
        Stretch(start + rank * step, start + rank * step + 20 * MINUTE) for rank in range(len(away))
    ]
    found = away_stretches(slots, {rank for rank, is_away in enumerate(away) if is_away})
    assert [any(overlap(slot, one) for one in found) for slot in slots] == away


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (datetime(2027, 3, 11, 9, tzinfo=UTC), datetime(2027, 3, 11, 9, tzinfo=UTC)),
        (datetime(2027, 3, 11, 9, tzinfo=UTC), datetime(2027, 3, 11, 8, tzinfo=UTC)),
        (datetime(2027, 3, 11, 9), datetime(2027, 3, 11, 10)),  # noqa: DTZ001 - what is refused
    ],
)
def test_a_stretch_that_is_none_is_refused(first: datetime, last: datetime) -> None:
    with pytest.raises(ValueError, match=r"stretch|zone"):
        Stretch(first, last)


def test_sessions_and_absences_are_taken_out(empty_session: Session) -> None:
    day = make_day(empty_session)
    first, second, third, fourth, fifth = make_slots(empty_session, day, 5)
    plenary = MeetupSession(
        kind=SessionKind.PLENARY, title="Plénière", starts_at=first.starts_at, ends_at=first.ends_at
    )
    workshop = MeetupSession(
        kind=SessionKind.WORKSHOP,
        title="Atelier",
        starts_at=second.starts_at,
        ends_at=second.ends_at,
    )
    day.sessions.extend([plenary, workshop])
    empty_session.flush()
    participant = make_participant(empty_session, day)
    assert free_slots(day, participant) == {one.id for one in (second, third, fourth, fifth)}
    participant.session_seats.append(MeetupSessionSeat(session_id=workshop.id))
    participant.absences.append(
        MeetupAbsence(starts_at=third.ends_at - MINUTE, ends_at=fourth.starts_at)
    )
    assert free_slots(day, participant) == {fourth.id, fifth.id}


@pytest.mark.parametrize(
    ("zone", "held_on"),
    [
        ("Europe/Paris", date(2027, 3, 28)),
        ("Europe/Paris", date(2027, 10, 31)),
        ("Indian/Reunion", date(2027, 3, 11)),
        ("America/Cayenne", date(2027, 3, 11)),
        ("Pacific/Noumea", date(2027, 10, 31)),
    ],
)
def test_a_morning_is_one_by_the_clocks_of_the_place(
    empty_session: Session, zone: str, held_on: date
) -> None:
    day = make_day(empty_session, time_zone=zone, held_on=held_on)
    slots = make_slots(empty_session, day, 8, first=time(12), minutes=25, pause=5)
    assert [is_morning(day, one) for one in slots] == [True, True, *[False] * 6]
    participant = make_participant(empty_session, day)
    set_absences(participant, away_stretches(slots, {0, 1}))
    assert len(participant.absences) == 1
    assert free_slots(day, participant) == {one.id for one in slots[2:]}


def test_a_night_with_two_hours_of_the_same_name_loses_no_slot(empty_session: Session) -> None:
    day = make_day(empty_session, held_on=date(2027, 10, 31))
    slots = make_slots(empty_session, day, 8, first=time(1, 30), minutes=25, pause=5)
    assert len({one.starts_at for one in slots}) == 8
    shown = [f"{one.starts_at.astimezone(day.zone):%H:%M}" for one in slots]
    assert shown.count("02:00") == 2
    participant = make_participant(empty_session, day)
    set_absences(participant, away_stretches(slots, {1}))
    assert free_slots(day, participant) == {one.id for one in slots} - {slots[1].id}


def test_saying_the_same_again_changes_nothing(empty_session: Session) -> None:
    day = make_day(empty_session)
    slots = make_slots(empty_session, day, 4)
    participant = make_participant(empty_session, day)
    noted = MeetupAbsence(
        starts_at=slots[3].starts_at, ends_at=slots[3].ends_at, told_at=slots[3].starts_at
    )
    participant.absences.append(noted)
    away = away_stretches(slots, {0, 1})
    assert set_absences(participant, away)
    empty_session.flush()
    assert not set_absences(participant, away)
    assert set_absences(participant, ())
    empty_session.flush()
    assert participant.absences == [noted]
