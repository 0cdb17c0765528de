"""Two organisers move meetings into one place at once: one is told, nothing is doubled (C3)."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from extensions.database import prepare_engine
from jobs.schema import migrate
from models import Base
from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from services.meetup_move_checks import Spot
from services.meetup_moves import Seen, place_meeting, redo, take_out, undo
from services.meetup_plan_store import store_placements
from services.meetup_planning import Placement, placements_of
from tests.at_once import at_once
from tests.databases import postgres_database
from tests.factories.meetups import NOW, make_day, make_participant, make_slots, make_tables
from vocabulary.meetups import PlanOrigin, PlanState


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    if request.param == "sqlite":
        made = create_engine(f"sqlite:///{tmp_path_factory.mktemp('moves')}/moves.sqlite")
        prepare_engine(made)
        Base.metadata.create_all(made)
        yield made
        made.dispose()
        return
    with postgres_database() as url:
        made = create_engine(url)
        migrate(made)
        yield made
        made.dispose()


def an_edited_plan(session: Session) -> tuple[int, list[str], Spot]:
    """Add a plan of two meetings of different people; return it, their keys, and a free place."""
    day = make_day(session)
    slots, tables = make_slots(session, day, 3), make_tables(session, day, 2)
    people = [make_participant(session, day, f"Participant {n}") for n in range(4)]
    plan = MeetupPlan(
        day_id=day.id, number=1, state=PlanState.READY, origin=PlanOrigin.EDITED, created_at=NOW
    )
    session.add(plan)
    session.flush()
    pairs = [(people[0].id, people[1].id), (people[2].id, people[3].id)]
    keys = [f"p{first}-{second}" for first, second in pairs]
    store_placements(
        session,
        plan,
        [
            Placement(key, pair, slots[0].id, table.id)
            for key, pair, table in zip(keys, pairs, tables, strict=True)
        ],
    )
    session.commit()
    return plan.id, keys, Spot(slots[2].id, tables[0].id)


def spot_of(session: Session, plan_id: int, key: str) -> Spot | None:
    found = {one.key: Spot(one.slot_id, one.table_id) for one in placements_of(session, plan_id)}
    return found.get(key)


def test_of_two_moves_into_one_place_one_wins(engine: Engine) -> None:
    with Session(engine) as session:
        plan_id, keys, spot = an_edited_plan(session)
        origins = {key: spot_of(session, plan_id, key) for key in keys}

    def mover(key: str) -> Callable[[Session], object]:
        def run(session: Session) -> None:
            plan = session.get_one(MeetupPlan, plan_id)
            place_meeting(session, plan, key, spot, seen=Seen(origins[key], None))

        return run

    assert sorted(at_once(engine, [mover(key) for key in keys])) == [False, True]
    with Session(engine) as session:
        places = [spot_of(session, plan_id, key) for key in keys]
        assert places.count(spot) == 1
        assert len(set(places)) == len(keys)


def test_a_swap_is_undone_and_made_again(engine: Engine) -> None:
    with Session(engine) as session:
        plan_id, keys, spot = an_edited_plan(session)
        plan = session.get_one(MeetupPlan, plan_id)
        first = spot_of(session, plan_id, keys[0])
        second = spot_of(session, plan_id, keys[1])
        assert first is not None
        assert second is not None
        place_meeting(session, plan, keys[0], spot, seen=Seen(first, None))
        place_meeting(session, plan, keys[1], spot, seen=Seen(second, keys[0]))
        where = [spot_of(session, plan_id, key) for key in keys]
        assert where == [second, spot]
        undo(session, plan)
        assert [spot_of(session, plan_id, key) for key in keys] == [spot, second]
        undo(session, plan)
        assert [spot_of(session, plan_id, key) for key in keys] == [first, second]
        redo(session, plan)
        redo(session, plan)
        assert [spot_of(session, plan_id, key) for key in keys] == where
        take_out(session, plan, keys[0], seen=Seen(second, None))
        assert spot_of(session, plan_id, keys[0]) is None
        assert session.get_one(MeetupDay, plan.day_id).published_plan_id is None
