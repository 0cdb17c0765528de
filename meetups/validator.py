"""Independent check of plans, written from the definitions: it shares no code with what plans.

Rules: Bofill et al., JAIR 74:263-301 (2022), section 2; those of the product in ``problem``. Only
the dataclasses of ``problem`` are imported, so that a mistake of a solver, of an encoding or of an
algebra of slots is not made twice.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from meetups.problem import Timetable, WishedDay

Slots = Sequence[int | None]


class FaultCode(StrEnum):
    """The rule that is broken."""

    WRONG_LENGTH = "wrong-length"
    NOT_HELD = "not-held"
    NO_SUCH_SLOT = "no-such-slot"
    SLOT_NOT_ALLOWED = "slot-not-allowed"
    PARTICIPANT_AWAY = "participant-away"
    PARTICIPANT_TWICE = "participant-twice"
    TOO_MANY_MEETINGS = "too-many-meetings"
    TOO_FEW_MEETINGS = "too-few-meetings"
    SLOT_FULL = "slot-full"
    OUT_OF_ORDER = "out-of-order"
    UNFAIR = "unfair"
    NO_TABLE = "no-table"
    NO_SUCH_TABLE = "no-such-table"
    TABLE_TWICE = "table-twice"
    TABLE_TOO_SMALL = "table-too-small"
    TABLE_CLOSED = "table-closed"
    TABLE_NOT_ACCESSIBLE = "table-not-accessible"
    TABLE_WITHOUT_LOOP = "table-without-loop"
    TABLE_WITHOUT_MEETING = "table-without-meeting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One broken rule, and where."""

    code: FaultCode
    meeting: int | None = None
    other: int | None = None
    """The meeting that comes before, or the participant compared with."""
    participant: int | None = None
    slot: int | None = None
    table: int | None = None

    @property
    def text(self) -> str:
        """Return the code and what it is about, for a log."""
        about = [
            f"{name} {value}"
            for name in ("meeting", "other", "participant", "slot", "table")
            if (value := getattr(self, name)) is not None
        ]
        return " ".join([self.code, *about])


def count_breaks(timetable: Timetable, slots: Slots) -> tuple[int, ...]:
    """Return the breaks of each participant: idle groups between two consecutive meetings.

    Whether the participant could have met in an idle slot does not matter, nor does lunch.
    """
    busy: list[list[int]] = [[] for _ in timetable.available]
    for meeting, slot in zip(timetable.meetings, slots, strict=True):
        if slot is not None:
            for participant in meeting.participants:
                busy[participant].append(slot)
    return tuple(_gaps(own) for own in busy)


def _gaps(busy: list[int]) -> int:
    gaps = 0
    ordered = sorted(busy)
    for place in range(1, len(ordered)):
        if ordered[place] - ordered[place - 1] > 1:
            gaps += 1
    return gaps


def faults_of_timetable(timetable: Timetable, slots: Slots) -> tuple[Fault, ...]:
    """Return every rule of ``timetable`` that ``slots``, one a meeting, break."""
    if len(slots) != len(timetable.meetings):
        return (Fault(code=FaultCode.WRONG_LENGTH),)
    found = [
        Fault(code=FaultCode.NOT_HELD, meeting=number)
        for number, slot in enumerate(slots)
        if slot is None
    ]
    asked = [(one.participants, one.slots) for one in timetable.meetings]
    found += _slot_faults(asked, timetable.available, timetable.slot_count, slots)
    found += _crowds(timetable.tables, slots)
    found += _order_faults(timetable, slots)
    found += _unfairness(timetable, slots)
    return tuple(found)


def faults_of_seating(
    timetable: Timetable, slots: Sequence[int], tables: Sequence[int]
) -> tuple[Fault, ...]:
    """Return the tables, numbered from 0, that do not exist or are given twice in a slot."""
    found = []
    taken: set[tuple[int, int]] = set()
    for number, (slot, table) in enumerate(zip(slots, tables, strict=True)):
        where = {"meeting": number, "slot": slot, "table": table}
        if not 0 <= table < timetable.tables[slot]:
            found.append(Fault(code=FaultCode.NO_SUCH_TABLE, **where))
        if (slot, table) in taken:
            found.append(Fault(code=FaultCode.TABLE_TWICE, **where))
        taken.add((slot, table))
    return tuple(found)


def faults_of_plan(
    day: WishedDay,
    slots: Slots,
    tables: Sequence[int | None],
    *,
    least: Sequence[int] | None = None,
    holds_required: bool = False,
    gives_loops: bool = False,
) -> tuple[Fault, ...]:
    """Return every rule of ``day`` that a plan breaks.

    Args:
        day: what was asked.
        slots: one a candidate; nothing: not held.
        tables: one a candidate, numbered from 0.
        least: meetings that each participant must have; a planner may have had to lower what the
            day guarantees, so it is not read from there.
        holds_required: the required meetings must all be held.
        gives_loops: nobody who asked for a hearing loop may lack one that could be theirs in that
            slot, others changing tables, without anybody losing theirs.
    """
    if not len(slots) == len(tables) == len(day.candidates):
        return (Fault(code=FaultCode.WRONG_LENGTH),)
    asked = [(one.participants, one.slots) for one in day.candidates]
    found = list(_slot_faults(asked, day.available, day.slot_count, slots))
    found += _crowds(day.tables, slots)
    found += _number_faults(day, slots, least)
    found += _table_faults(day, slots, tables)
    if gives_loops and not found:
        found += _loop_faults(day, slots, tables)
    if holds_required:
        found += [
            Fault(code=FaultCode.NOT_HELD, meeting=number)
            for number, (one, slot) in enumerate(zip(day.candidates, slots, strict=True))
            if one.is_required and slot is None
        ]
    return tuple(found)


def _slot_faults(
    asked: Sequence[tuple[tuple[int, ...], int]],
    available: Sequence[int],
    slot_count: int,
    slots: Slots,
) -> Iterator[Fault]:
    """Yield slots outside the day, not allowed, without a participant, or with one twice."""
    met: set[tuple[int, int]] = set()
    for number, slot in enumerate(slots):
        if slot is None:
            continue
        if not 0 <= slot < slot_count:
            yield Fault(code=FaultCode.NO_SUCH_SLOT, meeting=number, slot=slot)
            continue
        participants, allowed = asked[number]
        if not _holds(allowed, slot):
            yield Fault(code=FaultCode.SLOT_NOT_ALLOWED, meeting=number, slot=slot)
        for one in participants:
            where = {"meeting": number, "participant": one, "slot": slot}
            if not _holds(available[one], slot):
                yield Fault(code=FaultCode.PARTICIPANT_AWAY, **where)
            if (one, slot) in met:
                yield Fault(code=FaultCode.PARTICIPANT_TWICE, **where)
            met.add((one, slot))


def _holds(mask: int, slot: int) -> bool:
    return bool(mask >> slot & 1)


def _crowds(tables: Sequence[int], slots: Slots) -> Iterator[Fault]:
    for slot, count in Counter(slots).items():
        if slot is not None and 0 <= slot < len(tables) and count > tables[slot]:
            yield Fault(code=FaultCode.SLOT_FULL, slot=slot)


def _order_faults(timetable: Timetable, slots: Slots) -> Iterator[Fault]:
    for number, meeting in enumerate(timetable.meetings):
        own = slots[number]
        for earlier in sorted(meeting.after):
            before = slots[earlier]
            if own is not None and before is not None and before >= own:
                yield Fault(code=FaultCode.OUT_OF_ORDER, meeting=number, other=earlier)


def _unfairness(timetable: Timetable, slots: Slots) -> Iterator[Fault]:
    breaks = count_breaks(timetable, slots)
    if timetable.fairness is None or not breaks:
        return
    most, fewest = max(breaks), min(breaks)
    if most - fewest > timetable.fairness:
        yield Fault(
            code=FaultCode.UNFAIR, participant=breaks.index(most), other=breaks.index(fewest)
        )


def _number_faults(day: WishedDay, slots: Slots, least: Sequence[int] | None) -> Iterator[Fault]:
    """Yield participants with too many meetings, those that are required apart, or too few."""
    held: Counter[int] = Counter()
    required: Counter[int] = Counter()
    for candidate, slot in zip(day.candidates, slots, strict=True):
        if candidate.is_required:
            required.update(candidate.participants)
        if slot is not None:
            held.update(candidate.participants)
    for one, most in enumerate(day.most):
        if held[one] > max(most, required[one]):
            yield Fault(code=FaultCode.TOO_MANY_MEETINGS, participant=one)
        if least is not None and held[one] < least[one]:
            yield Fault(code=FaultCode.TOO_FEW_MEETINGS, participant=one)


def _table_faults(day: WishedDay, slots: Slots, tables: Sequence[int | None]) -> Iterator[Fault]:
    users: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    for number, (slot, table) in enumerate(zip(slots, tables, strict=True)):
        if slot is None:
            if table is not None:
                yield Fault(code=FaultCode.TABLE_WITHOUT_MEETING, meeting=number, table=table)
        elif table is None:
            yield Fault(code=FaultCode.NO_TABLE, meeting=number, slot=slot)
        else:
            users[slot, table].append(number)
            yield from _fit(day, number, slot, table)
    for (slot, table), meetings in users.items():
        for number in meetings[1:]:
            yield Fault(code=FaultCode.TABLE_TWICE, meeting=number, slot=slot, table=table)


def _fit(day: WishedDay, number: int, slot: int, table: int) -> Iterator[Fault]:
    """Yield why a meeting cannot be held at a table; a day without a room has them all alike."""
    where = {"meeting": number, "slot": slot, "table": table}
    count = len(day.room) if day.room else max(day.tables, default=0)
    if not 0 <= table < count:
        yield Fault(code=FaultCode.NO_SUCH_TABLE, **where)
        return
    if not day.room:
        return
    seat = day.room[table]
    people = day.candidates[number].participants
    if len(people) > seat.seats:
        yield Fault(code=FaultCode.TABLE_TOO_SMALL, **where)
    if _holds(seat.closed, slot):
        yield Fault(code=FaultCode.TABLE_CLOSED, **where)
    if not seat.is_accessible and any(one in day.needs_access for one in people):
        yield Fault(code=FaultCode.TABLE_NOT_ACCESSIBLE, **where)


def _loop_faults(day: WishedDay, slots: Slots, tables: Sequence[int | None]) -> Iterator[Fault]:
    """Yield the meetings that miss a hearing loop for nothing, in a plan without other faults."""
    users: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for number, (slot, table) in enumerate(zip(slots, tables, strict=True)):
        if slot is not None and table is not None:
            users[slot][table] = number
    for slot, here in sorted(users.items()):
        for table, number in sorted(here.items()):
            if not day.room or day.room[table].has_loop or not _asks_loop(day, number):
                continue
            others = {at: one for at, one in here.items() if one != number}
            if _can_sit(day, others, number, slot, loop=True, seen=set()):
                where = {"meeting": number, "slot": slot, "table": table}
                yield Fault(code=FaultCode.TABLE_WITHOUT_LOOP, **where)


def _asks_loop(day: WishedDay, number: int) -> bool:
    return any(one in day.needs_loop for one in day.candidates[number].participants)


def _can_sit(
    day: WishedDay, users: dict[int, int], number: int, slot: int, *, loop: bool, seen: set[int]
) -> bool:
    """Tell whether a meeting finds a table, others making room along an augmenting path."""
    if day.candidates[number].table is not None:
        return False
    for table, seat in enumerate(day.room):
        if table in seen or (loop and not seat.has_loop) or any(_fit(day, number, slot, table)):
            continue
        seen.add(table)
        other = users.get(table)
        if other is None:
            return True
        keeps = seat.has_loop and _asks_loop(day, other)
        if _can_sit(day, users, other, slot, loop=keeps, seen=seen):
            return True
    return False
