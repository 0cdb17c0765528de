"""What people asked to be told, and what they were told already."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.exchanges import AlertFrequency, AlertSubject, DeclineReason

if TYPE_CHECKING:
    from models.account import User


class Alert(Base):
    """A saved search or a saved match view that writes when something new appears."""

    __tablename__ = "alert"

    id: Mapped[PrimaryKey]
    # One of the two: an account, or the address of a visitor, silent until confirmed.
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    email: Mapped[str | None] = mapped_column(String(255), index=True)
    language: Mapped[str] = mapped_column(String(5), default="fr")
    subject: Mapped[AlertSubject] = mapped_column(coded(AlertSubject))
    # The address parameters of the saved view, canonical: two equal views are one alert.
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    title: Mapped[str] = mapped_column(String(200))
    # Digest of the owner and the view while it runs, empty once stopped: asked twice, made once.
    view_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    frequency: Mapped[AlertFrequency] = mapped_column(coded(AlertFrequency))
    # In the links of its mails; changing it kills them.
    nonce: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    user: Mapped["User | None"] = relationship()
    items: Mapped[list["AlertItem"]] = relationship(
        back_populates="alert", cascade="all, delete-orphan"
    )


class AlertItem(Base):
    """One thing an alert knows: told, or there already when the alert was made."""

    __tablename__ = "alert_item"

    alert_id: Mapped[int] = mapped_column(
        ForeignKey("alert.id", ondelete="CASCADE"), primary_key=True
    )
    # Identifier of the document, as « solutions:12 ».
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    noticed_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # Empty until mailed; the starting set counts as told.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    alert: Mapped[Alert] = relationship(back_populates="items")


class MatchNotice(Base):
    """A territory's team was told of an offer newly matching its need: once."""

    __tablename__ = "match_notice"

    need_id: Mapped[int] = mapped_column(
        ForeignKey("need.id", ondelete="CASCADE"), primary_key=True
    )
    offer_id: Mapped[int] = mapped_column(
        ForeignKey("offer.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    told_at: Mapped[datetime] = mapped_column(UtcDateTime())


class MatchDismissal(Base):
    """An actor set a need aside, with its reason: it is not told of it again."""

    __tablename__ = "match_dismissal"

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True
    )
    need_id: Mapped[int] = mapped_column(
        ForeignKey("need.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    reason: Mapped[DeclineReason] = mapped_column(coded(DeclineReason))
    note: Mapped[str] = mapped_column(String(500), default="")
    dismissed_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    dismissed_at: Mapped[datetime] = mapped_column(UtcDateTime())


class DigestSubscription(Base):
    """The regular summary of what concerns a person's organisations."""

    __tablename__ = "digest_subscription"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    frequency: Mapped[AlertFrequency] = mapped_column(coded(AlertFrequency))
    nonce: Mapped[str] = mapped_column(String(32))
    # The last round that considered it, whether or not there was anything to say.
    looked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    user: Mapped["User"] = relationship()
