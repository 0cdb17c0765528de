"""A file of organisations uploaded by staff: previewed, applied whole, undone whole."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime


class ImportBatch(Base):
    """One uploaded file with the mapping of its columns and where it stands."""

    __tablename__ = "import_batch"

    id: Mapped[PrimaryKey]
    filename: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    headers: Mapped[list[str]] = mapped_column(default=list)
    # Headers that name a person or how to reach one: their cells were never kept.
    dropped: Mapped[list[str]] = mapped_column(default=list)
    # Field of ours → header of the file.
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Where the facts come from, written on each entry.
    source: Mapped[str] = mapped_column(String(300), default="")
    # Whether staff asked to publish at once rather than to queue for moderation.
    is_published: Mapped[bool] = mapped_column(default=False)
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    rows: Mapped[list["ImportRow"]] = relationship(
        back_populates="batch", cascade="all, delete-orphan", order_by="ImportRow.line"
    )


class ImportRow(Base):
    """One line of the file, its verdict, and what undoing it needs."""

    __tablename__ = "import_row"

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(
        ForeignKey("import_batch.id", ondelete="CASCADE"), index=True
    )
    line: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(default=list)
    # new | changed | unchanged | duplicate | refused
    verdict: Mapped[str] = mapped_column(String(20), default="")
    # Problems, possible duplicates, the decision taken on them, fields that change (see
    # services/import_preview.py).
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL")
    )
    # What undoing needs: see services/import_undo.py.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)

    batch: Mapped[ImportBatch] = relationship(back_populates="rows")
