"""Teams built for several needs of a territory, before they become partnerships."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.exchanges import DeclineReason, InvitationState, SeatChoice

if TYPE_CHECKING:
    from models.need import Need
    from models.offer import Offer
    from models.organization import Organization
    from models.partnership import Partnership
    from models.territory import Territory


class Consortium(Base):
    """What a team is asked for: needs and their weights, size, locks, exclusions, answers."""

    __tablename__ = "consortium"

    id: Mapped[PrimaryKey]
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    territory_id: Mapped[int] = mapped_column(ForeignKey("territory.id"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    max_members: Mapped[int] = mapped_column(default=5)
    # Ties between equal teams are drawn from it, once and for all: the draw can be replayed.
    seed: Mapped[int] = mapped_column(default=0)
    # Size, weights and choices before the last change, for taking it back; empty: nothing to.
    previous: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    lock: Mapped[int] = mapped_column(default=1)

    organization: Mapped["Organization"] = relationship()
    territory: Mapped["Territory"] = relationship()
    # What the team became, for pages to read.
    partnership: Mapped["Partnership | None"] = relationship(viewonly=True)
    needs: Mapped[list["ConsortiumNeed"]] = relationship(
        back_populates="consortium", cascade="all, delete-orphan", order_by="ConsortiumNeed.need_id"
    )
    choices: Mapped[list["ConsortiumChoice"]] = relationship(
        back_populates="consortium", cascade="all, delete-orphan"
    )
    invitations: Mapped[list["ConsortiumInvitation"]] = relationship(
        back_populates="consortium",
        cascade="all, delete-orphan",
        order_by="ConsortiumInvitation.id",
    )

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form


class ConsortiumNeed(Base):
    """One need that the team should cover, with its weight (1 to 5)."""

    __tablename__ = "consortium_need"

    consortium_id: Mapped[int] = mapped_column(
        ForeignKey("consortium.id", ondelete="CASCADE"), primary_key=True
    )
    need_id: Mapped[int] = mapped_column(
        ForeignKey("need.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    weight: Mapped[int] = mapped_column(default=3)

    consortium: Mapped[Consortium] = relationship(back_populates="needs")
    need: Mapped["Need"] = relationship()


class ConsortiumChoice(Base):
    """An actor that the builder keeps in the team or out of it, and why."""

    __tablename__ = "consortium_choice"

    consortium_id: Mapped[int] = mapped_column(
        ForeignKey("consortium.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    choice: Mapped[SeatChoice] = mapped_column(coded(SeatChoice))
    reason: Mapped[str] = mapped_column(String(300), default="")

    consortium: Mapped[Consortium] = relationship(back_populates="choices")
    organization: Mapped["Organization"] = relationship()


class ConsortiumInvitation(Base):
    """One actor invited to a team, for which offer, and its answer."""

    __tablename__ = "consortium_invitation"
    __table_args__ = (UniqueConstraint("consortium_id", "organization_id"),)

    id: Mapped[PrimaryKey]
    consortium_id: Mapped[int] = mapped_column(ForeignKey("consortium.id", ondelete="CASCADE"))
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id", ondelete="SET NULL"))
    role: Mapped[str] = mapped_column(String(300), default="")
    message: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[InvitationState] = mapped_column(
        coded(InvitationState), default=InvitationState.INVITED
    )
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    decline_reason: Mapped[DeclineReason | None] = mapped_column(coded(DeclineReason))
    note: Mapped[str] = mapped_column(String(500), default="")

    consortium: Mapped[Consortium] = relationship(back_populates="invitations")
    organization: Mapped["Organization"] = relationship()
    offer: Mapped["Offer | None"] = relationship()
