"""The actors of the directory, innovation side and territory side."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, Slug, UtcDateTime, coded
from models.geography import Commune
from vocabulary.kinds import (
    FEDERATING_KINDS,
    INNOVATION_KINDS,
    AreaLevel,
    OrganizationKind,
    PublicationState,
)

if TYPE_CHECKING:
    from models.membership import Membership
    from models.offer import Offer


class Organization(Base):
    """An actor. The columns hold what is public; an edit waits in a ``Revision`` until published.

    An entry never published yet shows its columns to its own members and to staff only.
    """

    __tablename__ = "organization"

    id: Mapped[PrimaryKey]
    slug: Mapped[Slug]
    kind: Mapped[OrganizationKind] = mapped_column(coded(OrganizationKind), index=True)
    name: Mapped[str] = mapped_column(String(200))
    # Lower case without accents: what duplicate detection and sorting compare.
    name_key: Mapped[str] = mapped_column(String(200), index=True)
    acronym: Mapped[str] = mapped_column(String(60), default="")
    siren: Mapped[str | None] = mapped_column(String(9), index=True)
    siret: Mapped[str | None] = mapped_column(String(14), index=True)
    rnsr: Mapped[str | None] = mapped_column(String(10), index=True)
    pitch: Mapped[str] = mapped_column(String(300), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    themes: Mapped[list[str]] = mapped_column(default=list)
    labels: Mapped[list[str]] = mapped_column(default=list)
    website: Mapped[str] = mapped_column(String(300), default="")
    founded_year: Mapped[int | None]
    # Range of headcount as text, as "10-49".
    size: Mapped[str] = mapped_column(String(20), default="")
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"), index=True)
    # Empty where the actor declared no intervention area: shown « non renseigné ».
    area_level: Mapped[AreaLevel | None] = mapped_column(coded(AreaLevel))
    area_codes: Mapped[list[str]] = mapped_column(default=list)
    # Digest of the re-encoded picture under DATA_DIR/uploads; empty without one.
    logo: Mapped[str] = mapped_column(String(64), default="")

    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.DRAFT, index=True
    )
    is_claimed: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    # Where an imported entry's facts come from; both empty for an entry its owner wrote.
    source: Mapped[str] = mapped_column(String(300), default="")
    source_checked_on: Mapped[date | None]
    confirmed_on: Mapped[date | None]
    # How many months a confirmation holds, chosen by the owner (1 to 16), the last reminder, and
    # how many were sent since the last confirmation.
    review_months: Mapped[int] = mapped_column(default=12)
    reminded_on: Mapped[date | None]
    reminders: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    # Raised by every publication: a revision written against an older one is refused.
    version: Mapped[int] = mapped_column(default=0)

    commune: Mapped[Commune | None] = relationship()
    offers: Mapped[list["Offer"]] = relationship(
        back_populates="organization", cascade="all, delete-orphan", order_by="Offer.id"
    )
    memberships: Mapped[list["Membership"]] = relationship(
        back_populates="organization", cascade="all, delete-orphan"
    )

    @property
    def is_public(self) -> bool:
        """Tell whether anyone may read the entry."""
        return self.state == PublicationState.PUBLISHED

    @property
    def is_innovation_side(self) -> bool:
        """Tell whether the actor proposes offers rather than needs."""
        return self.kind in INNOVATION_KINDS

    @property
    def is_federating(self) -> bool:
        """Tell whether the actor brings members rather than products."""
        return self.kind in FEDERATING_KINDS

    @classmethod
    def published(cls) -> Select["Organization"]:
        """Select the entries anyone may read."""
        return select(cls).where(cls.state == PublicationState.PUBLISHED)
