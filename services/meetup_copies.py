"""What a new meetup day takes over from an earlier one: rooms, slots, programme, invitees."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay, MeetupRoom, MeetupSession, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from services.meetup_clock import carried_over
from vocabulary.meetups import ParticipantState

# Who is asked again: not those who were refused or who gave up.
_ASKED_AGAIN: Final = frozenset(
    {
        ParticipantState.INVITED,
        ParticipantState.CONFIRMED,
        ParticipantState.WAITING,
        ParticipantState.DECLINED,
    }
)


@dataclass(frozen=True, slots=True)
class CopyChoices:
    """What a new day takes over from an earlier one."""

    rooms: bool = True
    slots: bool = True
    programme: bool = True
    invitees: bool = False


def copy_day(
    session: Session,
    source: MeetupDay,
    day: MeetupDay,
    choices: CopyChoices,
    *,
    person: User,
    now: datetime,
) -> None:
    """Put into ``day`` what ``choices`` take over from ``source``.

    Slots and programme keep their hours by the clocks of the place, on the new date.

    Raises:
        RuleViolation: an hour does not exist on the new date.
    """
    rooms = _copy_rooms(source, day) if choices.rooms else {}
    session.flush()
    if choices.slots:
        day.slots.extend(
            MeetupSlot(**_span(slot, source, day), table_limit=slot.table_limit)
            for slot in source.slots
        )
    if choices.programme:
        day.sessions.extend(
            MeetupSession(
                kind=part.kind,
                title=part.title,
                text=part.text,
                **_span(part, source, day),
                room=rooms.get(part.room_id or 0),
                capacity=part.capacity,
            )
            for part in source.sessions
        )
    if choices.invitees:
        _copy_invitees(source, day, person=person, now=now)
    session.flush()


def _span(
    part: MeetupSlot | MeetupSession, source: MeetupDay, day: MeetupDay
) -> dict[str, datetime]:
    before, after = (source.held_on, source.zone), (day.held_on, day.zone)
    start = carried_over(part.starts_at, before, after)
    return {"starts_at": start, "ends_at": start + (part.ends_at - part.starts_at)}


def _copy_rooms(source: MeetupDay, day: MeetupDay) -> dict[int, MeetupRoom]:
    copies: dict[int, MeetupRoom] = {}
    for room in source.rooms:
        copy = MeetupRoom(name=room.name, rank=room.rank, accessibility=room.accessibility)
        copy.tables.extend(
            MeetupTable(
                label=table.label,
                rank=table.rank,
                seats=table.seats,
                is_step_free=table.is_step_free,
                has_hearing_loop=table.has_hearing_loop,
            )
            for table in room.tables
        )
        day.rooms.append(copy)
        copies[room.id] = copy
    return copies


def _copy_invitees(source: MeetupDay, day: MeetupDay, *, person: User, now: datetime) -> None:
    """Add the bodies of an earlier day as to be invited; nothing leaves before staff say so."""
    for one in source.participants:
        if one.state not in _ASKED_AGAIN:
            continue
        invitee = MeetupParticipant(
            organization_id=one.organization_id,
            name=one.name,
            name_key=one.name_key,
            side=one.side,
            kind=one.kind,
            themes=list(one.themes),
            territory_codes=list(one.territory_codes),
            state=ParticipantState.INVITED,
            link_key=uuid.uuid4().hex,
            created_at=now,
            created_by_id=person.id,
        )
        invitee.attendees.extend(
            MeetupAttendee(
                day_id=day.id,
                user_id=attendee.user_id,
                name=attendee.name,
                job_title=attendee.job_title,
                email=attendee.email,
                language=attendee.language,
                badge_key=uuid.uuid4().hex,
            )
            for attendee in one.attendees
            if attendee.email
        )
        day.participants.append(invitee)
