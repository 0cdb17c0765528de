"""Forms already handled: the same one sent twice does its work once."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime


class FormReceipt(Base):
    """The number of a form that was carried out, and the page it led to."""

    __tablename__ = "form_receipt"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    location: Mapped[str] = mapped_column(String(500))
    handled_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
