"""What others say of a deployment: the partner's confirmation, an authority's experience."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, Select, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.exchanges import ConfirmationAnswer
from vocabulary.kinds import PublicationState

if TYPE_CHECKING:
    from models.account import User
    from models.offer import Offer
    from models.organization import Organization
    from models.partnership import Partnership
    from models.territory import Territory


class ReferenceConfirmation(Base):
    """A signed link sent to the partner of a reference, and its answer."""

    __tablename__ = "reference_confirmation"
    __table_args__ = (
        Index("ix_reference_confirmation_reference", "offer_id", "reference_uid"),
        # One open request a reference: the address is there as long as an answer is waited for.
        Index(
            "uq_reference_confirmation_open",
            "offer_id",
            "reference_uid",
            unique=True,
            sqlite_where=text("email IS NOT NULL"),
            postgresql_where=text("email IS NOT NULL"),
        ),
    )

    id: Mapped[PrimaryKey]
    offer_id: Mapped[int] = mapped_column(ForeignKey("offer.id", ondelete="CASCADE"))
    reference_uid: Mapped[str] = mapped_column(String(32))
    # Erased once answered or expired: what remains is the answer and the mail's domain.
    email: Mapped[str | None] = mapped_column(String(255))
    domain: Mapped[str] = mapped_column(String(120), default="")
    # Digest of what was put before the partner: an edited reference must be asked again.
    content_digest: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(32))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    requested_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    expires_on: Mapped[date]
    # The last mail asked for, and the mails written, which go when the address does.
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())
    sendings: Mapped[int] = mapped_column(default=1)
    mail_ids: Mapped[list[str]] = mapped_column(default=list)
    # Ended without an answer: withdrawn, expired, or the text changed meanwhile.
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answer: Mapped[ConfirmationAnswer | None] = mapped_column(coded(ConfirmationAnswer))
    # The function of who answered, never a name.
    answered_as: Mapped[str] = mapped_column(String(120), default="")
    note: Mapped[str] = mapped_column(String(500), default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Staff heard both sides of a contested reference; what they concluded, in words.
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    settlement: Mapped[str] = mapped_column(String(500), default="")

    offer: Mapped["Offer"] = relationship()

    @property
    def is_open(self) -> bool:
        """Tell whether an answer is still waited for."""
        return self.email is not None


class Experience(Base):
    """A « retour d'expérience » by an identified authority: moderated, answerable, no star."""

    __tablename__ = "experience"

    id: Mapped[PrimaryKey]
    # What it is about: a partnership, or one reference of an offer.
    partnership_id: Mapped[int | None] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), index=True
    )
    offer_id: Mapped[int | None] = mapped_column(
        ForeignKey("offer.id", ondelete="CASCADE"), index=True
    )
    reference_uid: Mapped[str] = mapped_column(String(32), default="")
    # The authority that speaks.
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    territory_id: Mapped[int | None] = mapped_column(
        ForeignKey("territory.id", ondelete="SET NULL"), index=True
    )
    place: Mapped[str] = mapped_column(String(200), default="")
    year: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(Text)
    result: Mapped[str] = mapped_column(Text, default="")
    limits: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.DRAFT, index=True
    )
    reasons: Mapped[list[str]] = mapped_column(default=list)
    comment: Mapped[str] = mapped_column(Text, default="")
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    # The actor's answer, moderated like the text it answers.
    answer: Mapped[str] = mapped_column(Text, default="")
    answer_state: Mapped[PublicationState | None] = mapped_column(coded(PublicationState))
    answer_comment: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    answering_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime())
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    lock: Mapped[int] = mapped_column(default=1)

    organization: Mapped["Organization"] = relationship(foreign_keys=[organization_id])
    answering: Mapped["Organization | None"] = relationship(foreign_keys=[answering_id])
    author: Mapped["User | None"] = relationship(foreign_keys=[author_id])
    offer: Mapped["Offer | None"] = relationship()
    partnership: Mapped["Partnership | None"] = relationship()
    territory: Mapped["Territory | None"] = relationship()

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form

    @classmethod
    def published(cls) -> Select["Experience"]:
        """Select what anyone may read."""
        return select(cls).where(cls.state == PublicationState.PUBLISHED)
