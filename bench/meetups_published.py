"""The published days (JAIR 74:263-301, 2022) solved by our command, beside a plain CP-SAT model.

Seconds are a person's: from the start of ``run.py`` to the written answer, on a wall clock. The
published ones were measured on a Xeon E3-1220v2. The peer has the same days, both cores, and the
model that one writes first; its process is already running when its clock starts.
"""

import csv
import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from bench.timing import print_table
from meetups.dzn import read_dzn
from meetups.problem import Timetable, slots_of
from meetups.validator import count_breaks, faults_of_seating, faults_of_timetable

ROOT: Final = Path(__file__).resolve().parent.parent
DATA: Final = ROOT.parent / "shared" / "data" / "b2b-schedule"
PEER_DAYS: Final = ("tic-12.original", "tic-13.original", "forumt-14.original", "forum-13.original")
TIME_LIMIT: Final = 120
ORIGINAL: Final = ".original"
COLUMNS: Final = (
    *("day", "breaks", "ours", "status", "valid", "seconds", "CPU"),
    *("published", "ratio", "limit", "goal", "plain CP-SAT"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedLine:
    """One published day: what is published, and what our command answered."""

    name: str
    published_breaks: str
    published_seconds: float
    seconds: float
    """Wall time, process start included, the best of the rounds."""
    cpu_seconds: float
    """Of all processes, in that round."""
    status: str
    breaks: int | None
    is_valid: bool
    peer: str = ""

    @property
    def limit(self) -> float:
        """Return the seconds that the goal allows."""
        if self.name.endswith(ORIGINAL):
            return max(2.0, 2 * self.published_seconds)
        return max(3.0, 3 * self.published_seconds)

    @property
    def is_proven(self) -> bool:
        """Tell whether the answer is the published one, proven, and breaks no rule."""
        if self.published_breaks == self.status == "infeasible":
            return True
        right = self.status == "optimal" and str(self.breaks) == self.published_breaks
        return right and self.is_valid

    @property
    def is_good(self) -> bool:
        """Tell whether the goal is met."""
        return self.is_proven and self.seconds <= self.limit


def solve_by_command(path: Path) -> tuple[float, float, dict[str, Any]]:
    """Return wall seconds, CPU seconds, and the answer of ``run.py flask meetup solve``."""
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "answer.json"
        command = [sys.executable, "run.py", "flask", "meetup", "solve", str(path)]
        command += ["--time-limit", str(TIME_LIMIT), "--workers", "2", "--json", str(output)]
        started, cpu = time.perf_counter(), _cpu_of_children()
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603 - ours
        seconds = time.perf_counter() - started
        answer: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
        return seconds, _cpu_of_children() - cpu, answer


def _cpu_of_children() -> float:
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return math.nan
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def is_valid(timetable: Timetable, answer: dict[str, Any]) -> bool:
    """Tell whether an answer breaks no rule and has the breaks it says."""
    if answer["slots"] is None:
        return answer["status"] in {"infeasible", "unknown"}
    slots = [slot - 1 for slot in answer["slots"]]
    tables = [table - 1 for table in answer["tables"]]
    return (
        not faults_of_timetable(timetable, slots)
        and not faults_of_seating(timetable, slots, tables)
        and sum(count_breaks(timetable, slots)) == answer["breaks"]
    )


def solve_by_cp_sat(timetable: Timetable, seconds: float) -> str:
    """Return what CP-SAT, as it comes, makes of a plain model of a day."""
    from ortools.sat.python.cp_model import OPTIMAL, CpModel, CpSolver  # noqa: PLC0415

    model = CpModel()
    held = [
        {slot: model.new_bool_var("") for slot in slots_of(meeting.slots)}
        for meeting in timetable.meetings
    ]
    for places in held:
        model.add_exactly_one(places.values())
    for slot, tables in enumerate(timetable.tables):
        model.add(sum(places[slot] for places in held if slot in places) <= tables)
    starts = [sum(slot * one for slot, one in places.items()) for places in held]
    for number, meeting in enumerate(timetable.meetings):
        for earlier in meeting.after:
            model.add(starts[earlier] < starts[number])
    breaks = [
        _cp_sat_breaks(model, timetable, held, participant)
        for participant in range(len(timetable.available))
    ]
    if timetable.fairness is not None:
        most, fewest = (model.new_int_var(0, timetable.slot_count, "") for _ in range(2))
        for one in breaks:
            model.add(one <= most)
            model.add(one >= fewest)
        model.add(most - fewest <= timetable.fairness)
    model.minimize(sum(breaks))
    solver = CpSolver()
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 2
    status = solver.solve(model)
    proven = "" if status == OPTIMAL else f" ({solver.status_name(status).lower()})"
    return f"{solver.wall_time:.1f}{proven}"


def _cp_sat_breaks(
    model: Any,  # noqa: ANN401 - ortools' own types
    timetable: Timetable,
    held: Sequence[dict[int, Any]],
    participant: int,
) -> Any:  # noqa: ANN401
    """Return the breaks of a participant: stretches of used slots, less one."""
    own = [
        places
        for places, meeting in zip(held, timetable.meetings, strict=True)
        if participant in meeting.participants
    ]
    if not own:
        return 0
    stretches = []
    before: Any = 0
    for slot in range(timetable.slot_count):
        used = model.new_bool_var("")
        model.add(used == sum(places[slot] for places in own if slot in places))
        if not timetable.available[participant] >> slot & 1:
            model.add(used == 0)
        begins = model.new_bool_var("")
        model.add(begins >= used - before)
        stretches.append(begins)
        before = used
    return sum(stretches) - 1


def published_line(
    data: Path, row: dict[str, str], *, rounds: int, peer_seconds: float
) -> PublishedLine:
    """Measure one day."""
    path = data / f"{row['instance']}.dzn"
    timetable = read_dzn(path, fairness=int(row["fairness_d"]))
    seconds, cpu, answer = min(
        (solve_by_command(path) for _ in range(rounds)), key=lambda found: found[0]
    )
    with_peer = peer_seconds > 0 and row["instance"] in PEER_DAYS
    return PublishedLine(
        name=row["instance"],
        published_breaks=row["optimal_breaks"],
        published_seconds=float(row["maxsat_seconds"]),
        seconds=seconds,
        cpu_seconds=cpu,
        status=answer["status"],
        breaks=answer["breaks"],
        is_valid=is_valid(timetable, answer),
        peer=solve_by_cp_sat(timetable, peer_seconds) if with_peer else "",
    )


def run(
    *, data: Path = DATA, only: str = "", rounds: int = 1, peer_seconds: float = 30.0
) -> tuple[dict[str, object], bool]:
    """Print the table; return the figures and whether every day meets its goal."""
    source = data / "published.csv"
    if not source.exists():
        print(f"published days: nothing in {data}")
        return {}, True
    with source.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if only in row["instance"]]
    lines = [published_line(data, row, rounds=rounds, peer_seconds=peer_seconds) for row in rows]
    _print(lines)
    mean = geometric_mean(line.seconds / line.published_seconds for line in lines)
    good, proven = sum(line.is_good for line in lines), sum(line.is_proven for line in lines)
    ours, theirs = (
        sum(getattr(line, name) for line in lines) for name in ("seconds", "published_seconds")
    )
    print(
        f"{good}/{len(lines)} within the goal, {proven} proven; ours / published: geometric mean "
        f"{mean:.2f}, in all {ours:.1f} s against {theirs:.1f} s"
    )
    figures = [asdict(line) | {"is_good": line.is_good} for line in lines]
    return {"published": figures, "geometric_mean": mean}, good == len(lines)


def geometric_mean(values: Iterable[float]) -> float:
    """Return the mean of ratios."""
    logarithms = [math.log(value) for value in values]
    return math.exp(sum(logarithms) / len(logarithms)) if logarithms else math.nan


def _print(lines: Sequence[PublishedLine]) -> None:
    print_table(
        "Published days: seconds from process start to the written answer, two workers",
        COLUMNS,
        [
            (
                line.name,
                line.published_breaks,
                "–" if line.breaks is None else line.breaks,
                line.status,
                "yes" if line.is_valid else "NO",
                f"{line.seconds:.2f}",
                f"{line.cpu_seconds:.2f}",
                f"{line.published_seconds:.1f}",
                f"{line.seconds / line.published_seconds:.2f}",
                f"{line.limit:.1f}",
                "yes" if line.is_good else "NO",
                line.peer,
            )
            for line in lines
        ],
    )
