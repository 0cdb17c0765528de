"""A plan handed to the exact solvers: is there a timetable of its meetings with fewer breaks?"""

from collections.abc import Callable

from meetups.board import NOWHERE, Board
from meetups.problem import Meeting, Timetable


def prove_breaks(
    board: Board, seconds: float, is_going_on: Callable[[Board], bool]
) -> tuple[Board, int]:
    """Return the best timetable of the same meetings found, and a proven bound on its breaks.

    Tables that suit only some meetings are left out of the question: the bound holds all the same,
    an answer that does not seat everybody is not used.
    """
    from meetups.proof import Proof, prove_timetable  # noqa: PLC0415 - solvers, loaded on request

    held = sorted(board.held())

    def on_progress(_: Proof) -> bool:
        return is_going_on(board)

    proof = prove_timetable(
        _timetable(board, held),
        seconds=seconds,
        seed=board.day.seed,
        start=[board.slot[index] for index in held],
        on_progress=on_progress,
    )
    if proof.slots is None or proof.bound is None:
        return board, 0
    slots = [NOWHERE] * len(board.slot)
    for index, slot in zip(held, proof.slots, strict=True):
        slots[index] = slot
    found = board.with_slots(slots)
    is_better = found.breaks() < board.breaks() and found.has_all_tables()
    return (found if is_better else board), proof.bound


def _timetable(board: Board, held: list[int]) -> Timetable:
    return Timetable(
        slot_count=board.slot_count,
        tables=board.caps[0],
        available=board.day.available,
        meetings=tuple(Meeting(board.people[index], board.allowed[index]) for index in held),
    )
