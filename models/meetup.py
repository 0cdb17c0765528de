"""Meetup days on which innovators and territories sit down together: place, tables, programme."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ForeignKey,
    Select,
    String,
    Text,
    UniqueConstraint,
    literal_column,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, Slug, UtcDateTime, coded
from models.geography import Commune
from vocabulary.meetups import DayState, SessionKind

if TYPE_CHECKING:
    from models.meetup_participant import MeetupParticipant
    from models.meetup_plan import MeetupPlan


class MeetupDay(Base):
    """One day at one place, in the time of that place."""

    __tablename__ = "meetup_day"

    id: Mapped[PrimaryKey]
    slug: Mapped[Slug]
    title: Mapped[str] = mapped_column(String(200))
    held_on: Mapped[date] = mapped_column(index=True)
    # IANA name: times are shown in it, whatever the zone of the reader or of the server.
    time_zone: Mapped[str] = mapped_column(String(60), default="Europe/Paris")
    place: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300), default="")
    commune_code: Mapped[str | None] = mapped_column(ForeignKey("commune.code"))
    summary: Mapped[str] = mapped_column(Text)
    accessibility: Mapped[str] = mapped_column(Text, default="")
    asked: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[DayState] = mapped_column(coded(DayState), default=DayState.DRAFT, index=True)
    # Participants at most; empty: as many as come.
    capacity: Mapped[int | None]
    # People that one organisation may send.
    seats_per_organization: Mapped[int] = mapped_column(default=3)
    # Whether staff say yes to each registration.
    needs_approval: Mapped[bool] = mapped_column(default=True)
    registration_closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    wishes_close_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Days after which a wish without an answer is no longer asked about.
    wish_days: Mapped[int] = mapped_column(default=7)
    wishes_per_participant: Mapped[int] = mapped_column(default=12)
    # Whether two territories, or two innovators, may wish each other.
    same_side_wishes: Mapped[bool] = mapped_column(default=False)
    # Guaranteed to each participant where the wishes allow, and at most.
    least_meetings: Mapped[int] = mapped_column(default=3)
    most_meetings: Mapped[int] = mapped_column(default=10)
    # Largest difference between the breaks of two participants.
    fairness: Mapped[int] = mapped_column(default=2)
    # What everybody sees; several others may be kept beside it.
    published_plan_id: Mapped[int | None] = mapped_column(
        ForeignKey("meetup_plan.id", ondelete="SET NULL", use_alter=True)
    )
    cancelled_reason: Mapped[str] = mapped_column(String(500), default="")
    # Where it stood before it was cancelled: what undoing gives back.
    state_before: Mapped[DayState | None] = mapped_column(coded(DayState))
    # Part of the address of the hall's screen: a new one closes the screens opened with the former.
    hall_key: Mapped[str] = mapped_column(String(32), default="")
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    lock: Mapped[int] = mapped_column(default=1)

    commune: Mapped[Commune | None] = relationship()
    rooms: Mapped[list["MeetupRoom"]] = relationship(
        back_populates="day",
        cascade="all, delete-orphan",
        order_by="MeetupRoom.rank, MeetupRoom.id",
    )
    slots: Mapped[list["MeetupSlot"]] = relationship(
        back_populates="day", cascade="all, delete-orphan", order_by="MeetupSlot.starts_at"
    )
    sessions: Mapped[list["MeetupSession"]] = relationship(
        back_populates="day",
        cascade="all, delete-orphan",
        order_by="MeetupSession.starts_at, MeetupSession.id",
    )
    participants: Mapped[list["MeetupParticipant"]] = relationship(
        back_populates="day", cascade="all, delete-orphan", order_by="MeetupParticipant.id"
    )
    published_plan: Mapped["MeetupPlan | None"] = relationship(
        foreign_keys=[published_plan_id], post_update=True
    )

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of the place."""
        return ZoneInfo(self.time_zone)

    @property
    def is_public(self) -> bool:
        """Tell whether anyone may read the page of the day."""
        return self.state != DayState.DRAFT

    def at(self, moment: time) -> datetime:
        """Return the instant at which the clocks of the place show ``moment`` on the day."""
        return datetime.combine(self.held_on, moment, tzinfo=self.zone)

    @classmethod
    def public(cls) -> Select["MeetupDay"]:
        """Select the days that anyone may read."""
        return select(cls).where(cls.state != DayState.DRAFT)

    @classmethod
    def from_day(cls, day: date) -> Select["MeetupDay"]:
        """Select the public days still to come on ``day``, the next one first."""
        return cls.public().where(cls.held_on >= day).order_by(cls.held_on, cls.id)

    @classmethod
    def before_day(cls, day: date) -> Select["MeetupDay"]:
        """Select the public days past on ``day``, the last one first."""
        return cls.public().where(cls.held_on < day).order_by(cls.held_on.desc(), cls.id)


class MeetupRoom(Base):
    """A room of the place, where tables stand or a part of the programme is held."""

    __tablename__ = "meetup_room"
    __table_args__ = (UniqueConstraint("day_id", "name"),)

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    rank: Mapped[int] = mapped_column(default=0)
    accessibility: Mapped[str] = mapped_column(String(300), default="")

    day: Mapped[MeetupDay] = relationship(back_populates="rooms")
    tables: Mapped[list["MeetupTable"]] = relationship(
        back_populates="room",
        cascade="all, delete-orphan",
        order_by="MeetupTable.rank, MeetupTable.id",
    )


class MeetupTable(Base):
    """A table at which one meeting is held at a time."""

    __tablename__ = "meetup_table"
    __table_args__ = (UniqueConstraint("room_id", "label"),)

    id: Mapped[PrimaryKey]
    room_id: Mapped[int] = mapped_column(ForeignKey("meetup_room.id", ondelete="CASCADE"))
    label: Mapped[str] = mapped_column(String(40))
    rank: Mapped[int] = mapped_column(default=0)
    # People who can sit there: a working group asks for a larger one.
    seats: Mapped[int] = mapped_column(default=4)
    # Reached without a step and with room for a wheelchair, and with a hearing loop.
    is_step_free: Mapped[bool] = mapped_column(default=True)
    has_hearing_loop: Mapped[bool] = mapped_column(default=False)

    room: Mapped[MeetupRoom] = relationship(back_populates="tables")


class MeetupSlot(Base):
    """A stretch of time in which meetings are held, one at a table."""

    __tablename__ = "meetup_slot"
    __table_args__ = (UniqueConstraint("day_id", "starts_at"),)

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # Tables used at most in this slot; empty: all of them.
    table_limit: Mapped[int | None]

    day: Mapped[MeetupDay] = relationship(back_populates="slots")


class MeetupSession(Base):
    """A part of the programme: plenary, pitches, workshop, meal."""

    __tablename__ = "meetup_session"

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"), index=True)
    kind: Mapped[SessionKind] = mapped_column(coded(SessionKind))
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    room_id: Mapped[int | None] = mapped_column(ForeignKey("meetup_room.id", ondelete="SET NULL"))
    # Places in a session that one chooses; empty: as many as come.
    capacity: Mapped[int | None]
    # Of its calendar event: grows with each change, whoever makes it.
    sequence: Mapped[int] = mapped_column(default=0, onupdate=literal_column("sequence + 1"))

    day: Mapped[MeetupDay] = relationship(back_populates="sessions")
    room: Mapped[MeetupRoom | None] = relationship()
