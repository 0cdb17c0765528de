"""A day that goes otherwise than planned: what to propose when people are missing or turn up.

Three proposals at most, none better than another in everything: nobody's meeting moved, two or
five moved for more meetings. The first is at hand at once; the others are searched among the
meetings of the people whom the flow would give one more (``meetups.repair_search``).
Slots that are past are history: nothing in them changes.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from meetups.board import NOWHERE, Board, count_breaks
from meetups.problem import Held, HeldPlan, SlotSet, WishedDay
from meetups.repair_search import Limits, search
from meetups.selection import select
from meetups.tables import assign_tables

AT_ONCE: Final = 0.1
"""With less time than this, in seconds, the first proposal alone is made."""
MOVES: Final = (0, 2, 5)
"""How many meetings the proposals may move. Bounds this small are also what makes them quick."""
SLACK: Final = 0.3
"""Share of the time kept for tables and descriptions."""


@dataclass(frozen=True, slots=True)
class Added:
    """A meeting that was not held and now is."""

    meeting: int
    slot: int
    table: int | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A meeting that changes slot or table."""

    meeting: int
    old_slot: int
    slot: int
    old_table: int | None
    table: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A proposal: the whole plan it leads to, and what it changes."""

    plan: Held
    dropped: tuple[int, ...]
    """Meetings that can no longer be held: somebody is absent."""
    added: tuple[Added, ...]
    moved: tuple[Moved, ...]
    """Meetings whose slot changes."""
    reseated: tuple[Moved, ...]
    """Meetings of the same slot at another table."""
    affected: tuple[int, ...]
    """Participants present whose agenda changes: to be told."""
    score: int
    score_before: int
    """Of the plan, before anybody was missing."""
    score_cancelled: int
    """Of what is left of the plan when nothing is done."""
    breaks: int
    """Of the participants present, as all the breaks below."""
    breaks_before: int
    breaks_cancelled: int
    short: tuple[int, ...]
    """Participants present with fewer meetings than asked for, among those concerned."""


def propose_repairs(
    day: WishedDay,
    plan: HeldPlan,
    *,
    absent: frozenset[int] = frozenset(),
    arrived: frozenset[int] = frozenset(),
    from_slot: int = 0,
    seconds: float = 2.0,
) -> tuple[Repair, ...]:
    """Return up to three ways to go on, the one that moves nothing first.

    Args:
        day: its rules; walk-ins are participants of it, their wishes candidates.
        plan: the plan in force; candidates added since are beyond its end, or held nowhere.
        absent: who will not be there from ``from_slot`` on.
        arrived: who has just come: their meetings are looked for before others of the same worth.
        from_slot: first slot that can still change.
        seconds: time for the search; below 0.1 only the first proposal is made.

    Returns:
        Proposals that differ, by meetings moved: each adds more worth than the one before. The
        breaks of those who were there never exceed what the cancellations leave.
    """
    until = time.perf_counter() + seconds * (1 - SLACK)
    case = _Case(day, plan, absent, arrived, from_slot)
    found = [case.insert_without_moves()]
    if seconds < AT_ONCE or not case.can_gain(found[0]):
        return tuple(case.described(board) for board in found)
    reserve, searches = case.reserve, len(MOVES)
    for done, most_moved in enumerate(MOVES):
        limits = Limits(
            moved=most_moved,
            breaks=case.cancelled.breaks(),
            newcomers=arrived,
            seconds=(until - time.perf_counter()) / (searches - done),
        )
        if limits.seconds > 0:
            known = max(found, key=case.gain)
            found.append(search(case.cancelled, reserve, known, limits, case.shares))
        if most_moved == 0:
            reserve = case.promising(found)
    return tuple(case.described(board) for board in case.best(found))


class _Case:
    """What happened, and the plan as it is left."""

    def __init__(
        self,
        day: WishedDay,
        plan: HeldPlan,
        absent: frozenset[int],
        arrived: frozenset[int],
        from_slot: int,
    ) -> None:
        self.day = day
        self.absent = absent
        self.arrived = arrived
        missing = len(day.candidates) - len(plan.slots)
        self.before = Held((*plan.slots, *[None] * missing), (*plan.tables, *[None] * missing))
        self.dropped = tuple(
            index
            for index, slot in enumerate(self.before.slots)
            if slot is not None and slot >= from_slot and self._is_called_off(index)
        )
        gone = set(self.dropped)
        kept = [None if index in gone else slot for index, slot in enumerate(self.before.slots)]
        past: SlotSet = (1 << from_slot) - 1
        self.cancelled = Board(day, frozen=past).with_slots(kept)
        self.reserve = tuple(
            index
            for index, slot in enumerate(self.cancelled.slot)
            if slot == NOWHERE and self.cancelled.allowed[index] and not self._is_called_off(index)
        )
        self.concerned = {
            person for index in self.reserve for person in day.candidates[index].participants
        }
        self.shares = tuple(self._share(index) for index in range(len(day.candidates)))

    def _is_called_off(self, index: int) -> bool:
        return not self.absent.isdisjoint(self.day.candidates[index].participants)

    def _share(self, index: int) -> int:
        """Return what a candidate is worth here: one who has just come counts a little more."""
        candidate = self.day.candidates[index]
        has_come = not self.arrived.isdisjoint(candidate.participants)
        return 2 * candidate.worth + has_come

    def insert_without_moves(self) -> Board:
        """Put in what fits where people are free, never adding to the breaks."""
        board = self.cancelled.with_slots(self.cancelled.slot)
        waiting = sorted(self.reserve, key=lambda one: (*self._urgency(board, one), one))
        spare, size = 0, -1
        while len(waiting) != size:  # a meeting that fills a hole makes room for one that opens one
            size = len(waiting)
            for index in tuple(waiting):
                slot, change = self._way(board, index)
                if slot != NOWHERE and change <= spare:
                    spare -= change
                    board.put(index, slot)
                    waiting.remove(index)
        return board

    def _way(self, board: Board, index: int) -> tuple[int, int]:
        """Return the best slot without a move, and the breaks it adds to those already there."""
        slot = board.best_free_slot(index) if has_room(board, index) else NOWHERE
        if slot == NOWHERE:
            return NOWHERE, 0
        return slot, sum(
            count_breaks(board.busy[person] | 1 << slot) - count_breaks(board.busy[person])
            for person in board.people[index]
            if person not in self.arrived
        )

    def _urgency(self, board: Board, index: int) -> tuple[bool, int]:
        is_short = any(
            board.busy[person].bit_count() < self.day.least[person]
            for person in self.day.candidates[index].participants
        )
        return not is_short, -self.shares[index]

    def can_gain(self, board: Board) -> bool:
        """Tell whether some reserve meeting has people who accept one more."""
        return any(
            board.slot[index] == NOWHERE and has_room(board, index) for index in self.reserve
        )

    def promising(self, boards: Sequence[Board]) -> tuple[int, ...]:
        """Return the reserve worth a search: what the flow would add, and what boards added."""
        past = self.cancelled.frozen
        held = set(self.cancelled.held())
        candidates = tuple(
            replace(
                one,
                worth=self.shares[index],
                slots=one.slots if index in held else one.slots & ~past,
                is_required=index in held,
            )
            for index, one in enumerate(self.day.candidates)
        )
        available = tuple(
            slots & ~past | busy
            for slots, busy in zip(self.day.available, self.cancelled.busy, strict=True)
        )
        waiting = set(self.reserve)
        wanted = select(
            replace(self.day, candidates=candidates, available=available),
            without=set(range(len(candidates))) - held - waiting,
            favoured=boards[-1].held(),
        ).chosen
        added = {index for board in boards for index in board.held()}
        return tuple(sorted((added | set(wanted)) & waiting))

    def best(self, boards: Sequence[Board]) -> list[Board]:
        """Return the boards that no other equals or beats in moves, worth and breaks."""
        ranked = sorted(boards, key=self._order)
        kept: list[Board] = []
        for board in ranked:
            if not kept or self.gain(board) > self.gain(kept[-1]):
                kept.append(board)
        return kept

    def _order(self, board: Board) -> tuple[int, int, int, int]:
        missing, gained = self.gain(board)
        return self._moves(board), -missing, -gained, board.breaks()

    def _moves(self, board: Board) -> int:
        return sum(
            old not in (NOWHERE, new)
            for old, new in zip(self.cancelled.slot, board.slot, strict=True)
        )

    def gain(self, board: Board) -> tuple[int, int]:
        """Return how good a board is: meetings missing to guarantees, negated, then worth."""
        short = sum(
            max(0, self.day.least[person] - board.busy[person].bit_count())
            for person in self.concerned
        )
        return -short, sum(self.shares[index] for index in board.held())

    def described(self, board: Board) -> Repair:
        """Return the proposal that a board stands for."""
        told = {
            index: table
            for index, table in enumerate(self.before.tables)
            if table is not None and board.slot[index] == self.before.slots[index]
        }
        slots = board.slots()
        tables = assign_tables(self.day, slots, told=told)
        added = tuple(
            Added(index, slot, tables[index])
            for index, slot in enumerate(slots)
            if slot is not None and self.before.slots[index] is None
        )
        changed = tuple(
            Moved(index, old, slot, self.before.tables[index], tables[index])
            for index, (old, slot) in enumerate(zip(self.before.slots, slots, strict=True))
            if old is not None
            and slot is not None
            and (old, self.before.tables[index]) != (slot, tables[index])
        )
        touched = {*self.dropped, *(one.meeting for one in added)}
        touched |= {one.meeting for one in changed}
        people = {one for index in touched for one in self.day.candidates[index].participants}
        before = self.cancelled.with_slots(self.before.slots)
        return Repair(
            plan=Held(slots, tables),
            dropped=self.dropped,
            added=added,
            moved=tuple(one for one in changed if one.slot != one.old_slot),
            reseated=tuple(one for one in changed if one.slot == one.old_slot),
            affected=tuple(sorted(people - self.absent)),
            score=board.worth,
            score_before=before.worth,
            score_cancelled=self.cancelled.worth,
            breaks=self._breaks(board),
            breaks_before=self._breaks(before),
            breaks_cancelled=self._breaks(self.cancelled),
            short=tuple(
                sorted(
                    person
                    for person in (people | self.arrived) - self.absent
                    if board.busy[person].bit_count() < self.day.least[person]
                )
            ),
        )

    def _breaks(self, board: Board) -> int:
        return sum(
            count_breaks(busy) for one, busy in enumerate(board.busy) if one not in self.absent
        )


def has_room(board: Board, index: int) -> bool:
    """Tell whether all the people of a meeting accept one more and have a slot for it."""
    return all(
        board.busy[person].bit_count() < board.day.most[person]
        and board.day.available[person] & ~board.busy[person] & ~board.frozen
        for person in board.people[index]
    )
