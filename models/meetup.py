"""Meetup days on which innovators and territories sit down together."""

from datetime import date

from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, Slug
from models.geography import Commune


class MeetupDay(Base):
    """One day at one place, announced to the public."""

    __tablename__ = "meetup_day"

    id: Mapped[PrimaryKey]
    slug: Mapped[Slug]
    title: Mapped[str] = mapped_column(String(200))
    held_on: Mapped[date] = mapped_column(index=True)
    place: Mapped[str] = mapped_column(String(200))
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"))
    summary: Mapped[str] = mapped_column(Text)
    accessibility: Mapped[str] = mapped_column(Text, default="")
    asked: Mapped[str] = mapped_column(Text, default="")
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)

    commune: Mapped[Commune | None] = relationship()

    @classmethod
    def from_day(cls, day: date) -> Select["MeetupDay"]:
        """Select the days still to come on ``day``, the next one first."""
        return select(cls).where(cls.held_on >= day).order_by(cls.held_on, cls.id)

    @classmethod
    def before_day(cls, day: date) -> Select["MeetupDay"]:
        """Select the days past on ``day``, the last one first."""
        return select(cls).where(cls.held_on < day).order_by(cls.held_on.desc(), cls.id)
