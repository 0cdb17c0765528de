"""How many meetings of each sort the tables can hold at once, whatever table each then gets.

A meeting needs a table with enough seats, accessible when one of its people asked for that, with
a hearing loop when one of them asked for that and the day has loops enough for all. By
Hall's theorem, the meetings of a slot all find a table exactly when, for every set of needs, no
more meetings have one of these needs than there are tables that meet one of them. Each such set is
a *row* with a capacity in each slot; row 0 counts all the meetings.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from meetups.problem import SlotSet, Table, WishedDay

Numbers = frozenset[int]
"""Of tables."""


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """What a meeting asks of its table."""

    seats: int
    accessible: bool
    loop: bool = False

    def is_met_by(self, table: Table) -> bool:
        """Tell whether ``table`` will do."""
        return (
            table.seats >= self.seats
            and table.is_accessible >= self.accessible
            and table.has_loop >= self.loop
        )


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows: what each can hold slot by slot, and in which rows each candidate counts."""

    caps: tuple[tuple[int, ...], ...]
    members: tuple[tuple[int, ...], ...]
    """One a candidate: its rows, row 0 first."""

    @property
    def open_slots(self) -> SlotSet:
        """Return the slots that have a table."""
        return sum((count > 0) << slot for slot, count in enumerate(self.caps[0]))


def table_rows(day: WishedDay) -> TableRows:
    """Return the rows of a day; only row 0 where every table will do for every meeting."""
    needs = [need_of(day, index) for index in range(len(day.candidates))]
    fits = {
        need: frozenset(number for number, one in enumerate(day.room) if need.is_met_by(one))
        for need in set(needs)
    }
    every = frozenset(range(len(day.room)))
    sets = sorted(_unions(fits.values()) - {every}, key=sorted)
    caps = [_cap(day, every), *(_cap(day, numbers) for numbers in sets)]
    members = {
        need: (0, *(row for row, numbers in enumerate(sets, 1) if fit <= numbers))
        for need, fit in fits.items()
    }
    return TableRows(tuple(caps), tuple(members[need] for need in needs))


def need_of(day: WishedDay, index: int) -> Need:
    """Return what a candidate cannot do without."""
    people = day.candidates[index].participants
    is_accessible = not day.needs_access.isdisjoint(people)
    return Need(len(people), is_accessible, day.are_loops_sure and wants_loop(day, index))


def are_loops_scarce(day: WishedDay) -> bool:
    """Tell whether somebody asked for a hearing loop and some table has none."""
    return bool(day.needs_loop) and not all(table.has_loop for table in day.room)


def wants_loop(day: WishedDay, index: int) -> bool:
    """Tell whether one of the people of a candidate asked for a hearing loop."""
    return not day.needs_loop.isdisjoint(day.candidates[index].participants)


def _unions(sets: Iterable[Numbers]) -> set[Numbers]:
    """Return the unions of one or more of ``sets``: only these can be too small."""
    found: set[Numbers] = set()
    for one in set(sets):
        found |= {one} | {one | other for other in found}
    return found


def _cap(day: WishedDay, numbers: Numbers) -> tuple[int, ...]:
    if not day.room:
        return day.tables
    return tuple(
        min(count, sum(not day.room[number].closed >> slot & 1 for number in numbers))
        for slot, count in enumerate(day.tables)
    )
