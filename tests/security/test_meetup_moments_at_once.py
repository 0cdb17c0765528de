"""Two of the staff, or both sides of a wish, at one moment: one wins, the other is told (C2, C3).

On PostgreSQL the transactions truly overlap; on SQLite the second one waits.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupWish
from services.meetup_absences import note_absent
from services.meetup_calendar import record_publication
from services.meetup_leaving import cancel
from services.meetup_move_checks import Spot
from services.meetup_moves import Seen, copy_to_edit, place_meeting
from services.meetup_plan_store import PublishedPlan, faults_in, store_placements
from services.meetup_planning import Placement, placements_of
from services.meetup_plans import publish_plan
from services.meetup_reading import read_day
from services.meetup_registration import Body
from services.meetup_repair_proposals import Proposal, propose, read_situation
from services.meetup_repairs import RepairOrder, apply_repair, order_of, undo_repair
from services.meetup_walk_ins import WalkIn, welcome_walk_in
from services.meetup_wishes import Maker, WishTerms, accept_wish
from services.meetup_wishes import make_wish as wish_for
from tests.at_once import Work, at_once
from tests.databases import BOTH, site_over
from tests.factories.accounts import make_user
from tests.factories.meetup_held import HeldDay, at, make_held_day
from tests.factories.meetups import (
    NOW,
    make_day,
    make_participant,
    make_slots,
    make_tables,
    make_wish,
)
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import (
    ParticipantState,
    PlanOrigin,
    PlanState,
    WishPriority,
    WishState,
)

MORNING: Final = at(9, 10)
# What the pages of a day have read when a form is sent.
race = partial(at_once, read=(MeetupDay, MeetupPlan, MeetupParticipant, MeetupWish))


@pytest.fixture(scope="module", params=BOTH)
def site(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with site_over(request.param, tmp_path_factory.mktemp("moments")) as app:
        yield app


# --- Repairs of the day --------------------------------------------------------------------


def a_day_to_repair(app: Flask, title: str) -> tuple[int, list[RepairOrder], int]:
    """Store a day that three miss; return it, two repairs that are offered, and an organiser."""
    with app.app_context():
        session = db_session()
        held = make_held_day(session, people=15, slots=6, tables=5, wishes=8, title=title)
        note_absent(session, held.actors[:3], since=MORNING, now=MORNING)
        orders = [order_of(one) for one in offered(session, held.day)]
        person = make_user(session, role=UserRole.STAFF)
        session.commit()
        return held.day.id, [orders[0], orders[-1]], person.id


def offered(session: Session, day: MeetupDay) -> tuple[Proposal, ...]:
    situation = read_situation(session, day, now=MORNING)
    assert situation is not None
    return propose(situation)


def repairing(day_id: int, order: RepairOrder, person_id: int) -> Work:
    def work(session: Session) -> object:
        day, person = session.get_one(MeetupDay, day_id), session.get_one(User, person_id)
        return apply_repair(session, day, order, person=person, now=MORNING)

    return work


def undoing(day_id: int, plan_id: int, person_id: int) -> Work:
    def work(session: Session) -> object:
        day, person = session.get_one(MeetupDay, day_id), session.get_one(User, person_id)
        plan = session.get_one(MeetupPlan, plan_id)
        return undo_repair(session, day, plan, person=person, now=MORNING)

    return work


def published_plan(app: Flask, day_id: int) -> tuple[int, list[str]]:
    """Return the plan that everybody sees, and what the validator finds in it."""
    with app.app_context():
        session = db_session()
        day = session.get_one(MeetupDay, day_id)
        assert day.published_plan_id is not None
        held = placements_of(session, day.published_plan_id)
        return day.published_plan_id, list(faults_in(read_day(session, day, held=held), held))


def plan_count(app: Flask, day_id: int) -> int:
    with app.app_context():
        found = select(func.count()).where(MeetupPlan.day_id == day_id)
        return db_session().scalar(found) or 0


def test_of_two_repairs_applied_at_once_one_is(site: Flask) -> None:
    day_id, orders, person = a_day_to_repair(site, "Deux réparations")
    done = race(site, [repairing(day_id, order, person) for order in orders])
    assert sorted(done) == [False, True]
    assert (plan_count(site, day_id), published_plan(site, day_id)[1]) == (2, [])


def test_of_one_repair_applied_by_two_one_is(site: Flask) -> None:
    day_id, orders, person = a_day_to_repair(site, "La même réparation")
    done = race(site, [repairing(day_id, orders[0], person)] * 2)
    assert sorted(done) == [False, True]
    assert plan_count(site, day_id) == 2


def test_a_repair_taken_back_twice_at_once_is_taken_back_once(site: Flask) -> None:
    day_id, orders, person = a_day_to_repair(site, "Deux annulations")
    race(site, [repairing(day_id, orders[0], person)])
    repair, _faults = published_plan(site, day_id)
    done = race(site, [undoing(day_id, repair, person)] * 2)
    assert done.count(True) <= 1
    assert published_plan(site, day_id)[1] == []


def test_of_a_repair_and_the_undoing_of_the_one_before_one_wins(site: Flask) -> None:
    day_id, orders, person = a_day_to_repair(site, "Réparer ou annuler")
    race(site, [repairing(day_id, orders[0], person)])
    repair, _faults = published_plan(site, day_id)
    with site.app_context():
        session = db_session()
        day = session.get_one(MeetupDay, day_id)
        fourth = next(one for one in day.participants if one.absent_at is None)
        note_absent(session, [fourth], since=MORNING, now=MORNING)
        session.commit()
        order = order_of(offered(session, day)[0])
    before = plan_count(site, day_id)
    done = at_once(site, [repairing(day_id, order, person), undoing(day_id, repair, person)])
    assert done.count(True) == 1
    assert published_plan(site, day_id)[1] == []
    assert plan_count(site, day_id) <= before + 1


def test_somebody_who_gives_up_while_a_repair_is_applied_meets_nobody(site: Flask) -> None:
    day_id, orders, person = a_day_to_repair(site, "Réparer sans partir")
    with site.app_context():
        day = db_session().get_one(MeetupDay, day_id)
        gone = next(one.id for one in day.participants if one.absent_at is None)

    def leave(session: Session) -> object:
        participant = session.get_one(MeetupParticipant, gone)
        return cancel(session, participant, note="", actor=None, now=MORNING)

    done = race(site, [repairing(day_id, orders[0], person), leave])
    assert done[1]
    with site.app_context():
        session = db_session()
        day = session.get_one(MeetupDay, day_id)
        situation = read_situation(session, day, now=MORNING)
        assert situation is not None
        # What the repair still held of somebody who left is told apart, or it was refused.
        assert [one for one in situation.kept if gone in one.participants] == []


# --- Moves by hand -------------------------------------------------------------------------


def a_plan_to_edit(app: Flask, title: str, **slot: int) -> tuple[int, list[str], list[Spot]]:
    """Store a plan of two meetings of four people in the first slot; return two free places."""
    with app.app_context():
        session = db_session()
        day = make_day(session, title)
        slots, tables = make_slots(session, day, 3), make_tables(session, day, 2)
        slots[2].table_limit = slot.get("limit")
        people = [
            make_participant(
                session, day, f"P{rank}", side=Side.TERRITORY if rank % 2 else Side.ACTOR
            )
            for rank in range(4)
        ]
        plan = MeetupPlan(
            day_id=day.id, number=1, state=PlanState.READY, origin=PlanOrigin.EDITED, created_at=NOW
        )
        session.add(plan)
        session.flush()
        pairs = [(people[0].id, people[1].id), (people[2].id, people[3].id)]
        for first, second in pairs:
            make_wish(
                session,
                session.get_one(MeetupParticipant, first),
                session.get_one(MeetupParticipant, second),
                state=WishState.ACCEPTED,
            )
        keys = [f"p{first}-{second}" for first, second in pairs]
        placed = zip(keys, pairs, tables, strict=True)
        held = [Placement(key, pair, slots[0].id, table.id) for key, pair, table in placed]
        store_placements(session, plan, held)
        session.commit()
        return plan.id, keys, [Spot(slots[2].id, table.id) for table in tables]


def moving(app: Flask, plan_id: int, key: str, spot: Spot) -> Work:
    with app.app_context():
        held = placements_of(db_session(), plan_id)
        origin = next(Spot(one.slot_id, one.table_id) for one in held if one.key == key)

    def work(session: Session) -> object:
        plan = session.get_one(MeetupPlan, plan_id)
        return place_meeting(session, plan, key, spot, seen=Seen(origin, None))

    return work


def test_two_moves_into_a_slot_of_one_table_never_fill_two(site: Flask) -> None:
    plan_id, keys, spots = a_plan_to_edit(site, "Un créneau étroit", limit=1)
    works = [moving(site, plan_id, key, spot) for key, spot in zip(keys, spots, strict=True)]
    assert sorted(race(site, works)) == [False, True]
    with site.app_context():
        held = placements_of(db_session(), plan_id)
    assert [one.slot_id for one in held].count(spots[0].slot_id) == 1


def test_a_plan_is_not_changed_while_it_is_published(site: Flask) -> None:
    plan_id, keys, spots = a_plan_to_edit(site, "Publier et déplacer")

    def publish(session: Session) -> object:
        plan = session.get_one(MeetupPlan, plan_id)
        return publish_plan(session, plan, person=None, now=NOW)

    done = race(site, [publish, moving(site, plan_id, keys[0], spots[0])])
    assert True in done
    with site.app_context():
        session = db_session()
        plan = session.get_one(MeetupPlan, plan_id)
        if plan.day.published_plan_id is not None:
            # What was told is what the plan holds.
            assert record_publication(session, plan.day, plan, now=NOW) == ()


def test_a_plan_just_published_takes_no_move(site: Flask) -> None:
    plan_id, keys, spots = a_plan_to_edit(site, "Publié avant le geste")
    with site.app_context():
        session = db_session()
        publish_plan(session, session.get_one(MeetupPlan, plan_id), person=None, now=NOW)
        session.commit()
    with site.app_context(), pytest.raises(PublishedPlan):
        moving(site, plan_id, keys[0], spots[0])(db_session())


def test_two_who_begin_to_change_a_published_plan_have_each_a_copy(site: Flask) -> None:
    plan_id, _keys, _spots = a_plan_to_edit(site, "Deux copies")

    def copy(session: Session) -> object:
        plan = session.get_one(MeetupPlan, plan_id)
        return copy_to_edit(session, plan.day, plan, person=None, now=NOW)

    done = race(site, [copy, copy])
    with site.app_context():
        plan = db_session().get_one(MeetupPlan, plan_id)
        numbers = select(MeetupPlan.number).where(MeetupPlan.day_id == plan.day_id)
        found = sorted(db_session().scalars(numbers))
    assert found == list(range(1, 2 + done.count(True)))
    assert True in done


# --- The door ------------------------------------------------------------------------------


def test_the_last_place_of_the_hall_is_given_to_one_who_comes_unannounced(site: Flask) -> None:
    with site.app_context():
        session = db_session()
        held: HeldDay = make_held_day(session, people=5, slots=3, title="Salle pleine")
        held.day.capacity = 1
        person = make_user(session, role=UserRole.STAFF).id
        session.commit()
        day_id = held.day.id

    def come(rank: int) -> Work:
        def work(session: Session) -> object:
            walk_in = WalkIn(Body(f"Passante {rank}", Side.ACTOR), (f"Ada {rank}",))
            day, host = session.get_one(MeetupDay, day_id), session.get_one(User, person)
            return welcome_walk_in(session, day, walk_in, person=host, now=MORNING)

        return work

    assert race(site, [come(rank) for rank in range(4)]).count(True) == 1
    with site.app_context():
        there = select(func.count()).where(
            MeetupParticipant.day_id == day_id, MeetupParticipant.arrived_at.is_not(None)
        )
        assert db_session().scalar(there) == 1


# --- Wishes --------------------------------------------------------------------------------


def a_wished_day(app: Flask, title: str, **cap: int) -> tuple[list[int], list[int]]:
    """Store a town that four wish to meet; return the participants and the wishes."""
    with app.app_context():
        session = db_session()
        day = make_day(session, title)
        make_slots(session, day, 4)
        town = make_participant(session, day, "Ville", side=Side.TERRITORY, **cap)
        actors = [make_participant(session, day, f"Atelier {rank}") for rank in range(4)]
        wishes = [make_wish(session, one, town).id for one in actors]
        session.commit()
        return [town.id, *(one.id for one in actors)], wishes


def accepting(number: int) -> Work:
    def work(session: Session) -> object:
        wish = session.get_one(MeetupWish, number)
        accept_wish(session, wish, seen=WishState.PROPOSED, now=NOW)
        return wish

    return work


def states(app: Flask, numbers: Sequence[int]) -> list[WishState]:
    with app.app_context():
        return [db_session().get_one(MeetupWish, number).state for number in numbers]


def test_of_four_accepted_at_once_no_more_than_the_cap_are(site: Flask) -> None:
    _people, wishes = a_wished_day(site, "Plafond", most_meetings=1)
    race(site, [accepting(number) for number in wishes])
    found = states(site, wishes)
    assert found.count(WishState.ACCEPTED) == 1
    assert found.count(WishState.RESERVE) == len(wishes) - 1


def test_two_who_accept_one_wish_at_once_agree_to_one_meeting(site: Flask) -> None:
    _people, wishes = a_wished_day(site, "Deux oui")
    assert race(site, [accepting(wishes[0])] * 2) == [True, True]
    assert states(site, wishes[:1]) == [WishState.ACCEPTED]


def test_two_who_wish_each_other_at_once_have_agreed(site: Flask) -> None:
    people, _wishes = a_wished_day(site, "L’un et l’autre")
    with site.app_context():
        session = db_session()
        day = session.get_one(MeetupParticipant, people[0]).day
        other = make_participant(session, day, "Autre atelier", state=ParticipantState.CONFIRMED)
        session.commit()
        pair = (people[0], other.id)

    def wish(one: int, other: int) -> Work:
        def work(session: Session) -> object:
            return wish_for(
                session,
                session.get_one(MeetupParticipant, one),
                session.get_one(MeetupParticipant, other),
                WishTerms(WishPriority.IMPORTANT),
                by=Maker(),
                now=NOW,
            )

        return work

    assert race(site, [wish(*pair), wish(*pair[::-1])]) == [True, True]
    with site.app_context():
        between = select(MeetupWish.state).where(
            MeetupWish.wisher_id.in_(pair), MeetupWish.wished_id.in_(pair)
        )
        assert set(db_session().scalars(between)) == {WishState.ACCEPTED}
