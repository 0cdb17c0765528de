"""Calendar events of the meetings: one version of a meeting for each change of what is published.

A version keeps when, where and who; its number is the SEQUENCE of the event (RFC 5545), whose UID
never changes. Which version a participant knows is kept beside it, so that only what changed for
somebody is told to them, whatever was published in between.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.meetup import MeetupDay, MeetupSlot, MeetupTable
from models.meetup_plan import (
    MeetingVersion,
    MeetupMeeting,
    MeetupPlan,
    PlannedMeeting,
    PlannedSeat,
)
from services.meetup_prints import refresh_prints
from services.outbox import post_message
from vocabulary.meetups import DayState

AGENDA_NEWS: Final = "meetup.agenda_news"


class ChangeKind(StrEnum):
    """What a change of a meeting is to somebody."""

    NEW = "nouveau"
    MOVED = "deplace"
    CANCELLED = "annule"


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """One meeting as it was, and as it is; ``before`` is nothing for one that is new."""

    meeting_id: int
    before: MeetingVersion | None
    after: MeetingVersion

    @property
    def kind(self) -> ChangeKind:
        """Return what the change is for the meeting as a whole."""
        if self.after.is_cancelled:
            return ChangeKind.CANCELLED
        was_held = self.before is not None and not self.before.is_cancelled
        return ChangeKind.MOVED if was_held else ChangeKind.NEW

    @property
    def participants(self) -> frozenset[int]:
        """Return whom it concerns."""
        before = self.before.participant_ids if self.before else ()
        return frozenset((*before, *self.after.participant_ids))

    def kind_for(self, participant_id: int) -> ChangeKind | None:
        """Return what the change is to one participant, nothing when it takes no part in it."""
        return change_for(participant_id, self.before, self.after)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A meeting where the plan puts it."""

    slot: MeetupSlot
    table: MeetupTable
    participants: list[int]

    def is_said_by(self, version: MeetingVersion) -> bool:
        """Tell whether ``version`` already says so."""
        return not version.is_cancelled and facts_of(version) == (
            self.slot.starts_at,
            self.slot.ends_at,
            self.table.room.name,
            self.table.label,
            tuple(self.participants),
        )


Facts = tuple[datetime, datetime, str, str, tuple[int, ...]]


def facts_of(version: MeetingVersion) -> Facts:
    """Return when, where and who: what its participants must be told of."""
    people = tuple(version.participant_ids)
    return version.starts_at, version.ends_at, version.room, version.table, people


def change_for(
    participant_id: int, before: MeetingVersion | None, after: MeetingVersion
) -> ChangeKind | None:
    """Return what differs, to one participant, between two versions of a meeting."""
    was_in = sits_in(participant_id, before)
    is_in = sits_in(participant_id, after)
    if was_in and is_in and before is not None:
        return None if facts_of(before) == facts_of(after) else ChangeKind.MOVED
    if is_in:
        return ChangeKind.NEW
    return ChangeKind.CANCELLED if was_in else None


def sits_in(participant_id: int, version: MeetingVersion | None) -> bool:
    """Tell whether a version has the participant meet somebody."""
    is_held = version is not None and not version.is_cancelled
    return is_held and version is not None and participant_id in version.participant_ids


def record_publication(
    session: Session, day: MeetupDay, plan: MeetupPlan | None, *, now: datetime
) -> tuple[MeetingChange, ...]:
    """Write down what the published plan says of each meeting; return the meetings that changed.

    Only where the hours, the place or the people differ does the number of the event grow. Without
    a plan, or when the day is cancelled, every meeting is cancelled and keeps its UID. Recording
    the same plan again changes nothing.
    """
    session.flush()
    # Kept: two publications at once would write one version twice.
    session.execute(select(MeetupDay.id).where(MeetupDay.id == day.id).with_for_update())
    is_held = plan is not None and day.state is not DayState.CANCELLED
    wanted = _wanted(session, plan.id) if plan is not None and is_held else {}
    last = _last_versions(session, day)
    live = {number for number, version in last.items() if not version.is_cancelled}
    meetings = _meetings(session, live | wanted.keys())
    changes = []
    for meeting in meetings:
        change = _record(meeting, last.get(meeting.id), wanted.get(meeting.id), now)
        if change is not None:
            session.add(change.after)
            changes.append(change)
    session.flush()
    return tuple(changes)


def refresh_publication(
    session: Session, day: MeetupDay, *, now: datetime
) -> tuple[MeetingChange, ...]:
    """Record again what is published, after hours, rooms or the state of ``day`` were changed.

    Those whose agenda changes are told by the worker.
    """
    plan = session.get(MeetupPlan, day.published_plan_id) if day.published_plan_id else None
    changes = record_publication(session, day, plan, now=now)
    if changes:
        announce_agendas(session, day, now=now)
    return changes


def announce_agendas(session: Session, day: MeetupDay, *, now: datetime) -> None:
    """Ask the worker to tell each participant what it does not know yet, and to print it again."""
    post_message(session, AGENDA_NEWS, {"day_id": day.id}, now=now)
    refresh_prints(session, day, now=now)


def changes_by_participant(
    changes: Iterable[MeetingChange],
) -> dict[int, tuple[tuple[ChangeKind, MeetingChange], ...]]:
    """Return the changes of each participant concerned, in the order given."""
    found: dict[int, list[tuple[ChangeKind, MeetingChange]]] = {}
    for change in changes:
        for participant_id in sorted(change.participants):
            kind = change.kind_for(participant_id)
            if kind is not None:
                found.setdefault(participant_id, []).append((kind, change))
    return {participant_id: tuple(own) for participant_id, own in found.items()}


def _wanted(session: Session, plan_id: int) -> dict[int, _Wanted]:
    seats: dict[int, list[int]] = {}
    rows = session.execute(
        select(PlannedSeat.planned_id, PlannedSeat.participant_id)
        .where(PlannedSeat.plan_id == plan_id)
        .order_by(PlannedSeat.participant_id)
    )
    for planned_id, participant_id in rows:
        seats.setdefault(planned_id, []).append(participant_id)
    placed = session.scalars(
        select(PlannedMeeting)
        .where(PlannedMeeting.plan_id == plan_id)
        .options(
            joinedload(PlannedMeeting.slot),
            joinedload(PlannedMeeting.table).joinedload(MeetupTable.room),
        )
        # Hours and rooms may have been changed in the same session.
        .execution_options(populate_existing=True)
    )
    return {one.meeting_id: _Wanted(one.slot, one.table, seats.get(one.id, [])) for one in placed}


def _meetings(session: Session, numbers: Iterable[int]) -> list[MeetupMeeting]:
    wanted = select(MeetupMeeting).where(MeetupMeeting.id.in_(numbers))
    return list(session.scalars(wanted.order_by(MeetupMeeting.id)))


def _last_versions(session: Session, day: MeetupDay) -> dict[int, MeetingVersion]:
    found = session.scalars(
        select(MeetingVersion)
        .join(MeetupMeeting, MeetupMeeting.id == MeetingVersion.meeting_id)
        .where(MeetupMeeting.day_id == day.id, MeetingVersion.sequence == MeetupMeeting.sequence)
    )
    return {version.meeting_id: version for version in found}


def _record(
    meeting: MeetupMeeting, last: MeetingVersion | None, wanted: _Wanted | None, now: datetime
) -> MeetingChange | None:
    meeting.slot_id = wanted.slot.id if wanted else None
    meeting.table_id = wanted.table.id if wanted else None
    after = _next_version(meeting, last, wanted, now)
    if after is None:
        return None
    meeting.sequence, meeting.changed_at = after.sequence, now
    return MeetingChange(meeting.id, last, after)


def _next_version(
    meeting: MeetupMeeting, last: MeetingVersion | None, wanted: _Wanted | None, now: datetime
) -> MeetingVersion | None:
    sequence = last.sequence + 1 if last else 0
    if wanted is not None:
        if last is not None and wanted.is_said_by(last):
            return None
        return MeetingVersion(
            meeting_id=meeting.id,
            sequence=sequence,
            starts_at=wanted.slot.starts_at,
            ends_at=wanted.slot.ends_at,
            room=wanted.table.room.name,
            table=wanted.table.label,
            participant_ids=wanted.participants,
            is_cancelled=False,
            recorded_at=now,
        )
    if last is None or last.is_cancelled:
        return None
    return MeetingVersion(
        meeting_id=meeting.id,
        sequence=sequence,
        starts_at=last.starts_at,
        ends_at=last.ends_at,
        room=last.room,
        table=last.table,
        participant_ids=list(last.participant_ids),
        is_cancelled=True,
        recorded_at=now,
    )
