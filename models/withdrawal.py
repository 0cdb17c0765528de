"""Entries withdrawn since the index was last written: subtracted from every answer."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class Withdrawal(Base):
    """A document of the index nobody may be shown any more; the indexer removes the row."""

    __tablename__ = "withdrawal"

    document_id: Mapped[str] = mapped_column(String(60), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
