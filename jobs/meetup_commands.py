"""``flask meetup solve``: the fewest breaks of a day in a MiniZinc data file, proven.

Needs neither the database nor the application, so ``run.py`` starts this module alone: loading all
of Flask takes longer than most days do.
"""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from meetups.dzn import DznCode, DznError, read_dzn
from meetups.problem import SolveStatus, Timetable
from meetups.proof import Proof, SolverFailedError, prove_timetable
from meetups.timetable_tables import numbered_tables
from meetups.validator import faults_of_seating

if TYPE_CHECKING:
    from flask import Flask

DEFAULT_SECONDS: Final = 60.0
DEFAULT_FAIRNESS: Final = 2
MOST_WORKERS: Final = 32
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)
REASONS: Final[Mapping[DznCode, str]] = {
    DznCode.UNREADABLE: "le fichier ne peut pas être lu ({reason})",
    DznCode.EMPTY: "le fichier est vide",
    DznCode.TOO_LARGE: "le fichier dépasse {limit} Mo",
    DznCode.BINARY: "ce n’est pas du texte UTF-8",
    DznCode.UNEXPECTED: "attendu « {wanted} », trouvé « {found} »",
    DznCode.UNFINISHED: "le fichier s’arrête là où « {wanted} » est attendu",
    DznCode.BAD_NUMBER: "« {found} » n’est pas un nombre entier acceptable",
    DznCode.MISSING_FIELD: "le champ manque dans le fichier",
    DznCode.DUPLICATE_FIELD: "le champ est donné deux fois",
    DznCode.WRONG_KIND: "attendu : {wanted}",
    DznCode.WRONG_COUNT: "{found} éléments au lieu de {wanted}",
    DznCode.OUT_OF_RANGE: "{found} n’est pas entre {least} et {most}",
    DznCode.MEETS_ITSELF: "le participant {found} se rencontrerait lui-même",
    DznCode.CYCLE: "la rencontre {found} devrait avoir lieu avant elle-même",
}
KINDS: Final[Mapping[str, str]] = {
    "number": "un nombre",
    "list": "une liste",
    "set": "un ensemble",
    "table": "un tableau",
    "name": "un nom de champ",
    "value": "une valeur",
}
ANSWERS: Final[Mapping[SolveStatus, str]] = {
    SolveStatus.OPTIMAL: "Optimum prouvé : {breaks} coupure(s), en {seconds} s.",
    SolveStatus.FEASIBLE: "{breaks} coupure(s), au moins {bound} ; arrêté après {seconds} s.",
    SolveStatus.INFEASIBLE: "Aucun planning n’est possible : prouvé en {seconds} s.",
    SolveStatus.UNKNOWN: "Rien de trouvé en {seconds} s.",
}


@click.group("meetup", help="Calculer les journées de rencontres.")
def meetup_commands() -> None:
    """Hold the commands of the meetup days."""


def register_meetup_commands(app: "Flask") -> None:
    """Attach the commands to ``flask``."""
    app.cli.add_command(meetup_commands)


@meetup_commands.command("solve")
@click.argument("file", type=READABLE)
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0, min_open=True),
    default=DEFAULT_SECONDS,
    show_default=True,
    help="Secondes.",
)
@click.option(
    "--workers",
    type=click.IntRange(1, MOST_WORKERS),
    default=2,
    show_default=True,
    help="Processus à la fois.",
)
@click.option(
    "--fairness",
    type=click.IntRange(min=0),
    default=DEFAULT_FAIRNESS,
    show_default=True,
    help="Écart toléré entre les coupures de deux participants.",
)
@click.option("--seed", type=click.IntRange(0, 2**31 - 1), default=0, show_default=True)
@click.option("--json", "output", type=WRITABLE, help="Fichier de sortie ; sinon, à l’écran.")
def solve(
    file: Path, time_limit: float, workers: int, fairness: int, seed: int, output: Path | None
) -> None:
    """Placer toutes les rencontres de FILE (.dzn) avec le moins de coupures possible."""
    started = time.monotonic()
    try:
        timetable = read_dzn(file, fairness=fairness)
    except DznError as error:
        message = f"{file.name}, {reason_of(error)}."
        raise click.ClickException(message) from error
    left = max(0.0, time_limit - (time.monotonic() - started))
    try:
        proof = prove_timetable(timetable, seconds=left, workers=workers, seed=seed)
        answer = answer_of(timetable, proof, time.monotonic() - started)
    except SolverFailedError as error:
        message = f"le calcul a échoué ({error})."
        raise click.ClickException(message) from error
    write_answer(answer, output)
    shown = {"seconds": f"{answer['seconds']:.2f}".replace(".", ",")}
    click.echo(ANSWERS[proof.status].format(**(answer | shown)), err=output is None)


def reason_of(error: DznError) -> str:
    """Return where and why a file is malformed."""
    about = {name: KINDS.get(str(value), value) for name, value in error.about.items()}
    where = f"ligne {error.line}" + (f", champ « {error.field} »" if error.field else "")
    return f"{where} : {REASONS[error.code].format(**about)}"


def answer_of(timetable: Timetable, proof: Proof, seconds: float) -> dict[str, Any]:
    """Return what is written: numbered from 1, nothing where nothing was found.

    Raises:
        SolverFailedError: two meetings would share a table.
    """
    slots = proof.slots
    tables = None if slots is None else numbered_tables(timetable, slots)
    if slots is not None and tables is not None:
        faults = faults_of_seating(timetable, slots, tables)
        if faults:
            raise SolverFailedError(faults[0].text)
    return {
        "status": proof.status.value,
        "breaks": proof.breaks,
        "bound": proof.bound,
        "seconds": round(seconds, 3),
        "slots": None if slots is None else [slot + 1 for slot in slots],
        "tables": None if tables is None else [table + 1 for table in tables],
    }


def write_answer(answer: Mapping[str, object], output: Path | None) -> None:
    """Write an answer to a file, or to the screen."""
    text = json.dumps(answer, ensure_ascii=False) + "\n"
    if output is None:
        sys.stdout.write(text)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        message = f"{output} : {error.strerror}."
        raise click.ClickException(message) from error


if __name__ == "__main__":
    meetup_commands(prog_name="flask meetup")
