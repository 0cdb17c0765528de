"""Who sits where now: the meetings of a slot, and whether staff saw them held."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupRoom, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, PlannedMeeting, PlannedSeat
from services.errors import RuleViolation
from services.meetup_clock import date_at_place
from vocabulary.labels import N_


@dataclass(frozen=True, slots=True)
class SeatedMeeting:
    """A meeting of a slot: its table, its participants, whether somebody said it was held."""

    meeting_id: int
    table: str
    room: str
    people: tuple[str, ...]
    missing: tuple[str, ...]
    """Participants who have not come, or are noted absent."""
    is_held: bool | None


def slot_to_show(day: MeetupDay, now: datetime, asked: int | None) -> MeetupSlot | None:
    """Return the slot asked for, else the one that runs, else the next, else the last."""
    chosen = next((slot for slot in day.slots if slot.id == asked), None)
    coming = next((slot for slot in day.slots if slot.ends_at > now), None)
    return chosen or coming or (day.slots[-1] if day.slots else None)


def seated_meetings(session: Session, day: MeetupDay, slot: MeetupSlot) -> list[SeatedMeeting]:
    """Return the meetings that the published planning holds in a slot, table by table."""
    placed = session.execute(
        select(
            PlannedMeeting.id,
            MeetupMeeting.id,
            MeetupTable.label,
            MeetupRoom.name,
            MeetupMeeting.is_held,
        )
        .join(MeetupMeeting, MeetupMeeting.id == PlannedMeeting.meeting_id)
        .join(MeetupTable, MeetupTable.id == PlannedMeeting.table_id)
        .join(MeetupRoom, MeetupRoom.id == MeetupTable.room_id)
        .where(PlannedMeeting.plan_id == day.published_plan_id, PlannedMeeting.slot_id == slot.id)
        .order_by(MeetupRoom.rank, MeetupRoom.id, MeetupTable.rank, MeetupTable.id)
    ).all()
    people = _people(session, day, slot)
    return [
        SeatedMeeting(
            meeting_id,
            table,
            room,
            tuple(people.get(planned_id, {})),
            tuple(name for name, is_there in people.get(planned_id, {}).items() if not is_there),
            is_held,
        )
        for planned_id, meeting_id, table, room, is_held in placed
    ]


def _people(session: Session, day: MeetupDay, slot: MeetupSlot) -> Mapping[int, dict[str, bool]]:
    """Return who sits at each planned meeting, and whether they have come."""
    rows = session.execute(
        select(
            PlannedSeat.planned_id,
            MeetupParticipant.name,
            MeetupParticipant.arrived_at,
        )
        .join(MeetupParticipant, MeetupParticipant.id == PlannedSeat.participant_id)
        .where(PlannedSeat.plan_id == day.published_plan_id, PlannedSeat.slot_id == slot.id)
        .order_by(MeetupParticipant.name_key)
    )
    found: dict[int, dict[str, bool]] = {}
    for planned_id, name, arrived_at in rows:
        found.setdefault(planned_id, {})[name] = arrived_at is not None
    return found


def mark_held(
    session: Session, day: MeetupDay, meeting: MeetupMeeting, *, is_held: bool | None, now: datetime
) -> None:
    """Note what staff saw at a table; what the participants say later counts for more.

    Raises:
        RuleViolation: the meeting has not begun, or is in no published planning.
    """
    slot = session.get(MeetupSlot, meeting.slot_id) if meeting.slot_id else None
    if slot is None:
        raise RuleViolation(N_("Ce rendez-vous n’est plus au planning."))
    if now < slot.starts_at or date_at_place(day, now) < day.held_on:
        raise RuleViolation(N_("Ce rendez-vous n’a pas commencé."))
    meeting.is_held = is_held
