"""Fewer breaks: simulated annealing on Kempe chains, and the bound that nothing passes.

A chain changes the day of the participants at its ends only, so that millions are tried in a
second (S. Kirkpatrick et al., Science 220, 1983, for the annealing; JAIR 74 for what a break is).
Waits count too, far less: a shorter wait is often on the way to one break fewer. Where a guarantee
is given, a meeting may also make room for another of the same worth: the score stays what it is.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from meetups.annealing_arrays import Weights, arrays_of, exchanges_of, scratch_of
from meetups.board import NOWHERE, Board, count_breaks, count_waits
from meetups.problem import SlotSet

BREAK_WEIGHT: Final = 8
WAIT_WEIGHT: Final = 1
MOVE_WEIGHT: Final = 4
"""Of a meeting that is to stay where it is: two go for one break less, no more."""
HOT: Final = 3.0
COLD: Final = 0.8
STEPS_A_MEETING: Final = 55_000
"""Of the usual effort."""
SHAKING_STEPS: Final = 20
"""For each meeting."""
MOST_SLOTS: Final = 62
"""A day is kept in one whole number; more slots are planned as they were placed."""
CHUNKS: Final = 100
"""How often a run looks at the clock and tells how far it is."""
LONGEST_CHUNK: Final = 400_000


def least_breaks(available: SlotSet, meetings: int) -> int:
    """Return the breaks that nothing avoids: the runs of available slots needed, less one."""
    held = 0
    for used, length in enumerate(sorted(_runs(available), reverse=True)):
        held += length
        if held >= meetings:
            return used
    return 0


def breaks_bound(board: Board) -> int:
    """Return the least breaks of a plan of the same meetings, each participant taken alone."""
    return sum(_least(board))


def _least(board: Board) -> list[int]:
    opened = board.rows.open_slots
    return [
        least_breaks(available & opened, busy.bit_count())
        for available, busy in zip(board.day.available, board.busy, strict=True)
    ]


def _least_by_number(board: Board) -> list[list[int]]:
    """Return the same for each participant and any number of meetings."""
    opened, numbers = board.rows.open_slots, range(board.slot_count + 1)
    known = {
        one: [least_breaks(one & opened, held) for held in numbers]
        for one in set(board.day.available)
    }
    return [known[one] for one in board.day.available]


def _runs(available: SlotSet) -> Iterator[int]:
    """Yield the lengths of the maximal runs of a set of slots."""
    while available:
        available >>= (available & -available).bit_length() - 1
        length = (~available & (available + 1)).bit_length() - 1
        yield length
        available >>= length


def shorten(
    board: Board,
    *,
    seed: int,
    effort: int,
    seconds: float = math.inf,
    is_going_on: Callable[[Board], bool] = lambda _: True,
    guarantee: Sequence[int] | None = None,
    stays_close: bool = False,
) -> tuple[Board, bool]:
    """Look for a timetable with fewer breaks, then fewer waits, and the same score.

    Args:
        board: where to start from; left as it was.
        seed: of the random numbers.
        effort: number of moves tried, in percent of the usual one.
        seconds: how long it may take; what does not fit makes the cooling faster.
        is_going_on: shown the best timetable now and then; ``False`` ends the search.
        guarantee: meetings that each participant keeps while some are exchanged for others of the
            same worth; ``None``: the meetings stay the same.
        stays_close: a meeting leaves the slot that its candidate names only where that saves
            ``MOVE_WEIGHT``; no meeting is exchanged.

    Returns:
        The best timetable, never worse than the first, and whether the search went to its end.
    """
    home = [one.slot if stays_close else None for one in board.day.candidates]
    cost = _cost(board, home)
    steps = board.placed * STEPS_A_MEETING * effort // 100
    if not steps or cost == BREAK_WEIGHT * breaks_bound(board) or board.slot_count > MOST_SLOTS:
        return board, True
    from meetups.annealing_kernels import anneal  # noqa: PLC0415 - loads numba: a second

    arrays = arrays_of(board, _least_by_number(board), home)
    scratch = scratch_of(board, seed)
    exchanges = exchanges_of(board, None if stays_close else guarantee)
    weights = Weights(BREAK_WEIGHT, WAIT_WEIGHT, MOVE_WEIGHT)
    costs = anneal(arrays, exchanges, scratch, weights, 1, (COLD, COLD), (cost, cost))  # compiles
    cooling = _Cooling(max(CHUNKS, steps // LONGEST_CHUNK), seconds)
    best, shown = board, cost
    for heat in cooling:
        chunk = steps // cooling.chunks
        costs = anneal(arrays, exchanges, scratch, weights, chunk, heat, costs)
        if costs[1] < shown:
            best, shown = board.with_slots(scratch.best.tolist()), costs[1]
        if not is_going_on(best):
            return best, cooling.is_whole and cooling.done == 1.0
    return best, cooling.is_whole


def shaken(board: Board, *, seed: int) -> Board:
    """Return another timetable of the same meetings, far from the first, whatever its breaks."""
    if board.slot_count > MOST_SLOTS:
        return board
    from meetups.annealing_kernels import anneal  # noqa: PLC0415 - loads numba: a second

    arrays = arrays_of(board, _least_by_number(board), [None] * len(board.slot))
    scratch, exchanges = scratch_of(board, seed), exchanges_of(board, None)
    steps = SHAKING_STEPS * board.placed
    anneal(arrays, exchanges, scratch, Weights(0, 0, 0), steps, (COLD, COLD), (0, 0))
    return board.with_slots(arrays.slot.tolist())


class _Cooling:
    """The temperatures, chunk after chunk; faster when the time left does not suffice."""

    def __init__(self, chunks: int, seconds: float) -> None:
        self.chunks = chunks
        self.done = 0.0
        """Share of the way from hot to cold."""
        self.is_whole = True
        self._started = time.perf_counter()
        self._seconds = seconds

    def __iter__(self) -> Iterator[tuple[float, float]]:
        """Yield the first and last temperature of each chunk."""
        step = 1.0 / self.chunks
        for chunk in range(1, self.chunks + 1):
            if self.done >= 1.0:
                return
            share = min(max(step, 1.0 - self.done), step * self._speed(chunk - 1))
            start, self.done = self.done, min(1.0, self.done + share)
            yield HOT * (COLD / HOT) ** start, HOT * (COLD / HOT) ** self.done
        self.done = 1.0

    def _speed(self, ran: int) -> float:
        """Return by how much chunks must cool faster for the rest to fit in the time left."""
        elapsed = time.perf_counter() - self._started
        left = self._seconds - elapsed
        if not ran or left == math.inf:
            return 1.0
        needed = (1.0 - self.done) * self.chunks * elapsed / ran
        if needed <= left:
            return 1.0
        self.is_whole = False
        return needed / left if left > 0 else math.inf


def _cost(board: Board, home: Sequence[int | None]) -> int:
    opened = board.rows.open_slots
    moved = sum(
        wanted is not None and slot not in (wanted, NOWHERE)
        for slot, wanted in zip(board.slot, home, strict=True)
    )
    return MOVE_WEIGHT * moved + sum(
        BREAK_WEIGHT * count_breaks(busy) + WAIT_WEIGHT * count_waits(busy, available & opened)
        for busy, available in zip(board.busy, board.day.available, strict=True)
    )
