"""Loads a plan of a day with the right to it, and names what plans are about."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import abort
from flask_babel import gettext as _
from sqlalchemy import select

from extensions.database import db_session
from extensions.template_context import hour_at
from models.meetup import MeetupDay, MeetupSlot
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from models.meetup_wish import MeetupGroup
from services.meetup_move_checks import MoveBoard
from services.meetup_planning import Placement, ReadNames, tables_of
from services.meetup_plans import plan_by_number
from views.access import organized_day_or_404


def plan_or_404(slug: str, number: int) -> tuple[MeetupDay, MeetupPlan]:
    """Return a day and the plan of it that bears ``number``, for those who organise it."""
    day = organized_day_or_404(slug)
    plan = plan_by_number(db_session(), day, number)
    if plan is None:
        abort(404)
    return day, plan


def plan_title(plan: MeetupPlan) -> str:
    """Return what a plan is called: its number, and its name if it has one."""
    if plan.name:
        return str(_("Planning %(number)s : %(name)s", number=plan.number, name=plan.name))
    return str(_("Planning %(number)s", number=plan.number))


@dataclass(frozen=True, slots=True)
class DayNames:
    """How participants, slots, tables and groups of a day are called."""

    day: MeetupDay
    people: Mapping[int, str]
    slots: Mapping[int, MeetupSlot]
    tables: Mapping[int, str]
    groups: Mapping[str, str]

    def person(self, number: int) -> str:
        """Return the name of a participant."""
        return self.people.get(number) or str(_("participant supprimé"))

    def meeting(self, key: str, participants: Iterable[int]) -> str:
        """Return who meets, or the title of a group."""
        if key in self.groups:
            return self.groups[key]
        return " – ".join(self.person(number) for number in participants)

    def meeting_of(self, key: str) -> str:
        """Return who meets, from the key of the meeting."""
        numbers = key[1:].split("-") if key.startswith("p") else []
        return self.meeting(key, [int(number) for number in numbers])

    def hour(self, slot_id: int) -> str:
        """Return when a slot begins, by the clocks of the place."""
        slot = self.slots.get(slot_id)
        return hour_at(slot.starts_at, self.day.zone) if slot else str(_("créneau supprimé"))

    def table(self, table_id: int) -> str:
        """Return room and table."""
        return self.tables.get(table_id) or str(_("table supprimée"))

    def spot(self, one: Placement | None) -> str:
        """Return when and where a meeting is, nothing when it is not."""
        if one is None:
            return ""
        return str(
            _("%(hour)s, %(table)s", hour=self.hour(one.slot_id), table=self.table(one.table_id))
        )


def day_names(day: MeetupDay, read: ReadNames | None = None) -> DayNames:
    """Return the names of a day; what has been read already is not asked for again."""
    session = db_session()
    if read is None:
        people = session.execute(
            select(MeetupParticipant.id, MeetupParticipant.name).where(
                MeetupParticipant.day_id == day.id
            )
        )
        groups = session.scalars(select(MeetupGroup).where(MeetupGroup.day_id == day.id)).all()
        named = {number: name for number, name in people}  # noqa: C416 - rows, not pairs
        tables = tables_of(session, day)
    else:
        named = {one.id: one.name for one in read.people}
        groups, tables = list(read.groups), list(read.tables)
    return DayNames(
        day,
        named,
        {slot.id: slot for slot in day.slots},
        {
            table.id: str(_("table %(label)s, %(room)s", label=table.label, room=table.room.name))
            for table in tables
        },
        {f"g{group.id}": group.title for group in groups},
    )


def board_names(day: MeetupDay, board: MoveBoard) -> DayNames:
    """Return the names of a day whose board has been read."""
    people = list(board.people.values())
    if any(number not in board.people for _slot, number in board.busy):
        wanted = select(MeetupParticipant).where(MeetupParticipant.day_id == day.id)
        people = list(db_session().scalars(wanted))
    groups = db_session().scalars(select(MeetupGroup).where(MeetupGroup.day_id == day.id))
    return day_names(day, ReadNames(people, list(board.tables.values()), groups.all()))
