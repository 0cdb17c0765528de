"""Messages stored before they are sent: nothing is lost while the relay is down."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey, UtcDateTime


class StoredMail(Base):
    """One message to one recipient; ``message_id`` is stable over retries."""

    __tablename__ = "stored_mail"

    id: Mapped[PrimaryKey]
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    recipient: Mapped[str] = mapped_column(String(255), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    text_body: Mapped[str] = mapped_column(Text)
    html_body: Mapped[str] = mapped_column(Text, default="")
    # Further headers, as List-Unsubscribe (RFC 8058).
    headers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # An iCalendar object (RFC 5545) that goes with it; empty: none.
    calendar: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # The relay's last refusal; a permanent one ends the attempts.
    failure: Mapped[str] = mapped_column(String(300), default="")
    is_refused: Mapped[bool] = mapped_column(default=False)

    @classmethod
    def newest_first(cls) -> Select["StoredMail"]:
        """Select every message, the last one first."""
        return select(cls).order_by(cls.id.desc())
