"""Fewer breaks: simulated annealing on Kempe chains, and the bound that nothing passes.

A chain changes the day of the participants at its ends only, so that millions are tried in a
second (S. Kirkpatrick et al., Science 220, 1983, for the annealing; JAIR 74 for what a break is).
Waits count too, far less: a shorter wait is often on the way to one break fewer.
"""

import math
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

import numpy as np

from meetups.board import Board, count_breaks, count_waits
from meetups.problem import SlotSet

if TYPE_CHECKING:
    from meetups.annealing_kernels import Arrays, Scratch

BREAK_WEIGHT: Final = 8
WAIT_WEIGHT: Final = 1
HOT: Final = 3.0
COLD: Final = 1.2
STEPS_A_MEETING: Final = 60_000
"""Of the usual effort."""
SHAKING_STEPS: Final = 20
"""For each meeting."""
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
) -> tuple[Board, bool]:
    """Look for a timetable of the same meetings with fewer breaks, then fewer waits.

    Args:
        board: where to start from; left as it was.
        seed: of the random numbers.
        effort: number of chains tried, in percent of the usual one.
        seconds: how long it may take; what does not fit makes the cooling faster.
        is_going_on: shown the best timetable now and then; ``False`` ends the search.

    Returns:
        The best timetable, never worse than the first, and whether the search went to its end.
    """
    cost = _cost(board)
    steps = board.placed * STEPS_A_MEETING * effort // 100
    if not steps or cost == BREAK_WEIGHT * breaks_bound(board):
        return board, True
    from meetups import annealing_kernels as kernels  # noqa: PLC0415 - loads numba: a second

    arrays, scratch = _arrays(board), _scratch(board, seed)
    weights = kernels.Weights(BREAK_WEIGHT, WAIT_WEIGHT)
    costs = kernels.anneal(arrays, scratch, weights, 1, (COLD, COLD), (cost, cost))  # compiles
    cooling = _Cooling(max(CHUNKS, steps // LONGEST_CHUNK), seconds)
    best, shown = board, cost
    for heat in cooling:
        costs = kernels.anneal(arrays, scratch, weights, steps // cooling.chunks, heat, costs)
        if costs[1] < shown:
            best, shown = board.with_slots(scratch.best.tolist()), costs[1]
        if not is_going_on(best):
            return best, cooling.is_whole and cooling.done == 1.0
    return best, cooling.is_whole


def shaken(board: Board, *, seed: int) -> Board:
    """Return another timetable of the same meetings, far from the first, whatever its breaks."""
    from meetups import annealing_kernels as kernels  # noqa: PLC0415 - loads numba: a second

    arrays, scratch = _arrays(board), _scratch(board, seed)
    steps = SHAKING_STEPS * board.placed
    kernels.anneal(arrays, scratch, kernels.Weights(0, 0), steps, (COLD, COLD), (0, 0))
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


def _cost(board: Board) -> int:
    opened = board.rows.open_slots
    return sum(
        BREAK_WEIGHT * count_breaks(busy) + WAIT_WEIGHT * count_waits(busy, available & opened)
        for busy, available in zip(board.busy, board.day.available, strict=True)
    )


def _arrays(board: Board) -> "Arrays":
    from meetups.annealing_kernels import Arrays  # noqa: PLC0415 - loads numba: a second

    slots, rows = range(board.slot_count), range(len(board.caps))
    sizes = [len(people) for people in board.people]
    opened = board.rows.open_slots
    least = _least(board)
    worse = [one for one, busy in enumerate(board.busy) if count_breaks(busy) > least[one]]
    present = [
        [one & opened & ((1 << slot) - 1) for slot in (*slots, board.slot_count)]
        for one in board.day.available
    ]
    return Arrays(
        slot=np.array(board.slot, dtype=np.int32),
        at=np.array(board.at, dtype=np.int32),
        load=np.array(board.load, dtype=np.int32),
        caps=np.array(board.caps, dtype=np.int32),
        member=np.array([[row in one for row in rows] for one in board.rows.members]),
        start=np.cumsum([0, *sizes]).astype(np.int32),
        who=np.array([person for people in board.people for person in people], dtype=np.int32),
        allowed=np.array([[bool(one >> slot & 1) for slot in slots] for one in board.allowed]),
        present=np.array([[one.bit_count() for one in row] for row in present], dtype=np.int32),
        ends=np.array(
            [((busy & -busy).bit_length() - 1, busy.bit_length() - 1) for busy in board.busy],
            dtype=np.int32,
        ),
        held=np.array(list(board.held()), dtype=np.int32),
        busy=np.array([one for one, busy in enumerate(board.busy) if busy], dtype=np.int32),
        least=np.array(least, dtype=np.int32),
        worse=np.array([*worse, *[0] * (len(least) - len(worse))], dtype=np.int32),
        rank=np.array(
            [worse.index(one) if one in worse else -1 for one in range(len(least))], dtype=np.int32
        ),
        how_many=np.array([len(worse)], dtype=np.int32),
    )


def _scratch(board: Board, seed: int) -> "Scratch":
    from meetups.annealing_kernels import Scratch  # noqa: PLC0415 - loads numba: a second

    first = np.random.default_rng([seed, 1]).integers(1, 2**63, dtype=np.uint64)
    return Scratch(
        queue=np.zeros(len(board.slot), dtype=np.int32),
        stamp=np.zeros(len(board.slot), dtype=np.int64),
        mark=np.zeros(1, dtype=np.int64),
        random=np.array([first], dtype=np.uint64),
        more=np.zeros(len(board.caps), dtype=np.int32),
        best=np.array(board.slot, dtype=np.int32),
    )
