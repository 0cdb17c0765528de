"""What the addresses of plans name, for the access matrix: a plan under its day, nothing in it."""

from typing import Any

from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_plan import MeetupPlan
from tests.factories.meetups import NOW, make_participant
from vocabulary.meetups import PlanState

_OF_THE_DAY = ("index", "launch", "diff", "unpublish")
_OF_A_PLAN = ("show", "progress", "rename", "delete", "publish")


def plan_examples(session: Session, day: MeetupDay) -> dict[str, dict[str, Any]]:
    """Return the values of the addresses about plans."""
    pair = [make_participant(session, day, f"Participant à placer {n}") for n in (1, 2)]
    plan = MeetupPlan(day_id=day.id, number=7, state=PlanState.READY, created_at=NOW)
    session.add(plan)
    session.flush()
    of_day = {"slug": day.slug}
    of_plan = {**of_day, "number": plan.number}
    return {
        **{f"meetup_plans.{name}": of_day for name in _OF_THE_DAY},
        **{f"meetup_plans.{name}": of_plan for name in _OF_A_PLAN},
        "meetup_plans.act": {**of_plan, "action": "dupliquer"},
        **{f"meetup_grid.{name}": of_plan for name in ("show", "move", "remove")},
        "meetup_grid.cells": {**of_plan, "rencontre": f"p{pair[0].id}-{pair[1].id}"},
        "meetup_grid.choose": {**of_plan, "key": f"p{pair[0].id}-{pair[1].id}"},
        "meetup_grid.lock": {**of_plan, "action": "verrouiller"},
        "meetup_grid.history": {**of_plan, "action": "annuler"},
        "meetup_why.index": of_plan,
        "meetup_why.impose": of_plan,
    }
