"""The sourcing register: an append-only, hash-chained record of each need (CCP R2111-1)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Select, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from vocabulary.exchanges import RegisterEvent

if TYPE_CHECKING:
    from models.need import Need
    from models.organization import Organization


class RegisterEntry(Base):
    """One line; ``hash`` covers every column but ``id``, and the line before.

    The database refuses updates, and deletions of lines that are not of the demonstration
    (triggers of the migration). People and free words lie beside, in ``RegisterPart``.
    """

    __tablename__ = "register_entry"
    __table_args__ = (UniqueConstraint("need_id", "sequence"),)

    id: Mapped[PrimaryKey]
    need_id: Mapped[int] = mapped_column(ForeignKey("need.id", ondelete="RESTRICT"))
    # 1, 2, 3 … within the need.
    sequence: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    event: Mapped[RegisterEvent] = mapped_column(coded(RegisterEvent))
    # Numbers of the organisation and of the offer: no foreign key, the line outlives them.
    organization_ref: Mapped[int | None] = mapped_column(index=True)
    offer_ref: Mapped[int | None]
    # Facts that name nobody: states, document digests, seeds, versions, counts.
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Salted digest of the personal part, empty without one.
    part_digest: Mapped[str] = mapped_column(String(64), default="")
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    is_demo: Mapped[bool] = mapped_column(default=False)

    need: Mapped["Need"] = relationship()
    part: Mapped["RegisterPart | None"] = relationship(
        back_populates="entry", cascade="all, delete-orphan", passive_deletes=True
    )

    @classmethod
    def of_need(cls, need_id: int) -> Select["RegisterEntry"]:
        """Select the lines of one need in their order."""
        return select(cls).where(cls.need_id == need_id).order_by(cls.sequence)


class RegisterPart(Base):
    """The personal part of a line: names, words, the person who acted; may be erased."""

    __tablename__ = "register_part"

    entry_id: Mapped[int] = mapped_column(
        ForeignKey("register_entry.id", ondelete="CASCADE"), primary_key=True
    )
    salt: Mapped[str] = mapped_column(String(32))
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    entry: Mapped[RegisterEntry] = relationship(back_populates="part")


class RegisterHead(Base):
    """How long the chain of a need is and how it ends: a line cut off at the end shows."""

    __tablename__ = "register_head"

    need_id: Mapped[int] = mapped_column(
        ForeignKey("need.id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(default=0)
    hash: Mapped[str] = mapped_column(String(64))


class InterestDeclaration(Base):
    """A tie that a person or an organisation declares with an actor (conflict of interest)."""

    __tablename__ = "interest_declaration"

    id: Mapped[PrimaryKey]
    # Empty: the tie holds for every need of the declaring organisation.
    need_id: Mapped[int | None] = mapped_column(
        ForeignKey("need.id", ondelete="CASCADE"), index=True
    )
    # On whose behalf; empty: the agency's staff.
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    about_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    declared_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # What the tie is, in a few words; names no person.
    nature: Mapped[str] = mapped_column(String(300))
    declared_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    need: Mapped["Need | None"] = relationship()
    organization: Mapped["Organization | None"] = relationship(foreign_keys=[organization_id])
    about: Mapped["Organization"] = relationship(foreign_keys=[about_id])
