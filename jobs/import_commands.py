"""``flask import``: official files of quarters, and organisations, from the command line."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from extensions.clock import now, today
from extensions.database import db_session
from jobs.progress import say_progress
from models.import_batch import ImportBatch
from services.errors import RuleViolation, UnreadableFile
from services.import_apply import apply_batch
from services.import_cells import load_communes
from services.import_preview import Verdict, missing_columns
from services.import_report import ImportReport
from services.npnru_import import import_npnru
from services.official_actors import (
    ILAB_SOURCE,
    RNSR_SOURCE,
    OfficialReader,
    read_ilab,
    read_rnsr,
)
from services.organization_import import create_batch, store_table
from services.territory_import import import_quarters

BatchReader = Callable[[Session, bytes], ImportBatch]
REFUSED, UNREADABLE = 1, 2
MAX_BYTES = 200 * 1024 * 1024

import_commands = AppGroup("import", help="Charger un fichier ; sans risque de le répéter.")
_FILE = click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
_PUBLISH = click.option("--publish", is_flag=True, help="Publier sans relecture.")
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


def _end(session: Session, report: ImportReport, *, dry_run: bool) -> None:
    """Keep what was written, unless it was only tried, and say what was done."""
    if dry_run:
        session.rollback()
    else:
        session.commit()
    say_report(report, dry_run=dry_run)


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
    _end(session, report, dry_run=dry_run)


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


@import_commands.command("csv")
@_FILE
@_DRY_RUN
@_PUBLISH
@click.option(
    "--source", default="", help="D’où viennent les informations ; sinon le nom du fichier."
)
def csv_command(path: Path, *, dry_run: bool, publish: bool, source: str) -> None:
    """Charger des structures d’un CSV ou XLSX, comme la page d’import de l’équipe."""

    def read(session: Session, content: bytes) -> ImportBatch:
        return create_batch(
            session,
            content,
            filename=path.name,
            source=source,
            author=None,
            today=today(),
            now=now(),
        )

    _import_actors(path, read, dry_run=dry_run, publish=publish)


@import_commands.command("rnsr")
@_FILE
@_DRY_RUN
@_PUBLISH
def rnsr_command(path: Path, *, dry_run: bool, publish: bool) -> None:
    """Charger les unités de recherche publiques (RNSR) ; les personnes ne sont pas lues."""
    _import_actors(path, _official(path, read_rnsr, RNSR_SOURCE), dry_run=dry_run, publish=publish)


@import_commands.command("ilab")
@_FILE
@_DRY_RUN
@_PUBLISH
def ilab_command(path: Path, *, dry_run: bool, publish: bool) -> None:
    """Charger les entreprises lauréates d’i-Lab ; les personnes ne sont pas lues."""
    _import_actors(path, _official(path, read_ilab, ILAB_SOURCE), dry_run=dry_run, publish=publish)


def _official(path: Path, reader: OfficialReader, source: str) -> BatchReader:
    def read(session: Session, content: bytes) -> ImportBatch:
        table = reader(content, load_communes(session))
        return store_table(
            session,
            table,
            filename=path.name,
            source=source,
            author=None,
            today=today(),
            now=now(),
        )

    return read


def _import_actors(path: Path, read: BatchReader, *, dry_run: bool, publish: bool) -> None:
    """Read, compare and apply in one transaction; a possible duplicate is left for a person."""
    content = read_or_exit(path)
    session = db_session()
    try:
        batch = read(session, content)
        if missing_columns(batch.mapping):
            session.rollback()
            end_unreadable("Aucune colonne ne donne le nom des structures.")
        report = batch_report(batch)
        if not dry_run:
            apply_batch(session, batch, publish=publish, actor=None, today=today(), now=now())
    except RuleViolation as refusal:
        session.rollback()
        end_unreadable(str(refusal))
    _end(session, report, dry_run=dry_run)


def batch_report(batch: ImportBatch) -> ImportReport:
    """Return what the verdicts of a batch come to; a possible duplicate counts as refused."""
    report = ImportReport()
    lists = {
        Verdict.NEW: report.added,
        Verdict.CHANGED: report.changed,
        Verdict.UNCHANGED: report.unchanged,
    }
    for row in batch.rows:
        verdict = Verdict(row.verdict)
        if verdict in lists:
            lists[verdict].append(str(row.line))
        elif verdict is Verdict.DUPLICATE:
            names = ", ".join(one["name"] for one in row.notes["duplicates"]) or row.notes["line"]
            report.refuse(row.line, "", f"doublon possible : {names}")
        else:
            problems = row.notes["problems"]
            reasons = " ".join(one["message"] % one["params"] for one in problems)
            report.refuse(row.line, "", reasons)
    return report
