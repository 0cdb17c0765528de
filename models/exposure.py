"""How ties were ordered each day, and how often each actor was shown."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, UtcDateTime, coded
from vocabulary.exchanges import ExposureSurface


class ExposureSeed(Base):
    """The seed by which equal scores were ordered on one day; never changed once drawn."""

    __tablename__ = "exposure_seed"

    day: Mapped[date] = mapped_column(primary_key=True)
    seed: Mapped[int] = mapped_column(BigInteger)
    drawn_at: Mapped[datetime] = mapped_column(UtcDateTime())


class ExposureCount(Base):
    """How many times one actor was shown on one day in one sort of list."""

    __tablename__ = "exposure_count"

    day: Mapped[date] = mapped_column(primary_key=True)
    surface: Mapped[ExposureSurface] = mapped_column(coded(ExposureSurface), primary_key=True)
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    shown: Mapped[int] = mapped_column(default=0)
