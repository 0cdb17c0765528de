"""The members a federating structure lists and invites, each of which consents."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.kinds import FederationState

if TYPE_CHECKING:
    from models.organization import Organization


class FederationMember(Base):
    """One member of one federating structure; public only once the member consented."""

    __tablename__ = "federation_member"
    __table_args__ = (UniqueConstraint("federator_id", "member_id"),)

    id: Mapped[PrimaryKey]
    federator_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[FederationState] = mapped_column(
        coded(FederationState), default=FederationState.LISTED
    )
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    federator: Mapped["Organization"] = relationship(foreign_keys=[federator_id])
    member: Mapped["Organization"] = relationship(foreign_keys=[member_id])
