"""Which table each meeting is held at, once the slots are known: few people change tables.

Slot after slot, meetings and tables are matched at the least cost (the assignment problem, exact in
each slot): what counts is who has to get up, those who keep their table before all, then whose
table is taken while they are away. A table too small or not accessible for those who asked is
never given: a meeting without a table says that the slot holds too much. A table without the
hearing loop asked for is given when all those with one go to others who asked.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from meetups.board import NOWHERE
from meetups.problem import Table, WishedDay
from meetups.seats import Need, need_of, wants_loop

PUBLISHED: Final = 10_000.0
"""A table that people have been told of changes."""
KEEPER_MOVES: Final = 100.0
OTHER_MOVES: Final = 10.0
TAKEN_MEANWHILE: Final = 40.0
"""The table of a keeper who is away and comes back is given to others."""
WITHOUT_LOOP: Final = 1e7
"""Above anything else of a slot together."""
UNFIT: Final = 1e11


def room_of(day: WishedDay) -> tuple[Table, ...]:
    """Return the tables of a day: those described, or as many as are ever needed, all alike."""
    if day.room:
        return day.room
    most = max((len(one.participants) for one in day.candidates), default=0)
    return tuple(
        Table(
            seats=most,
            is_accessible=True,
            has_loop=True,
            closed=sum((number >= count) << slot for slot, count in enumerate(day.tables)),
        )
        for number in range(max(day.tables, default=0))
    )


def assign_tables(
    day: WishedDay, slots: Sequence[int | None], *, told: Mapping[int, int] | None = None
) -> tuple[int | None, ...]:
    """Return the table of each candidate.

    Args:
        day: what it needs: the room, who keeps a table, who asked for an accessible one.
        slots: of each candidate; ``None``: not held.
        told: tables that meetings have already, changed only where nothing else fits.

    Returns:
        A table each, never the same twice in a slot; ``None``: not held, or no table fits.
    """
    seating = _Seating(day, slots, told or {})
    for slot in range(day.slot_count):
        seating.seat(slot)
    return tuple(seating.tables)


def count_table_moves(
    day: WishedDay, slots: Sequence[int | None], tables: Sequence[int | None]
) -> dict[int, int]:
    """Return how often each participant who changes tables does so."""
    last: dict[int, int] = {}
    moves: dict[int, int] = {}
    for index in _by_slot(slots):
        table = tables[index]
        if table is None:
            continue
        for person in day.candidates[index].participants:
            if last.setdefault(person, table) != table:
                moves[person] = moves.get(person, 0) + 1
                last[person] = table
    return moves


def _by_slot(slots: Sequence[int | None]) -> list[int]:
    held = [(slot, index) for index, slot in enumerate(slots) if slot is not None]
    return [index for _, index in sorted(held)]


class _Seating:
    """The tables given so far, slot after slot."""

    def __init__(
        self, day: WishedDay, slots: Sequence[int | None], told: Mapping[int, int]
    ) -> None:
        self.day = day
        self.room = room_of(day)
        self.told = told
        self.tables: list[int | None] = [None] * len(slots)
        self.meetings: list[list[int]] = [[] for _ in range(day.slot_count)]
        self.leaves = [NOWHERE] * len(day.available)
        """Slot of the last meeting of each participant."""
        for index in _by_slot(slots):
            slot = slots[index] or 0
            self.meetings[slot].append(index)
            for person in day.candidates[index].participants:
                self.leaves[person] = slot
        self.table_of: dict[int, int] = {}
        """Where each participant sat last."""
        self._unfit: dict[Need, NDArray[np.bool_]] = {}
        self._without_loop = np.array([not table.has_loop for table in self.room])

    def seat(self, slot: int) -> None:
        """Give their tables to the meetings of a slot."""
        here = self.meetings[slot]
        shut = {number for number, table in enumerate(self.room) if table.closed >> slot & 1}
        locked = self._locked(here, shut)
        settled = self._settled(here, shut, locked)
        found = self._matched(here, slot, shut, settled)
        if settled != locked and (len(found) < len(here) or self._is_loop_missing(found)):
            found = self._matched(here, slot, shut, locked)
        for index, table in found.items():
            self._give(index, table)

    def _locked(self, here: list[int], shut: set[int]) -> dict[int, int]:
        """Return the tables that are kept whatever it costs."""
        tables = {index: self.day.candidates[index].table for index in here}
        return {
            index: table
            for index, table in tables.items()
            if table is not None
            and 0 <= table < len(self.room)
            and table not in shut
            and not self._unfit_tables(need_of(self.day, index))[table]
        }

    def _is_loop_missing(self, found: dict[int, int]) -> bool:
        """Tell whether somebody who asked for a loop would sit without one."""
        return any(
            self._without_loop[table] and wants_loop(self.day, index)
            for index, table in found.items()
        )

    def _settled(self, here: list[int], shut: set[int], locked: dict[int, int]) -> dict[int, int]:
        """Return the tables told that can be kept, those locked first."""
        settled = dict(locked)
        taken = shut | set(locked.values())
        for index in here:
            table = self.told.get(index, NOWHERE)
            if index in locked or not 0 <= table < len(self.room) or table in taken:
                continue
            if need_of(self.day, index).is_met_by(self.room[table]):
                settled[index] = table
                taken.add(table)
        return settled

    def _matched(
        self, here: list[int], slot: int, shut: set[int], settled: dict[int, int]
    ) -> dict[int, int]:
        """Return the tables of the meetings of a slot, some being ``settled``."""
        others = [index for index in here if index not in settled]
        if not others or not self.room:
            return settled
        costs = np.stack([self._costs(index) for index in others])
        costs += self._taken(slot)
        costs[:, sorted(shut | set(settled.values()))] = UNFIT
        return settled | {others[row]: column for row, column in _cheapest(costs)}

    def _give(self, index: int, table: int) -> None:
        self.tables[index] = table
        for person in self.day.candidates[index].participants:
            self.table_of[person] = table

    def _costs(self, index: int) -> NDArray[np.float64]:
        """Return what each table costs one meeting."""
        costs = np.arange(len(self.room)) / (1.0 + len(self.room))  # ties: the first tables
        for person in self.day.candidates[index].participants:
            if person in self.table_of:
                weight = KEEPER_MOVES if person in self.day.keeps_table else OTHER_MOVES
                costs += weight
                costs[self.table_of[person]] -= weight
        if 0 <= self.told.get(index, NOWHERE) < len(self.room):
            costs += PUBLISHED
            costs[self.told[index]] -= PUBLISHED
        if wants_loop(self.day, index):
            costs[self._without_loop] += WITHOUT_LOOP
        costs[self._unfit_tables(need_of(self.day, index))] = UNFIT
        return costs

    def _unfit_tables(self, need: Need) -> NDArray[np.bool_]:
        if need not in self._unfit:
            self._unfit[need] = np.array([not need.is_met_by(table) for table in self.room])
        return self._unfit[need]

    def _taken(self, slot: int) -> NDArray[np.float64]:
        """Return what it costs to take each table from somebody who comes back to it."""
        here = self.meetings[slot]
        present = {person for index in here for person in self.day.candidates[index].participants}
        costs = np.zeros(len(self.room))
        for person, table in self.table_of.items():
            if person not in present and self.leaves[person] > slot:
                is_keeper = person in self.day.keeps_table
                costs[table] += TAKEN_MEANWHILE if is_keeper else TAKEN_MEANWHILE / 10
        return costs


def _cheapest(costs: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Return the pairs (meeting, table) that cost the least together, those unfit left out."""
    if len(costs) == 1:
        pairs = [(0, int(costs[0].argmin()))]
    else:
        from scipy.optimize import linear_sum_assignment  # noqa: PLC0415 - loads slowly

        rows, columns = linear_sum_assignment(costs)
        pairs = list(zip(rows.tolist(), columns.tolist(), strict=True))
    return [(row, column) for row, column in pairs if costs[row, column] < UNFIT]
