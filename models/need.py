"""What a territory looks for."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, Text, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.kinds import ExperimentAppetite, NeedKind, NeedNature, PublicationState

if TYPE_CHECKING:
    from models.organization import Organization
    from models.territory import Territory


class Need(Base):
    """What a territory looks for, open until ``closes_on``."""

    __tablename__ = "need"

    id: Mapped[PrimaryKey]
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    carrier_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    # Who carries it, in words, where that body has no entry of its own.
    carrier_label: Mapped[str] = mapped_column(String(200), default="")
    kind: Mapped[NeedKind] = mapped_column(coded(NeedKind), default=NeedKind.SOURCING)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text, default="")
    themes: Mapped[list[str]] = mapped_column(default=list)
    wanted_kinds: Mapped[list[str]] = mapped_column(default=list)
    appetite: Mapped[ExperimentAppetite | None] = mapped_column(coded(ExperimentAppetite))
    nature: Mapped[NeedNature | None] = mapped_column(coded(NeedNature))
    # Euros before tax.
    amount_min: Mapped[int | None]
    amount_max: Mapped[int | None]
    starts_on: Mapped[date | None]
    closes_on: Mapped[date | None] = mapped_column(index=True)
    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.DRAFT, index=True
    )
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    demo_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())

    territory: Mapped["Territory"] = relationship(back_populates="needs")
    carrier: Mapped["Organization | None"] = relationship()

    @classmethod
    def published(cls) -> Select["Need"]:
        """Select the needs the public may read, closed ones included."""
        return select(cls).where(cls.state == PublicationState.PUBLISHED)

    @classmethod
    def open_on(cls, day: date) -> Select["Need"]:
        """Select the needs an actor may still answer on ``day``."""
        return cls.published().where(or_(cls.closes_on.is_(None), cls.closes_on >= day))

    def is_open_on(self, day: date) -> bool:
        """Tell whether an actor may still answer on ``day``."""
        return self.state == PublicationState.PUBLISHED and (
            self.closes_on is None or self.closes_on >= day
        )
