"""CPU time of repeated calls, percentiles, tables on the terminal and figures as JSON."""

import json
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

Case = TypeVar("Case")


@dataclass(frozen=True, slots=True)
class Timing:
    """CPU milliseconds of a series of calls."""

    median: float
    p95: float
    calls: int

    def as_text(self) -> str:
        """Return ``median / p95``."""
        return f"{self.median:.2f} / {self.p95:.2f}"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which ``share`` of ``values`` lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def cpu_ms(call: Callable[[], object]) -> float:
    """Return the CPU milliseconds of one call, all threads of this process."""
    started = time.process_time_ns()
    call()
    return (time.process_time_ns() - started) / 1e6


def measure(
    call: Callable[[Case], object], cases: Iterable[Case], *, warm: bool = True, repeat: int = 1
) -> Timing:
    """Measure ``call`` on every case, ``repeat`` times, after an unmeasured round if ``warm``."""
    held = list(cases)
    if warm:
        for case in held:
            call(case)
    values = [cpu_ms(lambda case=case: call(case)) for _ in range(repeat) for case in held]  # type: ignore[misc]
    return Timing(statistics.median(values), percentile(values, 0.95), len(values))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table whose columns are as wide as what they hold."""
    lines = [[str(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    print(f"\n{title}")
    for number, line in enumerate(lines):
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        )
        if number == 0:
            print("  ".join("-" * width for width in widths))


def write_json(path: Path | None, figures: Mapping[str, object]) -> None:
    """Write the figures when a file was asked for; timings become objects."""
    if path is not None:
        text = json.dumps(figures, ensure_ascii=False, indent=2, default=_plain)
        path.write_text(text + "\n", encoding="utf-8")


def _plain(value: object) -> object:
    return asdict(value) if isinstance(value, Timing) else str(value)
