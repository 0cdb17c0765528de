"""Repairs of the published planning: what is proposed, applied, refused and taken back."""

import pytest
from sqlalchemy.orm import Session

from models.account import User
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupGroup, MeetupGroupSeat
from services.errors import Conflict, RuleViolation
from services.meetup_absences import forget_told, note_absent, note_late
from services.meetup_plan_diff import Difference
from services.meetup_plan_store import check_placements
from services.meetup_planning import placements_of
from services.meetup_reading import read_day
from services.meetup_registration import Body
from services.meetup_repair_proposals import Proposal, propose, read_situation
from services.meetup_repairs import (
    Change,
    RepairOrder,
    apply_repair,
    order_of,
    past_repairs,
    undo_repair,
)
from services.meetup_walk_ins import WalkIn, welcome_walk_in, wish_at_the_door
from tests.factories.accounts import make_user
from tests.factories.meetup_held import HeldDay, at, make_held_day, publish_greedily
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import PlanOrigin

NOW = at(9, 10)


@pytest.fixture
def held(empty_session: Session) -> HeldDay:
    """Return a day that runs: more is wished than fits, so that a reserve stands by."""
    return make_held_day(empty_session, people=15, slots=6, tables=5, wishes=8)


@pytest.fixture
def host(empty_session: Session) -> User:
    """Return somebody of the staff."""
    return make_user(empty_session, role=UserRole.STAFF)


def lose(session: Session, held: HeldDay, count: int = 3) -> None:
    note_absent(session, held.actors[:count], since=NOW, now=NOW)


def proposals(session: Session, held: HeldDay) -> tuple[Proposal, ...]:
    situation = read_situation(session, held.day, now=NOW)
    assert situation is not None
    return propose(situation)


def published(session: Session, held: HeldDay) -> MeetupPlan:
    return session.get_one(MeetupPlan, held.day.published_plan_id)


def test_without_a_published_planning_there_is_nothing_to_repair(
    empty_session: Session, held: HeldDay
) -> None:
    held.day.published_plan_id = None
    assert read_situation(empty_session, held.day, now=NOW) is None


def test_while_everybody_is_there_nothing_is_lost(empty_session: Session, held: HeldDay) -> None:
    situation = read_situation(empty_session, held.day, now=NOW)
    assert situation is not None
    assert (situation.impossible, situation.lonely) == ((), ())


def test_absences_cost_what_doing_nothing_says(empty_session: Session, held: HeldDay) -> None:
    lose(empty_session, held)
    situation = read_situation(empty_session, held.day, now=NOW)
    assert situation is not None
    absent = {one.id for one in held.actors[:3]}
    lost = {one.key for one in situation.impossible}
    # The slot that began at 9.00 has begun for them too: they are not at its tables.
    assert lost == {
        one.key
        for one in placements_of(empty_session, held.plan.id)
        if absent & set(one.participants)
    }
    assert absent.isdisjoint(situation.lonely)


def test_the_first_proposal_moves_nobody_and_every_one_passes_the_validator(
    empty_session: Session, held: HeldDay
) -> None:
    lose(empty_session, held)
    found = proposals(empty_session, held)
    assert found[0].moved == 0
    assert found[0].added > 0
    for proposal in found:
        read = read_day(empty_session, held.day, held=proposal.placements)
        check_placements(read, proposal.placements)  # raises when it finds a fault


def test_what_has_begun_is_history(empty_session: Session, held: HeldDay) -> None:
    lose(empty_session, held)
    frozen = held.day.slots[0].id
    for proposal in proposals(empty_session, held):
        for change in proposal.difference.meetings:
            if change.difference is not Difference.DROPPED:
                assert change.after is not None
                assert change.after.slot_id != frozen


def test_the_last_choice_only_takes_off_what_cannot_be_held(
    empty_session: Session, held: HeldDay
) -> None:
    lose(empty_session, held)
    last = proposals(empty_session, held)[-1]
    assert (last.added, last.moved, last.dropped > 0) == (0, 0, True)


def test_a_missed_meeting_of_a_latecomer_may_have_another_hour(
    empty_session: Session, held: HeldDay
) -> None:
    note_late(empty_session, held.actors[0], until=at(9, 50), now=NOW)
    situation = read_situation(empty_session, held.day, now=NOW)
    assert situation is not None
    missed = {one.slot_id for one in situation.impossible}
    assert missed <= {slot.id for slot in held.day.slots[:2]}


def test_an_applied_repair_is_the_published_planning(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held)
    chosen = proposals(empty_session, held)[0]
    plan = apply_repair(empty_session, held.day, order_of(chosen), person=host, now=NOW)
    assert (held.day.published_plan_id, plan.origin, plan.based_on_id) == (
        plan.id,
        PlanOrigin.REPAIR,
        held.plan.id,
    )
    stored = {one.key: (one.slot_id, one.table_id) for one in placements_of(empty_session, plan.id)}
    assert stored == {one.key: (one.slot_id, one.table_id) for one in chosen.placements}


def test_of_two_repairs_at_once_the_second_is_refused(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held)
    orders = [order_of(one) for one in proposals(empty_session, held)]
    apply_repair(empty_session, held.day, orders[0], person=host, now=NOW)
    with pytest.raises(Conflict):
        apply_repair(empty_session, held.day, orders[-1], person=host, now=NOW)


def test_a_slot_that_began_meanwhile_is_not_rewritten(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held)
    order = order_of(proposals(empty_session, held)[0])
    with pytest.raises(Conflict):
        apply_repair(empty_session, held.day, order, person=host, now=at(11, 5))
    assert held.day.published_plan_id == held.plan.id


def test_somebody_who_leaves_meanwhile_voids_what_was_shown(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held)
    chosen = proposals(empty_session, held)[0]
    added = next(
        one.after for one in chosen.difference.meetings if one.difference is Difference.ADDED
    )
    assert added is not None
    gone = [one for one in held.everybody if one.id == added.participants[0]]
    note_absent(empty_session, gone, since=NOW, now=NOW)
    with pytest.raises(Conflict):
        apply_repair(empty_session, held.day, order_of(chosen), person=host, now=NOW)


@pytest.mark.parametrize(
    "change", [Change("p0-0", 1, 1), Change("g999", 1, 1), Change("", 10**6, 1)]
)
def test_changes_that_name_nothing_of_the_day_are_refused(
    empty_session: Session, held: HeldDay, host: User, change: Change
) -> None:
    lose(empty_session, held)
    order = RepairOrder(held.plan.id, (change,))
    with pytest.raises(Conflict):
        apply_repair(empty_session, held.day, order, person=host, now=NOW)


def test_undoing_publishes_the_planning_before_once_the_absent_are_back(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held)
    order = order_of(proposals(empty_session, held)[0])
    plan = apply_repair(empty_session, held.day, order, person=host, now=NOW)
    for one in held.actors[:3]:
        forget_told(empty_session, one, now=NOW)
        for absence in list(one.absences):
            empty_session.delete(absence)  # noted by mistake: they were there
    empty_session.flush()
    empty_session.expire_all()
    undo_repair(empty_session, held.day, plan, person=host, now=NOW)
    assert published(empty_session, held).id == held.plan.id
    assert "undone_at" in past_repairs(empty_session, held.day)[0].notes


def test_undoing_leaves_out_those_who_are_still_absent(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held)
    order = order_of(proposals(empty_session, held)[0])
    plan = apply_repair(empty_session, held.day, order, person=host, now=NOW)
    back = undo_repair(empty_session, held.day, plan, person=host, now=NOW)
    absent = {one.id for one in held.actors[:3]}
    kept = placements_of(empty_session, back.id)
    assert back.id == held.day.published_plan_id
    assert all(absent.isdisjoint(one.participants) for one in kept)
    assert {one.key for one in kept} <= {
        one.key for one in placements_of(empty_session, held.plan.id)
    }


def test_what_was_held_according_to_a_repair_is_not_undone(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held)
    order = order_of(proposals(empty_session, held)[0])
    plan = apply_repair(empty_session, held.day, order, person=host, now=NOW)
    with pytest.raises(RuleViolation, match="a commencé"):
        undo_repair(empty_session, held.day, plan, person=host, now=at(11, 5))


def test_only_the_published_repair_is_undone(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    lose(empty_session, held, 1)
    first = apply_repair(
        empty_session,
        held.day,
        order_of(proposals(empty_session, held)[0]),
        person=host,
        now=NOW,
    )
    note_absent(empty_session, held.actors[3:5], since=NOW, now=NOW)
    order = order_of(proposals(empty_session, held)[0])
    apply_repair(empty_session, held.day, order, person=host, now=NOW)
    with pytest.raises(Conflict):
        undo_repair(empty_session, held.day, first, person=host, now=NOW)


def test_a_walk_in_gets_meetings_for_its_wishes(
    empty_session: Session, held: HeldDay, host: User
) -> None:
    walk_in = WalkIn(Body("Passante", Side.ACTOR), ("Léa Essai",))
    body = welcome_walk_in(empty_session, held.day, walk_in, person=host, now=NOW)
    note_absent(empty_session, held.actors[:4], since=NOW, now=NOW)
    towns = [one.id for one in held.territories[:3]]
    wish_at_the_door(empty_session, body, towns, person=host, now=NOW)
    best = max(proposals(empty_session, held), key=lambda one: one.added)
    assert any(body.id in one.participants for one in best.placements)


def test_a_working_group_meets_without_its_absent_member(
    empty_session: Session, held: HeldDay
) -> None:
    members = [*held.territories[:2], *held.actors[:2]]
    group = MeetupGroup(day_id=held.day.id, title="Groupe", created_at=NOW)
    group.seats = [MeetupGroupSeat(participant_id=one.id) for one in members]
    group.slot_id = held.day.slots[-1].id
    empty_session.add(group)
    empty_session.delete(held.plan)
    held.day.published_plan_id = None
    empty_session.flush()
    publish_greedily(empty_session, held.day, now=at(7))
    key = f"g{group.id}"
    note_absent(empty_session, held.actors[:1], since=NOW, now=NOW)
    situation = read_situation(empty_session, held.day, now=NOW)
    assert situation is not None
    kept = next((one for one in situation.kept if one.key == key), None)
    if kept is not None:
        assert held.actors[0].id not in kept.participants
    assert key not in {one.key for one in situation.impossible}
