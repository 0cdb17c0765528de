"""The timetable being made: meetings are put in slots, taken out, moved along Kempe chains.

A Kempe chain of two slots is a connected set of the meetings held in either, two meetings being
linked by a participant they share. Exchanging the two slots all along a chain keeps everybody in
one place at a time, and changes the day only of the participants at its ends: those who have a
meeting in one of the two slots and none in the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from meetups.problem import SlotSet, WishedDay, slots_of

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


def open_slots(tables: Sequence[int]) -> SlotSet:
    """Return the slots that have a table."""
    found = 0
    for slot, count in enumerate(tables):
        found |= (count > 0) << slot
    return found


def allowed_slots(day: WishedDay) -> list[SlotSet]:
    """Return where each candidate can be held at all: its slots, its people's, tables."""
    opened = open_slots(day.tables)
    found = []
    for candidate in day.candidates:
        allowed = candidate.slots & opened
        for person in candidate.participants:
            allowed &= day.available[person]
        found.append(allowed)
    return found


class Board:
    """Which candidates are held where."""

    def __init__(self, day: WishedDay, *, frozen: SlotSet = 0) -> None:
        """Set an empty timetable for ``day``; nothing enters or leaves the ``frozen`` slots."""
        self.day = day
        self.slot_count = day.slot_count
        self.tables = day.tables
        self.people = [candidate.participants for candidate in day.candidates]
        self.frozen = frozen
        self.allowed = [allowed & ~frozen for allowed in allowed_slots(day)]
        self.slot = [NOWHERE] * len(self.people)
        self.busy: list[SlotSet] = [0] * len(day.available)
        self.at = [[NOWHERE] * day.slot_count for _ in day.available]
        self.load = [0] * day.slot_count

    def put(self, index: int, slot: int) -> None:
        """Hold a meeting that is nowhere; its people must be free."""
        self.slot[index] = slot
        self.load[slot] += 1
        for person in self.people[index]:
            self.at[person][slot] = index
            self.busy[person] |= 1 << slot

    def take(self, index: int) -> int:
        """Stop holding a meeting; return the slot it had."""
        slot = self.slot[index]
        self.slot[index] = NOWHERE
        self.load[slot] -= 1
        for person in self.people[index]:
            self.at[person][slot] = NOWHERE
            self.busy[person] &= ~(1 << slot)
        return slot

    def has_table(self, slot: int) -> bool:
        """Tell whether one more meeting finds a table."""
        return self.load[slot] < self.tables[slot]

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
            if self.has_table(slot):
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

    def fits(self, chain: Chain, *, extra: int = NOWHERE) -> bool:
        """Tell whether the tables suffice after ``chain`` and one more meeting at ``extra``."""
        change: dict[int, int] = {extra: 1} if extra != NOWHERE else {}
        for meeting, slot in chain.moves:
            change[slot] = change.get(slot, 0) + 1
            own = self.slot[meeting]
            change[own] = change.get(own, 0) - 1
        return all(self.load[slot] + more <= self.tables[slot] for slot, more in change.items())

    def apply(self, moves: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
        """Move meetings together; return the moves that undo it."""
        moves = tuple(moves)
        back = tuple((meeting, self.slot[meeting]) for meeting, _ in moves)
        for meeting, _ in moves:
            self.take(meeting)
        for meeting, slot in moves:
            self.put(meeting, slot)
        return back

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
    """Return the board of a plan."""
    board = Board(day, frozen=frozen)
    for index, slot in enumerate(slots):
        if slot is not None:
            board.put(index, slot)
    return board
