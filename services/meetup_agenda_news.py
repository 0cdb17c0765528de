"""What participants do not know yet of their meetings: told by mail once, shown until noted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import (
    MeetingNotice,
    MeetingVersion,
    MeetupMeeting,
    PlannedMeeting,
    PlannedSeat,
)
from services.meetup_calendar import ChangeKind, change_for, sits_in
from vocabulary.meetups import ParticipantState


class Knowledge(StrEnum):
    """How a participant came to know; each is a column of the notice."""

    TOLD = "told_sequence"
    SEEN = "seen_sequence"


@dataclass(frozen=True, slots=True)
class AgendaChange:
    """What changed for a participant in one meeting, as far as it knew it."""

    kind: ChangeKind
    meeting: MeetupMeeting
    before: MeetingVersion | None
    after: MeetingVersion
    others: tuple[MeetupParticipant, ...]
    """Whom it is, or would have been, with."""
    came: tuple[MeetupParticipant, ...] = ()
    left: tuple[MeetupParticipant, ...] = ()
    """Who joined and who left the group, when that is what changed."""

    @property
    def is_elsewhere(self) -> bool:
        """Tell whether the hour or the table is another."""
        if self.before is None:
            return False
        old, new = self.before, self.after
        then = (old.starts_at, old.ends_at, old.room, old.table)
        return then != (new.starts_at, new.ends_at, new.room, new.table)


@dataclass(frozen=True, slots=True)
class DroppedMeeting:
    """A meeting that was once told to a participant and that it no longer has."""

    meeting: MeetupMeeting
    last: MeetingVersion


class AgendaNews:
    """Which versions some participants know, and which are in force; read in one query."""

    def __init__(
        self, session: Session, day: MeetupDay, participants: Collection[int] | None = None
    ) -> None:
        """Read what concerns ``participants``, or everybody of the day."""
        self._session = session
        self._meetings: dict[int, MeetupMeeting] = {}
        self._versions: dict[int, dict[int, MeetingVersion]] = defaultdict(dict)
        self._notices: dict[int, dict[int, MeetingNotice]] = defaultdict(dict)
        self._names: dict[int, MeetupParticipant] | None = None
        self._read(day, participants)
        self._current = {
            number: versions[max(versions)] for number, versions in self._versions.items()
        }
        self._own: dict[int, set[int]] = defaultdict(set)
        for number, version in self._current.items():
            for participant_id in version.participant_ids:
                self._own[participant_id].add(number)
        for participant_id, notices in self._notices.items():
            self._own[participant_id].update(notices.keys() & self._current.keys())

    def _read(self, day: MeetupDay, participants: Collection[int] | None) -> None:
        is_theirs = MeetingNotice.meeting_id == MeetingVersion.meeting_id
        if participants is not None:
            is_theirs &= MeetingNotice.participant_id.in_(participants)
        wanted = (
            select(MeetingVersion, MeetupMeeting, MeetingNotice)
            .join(MeetupMeeting, MeetupMeeting.id == MeetingVersion.meeting_id)
            .outerjoin(MeetingNotice, is_theirs)
            .where(MeetupMeeting.day_id == day.id)
            .options(joinedload(MeetupMeeting.group))
        )
        if participants is not None:
            placed = (
                select(PlannedMeeting.meeting_id)
                .join(PlannedSeat, PlannedSeat.planned_id == PlannedMeeting.id)
                .where(
                    PlannedMeeting.plan_id == day.published_plan_id,
                    PlannedSeat.participant_id.in_(participants),
                )
            )
            is_known = MeetingNotice.participant_id.is_not(None)
            wanted = wanted.where(or_(is_known, MeetingVersion.meeting_id.in_(placed)))
        for version, meeting, notice in self._session.execute(wanted):
            self._meetings[meeting.id] = meeting
            self._versions[meeting.id][version.sequence] = version
            if notice is not None:
                self._notices[notice.participant_id][notice.meeting_id] = notice

    def unknown_to(self, participant_id: int, how: Knowledge) -> tuple[AgendaChange, ...]:
        """Return what changed since the participant was told, or noted it; by hour."""
        changes = [
            self._change(participant_id, kind, number, before)
            for number, kind, before in self._differences(participant_id, how)
        ]
        return tuple(sorted(changes, key=lambda one: (one.after.starts_at, one.meeting.id)))

    def is_news_to(self, participant_id: int) -> bool:
        """Tell whether there is something to tell a participant."""
        return next(self._differences(participant_id, Knowledge.TOLD), None) is not None

    def _differences(
        self, participant_id: int, how: Knowledge
    ) -> Iterator[tuple[int, ChangeKind, MeetingVersion | None]]:
        for number in sorted(self._own[participant_id]):
            notice = self._notices[participant_id].get(number)
            known = getattr(notice, how.value) if notice is not None else None
            before = self._versions[number].get(known) if known is not None else None
            kind = change_for(participant_id, before, self._current[number])
            if kind is not None:
                yield number, kind, before

    def _change(
        self, participant_id: int, kind: ChangeKind, number: int, before: MeetingVersion | None
    ) -> AgendaChange:
        after = self._current[number]
        then = set(before.participant_ids) if before is not None else set()
        said = before if kind is ChangeKind.CANCELLED and before is not None else after
        came = set(after.participant_ids) - then if kind is ChangeKind.MOVED else set()
        left = then - set(after.participant_ids) if kind is ChangeKind.MOVED else set()
        return AgendaChange(
            kind=kind,
            meeting=self._meetings[number],
            before=before,
            after=after,
            others=self._named(set(said.participant_ids) - {participant_id}),
            came=self._named(came),
            left=self._named(left),
        )

    def _named(self, numbers: Iterable[int]) -> tuple[MeetupParticipant, ...]:
        if self._names is None:
            everybody = {
                number
                for versions in self._versions.values()
                for version in versions.values()
                for number in version.participant_ids
            }
            wanted = select(MeetupParticipant).where(MeetupParticipant.id.in_(everybody))
            self._names = {one.id: one for one in self._session.scalars(wanted)}
        found = [self._names[number] for number in numbers if number in self._names]
        return tuple(sorted(found, key=lambda one: (one.name_key, one.id)))

    def dropped(self, participant_id: int) -> tuple[DroppedMeeting, ...]:
        """Return the meetings once told to a participant and no longer its own."""
        return tuple(
            DroppedMeeting(self._meetings[number], self._current[number])
            for number in sorted(self._notices[participant_id].keys() & self._current.keys())
            if not sits_in(participant_id, self._current[number])
        )

    def note(self, participant_id: int, how: Knowledge, *, until: datetime | None = None) -> None:
        """Write down that a participant knows all that is in force, or was ``until`` an instant."""
        for number in sorted(self._own[participant_id]):
            known = [
                version.sequence
                for version in self._versions[number].values()
                if until is None or version.recorded_at <= until
            ]
            if known:
                setattr(self._notice(participant_id, number), how.value, max(known))

    def _notice(self, participant_id: int, number: int) -> MeetingNotice:
        notices = self._notices[participant_id]
        if number not in notices:
            notices[number] = MeetingNotice(meeting_id=number, participant_id=participant_id)
            self._session.add(notices[number])
        return notices[number]


def participants_to_tell(session: Session, day: MeetupDay) -> list[int]:
    """Return who has something to be told: a first agenda, or what changed in it; nobody else."""
    news = AgendaNews(session, day)
    rows = session.execute(
        select(MeetupParticipant.id, MeetupParticipant.agenda_told_at)
        .where(
            MeetupParticipant.day_id == day.id,
            MeetupParticipant.state == ParticipantState.CONFIRMED,
        )
        .order_by(MeetupParticipant.id)
    )
    is_published = day.published_plan_id is not None
    return [
        number
        for number, told_at in rows
        if (told_at is None and is_published) or news.is_news_to(number)
    ]


def note_changes(session: Session, participant: MeetupParticipant, *, until: datetime) -> None:
    """Write down that a participant has read what its page said until an instant."""
    news = AgendaNews(session, participant.day, [participant.id])
    news.note(participant.id, Knowledge.SEEN, until=until)


@dataclass(frozen=True, slots=True)
class Telling:
    """What a participant is told: its first agenda, or what changed in the one it has."""

    is_first: bool
    changes: tuple[AgendaChange, ...]


def tell_participant(news: AgendaNews, participant: MeetupParticipant, *, now: datetime) -> Telling:
    """Mark all that is in force as told to a participant; return what it is told.

    The first agenda counts as seen: what comes after is what is new on its page.
    """
    is_first = participant.agenda_told_at is None
    changes = news.unknown_to(participant.id, Knowledge.TOLD)
    news.note(participant.id, Knowledge.TOLD)
    if is_first:
        participant.agenda_told_at = now
        news.note(participant.id, Knowledge.SEEN)
    return Telling(is_first, changes)
