"""The best few rows of a matrix of gains: a first team, a bound, then an exact search.

The problem is the maximisation form of facility location without opening costs: choose at most
``seats`` rows so that the sum, over the columns, of the greatest value chosen is largest.

- First team: greedy, then exchanges of one row. Greedy alone reaches at least 1 - 1/e of the best
  (G. Nemhauser, L. Wolsey, M. Fisher, « An analysis of approximations for maximizing submodular
  set functions », 1978).
- Bound and rows that no best team can hold: Lagrangian relaxation (G. Cornuéjols, M. Fisher,
  G. Nemhauser, « Location of bank accounts to optimize float », 1977).
- Exact search: ``matching.consortium_solver``, over the rows that are left.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Gains = NDArray[np.int64]
ROUNDS: Final = 300
PATIENCE: Final = 12
SMALLEST_STEP: Final = 1e-3
TIE_BITS: Final = 32


@dataclass(frozen=True, slots=True)
class Found:
    """The rows chosen, what they reach, and what is proven of it."""

    rows: tuple[int, ...]
    value: int
    bound: int
    """No choice of rows reaches more; equal to ``value`` when the search was finished."""
    is_tie_settled: bool
    """Among the choices that reach as much, this one is known to come first."""


def best_rows(gains: Gains, seats: int, ties: Sequence[int], *, seconds: float) -> Found:
    """Choose at most ``seats`` rows of ``gains`` (rows × columns, integers, none negative).

    Among the choices of greatest value, the one with the fewest rows, then with the smallest sum
    of ``ties`` (one number per row, below 2**32).
    """
    if not seats or not gains.size or not gains.any():
        return Found((), 0, 0, is_tie_settled=True)
    ends_at = time.monotonic() + seconds
    first = first_rows(gains, seats)
    value = reached(gains, first)
    kept, bound = rows_worth_trying(gains, seats, value)
    if bound > value:
        first, bound = _improved(gains, seats, kept, first, bound, ends_at)
        value = reached(gains, first)
    if bound > value:
        return Found(tuple(sorted(first)), value, bound, is_tie_settled=False)
    kept, _ = rows_worth_trying(gains, seats, value)
    rows, is_settled = _first_of_equals(gains, seats, kept, first, ties, ends_at)
    return Found(tuple(sorted(rows)), value, value, is_tie_settled=is_settled)


def _improved(
    gains: Gains, seats: int, kept: list[int], first: list[int], bound: int, ends_at: float
) -> tuple[list[int], int]:
    """Return the rows of greatest value found in time, and the bound then known."""
    from matching import consortium_solver  # noqa: PLC0415 - a large library behind it

    places = [kept.index(row) for row in first]
    answer = consortium_solver.most_covering(gains[kept], seats, places, ends_at=ends_at)
    if answer is None:
        return first, bound
    return [kept[place] for place in answer.places], min(bound, answer.bound)


def _first_of_equals(
    gains: Gains,
    seats: int,
    kept: list[int],
    first: list[int],
    ties: Sequence[int],
    ends_at: float,
) -> tuple[list[int], bool]:
    """Return the smallest, then luckiest, of the choices worth as much as ``first``."""
    from matching import consortium_solver  # noqa: PLC0415 - as above

    answer = consortium_solver.first_of_equals(
        gains[kept],
        seats,
        [kept.index(row) for row in first],
        [(1 << (TIE_BITS + 6)) + ties[row] for row in kept],
        ends_at=ends_at,
    )
    if answer is None:
        return first, False
    return [kept[place] for place in answer.places], answer.is_optimal


def reached(gains: Gains, rows: Sequence[int]) -> int:
    """Return the sum over the columns of the greatest gain of ``rows``."""
    return int(gains[list(rows)].max(axis=0).sum()) if rows else 0


def greedy_rows(gains: Gains, seats: int) -> list[int]:
    """Return the rows that add most, one after the other; the first of equals."""
    held = np.zeros(gains.shape[1], dtype=np.int64)
    rows: list[int] = []
    for _ in range(seats):
        sums = np.maximum(gains, held).sum(axis=1)
        best = int(sums.argmax())
        if sums[best] == held.sum():
            break
        rows.append(best)
        held = np.maximum(held, gains[best])
    return rows


def first_rows(gains: Gains, seats: int) -> list[int]:
    """Return the greedy choice, bettered as long as exchanging one row betters it."""
    rows = greedy_rows(gains, seats)
    value, is_better = reached(gains, rows), True
    while is_better:
        is_better = False
        for place in range(len(rows)):
            others = rows[:place] + rows[place + 1 :]
            held = gains[others].max(axis=0) if others else np.zeros(gains.shape[1], np.int64)
            sums = np.maximum(gains, held).sum(axis=1)
            best = int(sums.argmax())
            if sums[best] > value:
                rows, value, is_better = [*others, best], int(sums[best]), True
    return rows


def rows_worth_trying(gains: Gains, seats: int, value: int) -> tuple[list[int], int]:
    """Return the rows that a choice worth ``value`` or more may hold, and an upper bound.

    For any price of each column, the sum of the prices and of the ``seats`` greatest surpluses is
    at least what any choice reaches; holding a row of lesser surplus lowers that sum by the
    difference. Prices are rounded to integers at the end: the bound is exact.
    """
    seats = min(seats, len(gains))
    prices = np.rint(_best_prices(gains, seats, value)).astype(np.int64)
    surplus = np.maximum(gains - prices, 0).sum(axis=1)
    ordered = np.sort(surplus)[::-1]
    bound = int(prices.sum() + ordered[:seats].sum())
    lost = np.maximum(0, ordered[seats - 1] - surplus)
    return np.flatnonzero(bound - lost >= value).tolist(), bound


def _best_prices(gains: Gains, seats: int, value: int) -> NDArray[np.float64]:
    """Lower the bound by subgradient steps (Held, Wolfe and Crowder, 1974)."""
    prices = np.sort(gains, axis=0)[-min(2, len(gains))].astype(np.float64)
    best: NDArray[np.float64] = prices
    lowest, step, stalled = np.inf, 1.0, 0
    for _ in range(ROUNDS):
        surplus = np.maximum(gains - prices, 0).sum(axis=1)
        top = np.argpartition(-surplus, seats - 1)[:seats]
        bound = float(prices.sum() + surplus[top].sum())
        stalled += 1
        if bound < lowest - 1e-9:
            best, lowest, stalled = prices, bound, 0
        elif stalled == PATIENCE:
            step, stalled, prices = step / 2, 0, best
            continue
        slope = 1.0 - (gains[top] > prices).sum(axis=0)
        norm = float(slope @ slope)
        if not norm or step < SMALLEST_STEP:
            break
        prices = np.maximum(0.0, prices - step * (bound - value + 1) / norm * slope)
    return best
