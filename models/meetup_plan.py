"""Plans of a meetup day: which meetings, in which slot, at which table; several are kept."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from models.meetup import MeetupDay, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from vocabulary.exchanges import OutcomeStage
from vocabulary.meetups import MeetingReport, PlanOrigin, PlanPhase, PlanState

if TYPE_CHECKING:
    from models.account import User
    from models.introduction import Introduction
    from models.meetup_wish import MeetupGroup
    from models.need import Need
    from models.offer import Offer


class MeetupPlan(Base):
    """One calculated or edited programme of the meetings; never changed once published."""

    __tablename__ = "meetup_plan"
    __table_args__ = (UniqueConstraint("day_id", "number"),)

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"))
    # Counted within the day, from 1.
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120), default="")
    origin: Mapped[PlanOrigin] = mapped_column(coded(PlanOrigin), default=PlanOrigin.COMPUTED)
    state: Mapped[PlanState] = mapped_column(coded(PlanState), default=PlanState.QUEUED)
    # The plan it was copied from: edited by hand, or repaired.
    based_on_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetup_plan.id", ondelete="SET NULL")
    )
    seed: Mapped[int] = mapped_column(default=0)
    seconds_allowed: Mapped[int] = mapped_column(default=30)
    asks_proof: Mapped[bool] = mapped_column(default=False)
    keeps_locks: Mapped[bool] = mapped_column(default=True)
    # The plan whose slots it keeps where it can.
    close_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetup_plan.id", ondelete="SET NULL")
    )
    # Live, while it is computed; the numbers of the result afterwards.
    phase: Mapped[PlanPhase | None] = mapped_column(coded(PlanPhase))
    placed: Mapped[int | None]
    wished: Mapped[int | None]
    score: Mapped[int | None]
    score_bound: Mapped[int | None]
    breaks: Mapped[int | None]
    breaks_bound: Mapped[int | None]
    waits: Mapped[int | None]
    # What the plan guarantees and what is proven of it, as data.
    guarantees: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Constraints in conflict when nothing is possible; reasons of wishes that were not placed.
    conflicts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    unplaced: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # Moves made by hand, to undo and to make again (services/meetup_moves.py).
    edits: Mapped[dict[str, Any]] = mapped_column(default=dict)
    is_stop_asked: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str] = mapped_column(String(300), default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    progress_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # The last time it became the published one.
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lock: Mapped[int] = mapped_column(default=1)

    day: Mapped[MeetupDay] = relationship(foreign_keys=[day_id])
    based_on: Mapped["MeetupPlan | None"] = relationship(
        remote_side="MeetupPlan.id", foreign_keys=[based_on_id]
    )
    close_to: Mapped["MeetupPlan | None"] = relationship(
        remote_side="MeetupPlan.id", foreign_keys=[close_to_id]
    )
    created_by: Mapped["User | None"] = relationship(foreign_keys=[created_by_id])
    placements: Mapped[list["PlannedMeeting"]] = relationship(
        back_populates="plan", cascade="all, delete-orphan", order_by="PlannedMeeting.id"
    )

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form


class MeetupMeeting(Base):
    """A meeting of one pair or one group at one day, the same whatever plan places it."""

    __tablename__ = "meetup_meeting"
    __table_args__ = (UniqueConstraint("day_id", "key"),)

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"))
    # « p3-17 » for the participants 3 and 17, « g5 » for the group 5.
    key: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_group.id", ondelete="CASCADE"))
    # What it is about, from the wishes.
    need_id: Mapped[int | None] = mapped_column(ForeignKey("need.id", ondelete="SET NULL"))
    offer_id: Mapped[int | None] = mapped_column(ForeignKey("offer.id", ondelete="SET NULL"))
    # The calendar event (RFC 5545): the same UID for ever, a SEQUENCE that grows with each change.
    uid: Mapped[str] = mapped_column(String(60), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    # As last published; empty: in no published plan now.
    slot_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_slot.id", ondelete="SET NULL"))
    table_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_table.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # What it led to, on the thread of both bodies.
    introduction_id: Mapped[int | None] = mapped_column(
        ForeignKey("introduction.id", ondelete="SET NULL"), index=True
    )
    # What the participants' accounts amount to.
    is_held: Mapped[bool | None]
    is_disputed: Mapped[bool] = mapped_column(default=False)
    stage: Mapped[OutcomeStage | None] = mapped_column(coded(OutcomeStage))

    day: Mapped[MeetupDay] = relationship()
    group: Mapped["MeetupGroup | None"] = relationship()
    need: Mapped["Need | None"] = relationship()
    offer: Mapped["Offer | None"] = relationship()
    slot: Mapped[MeetupSlot | None] = relationship()
    table: Mapped[MeetupTable | None] = relationship()
    introduction: Mapped["Introduction | None"] = relationship()
    seats: Mapped[list["MeetingSeat"]] = relationship(
        back_populates="meeting", cascade="all, delete-orphan"
    )


class MeetingSeat(Base):
    """A participant of a meeting."""

    __tablename__ = "meetup_meeting_seat"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_meeting.id", ondelete="CASCADE"), primary_key=True
    )
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    meeting: Mapped[MeetupMeeting] = relationship(back_populates="seats")
    participant: Mapped[MeetupParticipant] = relationship()


class MeetingVersion(Base):
    """What a meeting was under one number of its calendar event: what changed is read here."""

    __tablename__ = "meetup_meeting_version"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_meeting.id", ondelete="CASCADE"), primary_key=True
    )
    sequence: Mapped[int] = mapped_column(primary_key=True)
    # Of a cancelled meeting: when and where it would have been.
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    room: Mapped[str] = mapped_column(String(120))
    table: Mapped[str] = mapped_column(String(40))
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    # Numbers of the participants, in order.
    participant_ids: Mapped[list[int]] = mapped_column(JSON, default=list)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime())


class MeetingNotice(Base):
    """Which version of a meeting a participant knows; it outlives its seat, to tell a departure."""

    __tablename__ = "meetup_meeting_notice"

    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_meeting.id", ondelete="CASCADE"), primary_key=True
    )
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # Last told by mail, and last seen on the participant's own page.
    told_sequence: Mapped[int | None]
    seen_sequence: Mapped[int | None]


class PlannedMeeting(Base):
    """Where a plan puts a meeting; the database refuses two meetings at a table in a slot."""

    __tablename__ = "meetup_planned_meeting"
    __table_args__ = (
        UniqueConstraint("plan_id", "meeting_id", name="uq_meetup_planned_meeting_once"),
        UniqueConstraint("plan_id", "slot_id", "table_id", name="uq_meetup_planned_meeting_table"),
    )

    id: Mapped[PrimaryKey]
    plan_id: Mapped[int] = mapped_column(ForeignKey("meetup_plan.id", ondelete="CASCADE"))
    meeting_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_meeting.id", ondelete="CASCADE"), index=True
    )
    slot_id: Mapped[int] = mapped_column(ForeignKey("meetup_slot.id"))
    table_id: Mapped[int] = mapped_column(ForeignKey("meetup_table.id"))
    # Kept where it is by the next calculations.
    is_locked: Mapped[bool] = mapped_column(default=False)

    plan: Mapped[MeetupPlan] = relationship(back_populates="placements")
    meeting: Mapped[MeetupMeeting] = relationship()
    slot: Mapped[MeetupSlot] = relationship()
    table: Mapped[MeetupTable] = relationship()
    occupied: Mapped[list["PlannedSeat"]] = relationship(
        back_populates="planned", cascade="all, delete-orphan"
    )


class PlannedSeat(Base):
    """A participant taken in a slot of a plan; the database refuses to have it in two places."""

    __tablename__ = "meetup_planned_seat"
    __table_args__ = (
        UniqueConstraint(
            "plan_id", "slot_id", "participant_id", name="uq_meetup_planned_seat_place"
        ),
    )

    planned_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_planned_meeting.id", ondelete="CASCADE"), primary_key=True
    )
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    plan_id: Mapped[int] = mapped_column(ForeignKey("meetup_plan.id", ondelete="CASCADE"))
    slot_id: Mapped[int] = mapped_column(ForeignKey("meetup_slot.id"))

    planned: Mapped[PlannedMeeting] = relationship(back_populates="occupied")


class MeetingInquiry(Base):
    """The question put to one participant about one meeting on one date: what came of it?"""

    __tablename__ = "meetup_meeting_inquiry"
    __table_args__ = (
        UniqueConstraint("meeting_id", "participant_id", "days_after"),
        Index("ix_meetup_meeting_inquiry_waiting", "participant_id", "answered_at"),
    )

    id: Mapped[PrimaryKey]
    meeting_id: Mapped[int] = mapped_column(ForeignKey("meetup_meeting.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE")
    )
    due_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    # Days after the meeting: 0, 30, 90 or 180.
    days_after: Mapped[int]
    asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Of the evening only.
    report: Mapped[MeetingReport | None] = mapped_column(coded(MeetingReport))
    # 1 to 5.
    satisfaction: Mapped[int | None]
    stage: Mapped[OutcomeStage | None] = mapped_column(coded(OutcomeStage))
    note: Mapped[str] = mapped_column(String(500), default="")

    meeting: Mapped[MeetupMeeting] = relationship()
    participant: Mapped[MeetupParticipant] = relationship()
