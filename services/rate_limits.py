"""Counts what must stay rare over several processes: one row per key, raised atomically."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import case, delete, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.counter import RateCounter

# No window of the application is longer: an older row says nothing any more.
LONGEST_WINDOW: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most ``count`` times in a ``window`` that starts with the first."""

    count: int
    window: timedelta


def count_attempt(session: Session, key: str, limit: Limit, *, now: datetime) -> timedelta | None:
    """Count one attempt under ``key``; return how long to wait when it is one too many.

    The row is raised by one statement, so that processes that count together see each other.
    """
    count, started_at = _raise_counter(session, key, limit, now)
    if count == 1:
        session.execute(
            delete(RateCounter).where(RateCounter.window_started_at < now - LONGEST_WINDOW)
        )
    if count <= limit.count:
        return None
    return max(started_at + limit.window - now, timedelta(seconds=1))


def _raise_counter(session: Session, key: str, limit: Limit, now: datetime) -> tuple[int, datetime]:
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    insert = (postgresql if is_postgresql else sqlite).insert
    is_over = RateCounter.window_started_at <= now - limit.window
    instant = literal(now, RateCounter.window_started_at.type)
    statement = (
        insert(RateCounter)
        .values(key=key, window_started_at=now, count=1)
        .on_conflict_do_update(
            index_elements=[RateCounter.key],
            set_={
                "count": case((is_over, 1), else_=RateCounter.count + 1),
                "window_started_at": case((is_over, instant), else_=RateCounter.window_started_at),
            },
        )
        .returning(RateCounter.count, RateCounter.window_started_at)
    )
    count, started_at = session.execute(statement).one()
    return count, started_at


def forget_attempts(session: Session, key: str) -> None:
    """Start afresh under ``key``: the person proved who they are."""
    session.execute(delete(RateCounter).where(RateCounter.key == key))


def take_step(session: Session, key: str, step: int, *, now: datetime) -> bool:
    """Record that ``step`` was reached under ``key``; refuse a step that is not a new one."""
    row = session.get(RateCounter, key)
    if row is None:
        session.add(RateCounter(key=key, window_started_at=now, count=step))
        return True
    if step <= row.count:
        return False
    row.count = step
    row.window_started_at = now
    return True
