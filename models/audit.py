"""Who did what to which entry, kept in order."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.kinds import SubjectKind


class AuditEntry(Base):
    """One action; ``actor_name`` stays readable after the account is gone."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index("ix_audit_entry_subject", "subject_kind", "subject_id"),)

    id: Mapped[PrimaryKey]
    at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    actor_name: Mapped[str] = mapped_column(String(120))
    action: Mapped[str] = mapped_column(String(60))
    subject_kind: Mapped[SubjectKind] = mapped_column(coded(SubjectKind))
    subject_id: Mapped[int]
    subject_label: Mapped[str] = mapped_column(String(200), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    @classmethod
    def about(cls, kind: SubjectKind, subject_id: int) -> Select["AuditEntry"]:
        """Select the history of one entry, newest first."""
        return (
            select(cls)
            .where(cls.subject_kind == kind, cls.subject_id == subject_id)
            .order_by(cls.id.desc())
        )
