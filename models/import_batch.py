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
    # Field of ours → header of the file.
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)
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
    # Field → message of what was refused, or the name of the possible duplicate.
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL")
    )
    # The content before the batch was applied; empty for a row that created the entry.
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)

    batch: Mapped[ImportBatch] = relationship(back_populates="rows")
