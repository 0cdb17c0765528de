"""``flask import``: official files of quarters, and organisations, from the command line."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup

from extensions.clock import now
from extensions.database import db_session
from jobs.progress import say_progress
from services.errors import UnreadableFile
from services.import_report import ImportReport
from services.npnru_import import import_npnru
from services.territory_import import import_quarters

REFUSED, UNREADABLE = 1, 2
MAX_BYTES = 200 * 1024 * 1024

import_commands = AppGroup("import", help="Charger un fichier ; sans risque de le répéter.")
_FILE = click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
_DRY_RUN = click.option("--dry-run", is_flag=True, help="Dire ce qui changerait, sans l’écrire.")


def register_import_commands(app: Flask) -> None:
    """Attach the commands to ``flask``."""
    app.cli.add_command(import_commands)


def read_or_exit(path: Path) -> bytes:
    """Return the content of a file, or end with one clear sentence and status 2."""
    try:
        if path.stat().st_size > MAX_BYTES:
            end_unreadable(f"{path.name} dépasse {MAX_BYTES // 1024 // 1024} Mo.")
        return path.read_bytes()
    except OSError as error:
        end_unreadable(f"{path} ne se lit pas ({error.strerror}).")


def end_unreadable(sentence: str) -> NoReturn:
    """Say why the file was not read, and end with status 2."""
    click.echo(sentence, err=True)
    sys.exit(UNREADABLE)


def say_report(report: ImportReport, *, dry_run: bool) -> None:
    """Print the counts and every refused line; end with status 1 when there is one."""
    click.echo(
        f"ajoutés : {len(report.added)}, modifiés : {len(report.changed)}, "
        f"inchangés : {len(report.unchanged)}, refusés : {len(report.refused)}"
        f"{' (essai : rien n’a été écrit)' if dry_run else ''}."
    )
    for refusal in sorted(report.refused, key=lambda refusal: refusal.line):
        subject = f" ({refusal.subject})" if refusal.subject else ""
        click.echo(f"ligne {refusal.line}{subject} : {refusal.reason}")
    if report.refused:
        sys.exit(REFUSED)


def run_import(path: Path, importer: Callable[..., ImportReport], *, dry_run: bool) -> None:
    """Run one import in one transaction: all the accepted lines are written, or none."""
    content = read_or_exit(path)
    session = db_session()
    try:
        report = importer(
            session, content, now=now(), dry_run=dry_run, progress=say_progress("quartiers :")
        )
    except UnreadableFile as refusal:
        session.rollback()
        end_unreadable(str(refusal))
    if dry_run:
        session.rollback()
    else:
        session.commit()
    say_report(report, dry_run=dry_run)


@import_commands.command("qpv")
@_FILE
@_DRY_RUN
def qpv_command(path: Path, *, dry_run: bool) -> None:
    """Charger les quartiers de 2024 : la liste officielle (CSV) ou les contours (GeoJSON)."""
    run_import(path, import_quarters, dry_run=dry_run)


@import_commands.command("npnru")
@_FILE
@_DRY_RUN
def npnru_command(path: Path, *, dry_run: bool) -> None:
    """Charger les quartiers du NPNRU, par leur code de 2015."""
    run_import(path, import_npnru, dry_run=dry_run)
