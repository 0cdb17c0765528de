"""``run.py flask meetup solve`` as somebody runs it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from jobs.meetup_commands import REASONS, meetup_commands
from meetups.dzn import DznCode, read_dzn
from meetups.validator import count_breaks, faults_of_seating, faults_of_timetable

ROOT = Path(__file__).resolve().parents[2]
DAY = """nBusiness = 4;
nMeetings = 4;
nTables = 2;
nTotalSlots = 4;
nMorningSlots = 2;
requested = [|1,2,1|1,3,2|2,4,3|3,4,3|];
forbidden = [{0},{0},{1},{0}];
fixed = [1,4,0,0];
precedences = [{},{},{},{}];
"""


@pytest.fixture
def day(tmp_path: Path) -> Path:
    file = tmp_path / "day.dzn"
    file.write_text(DAY, encoding="utf-8")
    return file


def solve(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the command in a process, as ``run.py`` starts it."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-m", "jobs.meetup_commands", "solve", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def solved(day: Path, *options: object) -> dict[str, Any]:
    output = day.with_suffix(".json")
    done = solve(day, "--json", output, *options)
    assert (done.returncode, done.stderr) == (0, "")
    answer: dict[str, Any] = json.loads(output.read_text(encoding="utf-8"))
    return answer


def test_answer_counts_from_one_and_breaks_no_rule(day: Path) -> None:
    answer = solved(day, "--time-limit", 60, "--workers", 2, "--fairness", 2, "--seed", 3)
    assert list(answer) == ["status", "breaks", "bound", "seconds", "slots", "tables"]
    assert (answer["status"], answer["breaks"], answer["bound"]) == ("optimal", 1, 1)
    timetable = read_dzn(day)
    slots = [slot - 1 for slot in answer["slots"]]
    tables = [table - 1 for table in answer["tables"]]
    assert faults_of_timetable(timetable, slots) == ()
    assert faults_of_seating(timetable, slots, tables) == ()
    assert sum(count_breaks(timetable, slots)) == 1


def test_impossible_day_has_no_slots(day: Path) -> None:
    day.write_text(DAY.replace("[1,4,0,0]", "[1,1,0,0]"), encoding="utf-8")
    answer = solved(day)
    assert answer | {"seconds": 0} == {
        "status": "infeasible",
        "breaks": None,
        "bound": None,
        "seconds": 0,
        "slots": None,
        "tables": None,
    }


def test_no_time_leaves_the_answer_unknown(day: Path) -> None:
    answer = solved(day, "--time-limit", 0.000001)
    assert (answer["status"], answer["breaks"], answer["slots"]) == ("unknown", None, None)


def test_answer_on_the_screen(day: Path) -> None:
    done = solve(day)
    assert json.loads(done.stdout)["breaks"] == 1
    assert done.stderr.startswith("Optimum prouvé : 1 coupure(s), en ")


def test_wrong_file_is_refused_by_line(day: Path) -> None:
    day.write_text(DAY.replace("|1,3,2|", "\n|1,1,2|"), encoding="utf-8")
    done = solve(day, "--json", day.with_suffix(".json"))
    assert (done.returncode, done.stdout) == (1, "")
    message = "day.dzn, ligne 7, champ « requested » : le participant 1 se rencontrerait lui-même."
    assert done.stderr == f"Error: {message}\n"
    assert not day.with_suffix(".json").exists()


@pytest.mark.parametrize(
    "options",
    [
        ("--time-limit", "0"),
        ("--workers", "0"),
        ("--fairness", "-1"),
        ("--seed", "x"),
        ("--json", "/"),
    ],
)
def test_wrong_option_is_a_usage_error(day: Path, options: tuple[str, str]) -> None:
    done = solve(day, *options)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)


def test_folder_that_does_not_exist_is_said(day: Path) -> None:
    done = solve(day, "--json", day.parent / "none" / "answer.json")
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)


def test_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    assert solve(tmp_path / "none.dzn").returncode == 2


def test_every_reason_is_worded() -> None:

    assert set(REASONS) == set(DznCode)


def test_command_starts_without_the_application() -> None:
    program = (
        "import sys, jobs.meetup_commands; print({'flask', 'numpy', 'pysat'} & set(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"


def test_same_command_under_flask(app: Flask) -> None:
    assert app.cli.commands["meetup"] is meetup_commands
