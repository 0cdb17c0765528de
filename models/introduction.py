"""Requests to be put in touch about a need and an offer: thread, reading, outcomes."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from models.document import Document
from vocabulary.exchanges import DeclineReason, IntroductionState, OutcomeStage, Side

if TYPE_CHECKING:
    from models.account import User
    from models.need import Need
    from models.offer import Offer
    from models.organization import Organization


class Introduction(Base):
    """One request between the carrier of a need and the actor of an offer.

    It belongs to the two organisations: any member of either reads and answers, whoever leaves.
    """

    __tablename__ = "introduction"
    __table_args__ = (
        Index("ix_introduction_territory_side", "carrier_id", "state"),
        Index("ix_introduction_actor_side", "actor_id", "state"),
    )

    id: Mapped[PrimaryKey]
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"), index=True)
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("offer.id", ondelete="SET NULL"), index=True
    )
    # As it read when the request was sent: the offer may change or go.
    offer_title: Mapped[str] = mapped_column(String(200))
    carrier_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    actor_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    # The federating structure through which it came, if any.
    relay_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    from_side: Mapped[Side] = mapped_column(coded(Side))
    # Whose addresses are disclosed to the other side once it is accepted.
    carrier_contact_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    actor_contact_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    state: Mapped[IntroductionState] = mapped_column(
        coded(IntroductionState), default=IntroductionState.SENT
    )
    decline_reason: Mapped[DeclineReason | None] = mapped_column(coded(DeclineReason))
    decline_note: Mapped[str] = mapped_column(String(500), default="")
    # What both sides last said, and whether they disagree.
    stage: Mapped[OutcomeStage | None] = mapped_column(coded(OutcomeStage))
    is_disputed: Mapped[bool] = mapped_column(default=False)
    # « need:offer » while it is open, empty after: one open request for a pair at a time.
    open_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    last_message_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    lock: Mapped[int] = mapped_column(default=1)

    need: Mapped["Need"] = relationship()
    offer: Mapped["Offer | None"] = relationship()
    carrier: Mapped["Organization"] = relationship(foreign_keys=[carrier_id])
    actor: Mapped["Organization"] = relationship(foreign_keys=[actor_id])
    relay: Mapped["Organization | None"] = relationship(foreign_keys=[relay_id])
    carrier_contact: Mapped["User | None"] = relationship(foreign_keys=[carrier_contact_id])
    actor_contact: Mapped["User | None"] = relationship(foreign_keys=[actor_contact_id])
    messages: Mapped[list["IntroductionMessage"]] = relationship(
        back_populates="introduction",
        cascade="all, delete-orphan",
        order_by="IntroductionMessage.id",
    )
    inquiries: Mapped[list["OutcomeInquiry"]] = relationship(
        back_populates="introduction",
        cascade="all, delete-orphan",
        order_by="OutcomeInquiry.due_on, OutcomeInquiry.id",
    )

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form

    @property
    def to_side(self) -> Side:
        """Return the side that was asked."""
        return Side.ACTOR if self.from_side == Side.TERRITORY else Side.TERRITORY

    def body_of(self, side: Side) -> "Organization":
        """Return the organisation on one side."""
        return self.carrier if side == Side.TERRITORY else self.actor

    def contact_of(self, side: Side) -> "User | None":
        """Return the person whose address is disclosed for one side once it is accepted."""
        return self.carrier_contact if side == Side.TERRITORY else self.actor_contact

    def set_contact(self, side: Side, person: "User") -> None:
        """Make ``person`` the contact of one side."""
        if side == Side.TERRITORY:
            self.carrier_contact = person
        else:
            self.actor_contact = person

    @property
    def is_live(self) -> bool:
        """Tell whether the thread may still be written to."""
        return self.state in {IntroductionState.SENT, IntroductionState.ACCEPTED}


class IntroductionMessage(Base):
    """One message of a thread, relayed: no address is in it unless somebody typed one."""

    __tablename__ = "introduction_message"

    id: Mapped[PrimaryKey]
    introduction_id: Mapped[int] = mapped_column(
        ForeignKey("introduction.id", ondelete="CASCADE"), index=True
    )
    side: Mapped[Side] = mapped_column(coded(Side))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    introduction: Mapped[Introduction] = relationship(back_populates="messages")
    author: Mapped["User | None"] = relationship()
    documents: Mapped[list[Document]] = relationship(
        cascade="all, delete-orphan", order_by="Document.id"
    )


class ThreadReading(Base):
    """How far one person has read one thread."""

    __tablename__ = "thread_reading"

    introduction_id: Mapped[int] = mapped_column(
        ForeignKey("introduction.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    last_message_id: Mapped[int] = mapped_column(default=0)
    # Empty: never opened.
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # The last mail about messages that wait here.
    notified_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class OutcomeInquiry(Base):
    """The question put to one side on one date: what came of it?"""

    __tablename__ = "outcome_inquiry"
    __table_args__ = (UniqueConstraint("introduction_id", "side", "due_on"),)

    id: Mapped[PrimaryKey]
    introduction_id: Mapped[int] = mapped_column(ForeignKey("introduction.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(coded(Side))
    due_on: Mapped[date] = mapped_column(index=True)
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    stage: Mapped[OutcomeStage | None] = mapped_column(coded(OutcomeStage))
    note: Mapped[str] = mapped_column(String(500), default="")

    introduction: Mapped[Introduction] = relationship(back_populates="inquiries")
