"""Rooms of a meetup day and the tables that stand in them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import set_committed_value

from models.account import User
from models.meetup import MeetupDay, MeetupRoom, MeetupTable
from services.contents import clean_line
from services.errors import RuleViolation
from services.meetup_calendar import refresh_publication
from services.meetup_day_notes import flush_day, note_day
from services.meetup_uses import let_go
from services.text_keys import name_key
from vocabulary.labels import N_

MAX_ROOM: Final = 120
MAX_LABEL: Final = 40
MAX_ACCESS: Final = 300
MOST_ROOMS: Final = 30
# Of a whole day: no hall holds more, and grids stay readable.
MOST_TABLES: Final = 400
MOST_SEATS: Final = 20


@dataclass(frozen=True, slots=True)
class RoomContent:
    """What is written about a room."""

    name: str
    accessibility: str = ""

    def cleaned(self) -> "RoomContent":
        """Return it as it is stored."""
        return RoomContent(
            clean_line(self.name, MAX_ROOM), clean_line(self.accessibility, MAX_ACCESS)
        )


@dataclass(frozen=True, slots=True)
class TablesWanted:
    """Several tables at once: « 24 tables de 4 places »."""

    count: int
    seats: int = 4
    is_step_free: bool = True
    has_hearing_loop: bool = False


@dataclass(frozen=True, slots=True)
class TableContent:
    """What is written about a table that stands."""

    table_id: int
    label: str
    seats: int
    is_step_free: bool
    has_hearing_loop: bool


def day_with_rooms(session: Session, day: MeetupDay) -> MeetupDay:
    """Return the day with its rooms and their tables loaded; two queries."""
    rooms = session.scalars(
        select(MeetupRoom)
        .where(MeetupRoom.day_id == day.id)
        .options(selectinload(MeetupRoom.tables))
        .order_by(MeetupRoom.rank, MeetupRoom.id)
    ).all()
    set_committed_value(day, "rooms", list(rooms))
    return day


def add_room(
    session: Session, day: MeetupDay, content: RoomContent, *, person: User, now: datetime
) -> MeetupRoom:
    """Add a room at the end of the list.

    Raises:
        RuleViolation: it has no name, another one has it, or there are too many.
    """
    content = content.cleaned()
    _check_name(day, content.name, None)
    if len(day.rooms) >= MOST_ROOMS:
        raise RuleViolation(N_("%(most)s salles au plus."), most=MOST_ROOMS)
    rank = max((room.rank for room in day.rooms), default=-1) + 1
    room = MeetupRoom(name=content.name, accessibility=content.accessibility, rank=rank)
    day.rooms.append(room)
    note_day(session, "rooms_changed", day, person=person, now=now, details={"room": room.name})
    flush_day(session)
    return room


def _check_name(day: MeetupDay, name: str, own: MeetupRoom | None) -> None:
    if not name_key(name):
        raise RuleViolation(N_("Donnez un nom à la salle."), field="name")
    if any(room is not own and name_key(room.name) == name_key(name) for room in day.rooms):
        raise RuleViolation(N_("Une autre salle porte ce nom."), field="name")


def add_tables(
    session: Session, room: MeetupRoom, wanted: TablesWanted, *, person: User, now: datetime
) -> list[MeetupTable]:
    """Add tables to a room, numbered after the highest number of the day.

    Raises:
        RuleViolation: none is asked for, or too many are.
    """
    day = room.day
    _check_seats(wanted.seats)
    if wanted.count < 1:
        raise RuleViolation(N_("Ajoutez au moins une table."), field="count")
    if _tables_of(session, day) + wanted.count > MOST_TABLES:
        raise RuleViolation(
            N_("%(most)s tables au plus pour une journée."), field="count", most=MOST_TABLES
        )
    taken = [table.label for one in day.rooms for table in one.tables]
    first = max((int(label) for label in taken if label.isdecimal()), default=0) + 1
    rank = max((table.rank for table in room.tables), default=0) + 1
    tables = [
        MeetupTable(
            label=str(first + position),
            rank=rank + position,
            seats=wanted.seats,
            is_step_free=wanted.is_step_free,
            has_hearing_loop=wanted.has_hearing_loop,
        )
        for position in range(wanted.count)
    ]
    room.tables.extend(tables)
    details = {"room": room.name, "tables": wanted.count}
    note_day(session, "rooms_changed", day, person=person, now=now, details=details)
    flush_day(session)
    return tables


def _tables_of(session: Session, day: MeetupDay) -> int:
    counted = (
        select(func.count(MeetupTable.id))
        .join(MeetupRoom, MeetupRoom.id == MeetupTable.room_id)
        .where(MeetupRoom.day_id == day.id)
    )
    return session.scalar(counted) or 0


def _check_seats(seats: int, field: str = "seats") -> None:
    if not 2 <= seats <= MOST_SEATS:  # noqa: PLR2004 - it takes two to meet
        raise RuleViolation(N_("Une table a de 2 à %(most)s places."), field=field, most=MOST_SEATS)


def save_room(
    session: Session,
    room: MeetupRoom,
    content: RoomContent,
    tables: Sequence[TableContent],
    *,
    removed: Collection[int] = (),
    forgets_plans: bool = False,
    person: User,
    now: datetime,
) -> None:
    """Rename a room and its tables, say what they offer, take some away.

    Agendas that are published follow; those whose table changed its name are told.

    Raises:
        RuleViolation: a name is missing or taken, or plans hang on a table that goes.
        Conflict: somebody changed the day meanwhile.
    """
    content = content.cleaned()
    _check_name(room.day, content.name, room)
    own = {table.id: table for table in room.tables}
    gone = own.keys() & set(removed)
    kept = [one for one in tables if one.table_id in own and one.table_id not in gone]
    labels = _checked_labels(kept)
    let_go(session, room.day, tables=gone, forgets_plans=forgets_plans)
    for number in gone:
        room.tables.remove(own[number])
    room.name, room.accessibility = content.name, content.accessibility
    _rename(session, own, labels)
    for one in kept:
        table = own[one.table_id]
        table.seats, table.is_step_free = one.seats, one.is_step_free
        table.has_hearing_loop = one.has_hearing_loop
    details = {"room": room.name, "removed": len(gone)}
    note_day(session, "rooms_changed", room.day, person=person, now=now, details=details)
    flush_day(session)
    refresh_publication(session, room.day, now=now)


def _checked_labels(tables: Sequence[TableContent]) -> dict[int, str]:
    labels: dict[int, str] = {}
    for position, one in enumerate(tables):
        label = clean_line(one.label, MAX_LABEL)
        if not label:
            raise RuleViolation(N_("Ligne %(line)s : donnez un nom à la table."), line=position + 1)
        if label in labels.values():
            raise RuleViolation(N_("Deux tables porteraient le nom « %(name)s »."), name=label)
        _check_seats(one.seats, field="tables")
        labels[one.table_id] = label
    return labels


def _rename(session: Session, own: dict[int, MeetupTable], labels: dict[int, str]) -> None:
    """Give the tables their names in two steps: two of them may have swapped theirs."""
    changed = {key: label for key, label in labels.items() if own[key].label != label}
    for key in changed:
        own[key].label = f"\u2026{key}"
    session.flush()
    for key, label in changed.items():
        own[key].label = label


def remove_room(
    session: Session,
    room: MeetupRoom,
    *,
    forgets_plans: bool = False,
    person: User,
    now: datetime,
) -> None:
    """Take a room away with its tables; parts of the programme held there have no room any more.

    Raises:
        RuleViolation: plans hang on a table of the room.
    """
    day = room.day
    tables = [table.id for table in room.tables]
    let_go(session, day, tables=tables, forgets_plans=forgets_plans)
    for part in day.sessions:
        if part.room_id == room.id:
            part.room = None
    details = {"room": room.name, "removed": len(tables)}
    day.rooms.remove(room)
    note_day(session, "rooms_changed", day, person=person, now=now, details=details)
    flush_day(session)
