"""What the worker does at the end of a meetup day, and every morning for those to come."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from jobs.context import WorkerContext
from services.meetup_evenings import follow_evening, plan_evenings


def plan_evenings_of_today(context: WorkerContext) -> None:
    """Put the end of the days held around today into the calendar."""
    plan_evenings(context.session, now=context.now)


def end_day(session: Session, payload: Mapping[str, Any], /, *, now: datetime) -> None:
    """Write down what is asked about the meetings of a day that is over."""
    follow_evening(session, payload["day_id"], now=now)
