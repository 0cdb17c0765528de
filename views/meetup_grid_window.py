"""The part of a plan's grid that a page shows: some tables of a room, the slots of half a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import request

from forms.shortlists import number_in
from models.meetup import MeetupDay, MeetupRoom, MeetupSlot, MeetupTable
from services.meetup_availability import is_morning
from services.meetup_move_checks import MoveBoard, Spot
from services.meetup_planning import Placement

# A page of the grid stays light on any day: so many cells, names included, weigh about 60 kB.
MOST_CELLS: Final = 210
_MORNING, _AFTERNOON = "matin", "apres-midi"


@dataclass(frozen=True, slots=True)
class Window:
    """The part of the grid that a page shows: some tables of a room, some slots."""

    room: MeetupRoom
    moment: str
    page: int
    pages: int
    tables: Sequence[MeetupTable]
    slots: Sequence[MeetupSlot]

    @property
    def values(self) -> dict[str, str | int]:
        """Return the parameters of its address."""
        return {"salle": self.room.id, "moment": self.moment, "page": self.page}


def rooms_of(board: MoveBoard) -> list[MeetupRoom]:
    """Return the rooms that have tables, in order."""
    return list({table.room_id: table.room for table in board.tables.values()}.values())


def moments_of(day: MeetupDay) -> list[str]:
    """Return the halves of the day, where slots lie in both."""
    halves = {is_morning(day, slot) for slot in day.slots}
    return [_MORNING, _AFTERNOON] if len(halves) > 1 else []


def window_of(day: MeetupDay, board: MoveBoard) -> Window:
    """Return the part that the address or the form asks for, else the first."""
    rooms = rooms_of(board)
    asked = number_in(request.values.get("salle"))
    room = next((one for one in rooms if one.id == asked), rooms[0])
    tables = [table for table in board.tables.values() if table.room_id == room.id]
    moments = moments_of(day)
    moment = request.values.get("moment", "")
    if moments and moment not in moments:
        moment = moments[0]
    slots = [
        one for one in day.slots if not moments or is_morning(day, one) == (moment == _MORNING)
    ]
    a_page = max(1, MOST_CELLS // len(slots))
    pages = -(-len(tables) // a_page)
    page = min(max(1, number_in(request.values.get("page")) or 1), pages)
    shown = tables[(page - 1) * a_page : page * a_page]
    return Window(room, moment if moments else "", page, pages, shown, slots)


def cells_of(board: MoveBoard, window: Window) -> dict[tuple[int, int], Placement]:
    """Return what the cells of a part hold, by slot and table."""
    found = {}
    for table in window.tables:
        for slot in window.slots:
            key = board.at.get(Spot(slot.id, table.id))
            if key is not None:
                found[slot.id, table.id] = board.held[key]
    return found


def window_around(day: MeetupDay, board: MoveBoard, held: Placement | None) -> dict[str, str | int]:
    """Return the parameters of the part of the grid where a meeting is."""
    if held is None or held.table_id not in board.tables or held.slot_id not in board.slots:
        return {}
    table, slot = board.tables[held.table_id], board.slots[held.slot_id]
    moment = _MORNING if is_morning(day, slot) else _AFTERNOON
    tables = [one.id for one in board.tables.values() if one.room_id == table.room_id]
    slots = [
        one
        for one in day.slots
        if not moments_of(day) or is_morning(day, one) == (moment == _MORNING)
    ]
    page = tables.index(table.id) // max(1, MOST_CELLS // len(slots)) + 1
    return {"salle": table.room_id, "moment": moment, "page": page}
