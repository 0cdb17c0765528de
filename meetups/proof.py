"""The fewest breaks of a timetable, proven: SAT solvers race, each in its process.

What two processes know adds up: one raises the bound from below, the other lowers the best answer,
and the question is settled when they meet. docs/adr/015-planning-solvers.md says what was measured.
"""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from meetups.narrowing import bound_of, narrowed_slots
from meetups.problem import SolveStatus, Timetable
from meetups.proof_process import Question, Way, to_json
from meetups.validator import count_breaks, faults_of_timetable

ROOT: Final = Path(__file__).resolve().parent.parent
RACERS: Final = (
    (Way.RISING, "cadical195", False),
    (Way.RISING, "cadical300", True),
    (Way.HALVING, "cadical300", True),
    (Way.HALVING, "cadical195", False),
)
"""Way, solver and first guess of each process; a machine of two cores runs the first two."""
RELIEF: Final = 2
"""The racer that takes the place of the last one when the first two stay without an answer."""
RELIEF_SECONDS: Final = 10.0
RELIEF_SHARE: Final = 1 / 3
LISTEN_SECONDS: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is known of a timetable: the best slots found and how good they can be."""

    status: SolveStatus
    slots: tuple[int, ...] | None
    breaks: int | None
    bound: int | None
    """No answer has fewer breaks; nothing: there is no answer."""
    seconds: float


OnProgress = Callable[[Proof], bool]
"""Told of each better answer or bound, and several times a second; ``False`` stops."""


class SolverFailedError(RuntimeError):
    """No solver could be run to its end, or one answered something wrong: never an answer."""


def prove_timetable(
    timetable: Timetable,
    *,
    seconds: float,
    workers: int = 2,
    seed: int = 0,
    start: Sequence[int] | None = None,
    on_progress: OnProgress | None = None,
) -> Proof:
    """Return the timetable with the fewest breaks, or the best found in time.

    Args:
        timetable: what to solve.
        seconds: wall time.
        workers: processes at once; with one, the same seed gives the same slots.
        seed: of the solvers.
        start: slots to begin with, if they break no rule.
        on_progress: see ``OnProgress``.

    Returns:
        An answer that the validator has seen, or none.

    Raises:
        SolverFailedError: all processes failed, or an answer breaks a rule.
    """
    race = _Race(timetable, time.monotonic(), seconds)
    allowed = narrowed_slots(timetable)
    bound = bound_of(timetable, allowed)
    if bound is None:
        return race.proof(SolveStatus.INFEASIBLE)
    race.bound = bound
    if start is not None and not faults_of_timetable(timetable, start):
        race.learn({"slots": list(start)})
    if not race.is_settled:
        race.run(workers, seed, on_progress)
    return race.proof()


class _Race:
    """Processes on one question, and the best that they know together."""

    def __init__(self, timetable: Timetable, started: float, seconds: float) -> None:
        self.timetable, self.started, self.ends = timetable, started, started + seconds
        self.bound = 0
        self.slots: tuple[int, ...] | None = None
        self.breaks: int | None = None
        self.is_infeasible = False

    @property
    def is_settled(self) -> bool:
        """Tell whether nothing is left to find."""
        return self.is_infeasible or (self.breaks is not None and self.breaks <= self.bound)

    def learn(self, finding: dict[str, Any]) -> None:
        """Keep what a process found, if it is better; its answers are checked."""
        self.is_infeasible |= finding.get("infeasible", False)
        self.bound = max(self.bound, finding.get("bound", 0))
        if "slots" not in finding:
            return
        slots = tuple(finding["slots"])
        if faults := faults_of_timetable(self.timetable, slots):
            message = f"wrong answer: {', '.join(fault.text for fault in faults[:3])}"
            raise SolverFailedError(message)
        breaks = sum(count_breaks(self.timetable, slots))
        if self.breaks is None or breaks < self.breaks:
            self.slots, self.breaks = slots, breaks

    def run(self, workers: int, seed: int, on_progress: OnProgress | None) -> None:
        """Listen to processes until the question is settled, time is up, or all have ended."""
        heard: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        racers: list[subprocess.Popen[str]] = []
        try:
            racers.extend(self._racer(number, seed, heard) for number in range(workers))
            self._follow(heard, racers, seed, on_progress)
        finally:
            for racer in racers:
                racer.kill()
                racer.wait()

    def _follow(
        self,
        heard: "queue.SimpleQueue[str | None]",
        racers: list["subprocess.Popen[str]"],
        seed: int,
        on_progress: OnProgress | None,
    ) -> None:
        running, is_relieved = len(racers), len(racers) > RELIEF
        now = time.monotonic()
        relief_at = now + min(RELIEF_SECONDS, RELIEF_SHARE * (self.ends - now))
        while running and not self.is_settled and time.monotonic() < self.ends:
            running -= self._hear(heard)
            if on_progress is not None and not on_progress(self.proof()):
                return
            if not is_relieved and time.monotonic() > relief_at:
                is_relieved = True
                racers[-1].kill()
                racers.append(self._racer(RELIEF, seed, heard))
                running += 1
        if not running and not self.is_settled:
            message = "no solver ended with an answer"
            raise SolverFailedError(message)

    def _hear(self, heard: "queue.SimpleQueue[str | None]") -> int:
        """Learn one thing, if something is said soon; return how many processes have ended."""
        left = max(0.0, self.ends - time.monotonic())
        try:
            line = heard.get(timeout=min(left, LISTEN_SECONDS))
        except queue.Empty:
            return 0
        if line is None:
            return 1
        self.learn(json.loads(line))
        return 0

    def _racer(
        self, number: int, seed: int, heard: "queue.SimpleQueue[str | None]"
    ) -> "subprocess.Popen[str]":
        way, solver, tries_held_first = RACERS[number % len(RACERS)]
        question = Question(
            timetable=self.timetable,
            way=way,
            solver=solver,
            tries_held_first=tries_held_first,
            seed=seed + number // len(RACERS),
            seconds=max(0.0, self.ends - time.monotonic()),
            start=self.slots,
        )
        racer = subprocess.Popen(
            [sys.executable, "-m", "meetups.proof_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        threading.Thread(target=_listen, args=(racer.stdout, heard), daemon=True).start()
        if racer.stdin is not None:
            racer.stdin.write(to_json(question) + "\n")
            racer.stdin.close()
        return racer

    def proof(self, status: SolveStatus | None = None) -> Proof:
        """Return what is known now."""
        status = status or self._status()
        impossible = status is SolveStatus.INFEASIBLE
        return Proof(
            status=status,
            slots=None if impossible else self.slots,
            breaks=None if impossible else self.breaks,
            bound=None if impossible else self.bound,
            seconds=time.monotonic() - self.started,
        )

    def _status(self) -> SolveStatus:
        if self.is_infeasible:
            return SolveStatus.INFEASIBLE
        if self.breaks is None:
            return SolveStatus.UNKNOWN
        return SolveStatus.OPTIMAL if self.is_settled else SolveStatus.FEASIBLE


def _listen(output: IO[str] | None, heard: "queue.SimpleQueue[str | None]") -> None:
    """Pass on the lines of a process, then nothing once it has ended."""
    for line in output or ():
        heard.put(line)
    heard.put(None)
