"""One solver at work on a timetable, in a process of its own: ``python -m meetups.proof_process``.

Reads a question on its input, as one line of JSON, and writes what it finds, a line each time:
``{"bound": n}``, ``{"breaks": n, "slots": […]}``, ``{"infeasible": true}``. A process, since a SAT
solver answers no call while it works: it is stopped by ending it. It ends by itself a little after
its time, should whoever started it be gone.
"""

import faulthandler
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from meetups.encoding import encode
from meetups.narrowing import narrowed_slots
from meetups.problem import Meeting, Timetable

GRACE_SECONDS = 5.0
FIRST_COUNTED = 24
"""Breaks above the sure ones that are counted at first: counters grow when more are needed."""


class Way(StrEnum):
    """How a process looks for the fewest breaks."""

    RISING = "rising"
    """Tries the bound, one higher each time it is refuted: what it finds first is proven."""
    HALVING = "halving"
    """Finds any answer, then halves what is between it and the bound."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a process is asked."""

    timetable: Timetable
    way: Way
    solver: str
    """By its name in python-sat."""
    seed: int
    seconds: float
    tries_held_first: bool = True
    """Guesses that a literal holds, the solver's own habit; else that it does not, as most."""
    start: tuple[int, ...] | None = None
    """Slots to try first."""


def to_json(question: Question) -> str:
    """Return a question as one line."""
    return json.dumps(asdict(question), default=sorted)


def from_json(line: str) -> Question:
    """Return the question that a line holds."""
    values: dict[str, Any] = json.loads(line)
    day: dict[str, Any] = values.pop("timetable")
    meetings = tuple(
        Meeting(tuple(one["participants"]), one["slots"], frozenset(one["after"]))
        for one in day.pop("meetings")
    )
    tables, available = tuple(day.pop("tables")), tuple(day.pop("available"))
    start = values.pop("start")
    return Question(
        timetable=Timetable(meetings=meetings, tables=tables, available=available, **day),
        way=Way(values.pop("way")),
        start=None if start is None else tuple(start),
        **values,
    )


class _Search:
    """A SAT solver on the clauses of a timetable, asked for at most so many breaks."""

    def __init__(self, question: Question) -> None:
        from pysat.solvers import Solver  # noqa: PLC0415

        timetable = question.timetable
        self._encoding = encode(timetable, narrowed_slots(timetable))
        self._formula = self._encoding.formula
        self.bound = self._encoding.base
        self._solver = Solver(name=question.solver)
        options = {"seed": question.seed, "phase": int(question.tries_held_first)}
        self._solver.configure(options)
        self._read = 0
        self._feed()
        self._breaks = [one for own in self._encoding.gaps for one in own]
        self._counted: list[int] = []
        if question.start is not None:
            self._solver.set_phases(
                [
                    literal if slot == start else -literal
                    for places, start in zip(self._encoding.held, question.start, strict=True)
                    for slot, literal in places.items()
                ]
            )

    def at_most(self, breaks: int | None) -> dict[str, Any] | None:
        """Return an answer with at most ``breaks``, any for ``None``; nothing: there is none."""
        assumed = [] if breaks is None else self._limit(breaks)
        if not self._solver.solve(assumptions=assumed):
            return None
        model = self._solver.get_model()
        found = sum(model[one - 1] > 0 for one in self._breaks)
        return {"breaks": found, "slots": self._encoding.slots(model)}

    @property
    def is_refuted(self) -> bool:
        """Tell whether the last refusal needed no limit on the breaks."""
        return not self._solver.get_core()

    def _limit(self, breaks: int) -> list[int]:
        if breaks >= len(self._breaks):
            return []
        if breaks >= len(self._counted):
            most = max(self._encoding.base + FIRST_COUNTED, 2 * (breaks + 1))
            self._counted = self._formula.counts(self._breaks, most, both_ways=False)
            self._feed()
        return [-self._counted[breaks]]

    def _feed(self) -> None:
        self._solver.append_formula(self._formula.clauses[self._read :])
        self._read = len(self._formula.clauses)


def findings(question: Question) -> Iterator[dict[str, Any]]:
    """Yield what one solver finds, the last one settling the question."""
    search = _Search(question)
    yield from _rising(search) if question.way is Way.RISING else _halving(search)


def _rising(search: _Search) -> Iterator[dict[str, Any]]:
    bound = search.bound
    yield {"bound": bound}
    while (answer := search.at_most(bound)) is None:
        if search.is_refuted:
            yield {"infeasible": True}
            return
        bound += 1
        yield {"bound": bound}
    yield answer


def _halving(search: _Search) -> Iterator[dict[str, Any]]:
    answer = search.at_most(None)
    if answer is None:
        yield {"infeasible": True}
        return
    bound = search.bound
    while True:
        yield {"bound": bound} | answer
        best = answer["breaks"]
        if best <= bound:
            return
        middle = (bound + best - 1) // 2
        better = search.at_most(middle)
        if better is None:
            bound = middle + 1
        else:
            answer = better


def main() -> None:
    """Answer the question on the input, line by line."""
    question = from_json(sys.stdin.readline())
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - the watch needs a real file
        faulthandler.dump_traceback_later(question.seconds + GRACE_SECONDS, exit=True, file=nowhere)
        for finding in findings(question):
            sys.stdout.write(json.dumps(finding) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
