"""What a territory looks for."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Select, String, Text, UniqueConstraint, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.exchanges import ClosingOutcome, RelayState
from vocabulary.kinds import ExperimentAppetite, NeedKind, NeedNature, PublicationState

if TYPE_CHECKING:
    from models.document import Document
    from models.organization import Organization
    from models.territory import Territory


class NeedGroup(Base):
    """The same need of several territories, each with its own page and its own register."""

    __tablename__ = "need_group"

    id: Mapped[PrimaryKey]
    title: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    needs: Mapped[list["Need"]] = relationship(back_populates="group", order_by="Need.id")


class Need(Base):
    """What a territory looks for, open until ``closes_on``.

    The columns hold what is public; an edit waits in a ``Revision`` until published.
    """

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
    # Raised by every publication: a revision written against an older one is refused.
    version: Mapped[int] = mapped_column(default=0)
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey("need_group.id", ondelete="SET NULL"), index=True
    )
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Closed by its carrier, or by the worker once ``closes_on`` is past; what came of it.
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    closing_outcome: Mapped[ClosingOutcome | None] = mapped_column(coded(ClosingOutcome))
    closing_note: Mapped[str] = mapped_column(Text, default="")

    territory: Mapped["Territory"] = relationship(back_populates="needs")
    carrier: Mapped["Organization | None"] = relationship()
    group: Mapped[NeedGroup | None] = relationship(back_populates="needs")
    documents: Mapped[list["Document"]] = relationship(
        cascade="all, delete-orphan", order_by="Document.id"
    )

    @classmethod
    def published(cls) -> Select["Need"]:
        """Select the needs the public may read, closed ones included."""
        return select(cls).where(cls.state == PublicationState.PUBLISHED)

    @classmethod
    def open_on(cls, day: date) -> Select["Need"]:
        """Select the needs an actor may still answer on ``day``."""
        still_open = or_(cls.closes_on.is_(None), cls.closes_on >= day)
        return cls.published().where(cls.closed_at.is_(None), still_open)

    def is_open_on(self, day: date) -> bool:
        """Tell whether an actor may still answer on ``day``."""
        if self.state != PublicationState.PUBLISHED or self.closed_at is not None:
            return False
        return self.closes_on is None or self.closes_on >= day


class NeedRelay(Base):
    """A need sent to a federating structure, which passes it on to its members concerned."""

    __tablename__ = "need_relay"
    __table_args__ = (UniqueConstraint("need_id", "federator_id"),)

    id: Mapped[PrimaryKey]
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id", ondelete="CASCADE"))
    federator_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    message: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[RelayState] = mapped_column(coded(RelayState), default=RelayState.SENT)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())
    sent_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    note: Mapped[str] = mapped_column(String(500), default="")

    need: Mapped[Need] = relationship()
    federator: Mapped["Organization"] = relationship()
    members: Mapped[list["NeedRelayMember"]] = relationship(
        back_populates="relay", cascade="all, delete-orphan"
    )


class NeedRelayMember(Base):
    """A member to whom the structure passed the need on."""

    __tablename__ = "need_relay_member"

    relay_id: Mapped[int] = mapped_column(
        ForeignKey("need_relay.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    relayed_at: Mapped[datetime] = mapped_column(UtcDateTime())

    relay: Mapped[NeedRelay] = relationship(back_populates="members")
    organization: Mapped["Organization"] = relationship()
