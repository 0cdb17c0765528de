"""Proposed contents of entries: drafts, what waits for moderation, and what became of it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Select, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.account import User
from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.kinds import PublicationState, SubjectKind

if TYPE_CHECKING:
    from models.organization import Organization

OPEN_STATES = (
    PublicationState.DRAFT,
    PublicationState.SUBMITTED,
    PublicationState.CHANGES_REQUESTED,
)
# The same list for the index that keeps two drafts from being opened at one moment.
_IS_OPEN = f"state IN ({', '.join(repr(state.value) for state in OPEN_STATES)})"


class Revision(Base):
    """A whole content proposed for an organisation or an offer.

    At most one is open for a subject. ``lock`` rises with each save and each decision: a form
    that carries an older one is refused, so that nobody overwrites anybody.
    """

    __tablename__ = "revision"
    __table_args__ = (
        Index("ix_revision_subject", "subject_kind", "subject_id"),
        Index(
            "uq_revision_open",
            "subject_kind",
            "subject_id",
            unique=True,
            sqlite_where=text(_IS_OPEN),
            postgresql_where=text(_IS_OPEN),
        ),
    )

    id: Mapped[PrimaryKey]
    subject_kind: Mapped[SubjectKind] = mapped_column(coded(SubjectKind))
    subject_id: Mapped[int]
    # The organisation concerned, whatever the subject: rights are read from it.
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    label: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.DRAFT, index=True
    )
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The published version it was written against.
    base_version: Mapped[int] = mapped_column(default=0)
    lock: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # Codes of the templated reasons, and the words added to them.
    reasons: Mapped[list[str]] = mapped_column(default=list)
    comment: Mapped[str] = mapped_column(Text, default="")

    organization: Mapped["Organization"] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form

    @classmethod
    def open_for(cls, kind: SubjectKind, subject_id: int) -> Select["Revision"]:
        """Select the open revision of one subject."""
        return select(cls).where(
            cls.subject_kind == kind, cls.subject_id == subject_id, cls.state.in_(OPEN_STATES)
        )

    @classmethod
    def queue(cls) -> Select["Revision"]:
        """Select what waits for a moderator, the longest wait first."""
        return (
            select(cls)
            .where(cls.state == PublicationState.SUBMITTED)
            .order_by(cls.submitted_at, cls.id)
        )
