"""The only queue: side effects written in the transaction that causes them."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey, UtcDateTime


class OutboxMessage(Base):
    """Work for the worker, not before ``due_at``; payloads hold identifiers only."""

    __tablename__ = "outbox_message"
    __table_args__ = (Index("ix_outbox_message_waiting", "done_at", "due_at"),)

    id: Mapped[PrimaryKey]
    topic: Mapped[str] = mapped_column(String(60))
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # A claim older than the lease belongs to a dead worker and may be taken again.
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    claimed_by: Mapped[str] = mapped_column(String(80), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(500), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @classmethod
    def waiting(cls, now: datetime) -> Select["OutboxMessage"]:
        """Select what is due and neither done nor given up, oldest first."""
        return (
            select(cls)
            .where(cls.done_at.is_(None), cls.failed_at.is_(None), cls.due_at <= now)
            .order_by(cls.due_at, cls.id)
        )
