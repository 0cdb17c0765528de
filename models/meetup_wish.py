"""Who wants to meet whom at a meetup day, and what the organisers decide about it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from models.meetup import MeetupDay, MeetupSlot
from models.meetup_participant import MeetupParticipant
from vocabulary.meetups import (
    PairRule,
    WishBatchKind,
    WishOrigin,
    WishPriority,
    WishRefusal,
    WishState,
)

if TYPE_CHECKING:
    from models.need import Need
    from models.offer import Offer
    from models.partnership import WorkingGroup


class MeetupWish(Base):
    """One participant wishes to meet another; two that wish each other are a mutual wish."""

    __tablename__ = "meetup_wish"
    __table_args__ = (UniqueConstraint("wisher_id", "wished_id"),)

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"), index=True)
    wisher_id: Mapped[int] = mapped_column(ForeignKey("meetup_participant.id", ondelete="CASCADE"))
    wished_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), index=True
    )
    priority: Mapped[WishPriority] = mapped_column(coded(WishPriority))
    # The wisher's own order among wishes of one priority.
    rank: Mapped[int] = mapped_column(default=0)
    origin: Mapped[WishOrigin] = mapped_column(coded(WishOrigin), default=WishOrigin.PARTICIPANT)
    state: Mapped[WishState] = mapped_column(coded(WishState), default=WishState.PROPOSED)
    message: Mapped[str] = mapped_column(String(500), default="")
    # What the meeting is about, when it is a need of the directory and an offer to it.
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id", ondelete="SET NULL"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id", ondelete="SET NULL"))
    # Score (0 to 1,000) and reason codes of the match when the priority was suggested.
    match_score: Mapped[int | None]
    match_reasons: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    # When each side was written to: the participant wished about the wish or its withdrawal, the
    # wisher about the answer. Empty: the next mail tells.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answer_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    refusal: Mapped[WishRefusal | None] = mapped_column(coded(WishRefusal))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    lock: Mapped[int] = mapped_column(default=1)

    day: Mapped[MeetupDay] = relationship()
    wisher: Mapped[MeetupParticipant] = relationship(foreign_keys=[wisher_id])
    wished: Mapped[MeetupParticipant] = relationship(foreign_keys=[wished_id])
    need: Mapped["Need | None"] = relationship()
    offer: Mapped["Offer | None"] = relationship()

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form


class MeetupWishBatch(Base):
    """Wishes that staff make at once: read from a list, or suggested; applied and undone whole."""

    __tablename__ = "meetup_wish_batch"

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"), index=True)
    kind: Mapped[WishBatchKind] = mapped_column(coded(WishBatchKind))
    name: Mapped[str] = mapped_column(String(200))
    # What was pasted, as it came: nothing of it is lost, whatever its lines say.
    pasted: Mapped[str] = mapped_column(Text, default="")
    headers: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    applied_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lock: Mapped[int] = mapped_column(default=1)

    day: Mapped[MeetupDay] = relationship()

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form


class MeetupWishLine(Base):
    """One line of a batch, its verdict, and what undoing it needs."""

    __tablename__ = "meetup_wish_line"

    id: Mapped[PrimaryKey]
    batch_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_wish_batch.id", ondelete="CASCADE"), index=True
    )
    line: Mapped[int]
    cells: Mapped[list[str]] = mapped_column(default=list)
    # new | changed | unchanged | refused (services/meetup_wish_lines.py).
    verdict: Mapped[str] = mapped_column(String(20), default="")
    # What the line says once read, its problem, and what it changes.
    notes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # The wish it wrote, and how that wish stood before.
    wish_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetup_wish.id", ondelete="SET NULL"), index=True
    )
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)


class MeetupPairRule(Base):
    """A meeting that the organisers impose, in a slot or not, or exclude, and why."""

    __tablename__ = "meetup_pair_rule"
    __table_args__ = (UniqueConstraint("first_id", "second_id"),)

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"), index=True)
    # The smaller number first.
    first_id: Mapped[int] = mapped_column(ForeignKey("meetup_participant.id", ondelete="CASCADE"))
    second_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), index=True
    )
    rule: Mapped[PairRule] = mapped_column(coded(PairRule))
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_slot.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(300), default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    first: Mapped[MeetupParticipant] = relationship(foreign_keys=[first_id])
    second: Mapped[MeetupParticipant] = relationship(foreign_keys=[second_id])
    slot: Mapped[MeetupSlot | None] = relationship()


class MeetupGroup(Base):
    """A meeting of three to eight participants that the organisers ask for, as a working group."""

    __tablename__ = "meetup_group"

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(200))
    working_group_id: Mapped[int | None] = mapped_column(
        ForeignKey("working_group.id", ondelete="SET NULL")
    )
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_slot.id", ondelete="SET NULL"))
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())

    day: Mapped[MeetupDay] = relationship()
    working_group: Mapped["WorkingGroup | None"] = relationship()
    slot: Mapped[MeetupSlot | None] = relationship()
    seats: Mapped[list["MeetupGroupSeat"]] = relationship(
        back_populates="group", cascade="all, delete-orphan"
    )


class MeetupGroupSeat(Base):
    """A participant of a group meeting."""

    __tablename__ = "meetup_group_seat"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_group.id", ondelete="CASCADE"), primary_key=True
    )
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    group: Mapped[MeetupGroup] = relationship(back_populates="seats")
    participant: Mapped[MeetupParticipant] = relationship()
