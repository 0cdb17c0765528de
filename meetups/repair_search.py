"""The best repair among the meetings of the people concerned, by CP-SAT.

People are concerned when they could have one more meeting: a meeting of theirs may move, one of
the reserve may come in; all other meetings stay where they are. In this order, the answer has the
fewest meetings missing to what is guaranteed, the greatest worth, the fewest moves, the fewest
breaks.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from meetups.board import NOWHERE, Board, count_breaks
from meetups.problem import slots_of

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import IntVar

WORKERS: Final = 1
"""One: the same answer every time as long as the time suffices, on machines of two cores."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a repair may do."""

    moved: int | None
    """Meetings that may change slot; ``None``: any number."""
    breaks: int
    """At most, of all participants but those below."""
    newcomers: frozenset[int]
    """Participants whose breaks are not bounded: they had no agenda."""
    seconds: float


def search(
    left: Board, reserve: Sequence[int], known: Board, limits: Limits, worth: Sequence[int]
) -> Board:
    """Return the best repair found, or ``known`` when nothing better is.

    Args:
        left: what the cancellations leave of the plan.
        reserve: candidates that may be added.
        known: a repair to start from.
        limits: moves, breaks, time.
        worth: of each candidate.
    """
    model = _Model(left, reserve, limits, worth)
    if not model.reserve:
        return known
    return model.solve(known) or known


class _Model:
    """Which slot each meeting concerned has."""

    def __init__(
        self, left: Board, reserve: Sequence[int], limits: Limits, worth: Sequence[int]
    ) -> None:
        from ortools.sat.python import cp_model  # noqa: PLC0415 - half a second

        self.left = left
        self.limits = limits
        self.worth = worth
        self.model = cp_model.CpModel()
        self.reserve = [index for index in reserve if self._can_gain(index)]
        self.movable = self._movable()
        self.options: dict[int, dict[int, Any]] = {}
        self.base = left.with_slots(
            [None if index in self.movable else slot for index, slot in enumerate(left.slot)]
        )
        self._add_options()
        self._add_tables()
        self._add_people()

    def _can_gain(self, index: int) -> bool:
        return all(
            self.left.busy[person].bit_count() < self.left.day.most[person]
            for person in self.left.people[index]
        )

    def _movable(self) -> frozenset[int]:
        if self.limits.moved == 0:
            return frozenset()
        concerned = {person for index in self.reserve for person in self.left.people[index]}
        return frozenset(
            meeting
            for person in concerned
            for meeting in self.left.at[person]
            if meeting != NOWHERE and self.left.allowed[meeting]
        )

    def _add_options(self) -> None:
        """Make a variable for each slot that a meeting can have."""
        for index in [*sorted(self.movable), *self.reserve]:
            free = self.left.allowed[index]
            for person in self.left.people[index]:
                free &= ~self.base.busy[person]
            self.options[index] = {
                slot: self.model.new_bool_var(f"m{index}s{slot}") for slot in slots_of(free)
            }
            if index in self.movable:
                self.model.add_exactly_one(self.options[index].values())
            else:
                self.model.add_at_most_one(self.options[index].values())

    def _add_tables(self) -> None:
        rows: dict[tuple[int, int], list[Any]] = defaultdict(list)
        for index, slots in self.options.items():
            for slot, held in slots.items():
                for row in self.left.rows.members[index]:
                    rows[row, slot].append(held)
        for (row, slot), held in rows.items():
            room = self.left.caps[row][slot] - self.base.load[row][slot]
            if len(held) > room:
                self.model.add(sum(held) <= room)

    def _add_people(self) -> None:
        """State each participant's slots, cap and guarantee, and count their breaks."""
        by_person: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for index, slots in self.options.items():
            for slot, held in slots.items():
                for person in self.left.people[index]:
                    by_person[person][slot].append(held)
        self.missing: list[Any] = []
        self.runs: list[Any] = []
        bounded = []
        settled = self.left.breaks()
        for person, slots_held in sorted(by_person.items()):
            settled -= count_breaks(self.left.busy[person])
            breaks = self._add_person(person, slots_held)
            self.runs.append(breaks)
            if person not in self.limits.newcomers:
                bounded.append(breaks)
        self.model.add(sum(bounded) + settled <= self.limits.breaks)

    def _add_person(self, person: int, slots_held: dict[int, list[Any]]) -> "IntVar":
        model, day = self.model, self.left.day
        for held in slots_held.values():
            model.add_at_most_one(held)
        fixed = self.base.busy[person]
        gained = [held for options in slots_held.values() for held in options]
        model.add(
            sum(gained)
            <= max(day.most[person], self.left.busy[person].bit_count()) - fixed.bit_count()
        )
        wanted = day.least[person] - fixed.bit_count()
        if wanted > 0:
            missing = model.new_int_var(0, wanted, f"p{person}")
            model.add(missing + sum(gained) >= wanted)
            self.missing.append(missing)
        busy = [
            1 if fixed >> slot & 1 else sum(slots_held.get(slot, []))
            for slot in range(day.slot_count)
        ]
        return self._breaks(person, busy)

    def _breaks(self, person: int, busy: list[Any]) -> "IntVar":
        """Return a variable at least as large as a participant's breaks: runs less one."""
        starts = []
        for slot, now in enumerate(busy):
            before = busy[slot - 1] if slot else 0
            if isinstance(now, int) and now == 0:
                continue
            start = self.model.new_bool_var(f"p{person}r{slot}")
            self.model.add(start >= now - before)
            starts.append(start)
        breaks = self.model.new_int_var(0, len(busy), f"p{person}b")
        self.model.add(breaks >= sum(starts) - 1)
        return breaks

    def solve(self, known: Board) -> Board | None:
        """Return the best board found in time; ``None`` when there is none."""
        from ortools.sat.python import cp_model  # noqa: PLC0415 - loaded already

        moved = [
            held
            for index in sorted(self.movable)
            for slot, held in self.options[index].items()
            if slot != self.left.slot[index]
        ]
        if self.limits.moved is not None and moved:
            self.model.add(sum(moved) <= self.limits.moved)
        self._minimise(moved)
        for index, slots in self.options.items():
            for slot, held in slots.items():
                self.model.add_hint(held, known.slot[index] == slot)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = self.limits.seconds
        solver.parameters.num_workers = WORKERS
        solver.parameters.random_seed = self.left.day.seed % (1 << 31)
        if solver.solve(self.model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        found = list(self.base.slot)
        for index, slots in self.options.items():
            for slot, held in slots.items():
                if solver.boolean_value(held):
                    found[index] = slot
        return self.left.with_slots(found)

    def _minimise(self, moved: list[Any]) -> None:
        most_breaks = self.left.slot_count * max(1, len(self.runs))
        a_move = most_breaks + 1
        a_point = a_move * (len(self.movable) + 1)
        gains = [
            self.worth[index] * held
            for index in self.reserve
            for held in self.options[index].values()
        ]
        most_worth = sum(self.worth[index] for index in self.reserve)
        a_guarantee = a_point * (most_worth + 1)
        self.model.minimize(
            a_guarantee * sum(self.missing)
            - a_point * sum(gains)
            + a_move * sum(moved)
            + sum(self.runs)
        )
