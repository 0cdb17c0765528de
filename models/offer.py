"""What actors propose, and where it was already deployed."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, Slug, UtcDateTime, coded
from models.geography import Commune
from models.organization import Organization
from vocabulary.kinds import (
    AreaLevel,
    Maturity,
    OfferType,
    PriceRange,
    PublicationState,
    ReferenceGrade,
)

if TYPE_CHECKING:
    from models.territory import Territory


class Offer(Base):
    """What an actor proposes; the type decides which columns have a meaning."""

    __tablename__ = "offer"

    id: Mapped[PrimaryKey]
    slug: Mapped[Slug]
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    type: Mapped[OfferType] = mapped_column(coded(OfferType), index=True)
    title: Mapped[str] = mapped_column(String(200))
    pitch: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    themes: Mapped[list[str]] = mapped_column(default=list)
    # Empty: the offer works wherever its organisation does.
    area_level: Mapped[AreaLevel | None] = mapped_column(coded(AreaLevel))
    area_codes: Mapped[list[str]] = mapped_column(default=list)
    maturity: Mapped[Maturity | None] = mapped_column(coded(Maturity))
    routes: Mapped[list[str]] = mapped_column(default=list)
    price_range: Mapped[PriceRange | None] = mapped_column(coded(PriceRange))

    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.DRAFT, index=True
    )
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    version: Mapped[int] = mapped_column(default=0)

    organization: Mapped[Organization] = relationship(back_populates="offers")
    references: Mapped[list["Reference"]] = relationship(
        back_populates="offer", cascade="all, delete-orphan", order_by="Reference.position"
    )

    @property
    def shown_references(self) -> list["Reference"]:
        """Return the deployments that anyone may read: not those that a partner contests."""
        return [reference for reference in self.references if not reference.is_contested]

    @property
    def is_public(self) -> bool:
        """Tell whether anyone may read the offer: its actor's entry must be public too."""
        return self.state == PublicationState.PUBLISHED and self.organization.is_public

    @classmethod
    def published(cls) -> Select["Offer"]:
        """Select the offers anyone may read."""
        return (
            select(cls)
            .join(Offer.organization)
            .where(
                cls.state == PublicationState.PUBLISHED,
                Organization.state == PublicationState.PUBLISHED,
            )
        )


class Reference(Base):
    """One deployment of an offer; ``uid`` follows it from revision to revision."""

    __tablename__ = "reference"

    id: Mapped[PrimaryKey]
    uid: Mapped[str] = mapped_column(String(32), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)
    place: Mapped[str] = mapped_column(String(200), default="")
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"), index=True)
    territory_id: Mapped[int | None] = mapped_column(
        ForeignKey("territory.id", ondelete="SET NULL"), index=True
    )
    year: Mapped[int | None]
    client: Mapped[str] = mapped_column(String(200), default="")
    result: Mapped[str] = mapped_column(Text, default="")
    grade: Mapped[ReferenceGrade] = mapped_column(
        coded(ReferenceGrade), default=ReferenceGrade.DECLARED
    )
    # What establishes it beyond its author: the domain that confirmed, or the official source.
    grade_source: Mapped[str] = mapped_column(String(300), default="")
    # When the grade or the dispute changed last: generations of the match columns follow it.
    graded_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    # A partner says otherwise: shown to nobody but its actor and staff, and counted nowhere,
    # until staff settle it.
    is_contested: Mapped[bool] = mapped_column(default=False)

    offer: Mapped[Offer] = relationship(back_populates="references")
    commune: Mapped[Commune | None] = relationship()
    territory: Mapped["Territory | None"] = relationship()
