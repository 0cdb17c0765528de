"""Selection and slots decided together, for days on which the flow promises too much.

Where people are often away, their free slots seldom meet: the flow, which only counts slots,
selects more than can be held. The same model with a variable for each candidate and slot is exact;
HiGHS solves it in seconds up to some hundred participants, and its bound holds whatever it finds.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from meetups.board import Board
from meetups.problem import slots_of

MAX_VARIABLES: Final = 30_000
MISSING_MEETING: Final = 100
"""A meeting missing to a guarantee weighs as much as so many of the best wishes."""
MISSING_REQUIRED: Final = 1_000
ROUNDING: Final = 1e-4


@dataclass(frozen=True, slots=True)
class SlotSelection:
    """What was found, and what is known."""

    board: Board | None
    bound: int | None
    """No plan that keeps the guarantee and holds all that is required is worth more."""
    is_whole: bool
    """The search ended by itself."""


def select_slots(empty: Board, least: tuple[int, ...], seconds: float) -> SlotSelection | None:
    """Return the best plan of the day, breaks aside; ``None``: the day is too large for this.

    Args:
        empty: the day's board.
        least: meetings guaranteed to each participant.
        seconds: wall time.
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # noqa: PLC0415 - loads slowly
    from scipy.sparse import csc_array  # noqa: PLC0415 - as above

    places = [
        (index, slot) for index, slots in enumerate(empty.allowed) for slot in slots_of(slots)
    ]
    if not places or len(places) > MAX_VARIABLES or seconds <= 0:
        return None
    rows = _Rows(empty, places, least)
    size, people = len(places), len(least)
    shape = (len(rows.upper), size + people)
    matrix = csc_array((np.array(rows.values), (rows.rows, rows.columns)), shape=shape)
    best = max(one.worth for one in empty.day.candidates)
    gains = np.concatenate(
        [
            rows.worth + MISSING_REQUIRED * best * rows.required,
            np.full(people, -float(MISSING_MEETING * best)),
        ]
    )
    answer = milp(
        -gains,
        constraints=LinearConstraint(matrix, rows.lower, rows.upper),
        bounds=Bounds(0, np.concatenate([np.ones(size), np.array(least, dtype=float)])),
        integrality=np.ones(size + people, dtype=np.int64),
        options={"time_limit": seconds, "mip_rel_gap": 0.0},
    )
    is_whole = answer.status == 0
    held_all = best * MISSING_REQUIRED * sum(one.is_required for one in empty.day.candidates)
    bound = answer.mip_dual_bound
    known = None if bound is None else int(np.floor(-bound - held_all + ROUNDING))
    if answer.x is None:
        return SlotSelection(None, known, is_whole)
    slots: list[int | None] = [None] * len(empty.slot)
    for (index, slot), value in zip(places, answer.x[:size].tolist(), strict=True):
        if value > 0.5:  # noqa: PLR2004 - whole but for rounding
            slots[index] = slot
    return SlotSelection(empty.with_slots(slots), known, is_whole)


class _Rows:
    """The constraints: each candidate once, nobody in two places, tables, caps, guarantees."""

    def __init__(self, empty: Board, places: list[tuple[int, int]], least: tuple[int, ...]) -> None:
        day = empty.day
        self.rows: list[int] = []
        self.columns: list[int] = []
        self.values: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self.worth = np.array([day.candidates[index].worth for index, _ in places], dtype=float)
        self.required = np.array([day.candidates[index].is_required for index, _ in places])
        asked = [0] * len(least)
        for one in day.candidates:
            for person in one.participants:
                asked[person] += one.is_required
        for column, (index, slot) in enumerate(places):
            self._add(column, ("candidate", index), 0, 1)
            for row in empty.rows.members[index]:
                self._add(column, ("tables", row, slot), 0, empty.caps[row][slot])
            for person in empty.people[index]:
                self._add(column, ("person", person, slot), 0, 1)
                most = max(day.most[person], asked[person])
                self._add(column, ("meetings", person), least[person], np.inf)
                self._add(column, ("cap", person), 0, most)
        for person in range(len(least)):  # what is missing to the guarantee
            self._add(len(places) + person, ("meetings", person), least[person], np.inf)

    def _add(self, column: int, name: tuple[object, ...], lower: float, upper: float) -> None:
        number = self._numbers.setdefault(name, len(self.upper))
        if number == len(self.upper):
            self.lower.append(lower)
            self.upper.append(upper)
        self.rows.append(number)
        self.columns.append(column)
        self.values.append(1.0)
