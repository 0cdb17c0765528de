"""What makes a day impossible: a smallest set of its rules that cannot hold together.

Each rule that an organiser can change is switched on by a literal. A SAT solver that refuses says
which literals it needed; then each of these is left out in turn, and stays out when the others are
still refused (deletion: J. Marques-Silva, « Minimal unsatisfiability », ISMVL 2010). Smallest means
that without any one of them, the others can be kept; another set may have fewer.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from meetups.formula import Literal
from meetups.problem import SolveStatus, Timetable, WishedDay
from meetups.rules import Conflict, ConflictKind, Rules, rules_of_day, rules_of_timetable

__all__ = ["Conflict", "ConflictKind", "Verdict", "find_conflicts", "find_day_conflicts"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether rules can be kept together, and which cannot."""

    status: SolveStatus
    """Feasible, infeasible, or unknown when time ran out first."""
    conflicts: tuple[Conflict, ...] = ()
    is_smallest: bool = False
    """Any proper part of the conflicts can be kept."""


class _Answer(StrEnum):
    KEPT = "kept"
    REFUSED = "refused"
    LATE = "late"


def find_conflicts(timetable: Timetable, *, seconds: float) -> Verdict:
    """Return rules of a timetable that cannot hold together.

    Fairness is looked at only when all the others hold.
    """
    ends = time.monotonic() + seconds
    verdict = _verdict(rules_of_timetable(timetable, with_fairness=False), ends)
    if verdict.status is not SolveStatus.FEASIBLE or timetable.fairness is None:
        return verdict
    return _verdict(rules_of_timetable(timetable, with_fairness=True), ends)


def find_day_conflicts(day: WishedDay, *, seconds: float, least: Sequence[int] = ()) -> Verdict:
    """Return rules of a day that cannot hold together: its required meetings, and a guarantee.

    Args:
        day: what is asked.
        seconds: wall time.
        least: meetings that each participant must have; nothing: no guarantee is looked at.
    """
    return _verdict(rules_of_day(day, least), time.monotonic() + seconds)


def _verdict(rules: Rules, ends: float) -> Verdict:
    from pysat.solvers import Glucose4  # noqa: PLC0415

    solver = Glucose4(bootstrap_with=rules.formula.clauses)
    answer, needed = _ask(solver, list(rules.switches), ends)
    if answer is not _Answer.REFUSED:
        kept = answer is _Answer.KEPT
        return Verdict(SolveStatus.FEASIBLE if kept else SolveStatus.UNKNOWN)
    kept_on: list[Literal] = []
    left = needed
    is_smallest = True
    while left:
        tried, left = left[0], left[1:]
        answer, needed = _ask(solver, kept_on + left, ends)
        if answer is _Answer.REFUSED:
            left = [one for one in left if one in needed]
        else:
            kept_on.append(tried)
            is_smallest &= answer is _Answer.KEPT
    found = sorted(rules.switches[one] for one in kept_on)
    return Verdict(SolveStatus.INFEASIBLE, tuple(found), is_smallest)


def _ask(
    solver: Any,  # noqa: ANN401 - python-sat has no types
    switches: list[Literal],
    ends: float,
) -> tuple[_Answer, list[Literal]]:
    """Ask whether the rules switched on hold together; with those needed to refuse, in order."""
    left = ends - time.monotonic()
    if left <= 0:
        return _Answer.LATE, []
    timer = threading.Timer(left, solver.interrupt)
    timer.start()
    kept = solver.solve_limited(assumptions=switches, expect_interrupt=True)
    timer.cancel()
    timer.join()
    solver.clear_interrupt()
    if kept is None:
        return _Answer.LATE, []
    if kept:
        return _Answer.KEPT, []
    needed = set(solver.get_core() or ())
    return _Answer.REFUSED, [one for one in switches if one in needed]
