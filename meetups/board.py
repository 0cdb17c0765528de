"""The timetable being made: meetings are put in slots, taken out, moved along Kempe chains.

A Kempe chain of two slots is a connected set of the meetings held in either, two meetings being
linked by a participant they share. Exchanging the two slots all along a chain keeps everybody in
one place at a time, and changes the day only of the participants at its ends: those who have a
meeting in one of the two slots and none in the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Final

from meetups.problem import SlotSet, WishedDay, slot_set, slots_of
from meetups.seats import TableRows, table_rows

NOWHERE: Final = -1


@dataclass(frozen=True, slots=True)
class Chain:
    """Meetings that change slots together: ``moves`` holds (meeting, slot it goes to)."""

    moves: tuple[tuple[int, int], ...]
    change: int
    """Breaks after less breaks before."""


def count_breaks(busy: SlotSet) -> int:
    """Return the number of maximal groups of idle slots between two meetings."""
    return max(0, (busy & ~(busy << 1)).bit_count() - 1)


def count_waits(busy: SlotSet, available: SlotSet) -> int:
    """Return in how many slots a participant who is available waits between two meetings."""
    if not busy:
        return 0
    first = (busy & -busy).bit_length() - 1
    between = ((1 << busy.bit_length()) - 1) >> first << first
    return (between & available & ~busy).bit_count()


def allowed_slots(day: WishedDay, rows: TableRows) -> list[SlotSet]:
    """Return where each candidate can be held at all: its slots, its people's, a table's."""
    held = {
        members: slot_set(
            slot for slot in range(day.slot_count) if all(rows.caps[row][slot] for row in members)
        )
        for members in set(rows.members)
    }
    found = []
    for candidate, members in zip(day.candidates, rows.members, strict=True):
        allowed = candidate.slots & held[members]
        for person in candidate.participants:
            allowed &= day.available[person]
        found.append(allowed)
    return found


class Board:
    """Which candidates are held where."""

    def __init__(self, day: WishedDay, *, frozen: SlotSet = 0) -> None:
        """Set an empty timetable for ``day``; no meeting is moved into or out of ``frozen``."""
        self.day = day
        self.slot_count = day.slot_count
        self.rows = table_rows(day)
        self.caps = self.rows.caps
        self.people = [candidate.participants for candidate in day.candidates]
        self.frozen = frozen
        self.allowed = [allowed & ~frozen for allowed in allowed_slots(day, self.rows)]
        self.slot = [NOWHERE] * len(self.people)
        self.busy: list[SlotSet] = [0] * len(day.available)
        self.at = [[NOWHERE] * day.slot_count for _ in day.available]
        self.load = [[0] * day.slot_count for _ in self.caps]

    def with_slots(self, slots: Sequence[int | None]) -> "Board":
        """Return another timetable of the same day; ``None`` or NOWHERE: not held."""
        other = copy(self)
        other.allowed = list(self.allowed)
        other.slot = [NOWHERE] * len(self.people)
        other.busy = [0] * len(self.busy)
        other.at = [[NOWHERE] * self.slot_count for _ in self.at]
        other.load = [[0] * self.slot_count for _ in self.load]
        for index, slot in enumerate(slots):
            if slot is not None and slot != NOWHERE:
                other.put(index, slot)
                if self.frozen >> slot & 1:
                    other.allowed[index] = 0
        return other

    def put(self, index: int, slot: int) -> None:
        """Hold a meeting that is nowhere; its people must be free."""
        self.slot[index] = slot
        for row in self.rows.members[index]:
            self.load[row][slot] += 1
        for person in self.people[index]:
            self.at[person][slot] = index
            self.busy[person] |= 1 << slot

    def take(self, index: int) -> int:
        """Stop holding a meeting; return the slot it had."""
        slot = self.slot[index]
        self.slot[index] = NOWHERE
        for row in self.rows.members[index]:
            self.load[row][slot] -= 1
        for person in self.people[index]:
            self.at[person][slot] = NOWHERE
            self.busy[person] &= ~(1 << slot)
        return slot

    def has_table(self, index: int, slot: int) -> bool:
        """Tell whether one more meeting finds a table."""
        return all(self.load[row][slot] < self.caps[row][slot] for row in self.rows.members[index])

    def has_all_tables(self) -> bool:
        """Tell whether every slot holds no more of anything than its tables do."""
        return all(
            used <= cap
            for load, caps in zip(self.load, self.caps, strict=True)
            for used, cap in zip(load, caps, strict=True)
        )

    def free_slots(self, index: int) -> SlotSet:
        """Return the slots allowed to a meeting in which all its people are free."""
        free = self.allowed[index]
        for person in self.people[index]:
            free &= ~self.busy[person]
        return free

    def put_change(self, index: int, slot: int) -> int:
        """Return by how much holding ``index`` at ``slot`` changes the breaks."""
        bit = 1 << slot
        return sum(
            count_breaks(self.busy[person] | bit) - count_breaks(self.busy[person])
            for person in self.people[index]
        )

    def best_free_slot(self, index: int) -> int:
        """Return the slot where a meeting adds the fewest breaks without a move, or NOWHERE."""
        best, least = NOWHERE, 0
        for slot in slots_of(self.free_slots(index)):
            if self.has_table(index, slot):
                change = self.put_change(index, slot)
                if best == NOWHERE or change < least:
                    best, least = slot, change
        return best

    def chain(self, index: int, other: int) -> Chain | None:
        """Return what moves with ``index`` when it goes to ``other``; ``None``: it cannot.

        The tables are not looked at: see ``fits``.
        """
        own = self.slot[index]
        order, seen = [index], {index}
        for meeting in order:
            target = other if self.slot[meeting] == own else own
            if not self.allowed[meeting] >> target & 1:
                return None
            for person in self.people[meeting]:
                linked = self.at[person][target]
                if linked != NOWHERE and linked not in seen:
                    seen.add(linked)
                    order.append(linked)
        moves = tuple((one, other if self.slot[one] == own else own) for one in order)
        return Chain(moves, self._change(moves, (1 << own) | (1 << other)))

    def _change(self, moves: Iterable[tuple[int, int]], both: SlotSet) -> int:
        """Return what a chain changes: only people busy in one of ``both`` slots count."""
        change = 0
        for meeting, _ in moves:
            for person in self.people[meeting]:
                busy = self.busy[person]
                if busy & both != both:
                    change += count_breaks(busy ^ both) - count_breaks(busy)
        return change

    def fits(self, chain: Chain, *, extra: tuple[int, int] | None = None) -> bool:
        """Tell whether the tables suffice after ``chain`` and an ``extra`` (meeting, slot)."""
        more: dict[tuple[int, int], int] = {}
        for meeting, slot in (*chain.moves, *((extra,) if extra else ())):
            own = self.slot[meeting]
            for row in self.rows.members[meeting]:
                more[row, slot] = more.get((row, slot), 0) + 1
                if own != NOWHERE:
                    more[row, own] = more.get((row, own), 0) - 1
        return all(
            added <= 0 or self.load[row][slot] + added <= self.caps[row][slot]
            for (row, slot), added in more.items()
        )

    def apply(self, moves: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        """Move meetings together; return the moves that undo it."""
        moves = tuple(moves)
        back = tuple((meeting, self.slot[meeting]) for meeting, _ in moves)
        for meeting, _ in moves:
            self.take(meeting)
        for meeting, slot in moves:
            self.put(meeting, slot)
        return back

    @property
    def placed(self) -> int:
        """Return how many meetings are held."""
        return sum(self.load[0])

    @property
    def worth(self) -> int:
        """Return what the meetings held are worth."""
        return sum(self.day.candidates[index].worth for index in self.held())

    def breaks(self) -> int:
        """Return the breaks of all."""
        return sum(count_breaks(busy) for busy in self.busy)

    def held(self) -> Iterator[int]:
        """Yield the candidates that are held."""
        return (index for index, slot in enumerate(self.slot) if slot != NOWHERE)

    def slots(self) -> tuple[int | None, ...]:
        """Return the slot of each candidate."""
        return tuple(None if slot == NOWHERE else slot for slot in self.slot)


def board_of(day: WishedDay, slots: Sequence[int | None], *, frozen: SlotSet = 0) -> Board:
    """Return the timetable of a plan, of which the ``frozen`` slots stay as they are."""
    return Board(day, frozen=frozen).with_slots(slots)
