"""Meetup days with what stands in them: open for registration unless a test says otherwise."""

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupRoom, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import (
    MeetingSeat,
    MeetupMeeting,
    MeetupPlan,
    PlannedMeeting,
    PlannedSeat,
)
from models.meetup_wish import MeetupWish
from services.text_keys import name_key, slugify
from vocabulary.exchanges import Side
from vocabulary.meetups import DayState, ParticipantState, PlanState, SessionKind, WishPriority

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HELD_ON = date(2027, 3, 11)


def make_day(session: Session, title: str = "Journée d’essai", **columns: Any) -> MeetupDay:
    """Add a day in Paris with open registration; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "slug": slugify(title),
        "title": title,
        "held_on": HELD_ON,
        "place": "Halle d’essai",
        "summary": "Se rencontrer pour un essai.",
        "state": DayState.OPEN,
        "created_at": NOW,
        "updated_at": NOW,
        **columns,
    }
    day = MeetupDay(**values)
    session.add(day)
    session.flush()
    return day


def make_slots(
    session: Session,
    day: MeetupDay,
    count: int = 4,
    *,
    first: time = time(9),
    minutes: int = 20,
    pause: int = 5,
) -> list[MeetupSlot]:
    """Add ``count`` slots one after the other, from ``first`` by the clocks of the place."""
    start = day.at(first).astimezone(UTC)
    step = timedelta(minutes=minutes + pause)
    slots = [
        MeetupSlot(
            starts_at=start + step * rank,
            ends_at=start + step * rank + timedelta(minutes=minutes),
        )
        for rank in range(count)
    ]
    day.slots.extend(slots)
    session.flush()
    return slots


def make_tables(
    session: Session,
    day: MeetupDay,
    count: int = 3,
    *,
    room: str = "Grande salle",
    seats: int = 4,
    **columns: Any,
) -> list[MeetupTable]:
    """Add a room with ``count`` numbered tables; ``columns`` are those of a table."""
    hall = MeetupRoom(name=room, rank=len(day.rooms))
    day.rooms.append(hall)
    tables = [
        MeetupTable(label=str(number), rank=number, seats=seats, **columns)
        for number in range(1, count + 1)
    ]
    hall.tables.extend(tables)
    session.flush()
    return tables


def make_session(
    session: Session,
    day: MeetupDay,
    title: str = "Plénière d’essai",
    *,
    kind: SessionKind = SessionKind.PLENARY,
    first: time = time(11),
    minutes: int = 30,
    **columns: Any,
) -> MeetupSession:
    """Add a part to the programme; ``columns`` are those of the model."""
    start = day.at(first).astimezone(UTC)
    part = MeetupSession(
        kind=kind,
        title=title,
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
        **columns,
    )
    day.sessions.append(part)
    session.flush()
    return part


def make_participant(
    session: Session,
    day: MeetupDay,
    name: str = "Participant d’essai",
    *,
    side: Side = Side.ACTOR,
    **columns: Any,
) -> MeetupParticipant:
    """Add a confirmed participant; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "name": name,
        "name_key": name_key(name),
        "side": side,
        "state": ParticipantState.CONFIRMED,
        "link_key": uuid.uuid4().hex,
        "confirmed_at": NOW,
        "created_at": NOW,
        **columns,
    }
    participant = MeetupParticipant(**values)
    day.participants.append(participant)
    session.flush()
    return participant


def make_attendee(
    session: Session,
    participant: MeetupParticipant,
    name: str = "Personne d’essai",
    *,
    email: str | None = "",
    **columns: Any,
) -> MeetupAttendee:
    """Add a person whom ``participant`` sends; without ``email`` an address is made up."""
    attendee = MeetupAttendee(
        day_id=participant.day_id,
        name=name,
        email=f"{uuid.uuid4().hex[:12]}@essai.example" if email == "" else email,
        badge_key=uuid.uuid4().hex,
        **columns,
    )
    participant.attendees.append(attendee)
    session.flush()
    return attendee


def make_participants(
    session: Session, day: MeetupDay, names: Sequence[str], *, side: Side = Side.ACTOR
) -> list[MeetupParticipant]:
    """Add several confirmed participants of one side, each with one person."""
    made = [make_participant(session, day, name, side=side) for name in names]
    for participant in made:
        make_attendee(session, participant, f"Personne de {participant.name}")
    return made


def make_wish(
    session: Session, wisher: MeetupParticipant, wished: MeetupParticipant, **columns: Any
) -> MeetupWish:
    """Add a wish of one participant for another; ``columns`` are those of the model."""
    values: dict[str, Any] = {
        "day_id": wisher.day_id,
        "wisher_id": wisher.id,
        "wished_id": wished.id,
        "priority": WishPriority.IMPORTANT,
        "created_at": NOW,
        **columns,
    }
    wish = MeetupWish(**values)
    session.add(wish)
    session.flush()
    return wish


def publish_meetings(
    session: Session, day: MeetupDay, placed: Sequence[tuple[MeetupSlot, MeetupTable, Any]]
) -> list[MeetupMeeting]:
    """Publish a plan of these meetings: (slot, table, participants) each, in that order."""
    number = len(session.scalars(select(MeetupPlan.id).where(MeetupPlan.day_id == day.id)).all())
    plan = MeetupPlan(
        day=day, number=number + 1, state=PlanState.READY, created_at=NOW, published_at=NOW
    )
    session.add(plan)
    session.flush()
    meetings = [_placed(session, plan, *one) for one in placed]
    day.published_plan_id = plan.id
    session.flush()
    return meetings


def _placed(
    session: Session,
    plan: MeetupPlan,
    slot: MeetupSlot,
    table: MeetupTable,
    participants: Sequence[MeetupParticipant],
) -> MeetupMeeting:
    numbers = sorted(one.id for one in participants)
    key = "p" + "-".join(str(number) for number in numbers)
    known = select(MeetupMeeting).where(
        MeetupMeeting.day_id == plan.day_id, MeetupMeeting.key == key
    )
    meeting = session.scalar(known)
    if meeting is None:
        seats = [MeetingSeat(participant_id=number) for number in numbers]
        meeting = MeetupMeeting(day_id=plan.day_id, key=key, uid=uuid.uuid4().hex, seats=seats)
        session.add(meeting)
    meeting.slot, meeting.table = slot, table
    session.flush()
    planned = PlannedMeeting(
        plan_id=plan.id,
        meeting_id=meeting.id,
        slot_id=slot.id,
        table_id=table.id,
        occupied=[
            PlannedSeat(plan_id=plan.id, slot_id=slot.id, participant_id=number)
            for number in numbers
        ],
    )
    session.add(planned)
    session.flush()
    return meeting
