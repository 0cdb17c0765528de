"""Fewer breaks: Kempe chains exchanged while that shortens what people wait."""

import random
import time
from collections.abc import Callable
from typing import Final

from meetups.board import NOWHERE, Board, count_breaks, open_slots
from meetups.problem import SlotSet, WishedDay, slots_of

STEPS_A_MEETING: Final = 60


def least_breaks(available: SlotSet, meetings: int) -> int:
    """Return the breaks that nothing avoids: the runs of available slots needed, less one."""
    lengths = sorted(_runs(available), reverse=True)
    held = 0
    for used, length in enumerate(lengths):
        held += length
        if held >= meetings:
            return used
    return max(0, len(lengths) - 1)


def breaks_bound(day: WishedDay, board: Board) -> int:
    """Return the trivial bound on the breaks of a plan, each participant alone in the room."""
    opened = open_slots(day.tables)
    return sum(
        least_breaks(available & opened, busy.bit_count())
        for available, busy in zip(day.available, board.busy, strict=True)
    )


def _runs(available: SlotSet) -> list[int]:
    lengths, length = [], 0
    for slot in range(available.bit_length() + 1):
        if available >> slot & 1:
            length += 1
        elif length:
            lengths.append(length)
            length = 0
    return lengths


def shorten(
    board: Board, *, seed: int, effort: int, until: float, is_going_on: Callable[[], bool]
) -> bool:
    """Exchange chains that do not add breaks; tell whether it ended by itself."""
    source = random.Random(seed)  # noqa: S311 - figures, not secrets
    held = list(board.held())
    for step in range(len(held) * STEPS_A_MEETING * effort // 100):
        if step % 256 == 0 and (time.perf_counter() > until or not is_going_on()):
            return False
        _try_one(board, source, source.choice(held))
    return True


def _try_one(board: Board, source: random.Random, index: int) -> None:
    if not any(count_breaks(board.busy[person]) for person in board.people[index]):
        return
    elsewhere = list(slots_of(board.allowed[index] & ~(1 << board.slot[index])))
    if board.slot[index] == NOWHERE or not elsewhere:
        return
    chain = board.chain(index, source.choice(elsewhere))
    if chain is not None and chain.change <= 0 and board.fits(chain):
        board.apply(chain.moves)
