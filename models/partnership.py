"""Who does what together on which territory."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, Slug

if TYPE_CHECKING:
    from models.organization import Organization
    from models.territory import Territory


class Partnership(Base):
    """Several bodies around one territory, with working groups (E-Declic is one)."""

    __tablename__ = "partnership"

    id: Mapped[PrimaryKey]
    slug: Mapped[Slug]
    name: Mapped[str] = mapped_column(String(200))
    programme: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(Text)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    themes: Mapped[list[str]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(String(300), default="")
    source_checked_on: Mapped[date | None]

    territory: Mapped["Territory | None"] = relationship(back_populates="partnerships")
    members: Mapped[list["PartnershipMember"]] = relationship(
        back_populates="partnership",
        cascade="all, delete-orphan",
        order_by="PartnershipMember.position",
    )
    working_groups: Mapped[list["WorkingGroup"]] = relationship(
        back_populates="partnership", cascade="all, delete-orphan", order_by="WorkingGroup.id"
    )


class PartnershipMember(Base):
    """A body in a partnership with the role the source gives it."""

    __tablename__ = "partnership_member"

    partnership_id: Mapped[int] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[str] = mapped_column(String(300), default="")

    partnership: Mapped[Partnership] = relationship(back_populates="members")
    organization: Mapped["Organization"] = relationship()


class WorkingGroup(Base):
    """A thematic group; an empty theme is shown « non précisé », never guessed."""

    __tablename__ = "working_group"

    id: Mapped[PrimaryKey]
    partnership_id: Mapped[int] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    theme: Mapped[str | None] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(Text, default="")

    partnership: Mapped[Partnership] = relationship(back_populates="working_groups")
