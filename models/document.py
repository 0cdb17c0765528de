"""Files exchanged about a need, in a thread or in a partnership, and who received them."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.exchanges import Side

if TYPE_CHECKING:
    from models.account import User
    from models.organization import Organization


class Document(Base):
    """A checked file under DATA_DIR/documents; exactly one of need, message, partnership owns it.

    One issued by a territory about a need is offered to every actor contacted; an actor's stays
    between the two sides of its thread (business secrecy).
    """

    __tablename__ = "document"

    id: Mapped[PrimaryKey]
    # SHA-256 of the stored bytes: also where they lie.
    digest: Mapped[str] = mapped_column(String(64), index=True)
    filename: Mapped[str] = mapped_column(String(160))
    media_type: Mapped[str] = mapped_column(String(100))
    # Bytes.
    size: Mapped[int]
    side: Mapped[Side] = mapped_column(coded(Side))
    # On whose behalf it was given.
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("need.id", ondelete="CASCADE"), index=True
    )
    message_id: Mapped[int | None] = mapped_column(
        ForeignKey("introduction_message.id", ondelete="CASCADE"), index=True
    )
    partnership_id: Mapped[int | None] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), index=True
    )
    # A need's or a partnership's document that anyone may read.
    is_public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # No longer given out; the line of the register stays.
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    organization: Mapped["Organization | None"] = relationship()
    uploaded_by: Mapped["User | None"] = relationship()
    deliveries: Mapped[list["DocumentDelivery"]] = relationship(
        back_populates="document", cascade="all, delete-orphan"
    )


class DocumentDelivery(Base):
    """One actor to whom a document of the territory was offered, and when it opened it."""

    __tablename__ = "document_delivery"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("document.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    offered_at: Mapped[datetime] = mapped_column(UtcDateTime())
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    document: Mapped[Document] = relationship(back_populates="deliveries")
    organization: Mapped["Organization"] = relationship()
