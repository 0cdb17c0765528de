"""The exact search of a team, by CP-SAT: only ``consortium_search`` imports this, on use.

One variable for each row and one for each distinct value of a column: a step of a column counts
once a row at least as high is chosen (G. Cornuéjols, G. Nemhauser, L. Wolsey, « A canonical
representation of simple plant location problems », 1980). The linear relaxation of that
formulation is tight, so the solver is told to rely on it. One worker, one seed: the same question
gets the same answer, unless time runs out.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from ortools.sat.python.cp_model import (
    FEASIBLE,
    OPTIMAL,
    CpModel,
    CpSolver,
    IntVar,
    LinearExpr,
    LinearExprT,
)

RELY_ON_RELAXATION = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows chosen, by place, and what the solver knows of them."""

    places: list[int]
    bound: int
    is_optimal: bool


def most_covering(
    gains: NDArray[np.int64], seats: int, hint: Sequence[int], *, ends_at: float
) -> Answer | None:
    """Choose at most ``seats`` rows whose greatest values sum up to most.

    ``hint`` is a choice to start from; ``ends_at`` is read on the monotonic clock. ``None`` when
    time ran out before any answer.
    """
    model = CpModel()
    chosen, value = _covering(model, gains, seats)
    model.maximize(value)
    return _search(model, chosen, hint, ends_at)


def first_of_equals(
    gains: NDArray[np.int64],
    seats: int,
    hint: Sequence[int],
    costs: Sequence[int],
    *,
    ends_at: float,
) -> Answer | None:
    """Choose the rows of smallest total cost among the choices worth as much as ``hint``."""
    model = CpModel()
    chosen, value = _covering(model, gains, seats)
    model.add(value == int(gains[list(hint)].max(axis=0).sum()))
    model.minimize(LinearExpr.weighted_sum(chosen, costs))
    return _search(model, chosen, hint, ends_at)


def _covering(
    model: CpModel, gains: NDArray[np.int64], seats: int
) -> tuple[list[IntVar], LinearExprT]:
    chosen = [model.new_bool_var(f"row-{row}") for row in range(len(gains))]
    model.add(LinearExpr.sum(chosen) <= seats)
    steps: list[IntVar] = []
    heights: list[int] = []
    for column in gains.T:
        above: list[IntVar] = []
        levels = sorted({int(level) for level in column} - {0}, reverse=True)
        for level, lower in pairwise([*levels, 0]):
            step = model.new_bool_var("")
            as_high = [chosen[row] for row in np.flatnonzero(column == level).tolist()]
            model.add(step <= LinearExpr.sum(as_high + above))
            steps.append(step)
            heights.append(level - lower)
            above = [step]
    return chosen, LinearExpr.weighted_sum(steps, heights)


def _search(
    model: CpModel, chosen: Sequence[IntVar], hint: Sequence[int], ends_at: float
) -> Answer | None:
    for place, variable in enumerate(chosen):
        model.add_hint(variable, place in hint)
    solver = CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.linearization_level = RELY_ON_RELAXATION
    solver.parameters.max_time_in_seconds = max(0.0, ends_at - time.monotonic())
    status = solver.solve(model)
    if status not in {OPTIMAL, FEASIBLE}:
        return None
    return Answer(
        places=[place for place, variable in enumerate(chosen) if solver.value(variable)],
        bound=round(solver.best_objective_bound),
        is_optimal=status == OPTIMAL,
    )
