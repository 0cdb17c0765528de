"""The annealing: what may be exchanged, what stays close, machine code that is never stale."""

import hashlib
from dataclasses import replace
from pathlib import Path

from bench.synthetic_days import DaySize, synthetic_day
from meetups import annealing_bits, annealing_kernels, annealing_proposals
from meetups.board import Board
from meetups.breaks import shorten
from meetups.placement import place_selection
from meetups.selection import Selection, select


def placed(size: DaySize, seed: int = 1) -> tuple[Board, Selection]:
    day = synthetic_day(size, seed=seed)
    selection = select(day)
    return place_selection(day, selection).board, selection


def test_a_change_of_what_is_compiled_in_changes_the_file_that_numba_looks_at() -> None:
    parts = [Path(str(one.__file__)).read_bytes() for one in (annealing_bits, annealing_proposals)]
    assert hashlib.sha256(b"".join(parts)).hexdigest()[:16] == annealing_kernels.PARTS


def test_exchanges_keep_the_score_the_number_and_the_guarantee() -> None:
    board, selection = placed(DaySize(60, 12))
    better, _ = shorten(board, seed=1, effort=20, guarantee=selection.least)
    kept = [
        busy.bit_count() >= least for busy, least in zip(better.busy, selection.least, strict=True)
    ]
    assert (better.worth, better.placed, all(kept)) == (board.worth, board.placed, True)
    assert set(better.held()) != set(board.held())


def test_without_a_guarantee_the_meetings_stay_the_same() -> None:
    board, _ = placed(DaySize(60, 12))
    better, _ = shorten(board, seed=1, effort=20)
    assert set(better.held()) == set(board.held())


def test_a_required_meeting_is_not_exchanged() -> None:
    day = synthetic_day(DaySize(60, 12), seed=1)
    required = set(select(day).chosen[::3])
    candidates = [
        replace(one, is_required=index in required) for index, one in enumerate(day.candidates)
    ]
    day = replace(day, candidates=tuple(candidates))
    selection = select(day)
    board = place_selection(day, selection).board
    better, _ = shorten(board, seed=1, effort=20, guarantee=selection.least)
    assert required <= set(better.held())
