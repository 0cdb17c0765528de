"""Plans computed by a real worker in a process of their own: stored whole, or not at all."""

from flask import Flask
from sqlalchemy.orm import Session

from services.meetup_planning import placements_of
from tests.factories.meetup_plans import compute_plan, make_full_day
from vocabulary.meetups import PlanState


def test_a_plan_is_computed_and_stored(app: Flask, session: Session) -> None:
    day = make_full_day(session)
    plan = compute_plan(app, session, day)
    held = placements_of(session, plan.id)
    assert (plan.state, plan.failure, plan.placed) == (PlanState.READY, "", len(held))
    assert held
