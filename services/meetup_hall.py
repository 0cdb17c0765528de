"""The screen of the hall: what is held now and next, at which table, from the published plan.

It stands inside the venue, before people who wear a badge: whoever is met there is named, except
a participant who chose to be seen by the organisers alone, whose place reads as taken.
"""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.account import User
from models.meetup import MeetupDay, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, PlannedMeeting, PlannedSeat
from services.meetup_availability import session_during, span_of
from services.meetup_clock import is_past, is_today
from services.meetup_day_notes import flush_day, note_day
from vocabulary.meetups import ParticipantVisibility

# Lines that one can read from across a hall, without scrolling.
LINES_A_PAGE: Final = 12


class HallMoment(StrEnum):
    """Where the day stands for those in the hall."""

    BEFORE = "before"
    RUNNING = "running"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class HallMeeting:
    """Who meets at a table; a name is empty for somebody who is not to be named."""

    table: str
    room: str
    title: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HallSlot:
    """A slot with one page of its meetings."""

    slot: MeetupSlot
    meetings: tuple[HallMeeting, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Hall:
    """What the screen shows at one moment."""

    moment: HallMoment
    has_plan: bool
    current: HallSlot | None
    following: HallSlot | None
    running: tuple[MeetupSession, ...]
    upcoming: tuple[MeetupSession, ...]
    page: int
    pages: int


def hall_key(day: MeetupDay) -> str:
    """Return the key of the screen's address; empty until somebody asks for one."""
    return day.hall_key


def renew_hall_key(session: Session, day: MeetupDay, *, person: User, now: datetime) -> None:
    """Give the screen a new address: those opened with the former one find nothing any more.

    Raises:
        Conflict: somebody changed the day meanwhile.
    """
    day.hall_key = secrets.token_hex(8)
    note_day(session, "hall_key_renewed", day, person=person, now=now)
    flush_day(session)


def opens_hall(day: MeetupDay, key: str) -> bool:
    """Tell whether ``key`` is the one of the screen."""
    return bool(day.hall_key) and hmac.compare_digest(day.hall_key.encode(), key.encode())


def hall_of(session: Session, day: MeetupDay, *, page: int, now: datetime) -> Hall:
    """Return what the screen shows at the instant ``now``; pages turn, and start over."""
    slots = [slot for slot in day.slots if session_during(day, slot) is None]
    current = next((one for one in slots if one.starts_at <= now < one.ends_at), None)
    following = next((one for one in slots if one.starts_at > now), None)
    held = _meetings(session, day, [one for one in (current, following) if one])
    longest = max((len(found) for found in held.values()), default=0)
    pages = max(1, -(-longest // LINES_A_PAGE))
    shown = page % pages
    return Hall(
        moment=_moment(day, now),
        has_plan=day.published_plan_id is not None,
        current=_slot(current, held, shown),
        following=_slot(following, held, shown),
        running=tuple(one for one in day.sessions if one.starts_at <= now < one.ends_at),
        upcoming=tuple(one for one in day.sessions if one.starts_at > now)[:3],
        page=shown,
        pages=pages,
    )


def _moment(day: MeetupDay, now: datetime) -> HallMoment:
    span = span_of(day)
    if is_past(day, now) or (span is not None and span.ends_at <= now):
        return HallMoment.AFTER
    if not is_today(day, now) or (span is not None and now < span.starts_at):
        return HallMoment.BEFORE
    return HallMoment.RUNNING


def _slot(
    slot: MeetupSlot | None, held: dict[int, list[HallMeeting]], page: int
) -> HallSlot | None:
    if slot is None:
        return None
    found = held.get(slot.id, [])
    first = page * LINES_A_PAGE
    return HallSlot(slot, tuple(found[first : first + LINES_A_PAGE]), len(found))


def _meetings(
    session: Session, day: MeetupDay, slots: Sequence[MeetupSlot]
) -> dict[int, list[HallMeeting]]:
    """Return by slot who meets where in the published plan, in the order of the tables."""
    placed = session.scalars(
        select(PlannedMeeting)
        .where(
            PlannedMeeting.plan_id == day.published_plan_id,
            PlannedMeeting.slot_id.in_([slot.id for slot in slots]),
        )
        .options(
            joinedload(PlannedMeeting.table).joinedload(MeetupTable.room),
            joinedload(PlannedMeeting.meeting).joinedload(MeetupMeeting.group),
            selectinload(PlannedMeeting.occupied),
        )
    ).all()
    people = _names(session, placed)
    found: dict[int, list[HallMeeting]] = {}
    for one in sorted(placed, key=_table_order):
        names = tuple(people.get(seat.participant_id, "") for seat in one.occupied)
        group = one.meeting.group
        title = group.title if group is not None else ""
        line = HallMeeting(one.table.label, one.table.room.name, title, names)
        found.setdefault(one.slot_id, []).append(line)
    return found


def _table_order(placed: PlannedMeeting) -> tuple[int, int, int]:
    room = placed.table.room
    return room.rank, placed.table.rank, placed.table_id


def _names(session: Session, placed: Sequence[PlannedMeeting]) -> dict[int, str]:
    seats: set[int] = {_number(seat) for one in placed for seat in one.occupied}
    named = select(MeetupParticipant.id, MeetupParticipant.name).where(
        MeetupParticipant.id.in_(seats),
        MeetupParticipant.visibility != ParticipantVisibility.ORGANIZERS,
    )
    return dict(session.execute(named).all())


def _number(seat: PlannedSeat) -> int:
    return seat.participant_id
