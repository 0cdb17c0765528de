"""The days of the product: one message of the outbox a day, which opens it and posts the next.

A worker that was stopped for days finds one message waiting, opens the present day once, and
posts the next: what was missed is not repeated. Each task of the day is a message of its own, so
that one that fails is tried again alone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from services.outbox import post_message
from services.rate_limits import LONGEST_WINDOW, Limit, count_attempt
from vocabulary.periods import next_opening, paris_day

OPEN_DAY: Final = "calendar.day"
DAILY_TASK: Final = "calendar.task"
_ONCE: Final = Limit(1, LONGEST_WINDOW)


def start_calendar(session: Session, *, now: datetime) -> None:
    """Post the opening of the next day unless one waits already; each worker does so at start."""
    waiting = select(OutboxMessage.id).where(
        OutboxMessage.topic == OPEN_DAY,
        OutboxMessage.done_at.is_(None),
        OutboxMessage.failed_at.is_(None),
    )
    if session.scalar(waiting.limit(1)) is None:
        _post_opening(session, now)


def open_day(session: Session, tasks: Iterable[str], *, now: datetime) -> bool:
    """Post the tasks of the present day and the next opening; return whether the day was new.

    Two workers that started together may have posted two openings: the second finds the day
    open, and posts nothing.
    """
    day = paris_day(now)
    if count_attempt(session, f"calendar:{day.isoformat()}", _ONCE, now=now) is not None:
        return False
    for task in tasks:
        post_message(session, DAILY_TASK, {"task": task, "day": day.isoformat()}, now=now)
    _post_opening(session, now)
    return True


def _post_opening(session: Session, now: datetime) -> None:
    opening = next_opening(now)
    post_message(
        session, OPEN_DAY, {"day": paris_day(opening).isoformat()}, now=now, due_at=opening
    )
