"""Named selections of offers and actors, shared inside the team of an organisation."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime

if TYPE_CHECKING:
    from models.account import User
    from models.need import Need
    from models.offer import Offer
    from models.organization import Organization


class Shortlist(Base):
    """What a team sets aside, for one need or for none."""

    __tablename__ = "shortlist"

    id: Mapped[PrimaryKey]
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("need.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(120))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    archived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    organization: Mapped["Organization"] = relationship()
    need: Mapped["Need | None"] = relationship()
    items: Mapped[list["ShortlistItem"]] = relationship(
        back_populates="shortlist", cascade="all, delete-orphan", order_by="ShortlistItem.id"
    )

    @classmethod
    def of_organizations(cls, keys: Iterable[int]) -> Select["Shortlist"]:
        """Select the lists of some organisations, those in use first, by name."""
        return (
            select(cls)
            .where(cls.organization_id.in_(list(keys)))
            .order_by(cls.archived_at.is_not(None), cls.name, cls.id)
        )


class ShortlistItem(Base):
    """One offer, or one actor as a whole, with the team's note."""

    __tablename__ = "shortlist_item"
    __table_args__ = (
        UniqueConstraint("shortlist_id", "offer_id", name="uq_shortlist_item_offer"),
        UniqueConstraint("shortlist_id", "actor_id", name="uq_shortlist_item_actor"),
    )

    id: Mapped[PrimaryKey]
    shortlist_id: Mapped[int] = mapped_column(ForeignKey("shortlist.id", ondelete="CASCADE"))
    # One of the two.
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("offer.id", ondelete="CASCADE"), index=True
    )
    actor_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    note: Mapped[str] = mapped_column(Text, default="")
    # Who wrote the note last, and when.
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    noted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # Taken off the list: kept for a while with its note, so that it can be put back.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lock: Mapped[int] = mapped_column(default=1)

    shortlist: Mapped[Shortlist] = relationship(back_populates="items")
    offer: Mapped["Offer | None"] = relationship()
    actor: Mapped["Organization | None"] = relationship()
    noted_by: Mapped["User | None"] = relationship(foreign_keys=[noted_by_id])

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form
