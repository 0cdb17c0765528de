"""Printed matter of a whole meetup day, made by the worker and kept until shortly after the day."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from models.meetup import MeetupDay
from vocabulary.prints import PrintKind, PrintState


class MeetupPrint(Base):
    """One document of one day: the last one made, and how the making of the next one stands.

    The document lies in the base: it goes with the day, and names nobody once its row is gone.
    """

    __tablename__ = "meetup_print"
    __table_args__ = (UniqueConstraint("day_id", "kind"),)

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"))
    kind: Mapped[PrintKind] = mapped_column(coded(PrintKind))
    state: Mapped[PrintState] = mapped_column(coded(PrintState), default=PrintState.QUEUED)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # Also names the process that makes it: what another one brings is not wanted.
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    failure: Mapped[str] = mapped_column(String(300), default="")
    # The last document: what it was made from, and the instant at which that was read.
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    # Some megabytes: read where it is handed over, and nowhere else.
    content: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)

    day: Mapped[MeetupDay] = relationship()
