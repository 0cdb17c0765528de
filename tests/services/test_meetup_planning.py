"""Random days through the models, the planner and back: what is stored holds for everybody."""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session

from models import Base
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAbsence
from models.meetup_plan import MeetupPlan, PlannedMeeting, PlannedSeat
from models.meetup_wish import MeetupGroup, MeetupGroupSeat, MeetupPairRule
from services.meetup_plan_store import FaultyPlan, store_placements
from services.meetup_planning import Placement, placements_of
from services.meetup_reading import read_day
from services.meetup_why import unplaced_meetings
from tests.factories.meetup_plans import compute_here, make_full_day
from tests.factories.meetups import NOW, make_day, make_participant, make_slots, make_tables
from vocabulary.meetups import PairRule, PlanState


@pytest.fixture(scope="module")
def connection_session() -> Iterator[Session]:
    """Yield a session over an empty base in memory; each example rolls back what it did."""
    engine = create_engine("sqlite://")
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA foreign_keys=ON"))
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def add_rules(session: Session, day: MeetupDay, source: random.Random) -> None:
    """Impose and exclude a few pairs, and ask for a group, so that all of it can hold."""
    people = list(day.participants)
    pairs = [tuple(sorted(one.id for one in source.sample(people, 2))) for _ in range(3)]
    kinds = [PairRule.FORBIDDEN, PairRule.FORBIDDEN, PairRule.REQUIRED]
    for (first, second), rule in dict(zip(pairs, kinds, strict=True)).items():
        session.add(
            MeetupPairRule(
                day_id=day.id, first_id=first, second_id=second, rule=rule, created_at=NOW
            )
        )
    session.flush()


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    seed=st.integers(0, 10_000),
    people=st.integers(4, 16),
    slots=st.integers(3, 7),
    tables=st.integers(1, 6),
)
def test_what_is_stored_has_nobody_in_two_places(
    connection_session: Session, seed: int, people: int, slots: int, tables: int
) -> None:
    session = connection_session
    session.rollback()
    source = random.Random(seed)  # noqa: S311 - figures
    day = make_full_day(session, people=people, slots=slots, tables=tables, wishes=4, seed=seed)
    add_rules(session, day, source)
    plan = compute_here(session, day, seed=seed)
    seats = session.execute(
        select(PlannedSeat.slot_id, PlannedSeat.participant_id).where(
            PlannedSeat.plan_id == plan.id
        )
    ).all()
    spots = session.execute(
        select(PlannedMeeting.slot_id, PlannedMeeting.table_id).where(
            PlannedMeeting.plan_id == plan.id
        )
    ).all()
    assert max(Counter(seats).values(), default=1) == 1
    assert max(Counter(spots).values(), default=1) == 1
    counts = Counter(number for _slot, number in seats)
    assert max(counts.values(), default=0) <= day.most_meetings
    held = placements_of(session, plan.id)
    assert (plan.state, plan.placed) == (PlanState.READY, len(held))
    assert {one.key for one in unplaced_meetings(plan)}.isdisjoint(one.key for one in held)
    assert (plan.score or 0) <= (plan.score_bound or 0)


def small_day(session: Session) -> MeetupDay:
    """Return a day of three slots and two tables, with four participants."""
    day = make_day(session)
    make_slots(session, day, 3)
    make_tables(session, day, 2)
    for number in range(4):
        make_participant(session, day, f"Participant {number}")
    return day


@pytest.fixture
def own(connection_session: Session) -> Iterator[Session]:
    """Yield the session, and roll back what the test did."""
    yield connection_session
    connection_session.rollback()


def placed(day: MeetupDay, first: int, second: int, slot: int, table: int) -> Placement:
    """Return a placement by positions in the day."""
    pair = sorted((day.participants[first].id, day.participants[second].id))
    return Placement(
        f"p{pair[0]}-{pair[1]}",
        tuple(pair),
        day.slots[slot].id,
        day.rooms[0].tables[table].id,
    )


def new_plan(session: Session, day: MeetupDay) -> MeetupPlan:
    plan = MeetupPlan(day_id=day.id, number=1, state=PlanState.READY, created_at=NOW)
    session.add(plan)
    session.flush()
    return plan


def test_somebody_in_two_places_is_refused(own: Session) -> None:
    day = small_day(own)
    plan = new_plan(own, day)
    with pytest.raises(FaultyPlan):
        store_placements(own, plan, [placed(day, 0, 1, 0, 0), placed(day, 0, 2, 0, 1)])
    assert placements_of(own, plan.id) == []


def test_a_table_used_twice_is_refused(own: Session) -> None:
    day = small_day(own)
    with pytest.raises(FaultyPlan):
        store_placements(
            own, new_plan(own, day), [placed(day, 0, 1, 0, 0), placed(day, 2, 3, 0, 0)]
        )


def test_somebody_away_is_refused(own: Session) -> None:
    day = small_day(own)
    slot = day.slots[1]
    day.participants[0].absences.append(
        MeetupAbsence(starts_at=slot.starts_at, ends_at=slot.ends_at)
    )
    own.flush()
    with pytest.raises(FaultyPlan):
        store_placements(own, new_plan(own, day), [placed(day, 0, 1, 1, 0)])


def test_stored_placements_are_read_back(own: Session) -> None:
    day = small_day(own)
    plan = new_plan(own, day)
    wanted = [placed(day, 0, 1, 0, 0), placed(day, 2, 3, 0, 1), placed(day, 0, 2, 2, 0)]
    store_placements(own, plan, wanted)
    assert placements_of(own, plan.id) == wanted


def test_locked_meetings_stay_where_they_are(own: Session) -> None:
    day = make_full_day(own, people=12, slots=6, tables=5)
    first = compute_here(own, day, seed=1)
    kept = []
    for planned in first.placements[:5]:
        planned.is_locked = True
        kept.append((planned.meeting.key, planned.slot_id, planned.table_id))
    own.flush()
    second = compute_here(own, day, seed=2, keeps_locks_of=first)
    found = {(one.key, one.slot_id, one.table_id) for one in placements_of(own, second.id)}
    assert set(kept) <= found
    assert sum(one.is_locked for one in placements_of(own, second.id)) == len(kept)


def test_a_group_meets_at_a_table_that_holds_it(own: Session) -> None:
    day = small_day(own)
    make_tables(own, day, 1, room="Salon", seats=8)
    for number in range(4, 7):
        make_participant(own, day, f"Participant {number}")
    group = MeetupGroup(day_id=day.id, title="Atelier", created_at=NOW)
    group.seats = [MeetupGroupSeat(participant_id=one.id) for one in day.participants[:5]]
    own.add(group)
    own.flush()
    plan = compute_here(own, day)
    (held,) = placements_of(own, plan.id)
    assert (held.key, held.table_id) == (f"g{group.id}", day.rooms[1].tables[0].id)


def test_who_gave_up_keeps_only_what_was_over(own: Session) -> None:
    day = small_day(own)
    day.participants[0].absent_at = day.slots[0].ends_at + timedelta(minutes=1)
    own.flush()
    assert read_day(own, day).wished.available[0] == 0b001


def test_a_plan_close_to_another_says_how_many_meetings_keep_their_hour(own: Session) -> None:
    day = make_full_day(own, people=14, slots=6, tables=5)
    first = compute_here(own, day, seed=1)
    before = {one.key: one.slot_id for one in placements_of(own, first.id)}
    day.participants[2].absent_at = day.slots[0].starts_at
    own.flush()
    second = compute_here(own, day, seed=2, stays_close_to=first)
    after = {one.key: one.slot_id for one in placements_of(own, second.id)}
    kept = [after[key] == before[key] for key in before.keys() & after.keys()]
    assert second.guarantees["stayed"] == sum(kept)
    assert second.guarantees["moved"] == len(kept) - sum(kept)
    assert second.guarantees["dropped"] == len(before) - len(kept)
    assert sum(kept) > 2 * (len(kept) - sum(kept))


def test_who_asks_for_a_loop_sits_at_the_table_that_has_one(own: Session) -> None:
    day = make_full_day(own, people=10, slots=5, tables=4)
    asking = day.participants[4]
    asking.needs_hearing_loop = True
    table = day.rooms[0].tables[3]
    table.has_hearing_loop = True
    own.flush()
    plan = compute_here(own, day)
    seats = {one.table_id for one in placements_of(own, plan.id) if asking.id in one.participants}
    assert (seats, plan.guarantees["without_loop"]) == ({table.id}, {})


def test_a_day_without_a_loop_holds_the_meetings_and_says_whose_lack_one(own: Session) -> None:
    day = make_full_day(own, people=10, slots=5, tables=4)
    asking = day.participants[4]
    asking.needs_hearing_loop = True
    own.flush()
    plan = compute_here(own, day)
    count = sum(asking.id in one.participants for one in placements_of(own, plan.id))
    assert plan.guarantees["without_loop"] == {str(asking.id): count}
    assert count > 0


def test_a_locked_meeting_keeps_a_table_with_a_loop_that_others_ask_for(own: Session) -> None:
    day = make_full_day(own, people=10, slots=5, tables=4)
    first = compute_here(own, day)
    planned = first.placements[0]
    planned.is_locked = True
    planned.table.has_hearing_loop = True
    for one in day.participants:
        one.needs_hearing_loop = True
    own.flush()
    second = compute_here(own, day, keeps_locks_of=first)
    found = {(one.key, one.slot_id, one.table_id) for one in placements_of(own, second.id)}
    assert (planned.meeting.key, planned.slot_id, planned.table_id) in found
