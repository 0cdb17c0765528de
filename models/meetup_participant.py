"""Who comes to a meetup day: participants, the people they send, when they can, what they join."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, Select, String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, UtcDateTime, coded
from models.meetup import MeetupDay, MeetupSession
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import ParticipantEvent, ParticipantState, ParticipantVisibility

if TYPE_CHECKING:
    from models.account import User
    from models.organization import Organization


class MeetupParticipant(Base):
    """One body at one day: it is met by one other at a time, whoever it sends.

    It may be of the directory or not: invitees of a list have a name, a side and an address only.
    """

    __tablename__ = "meetup_participant"
    __table_args__ = (
        UniqueConstraint("day_id", "organization_id", name="uq_meetup_participant_body"),
        UniqueConstraint("day_id", "name_key", name="uq_meetup_participant_name"),
        Index("ix_meetup_participant_day_state", "day_id", "state"),
    )

    id: Mapped[PrimaryKey]
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"))
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    # services.text_keys.name_key(name): nobody comes twice under one name.
    name_key: Mapped[str] = mapped_column(String(200))
    side: Mapped[Side] = mapped_column(coded(Side))
    kind: Mapped[OrganizationKind | None] = mapped_column(coded(OrganizationKind))
    themes: Mapped[list[str]] = mapped_column(default=list)
    # Quarters or communes that a participant of the territory side speaks for (codes).
    territory_codes: Mapped[list[str]] = mapped_column(default=list)
    # What the participant comes for, shown to those whom its visibility allows.
    presentation: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[ParticipantState] = mapped_column(
        coded(ParticipantState), default=ParticipantState.INVITED
    )
    visibility: Mapped[ParticipantVisibility] = mapped_column(
        coded(ParticipantVisibility), default=ParticipantVisibility.PARTICIPANTS
    )
    # Fewer meetings than the day allows, at the participant's wish; empty: as the day says.
    most_meetings: Mapped[int | None]
    needs_step_free: Mapped[bool] = mapped_column(default=False)
    needs_hearing_loop: Mapped[bool] = mapped_column(default=False)
    # Other needs in the participant's words; erased a week after the day.
    accessibility_note: Mapped[str] = mapped_column(String(500), default="")
    # Why it was invited, told in the invitation: themes, territories, words of the organisers.
    invited_for: Mapped[dict[str, Any]] = mapped_column(default=dict)
    staff_note: Mapped[str] = mapped_column(String(500), default="")
    decision_note: Mapped[str] = mapped_column(String(500), default="")
    # Part of every link mailed to the participant: a new one makes the former links worthless.
    link_key: Mapped[str] = mapped_column(String(32), unique=True)
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    reminded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # Rank on the waiting list, and the order of arrival.
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # On the day: the first of its people to come, or the moment somebody said it will not come.
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    absent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    is_walk_in: Mapped[bool] = mapped_column(default=False)
    # Part of the address that calendar programs poll; empty: nobody subscribed.
    calendar_key: Mapped[str] = mapped_column(String(32), default="")
    # Added to the numbers of the events of its calendar; odd: it gave up (services/meetup_returns).
    calendar_offset: Mapped[int] = mapped_column(default=0)
    # When the agenda was first mailed: from then on, only what changes is told.
    agenda_told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime())
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    lock: Mapped[int] = mapped_column(default=1)

    day: Mapped[MeetupDay] = relationship(back_populates="participants")
    organization: Mapped["Organization | None"] = relationship()
    attendees: Mapped[list["MeetupAttendee"]] = relationship(
        back_populates="participant",
        cascade="all, delete-orphan",
        order_by="MeetupAttendee.id",
    )
    absences: Mapped[list["MeetupAbsence"]] = relationship(
        back_populates="participant",
        cascade="all, delete-orphan",
        order_by="MeetupAbsence.starts_at",
    )
    session_seats: Mapped[list["MeetupSessionSeat"]] = relationship(
        back_populates="participant", cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form

    @classmethod
    def named(cls, day_id: int, name_key: str) -> Select["MeetupParticipant"]:
        """Select the participant of a day that has this name, by its key."""
        return select(cls).where(cls.day_id == day_id, cls.name_key == name_key)


class MeetupAttendee(Base):
    """A person whom a participant sends; gets the mails and a badge."""

    __tablename__ = "meetup_attendee"
    __table_args__ = (UniqueConstraint("day_id", "email"),)

    id: Mapped[PrimaryKey]
    # Repeated from the participant: nobody is at one day for two bodies.
    day_id: Mapped[int] = mapped_column(ForeignKey("meetup_day.id", ondelete="CASCADE"))
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), index=True
    )
    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    name: Mapped[str] = mapped_column(String(120))
    job_title: Mapped[str] = mapped_column(String(120), default="")
    # Lower case; never shown to other participants. Empty for somebody met at the door.
    email: Mapped[str | None] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(5), default="fr")
    # What the QR code of the badge holds.
    badge_key: Mapped[str] = mapped_column(String(32), unique=True)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    checked_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    participant: Mapped[MeetupParticipant] = relationship(back_populates="attendees")
    user: Mapped["User | None"] = relationship(foreign_keys=[user_id])


class MeetupAbsence(Base):
    """A stretch of the day during which a participant cannot be met."""

    __tablename__ = "meetup_absence"

    id: Mapped[PrimaryKey]
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), index=True
    )
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime())
    # When the welcome team noted it, on the day; empty: said beforehand by the participant.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    participant: Mapped[MeetupParticipant] = relationship(back_populates="absences")


class MeetupSessionSeat(Base):
    """A participant that takes part in a session one chooses: it is not met during it."""

    __tablename__ = "meetup_session_seat"

    session_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_session.id", ondelete="CASCADE"), primary_key=True
    )
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), primary_key=True, index=True
    )

    session: Mapped[MeetupSession] = relationship()
    participant: Mapped[MeetupParticipant] = relationship(back_populates="session_seats")


class MeetupParticipantEvent(Base):
    """A line of a participant's history: what happened, who did it, how many were written to."""

    __tablename__ = "meetup_participant_event"

    id: Mapped[PrimaryKey]
    participant_id: Mapped[int] = mapped_column(
        ForeignKey("meetup_participant.id", ondelete="CASCADE"), index=True
    )
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    event: Mapped[ParticipantEvent] = mapped_column(coded(ParticipantEvent))
    # Empty: the participant itself, or the calendar.
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    recipients: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(String(500), default="")
