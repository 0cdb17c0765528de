"""Side effects as rows of the outbox: written with their cause, claimed by one worker each."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
FIRST_RETRY = timedelta(seconds=10)


def post_message(
    session: Session,
    topic: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> OutboxMessage:
    """Add work for the worker to the running transaction; identifiers only in ``payload``."""
    message = OutboxMessage(
        topic=topic, payload=dict(payload), created_at=now, due_at=due_at or now
    )
    session.add(message)
    return message


def claim_messages(
    session: Session,
    *,
    worker: str,
    now: datetime,
    limit: int = 50,
    topics: frozenset[str] | None = None,
) -> list[OutboxMessage]:
    """Claim up to ``limit`` due messages for ``worker``; two workers never get the same one.

    A claim older than ``LEASE`` belongs to a worker that died and is taken over.
    """
    free = or_(OutboxMessage.claimed_at.is_(None), OutboxMessage.claimed_at < now - LEASE)
    wanted = OutboxMessage.waiting(now).where(free).limit(limit)
    if topics is not None:
        wanted = wanted.where(OutboxMessage.topic.in_(topics))
    wanted = wanted.with_for_update(skip_locked=True)  # PostgreSQL; SQLite holds its one lock
    claimed: list[OutboxMessage] = []
    for message in session.scalars(wanted).all():
        taken = session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id == message.id, free, OutboxMessage.done_at.is_(None))
            .values(claimed_at=now, claimed_by=worker, attempts=OutboxMessage.attempts + 1)
            .execution_options(synchronize_session=False)
        )
        if taken.rowcount:  # type: ignore[attr-defined]
            session.refresh(message)
            claimed.append(message)
    return claimed


def complete_message(message: OutboxMessage, *, now: datetime) -> None:
    """Record that the handler did its work."""
    message.done_at = now
    message.last_error = ""


def retry_message(message: OutboxMessage, error: str, *, now: datetime) -> None:
    """Put the message back with a growing delay, or give it up after ``MAX_ATTEMPTS``."""
    message.last_error = error[:500]
    message.claimed_at = None
    if message.attempts >= MAX_ATTEMPTS:
        message.failed_at = now
        return
    message.due_at = now + FIRST_RETRY * 2 ** (message.attempts - 1)


def postpone_message(message: OutboxMessage, *, until: datetime) -> None:
    """Put the message back untouched until ``until``: the wait is not its fault."""
    message.claimed_at = None
    message.attempts = max(0, message.attempts - 1)
    message.due_at = until


def count_waiting(session: Session, *, now: datetime) -> int:
    """Return how many messages are due and not done."""
    waiting = OutboxMessage.waiting(now).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(waiting)) or 0
