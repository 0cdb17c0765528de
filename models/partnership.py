"""Who does what together on which territory."""

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, PrimaryKey, Slug, UtcDateTime, coded
from vocabulary.exchanges import InvitationState
from vocabulary.kinds import PublicationState

if TYPE_CHECKING:
    from models.account import User
    from models.document import Document
    from models.organization import Organization
    from models.territory import Territory


class Partnership(Base):
    """Several bodies around one territory, with working groups (E-Declic is one)."""

    __tablename__ = "partnership"

    id: Mapped[PrimaryKey]
    slug: Mapped[Slug]
    name: Mapped[str] = mapped_column(String(200))
    programme: Mapped[str] = mapped_column(String(200), default="")
    summary: Mapped[str] = mapped_column(Text)
    territory_id: Mapped[int | None] = mapped_column(ForeignKey("territory.id"), index=True)
    themes: Mapped[list[str]] = mapped_column(default=list)
    source: Mapped[str] = mapped_column(String(300), default="")
    source_checked_on: Mapped[date | None]
    # Who keeps the page; empty: staff do.
    organization_id: Mapped[int | None] = mapped_column(
        ForeignKey("organization.id", ondelete="SET NULL"), index=True
    )
    # The team it was built from: one partnership at most comes of it.
    consortium_id: Mapped[int | None] = mapped_column(
        ForeignKey("consortium.id", ondelete="SET NULL"), unique=True
    )
    state: Mapped[PublicationState] = mapped_column(
        coded(PublicationState), default=PublicationState.PUBLISHED, index=True
    )
    started_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    results: Mapped[str] = mapped_column(Text, default="")
    is_demo: Mapped[bool] = mapped_column(default=False, index=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    created_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    updated_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    # What waits for a moderator, since when and from whom; both empty when nothing does.
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    submitted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # The next version of a page that is public: the columns change once it is accepted.
    proposal: Mapped[dict[str, Any]] = mapped_column(default=dict)
    # What the moderator asked to change.
    review_comment: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lock: Mapped[int] = mapped_column(default=1)

    organization: Mapped["Organization | None"] = relationship()
    submitted_by: Mapped["User | None"] = relationship(foreign_keys=[submitted_by_id])
    territory: Mapped["Territory | None"] = relationship(back_populates="partnerships")
    members: Mapped[list["PartnershipMember"]] = relationship(
        back_populates="partnership",
        cascade="all, delete-orphan",
        order_by="PartnershipMember.position",
    )
    working_groups: Mapped[list["WorkingGroup"]] = relationship(
        back_populates="partnership", cascade="all, delete-orphan", order_by="WorkingGroup.id"
    )
    milestones: Mapped[list["PartnershipMilestone"]] = relationship(
        back_populates="partnership",
        cascade="all, delete-orphan",
        order_by="PartnershipMilestone.happened_on, PartnershipMilestone.id",
    )
    documents: Mapped[list["Document"]] = relationship(
        cascade="all, delete-orphan", order_by="Document.id"
    )

    __mapper_args__ = {"version_id_col": lock}  # noqa: RUF012 - SQLAlchemy's declarative form

    @property
    def is_public(self) -> bool:
        """Tell whether anyone may read the page."""
        return self.state == PublicationState.PUBLISHED

    @classmethod
    def published(cls) -> Select["Partnership"]:
        """Select the partnerships anyone may read."""
        return select(cls).where(cls.state == PublicationState.PUBLISHED)


class PartnershipMember(Base):
    """A body in a partnership with the role the source gives it."""

    __tablename__ = "partnership_member"

    partnership_id: Mapped[int] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    position: Mapped[int] = mapped_column(default=0)
    role: Mapped[str] = mapped_column(String(300), default="")
    # A member without its consent is not shown; those a public source names are « accepte ».
    state: Mapped[InvitationState] = mapped_column(
        coded(InvitationState), default=InvitationState.ACCEPTED
    )
    invited_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    partnership: Mapped[Partnership] = relationship(back_populates="members")
    organization: Mapped["Organization"] = relationship()


class WorkingGroup(Base):
    """A thematic group; an empty theme is shown « non précisé », never guessed."""

    __tablename__ = "working_group"

    id: Mapped[PrimaryKey]
    partnership_id: Mapped[int] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(200))
    theme: Mapped[str | None] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(Text, default="")

    partnership: Mapped[Partnership] = relationship(back_populates="working_groups")
    members: Mapped[list["WorkingGroupMember"]] = relationship(
        back_populates="group", cascade="all, delete-orphan"
    )
    meetings: Mapped[list["WorkingGroupMeeting"]] = relationship(
        back_populates="group",
        cascade="all, delete-orphan",
        order_by="WorkingGroupMeeting.held_on, WorkingGroupMeeting.id",
    )


class WorkingGroupMember(Base):
    """A member of the partnership that takes part in one of its groups."""

    __tablename__ = "working_group_member"

    group_id: Mapped[int] = mapped_column(
        ForeignKey("working_group.id", ondelete="CASCADE"), primary_key=True
    )
    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # Leads the group.
    is_lead: Mapped[bool] = mapped_column(default=False)

    group: Mapped[WorkingGroup] = relationship(back_populates="members")
    organization: Mapped["Organization"] = relationship()


class WorkingGroupMeeting(Base):
    """A meeting of a group: when, where, about what, and its minutes."""

    __tablename__ = "working_group_meeting"

    id: Mapped[PrimaryKey]
    group_id: Mapped[int] = mapped_column(
        ForeignKey("working_group.id", ondelete="CASCADE"), index=True
    )
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200), default="")
    agenda: Mapped[str] = mapped_column(Text, default="")
    minutes: Mapped[str] = mapped_column(Text, default="")
    # Minutes that anyone may read; otherwise the members of the partnership only.
    is_public: Mapped[bool] = mapped_column(default=False)

    group: Mapped[WorkingGroup] = relationship(back_populates="meetings")


class PartnershipMilestone(Base):
    """One dated step of the timeline, with its source where it is a public fact."""

    __tablename__ = "partnership_milestone"

    id: Mapped[PrimaryKey]
    partnership_id: Mapped[int] = mapped_column(
        ForeignKey("partnership.id", ondelete="CASCADE"), index=True
    )
    happened_on: Mapped[date]
    # How exact the date is: « day », « month » or « year ».
    precision: Mapped[str] = mapped_column(String(5), default="day")
    title: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(300), default="")

    partnership: Mapped[Partnership] = relationship(back_populates="milestones")
