"""The programme of a meetup day: what everybody attends, what one chooses, runs of meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay, MeetupRoom, MeetupSession, MeetupSlot
from models.meetup_plan import PlannedMeeting
from services.contents import clean_line, clean_text
from services.errors import RuleViolation
from services.meetup_availability import Stretch, overlap, session_during
from services.meetup_clock import instant_at_place
from services.meetup_day_notes import flush_day, note_day
from services.meetup_slots import span_words
from vocabulary.labels import N_
from vocabulary.meetups import SHARED_SESSIONS, SessionKind

MAX_TITLE: Final = 200
MAX_TEXT: Final = 2_000
MOST_SESSIONS: Final = 60


@dataclass(frozen=True, slots=True)
class SessionContent:
    """What is written about a part of the programme."""

    kind: SessionKind
    title: str
    starts: time
    ends: time
    text: str = ""
    room_id: int | None = None
    capacity: int | None = None

    @classmethod
    def of(cls, part: MeetupSession, day: MeetupDay) -> "SessionContent":
        """Return what is stored, by the clocks of the place."""
        return cls(
            kind=part.kind,
            title=part.title,
            starts=part.starts_at.astimezone(day.zone).time(),
            ends=part.ends_at.astimezone(day.zone).time(),
            text=part.text,
            room_id=part.room_id,
            capacity=part.capacity,
        )


@dataclass(frozen=True, slots=True)
class ProgrammeLine:
    """One line of the programme: a part of it, or a run of slots without anything between."""

    starts_at: datetime
    ends_at: datetime
    part: MeetupSession | None = None
    slots: tuple[MeetupSlot, ...] = ()


def programme_of(day: MeetupDay) -> list[ProgrammeLine]:
    """Return the day in order; slots that a shared part takes out are not meetings."""
    lines = [ProgrammeLine(one.starts_at, one.ends_at, part=one) for one in day.sessions]
    shared = [one for one in day.sessions if one.kind in SHARED_SESSIONS]
    run: list[MeetupSlot] = []
    for slot in day.slots:
        if session_during(day, slot) is not None:
            continue
        if run and _parted(run[-1], slot, shared):
            lines.append(_run_line(run))
            run = []
        run.append(slot)
    if run:
        lines.append(_run_line(run))
    return sorted(lines, key=lambda line: (line.starts_at, line.part is None, line.ends_at))


def _parted(one: MeetupSlot, other: MeetupSlot, shared: Sequence[MeetupSession]) -> bool:
    """Tell whether everybody does something else between two slots, or waits for long."""
    between = Stretch(one.ends_at, other.starts_at) if one.ends_at < other.starts_at else None
    if between is None:
        return False
    is_long = between.ends_at - between.starts_at >= one.ends_at - one.starts_at
    return is_long or any(overlap(part, between) for part in shared)


def _run_line(run: Sequence[MeetupSlot]) -> ProgrammeLine:
    return ProgrammeLine(run[0].starts_at, run[-1].ends_at, slots=tuple(run))


def save_session(
    session: Session,
    day: MeetupDay,
    part: MeetupSession | None,
    content: SessionContent,
    *,
    person: User,
    now: datetime,
) -> MeetupSession:
    """Add a part to the programme, or change it.

    Raises:
        RuleViolation: a name is missing, the hours make no sense, the room is taken, everybody
            would be in two places, or published meetings are held meanwhile.
        Conflict: somebody changed the day meanwhile.
    """
    title = clean_line(content.title, MAX_TITLE)
    if not title:
        raise RuleViolation(N_("Donnez un titre."), field="title")
    span = _span(day, content)
    room = _room(day, content.room_id)
    others = [one for one in day.sessions if one is not part]
    if part is None and len(others) >= MOST_SESSIONS:
        raise RuleViolation(N_("%(most)s parties au plus."), most=MOST_SESSIONS)
    _check_room(day, others, room, span)
    if content.kind in SHARED_SESSIONS:
        _check_shared(session, day, others, span)
    if part is None:
        part = MeetupSession()
        day.sessions.append(part)
    part.kind, part.title = content.kind, title
    part.text = clean_text(content.text, MAX_TEXT)
    part.starts_at, part.ends_at, part.room = span.starts_at, span.ends_at, room
    part.capacity = None if content.kind in SHARED_SESSIONS else content.capacity
    _note(session, day, part.title, person, now)
    return part


def _span(day: MeetupDay, content: SessionContent) -> Stretch:
    starts = instant_at_place(day.held_on, content.starts, day.zone, field="starts")
    ends = instant_at_place(day.held_on, content.ends, day.zone, field="ends")
    if ends <= starts:
        raise RuleViolation(N_("La fin vient avant le début."), field="ends")
    return Stretch(starts, ends)


def _room(day: MeetupDay, room_id: int | None) -> MeetupRoom | None:
    if room_id is None:
        return None
    found = next((room for room in day.rooms if room.id == room_id), None)
    if found is None:
        raise RuleViolation(N_("Cette salle n’existe plus."), field="room_id")
    return found


def _check_room(
    day: MeetupDay, others: Sequence[MeetupSession], room: MeetupRoom | None, span: Stretch
) -> None:
    if room is None:
        return
    for one in others:
        if one.room_id == room.id and overlap(one, span):
            raise RuleViolation(
                N_("« %(title)s » occupe déjà cette salle de %(span)s."),
                field="room_id",
                title=one.title,
                span=span_words(day, one),
            )


def _check_shared(
    session: Session, day: MeetupDay, others: Sequence[MeetupSession], span: Stretch
) -> None:
    for one in others:
        if one.kind in SHARED_SESSIONS and overlap(one, span):
            raise RuleViolation(
                N_("Tout le monde est déjà à « %(title)s » de %(span)s."),
                field="starts",
                title=one.title,
                span=span_words(day, one),
            )
    taken = [slot.id for slot in day.slots if overlap(slot, span)]
    held = session.scalar(
        select(func.count(PlannedMeeting.id)).where(
            PlannedMeeting.plan_id == day.published_plan_id, PlannedMeeting.slot_id.in_(taken)
        )
    )
    if held:
        raise RuleViolation(
            N_("Le planning publié tient %(count)s rendez-vous pendant ce temps."),
            field="starts",
            count=held,
        )


def remove_session(session: Session, part: MeetupSession, *, person: User, now: datetime) -> None:
    """Take a part out of the programme; those who had chosen it are free again meanwhile."""
    day, title = part.day, part.title
    day.sessions.remove(part)
    _note(session, day, title, person, now)


def _note(session: Session, day: MeetupDay, title: str, person: User, now: datetime) -> None:
    details = {"part": title}
    note_day(session, "programme_changed", day, person=person, now=now, details=details)
    flush_day(session)
    session.expire(day, ["sessions"])
