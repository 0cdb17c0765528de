"""The worker's part in planning: a process for each plan that was asked for."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from jobs.context import WorkerContext
from models.meetup_plan import MeetupPlan
from models.outbox import OutboxMessage
from services.meetup_plans import PLAN_COMPUTE
from services.outbox import post_message
from vocabulary.meetups import PlanState

_NEXT_TRY: Final = timedelta(seconds=1)


def start_plans(context: WorkerContext, messages: Sequence[OutboxMessage]) -> None:
    """Begin the plans asked for, each in its own process; those that must wait come again."""
    for message in messages:
        plan_id = int(message.payload["plan_id"])
        plan = context.session.get(MeetupPlan, plan_id)
        if plan is None or plan.state is not PlanState.QUEUED:
            continue
        if context.plans.is_full:
            due_at = context.now + _NEXT_TRY
            post_message(
                context.session, PLAN_COMPUTE, message.payload, now=context.now, due_at=due_at
            )
        else:
            url = context.settings.engine_url()
            context.plans.start(url, plan_id, seconds=plan.seconds_allowed)
