"""Which person may act for which organisation, and who agreed to it."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.kinds import MembershipRole, MembershipState

if TYPE_CHECKING:
    from models.account import User
    from models.organization import Organization


class Membership(Base):
    """A person in an organisation: asked for, invited by e-mail, or approved."""

    __tablename__ = "membership"
    __table_args__ = (Index("ix_membership_org_user", "organization_id", "user_id", unique=True),)

    id: Mapped[PrimaryKey]
    organization_id: Mapped[int] = mapped_column(ForeignKey("organization.id", ondelete="CASCADE"))
    # Empty while an invitation waits for somebody without an account.
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    invited_email: Mapped[str | None] = mapped_column(String(255), index=True)
    role: Mapped[MembershipRole] = mapped_column(
        coded(MembershipRole), default=MembershipRole.EDITOR
    )
    state: Mapped[MembershipState] = mapped_column(coded(MembershipState))
    # What the person wrote to support a request or a claim; shown to who decides.
    message: Mapped[str] = mapped_column(String(500), default="")
    is_claim: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    organization: Mapped["Organization"] = relationship(back_populates="memberships")
    user: Mapped["User | None"] = relationship(back_populates="memberships", foreign_keys=[user_id])

    @classmethod
    def active_of(cls, user_id: int) -> Select["Membership"]:
        """Select the approved memberships of a person."""
        return select(cls).where(cls.user_id == user_id, cls.state == MembershipState.APPROVED)
