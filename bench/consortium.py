"""The best team for twelve needs among two hundred actors, beside a plain greedy and a MILP.

Three families of synthetic coverages, always the same for a seed: « dense » (every actor answers
every need at random, the hardest), « sparse » (three needs in ten), « clustered » (three needs
well, some others a little: what a directory looks like).
"""

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from bench.timing import percentile, print_table, write_json
from matching.consortium import Candidate, TeamQuestion, WeightedNeed, find_team
from matching.consortium_search import Gains, greedy_rows, reached

SEED: Final = 20261122
GOAL_SECONDS: Final = 2.0
Answer = TypeVar("Answer")
Draw = Callable[[random.Random, int], list[int]]


def dense(source: random.Random, needs: int) -> list[int]:
    """Return coverages that are all random."""
    return [source.randint(0, 1_000) for _ in range(needs)]


def sparse(source: random.Random, needs: int) -> list[int]:
    """Return coverages of three needs in ten."""
    return [source.randint(350, 900) if source.random() < 0.3 else 0 for _ in range(needs)]  # noqa: PLR2004


def clustered(source: random.Random, needs: int) -> list[int]:
    """Return three good coverages, and some poor ones."""
    good = set(source.sample(range(needs), 3))
    return [
        source.randint(500, 900) if need in good else source.choice((0, 0, 0, 320, 410))
        for need in range(needs)
    ]


FAMILIES: Final[dict[str, Draw]] = {"dense": dense, "sparse": sparse, "clustered": clustered}


@dataclass(frozen=True, slots=True)
class Line:
    """One family and size: wall seconds of each way, and how far the greedy stays from the best."""

    family: str
    members: int
    exact: float
    slowest: float
    greedy: float
    milp: float
    proven: int
    cases: int
    greedy_gap: float
    """The worst, in percent of the best."""
    milp_agrees: bool


def question_of(draw: Draw, number: int, members: int, candidates: int, needs: int) -> TeamQuestion:
    """Return a question that depends on its arguments alone."""
    source = random.Random(SEED + number)  # noqa: S311 - figures, not secrets
    return TeamQuestion(
        needs=tuple(WeightedNeed(need, source.randint(1, 5)) for need in range(needs)),
        candidates=tuple(Candidate(one, tuple(draw(source, needs))) for one in range(candidates)),
        max_members=members,
        seed=number,
    )


def gains_of(question: TeamQuestion) -> Gains:
    """Return weighted coverages as a matrix."""
    weights = np.array([need.weight for need in question.needs], dtype=np.int64)
    return np.array([one.coverage for one in question.candidates], dtype=np.int64) * weights


def solve_by_milp(gains: Gains, members: int) -> int:
    """Return the best value by HiGHS: each need is given to one chosen actor at most."""
    rows, columns = gains.shape
    pairs = rows * columns
    serves, chosen = np.arange(pairs), pairs + np.repeat(np.arange(rows), columns)
    only_chosen = coo_array(
        (
            np.concatenate([np.ones(pairs), -np.ones(pairs)]),
            (np.concatenate([serves, serves]), np.concatenate([serves, chosen])),
        ),
        shape=(pairs, pairs + rows),
    )
    one_each = coo_array(
        (np.ones(pairs), (np.tile(np.arange(columns), rows), serves)),
        shape=(columns, pairs + rows),
    )
    size = coo_array(
        (np.ones(rows), (np.zeros(rows, dtype=int), pairs + np.arange(rows))),
        shape=(1, pairs + rows),
    )
    answer = milp(
        c=-np.concatenate([gains.ravel(), np.zeros(rows)]),
        constraints=[
            LinearConstraint(only_chosen.tocsc(), ub=0),
            LinearConstraint(one_each.tocsc(), ub=1),
            LinearConstraint(size.tocsc(), ub=members),
        ],
        integrality=np.concatenate([np.zeros(pairs), np.ones(rows)]),
        bounds=Bounds(0, 1),
    )
    return round(-(answer.fun or 0.0))


def timed(call: Callable[[], Answer]) -> tuple[float, Answer]:
    """Return the seconds of one call as a person waits for them, and its answer."""
    started = time.perf_counter()
    answer = call()
    return time.perf_counter() - started, answer


def line_of(family: str, members: int, cases: int, candidates: int, needs: int) -> Line:
    """Measure one family at one size."""
    exact, greedy, gaps, proven = [], [], [], 0
    first: tuple[float, bool] | None = None
    for number in range(cases):
        question = question_of(FAMILIES[family], number, members, candidates, needs)
        gains = gains_of(question)
        seconds, team = timed(partial(find_team, question))
        exact.append(seconds)
        proven += team.is_proven
        seconds, rows = timed(partial(greedy_rows, gains, members))
        greedy.append(seconds)
        gaps.append(100 * (team.worth - reached(gains, rows)) / team.worth)
        if first is None:  # once: it is the slow one
            seconds, value = timed(partial(solve_by_milp, gains, members))
            first = (seconds, value == team.worth)
    return Line(
        family,
        members,
        statistics.median(exact),
        max(exact),
        statistics.median(greedy),
        first[0] if first else 0.0,
        proven,
        cases,
        percentile(gaps, 1.0),
        bool(first and first[1]),
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; return 1 when a team took longer than the goal or was not proven."""
    parser = argparse.ArgumentParser(prog="bench consortium", description=__doc__)
    parser.add_argument("--candidates", type=int, default=200)
    parser.add_argument("--needs", type=int, default=12)
    parser.add_argument("--cases", type=int, default=10)
    parser.add_argument("--members", type=int, nargs="+", default=[3, 5, 8])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    started, _ = timed(partial(find_team, question_of(clustered, 99, 5, 30, 6)))
    lines = [
        line_of(family, members, options.cases, options.candidates, options.needs)
        for family in FAMILIES
        for members in options.members
    ]
    print_table(
        f"Best team, {options.candidates} actors × {options.needs} needs, wall seconds, "
        f"median of {options.cases} (MILP: first case)",
        ("coverages", "k", "exact", "slowest", "proven", "greedy", "its gap", "MILP", "same value"),
        [
            (
                line.family,
                line.members,
                f"{line.exact:.3f}",
                f"{line.slowest:.3f}",
                f"{line.proven}/{line.cases}",
                f"{line.greedy:.4f}",
                f"{line.greedy_gap:.1f} %",
                f"{line.milp:.2f}",
                "yes" if line.milp_agrees else "NO",
            )
            for line in lines
        ],
    )
    print(f"first team of a process, the solver's loading included: {started:.2f} s")
    write_json(options.json, {"lines": [_figures(line) for line in lines], "first": started})
    is_good = all(line.slowest <= GOAL_SECONDS and line.proven == line.cases for line in lines)
    return 0 if is_good else 1


def _figures(line: Line) -> dict[str, object]:
    return {name: getattr(line, name) for name in Line.__slots__}


if __name__ == "__main__":
    sys.exit(main())
