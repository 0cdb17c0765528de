"""How people come to a meetup day's list: files of invitees, addresses that ask for their link."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime
from models.meetup import MeetupDay


class MeetupInviteeBatch(Base):
    """A file or a pasted list of invitees: previewed, applied whole, undone whole.

    Its lines name people: they are erased a month after (services/meetup_retention.py).
    """

    __tablename__ = "meetup_invitee_batch"

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"), index=True)
    filename: Mapped[str] = mapped_column(String(200))
    headers: Mapped[list[str]] = mapped_column(default=list)
    # The header chosen for each field (services/meetup_invitee_columns.py); empty: by their titles.
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Headers whose cells are not kept; those that nothing reads join them when it is applied.
    ignored: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lock: Mapped[int] = mapped_column(default=1)

    day: Mapped[MeetupDay] = relationship()
    lines: Mapped[list["MeetupInviteeLine"]] = relationship(
        back_populates="batch",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="MeetupInviteeLine.number",
    )

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form


class MeetupInviteeLine(Base):
    """One line of the file: a body and, most often, one of its people."""

    __tablename__ = "meetup_invitee_line"

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_invitee_batch.id", ondelete="CASCADE"), index=True
    )
    number: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(default=list)
    # new | changed | unchanged | duplicate | refused (services/meetup_invitee_preview.py).
    verdict: Mapped[str] = mapped_column(String(20), default="")
    # Problems, the earlier line it repeats, what changes, the entry of the directory it is.
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What undoing needs: see services/meetup_invitee_undo.py.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)

    batch: Mapped[MeetupInviteeBatch] = relationship(back_populates="lines")


class MeetupRequest(Base):
    """An address typed by a visitor who wants a link; the mail it gets proves that it is read."""

    __tablename__ = "meetup_request"

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"), index=True)
    # Lower case.
    email: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(5), default="fr")
    nonce: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)

    day: Mapped[MeetupDay] = relationship()
