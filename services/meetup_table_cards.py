"""What is held at each table of a meetup day: the card that stands on it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.meetup import MeetupDay, MeetupRoom, MeetupSlot, MeetupTable
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupMeeting, PlannedMeeting, PlannedSeat


@dataclass(frozen=True, slots=True)
class TableLine:
    """One meeting at a table; ``title`` names a group, nothing for a pair."""

    slot: MeetupSlot
    title: str
    people: tuple[MeetupParticipant, ...]


@dataclass(frozen=True, slots=True)
class TableCard:
    """One table with its meetings in the order of the day."""

    table: MeetupTable
    lines: tuple[TableLine, ...]


def table_cards(session: Session, day: MeetupDay) -> list[TableCard]:
    """Return the tables that the published plan uses, room after room, in three queries."""
    if day.published_plan_id is None:
        return []
    people: dict[int, list[MeetupParticipant]] = {}
    for planned_id, participant in session.execute(
        select(PlannedSeat.planned_id, MeetupParticipant)
        .join(MeetupParticipant, MeetupParticipant.id == PlannedSeat.participant_id)
        .where(PlannedSeat.plan_id == day.published_plan_id)
        .order_by(MeetupParticipant.side.desc(), MeetupParticipant.name_key)
    ):
        people.setdefault(planned_id, []).append(participant)
    lines: dict[int, list[TableLine]] = {}
    for placed in session.scalars(
        select(PlannedMeeting)
        .join(PlannedMeeting.slot)
        .where(PlannedMeeting.plan_id == day.published_plan_id)
        .options(
            joinedload(PlannedMeeting.slot),
            joinedload(PlannedMeeting.meeting).joinedload(MeetupMeeting.group),
        )
        .order_by(MeetupSlot.starts_at)
    ):
        group = placed.meeting.group
        line = TableLine(
            placed.slot, group.title if group else "", tuple(people.get(placed.id, ()))
        )
        lines.setdefault(placed.table_id, []).append(line)
    tables = session.scalars(
        select(MeetupTable)
        .join(MeetupTable.room)
        .where(MeetupRoom.day_id == day.id)
        .options(joinedload(MeetupTable.room))
        .order_by(MeetupRoom.rank, MeetupRoom.id, MeetupTable.rank, MeetupTable.id)
    )
    return [TableCard(table, tuple(lines[table.id])) for table in tables if table.id in lines]
