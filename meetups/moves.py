"""One meeting moved by hand: where it can go, and what stands in the way elsewhere.

Made for a grid that checks while somebody drags: nothing is solved, the other meetings stay.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from meetups.problem import Held, HeldPlan, WishedDay
from meetups.seats import need_of
from meetups.tables import room_of


class ConflictCode(StrEnum):
    """Why a meeting cannot be held somewhere."""

    NO_SUCH_SLOT = "no-such-slot"
    SLOT_NOT_ALLOWED = "slot-not-allowed"
    """The meeting itself is bound to other slots: session, lock."""
    UNAVAILABLE = "unavailable"
    BUSY = "busy"
    """A participant has another meeting then."""
    CAP_REACHED = "cap-reached"
    """A participant has as many meetings as they accept."""
    TABLES_FULL = "tables-full"
    NO_SUCH_TABLE = "no-such-table"
    TABLE_CLOSED = "table-closed"
    TABLE_TAKEN = "table-taken"
    TABLE_TOO_SMALL = "table-too-small"
    TABLE_NOT_ACCESSIBLE = "table-not-accessible"


@dataclass(frozen=True, slots=True)
class Conflict:
    """One reason, with the participant and the other meeting it is about."""

    code: ConflictCode
    participant: int | None = None
    meeting: int | None = None


def check_move(
    day: WishedDay, plan: HeldPlan, candidate: int, slot: int, table: int | None = None
) -> tuple[Conflict, ...]:
    """Return what forbids holding ``candidate`` at ``slot``, at ``table``; empty: nothing does.

    Args:
        day: its rules.
        plan: where the others are.
        candidate: held elsewhere, or not yet.
        slot: where it would go.
        table: ``None``: any table that fits and is free.
    """
    if not 0 <= slot < day.slot_count:
        return (Conflict(ConflictCode.NO_SUCH_SLOT),)
    others = _others(plan, candidate)[slot]
    return (
        *_people_conflicts(day, plan, candidate, slot, others),
        *_table_conflicts(day, plan, candidate, slot, table, others),
    )


def possible_slots(day: WishedDay, plan: HeldPlan, candidate: int) -> tuple[int, ...]:
    """Return the slots to which ``candidate`` can be moved, the others staying where they are."""
    others = _others(plan, candidate)
    return tuple(
        slot
        for slot in range(day.slot_count)
        if not any(_people_conflicts(day, plan, candidate, slot, others[slot]))
        and not any(_table_conflicts(day, plan, candidate, slot, None, others[slot]))
    )


def check_swap(day: WishedDay, plan: HeldPlan, first: int, second: int) -> tuple[Conflict, ...]:
    """Return what forbids two meetings held to exchange their slots and tables."""
    swapped = swap(plan, first, second)
    found: list[Conflict] = []
    for one in (first, second):
        slot = swapped.slots[one]
        if slot is not None:
            found += check_move(day, swapped, one, slot, swapped.tables[one])
    return tuple(dict.fromkeys(found))


def move(plan: HeldPlan, candidate: int, slot: int | None, table: int | None) -> Held:
    """Return the plan with one meeting elsewhere; nothing is checked."""
    slots, tables = list(plan.slots), list(plan.tables)
    missing = candidate + 1 - len(slots)
    slots += [None] * missing
    tables += [None] * missing
    slots[candidate], tables[candidate] = slot, table
    return Held(tuple(slots), tuple(tables))


def swap(plan: HeldPlan, first: int, second: int) -> Held:
    """Return the plan in which two meetings exchanged their places; nothing is checked."""
    once = move(plan, first, plan.slots[second], plan.tables[second])
    return move(once, second, plan.slots[first], plan.tables[first])


def free_tables(day: WishedDay, plan: HeldPlan, candidate: int, slot: int) -> tuple[int, ...]:
    """Return the tables that fit ``candidate`` and that no other meeting has at ``slot``."""
    others = _others(plan, candidate)[slot]
    taken = {plan.tables[other] for other in others}
    need = need_of(day, candidate)
    return tuple(
        number
        for number, table in enumerate(room_of(day))
        if number not in taken and not table.closed >> slot & 1 and need.is_met_by(table)
    )


def _others(plan: HeldPlan, candidate: int) -> dict[int, list[int]]:
    """Return the meetings held in each slot, less the one that is moved."""
    found: dict[int, list[int]] = defaultdict(list)
    for one, slot in enumerate(plan.slots):
        if slot is not None and one != candidate:
            found[slot].append(one)
    return found


def _people_conflicts(
    day: WishedDay, plan: HeldPlan, candidate: int, slot: int, others: list[int]
) -> Iterator[Conflict]:
    wanted = day.candidates[candidate]
    if not wanted.slots >> slot & 1:
        yield Conflict(ConflictCode.SLOT_NOT_ALLOWED)
    is_new = candidate >= len(plan.slots) or plan.slots[candidate] is None
    for person in wanted.participants:
        if not day.available[person] >> slot & 1:
            yield Conflict(ConflictCode.UNAVAILABLE, person)
        for other in others:
            if person in day.candidates[other].participants:
                yield Conflict(ConflictCode.BUSY, person, other)
        if is_new and _meetings_of(day, plan, person) >= day.most[person]:
            yield Conflict(ConflictCode.CAP_REACHED, person)


def _meetings_of(day: WishedDay, plan: HeldPlan, person: int) -> int:
    return sum(
        slot is not None and person in day.candidates[one].participants
        for one, slot in enumerate(plan.slots)
    )


def _table_conflicts(
    day: WishedDay,
    plan: HeldPlan,
    candidate: int,
    slot: int,
    table: int | None,
    others: list[int],
) -> Iterator[Conflict]:
    if len(others) >= day.tables[slot]:
        yield Conflict(ConflictCode.TABLES_FULL)
    elif table is not None:
        yield from _one_table_conflicts(day, plan, candidate, slot, table, others)
    elif day.room and not free_tables(day, plan, candidate, slot):
        yield Conflict(ConflictCode.TABLES_FULL)


def _one_table_conflicts(
    day: WishedDay, plan: HeldPlan, candidate: int, slot: int, table: int, others: list[int]
) -> Iterator[Conflict]:
    room = room_of(day)
    if not 0 <= table < len(room):
        yield Conflict(ConflictCode.NO_SUCH_TABLE)
        return
    if day.room and room[table].closed >> slot & 1:  # else only their number counts
        yield Conflict(ConflictCode.TABLE_CLOSED)
    for other in others:
        if plan.tables[other] == table:
            yield Conflict(ConflictCode.TABLE_TAKEN, None, other)
    need = need_of(day, candidate)
    if room[table].seats < need.seats:
        yield Conflict(ConflictCode.TABLE_TOO_SMALL)
    if need.accessible and not room[table].is_accessible:
        yield Conflict(ConflictCode.TABLE_NOT_ACCESSIBLE)
