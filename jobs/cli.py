"""The application's own commands: ``python3 run.py flask …``."""

import sys

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from config import Settings
from extensions.database import db, db_session
from extensions.search_engine import search_backend
from jobs.evaluate_commands import register_evaluate_commands
from jobs.import_commands import register_import_commands
from jobs.meetup_commands import register_meetup_commands
from jobs.progress import say_progress
from jobs.register_commands import register_sourcing_commands
from jobs.schema import migrate
from jobs.seed_commands import register_seed_commands
from jobs.worker import Worker
from services.indexing import check_index, rebuild_index

index_commands = AppGroup("index", help="Vérifier ou refaire l’index de recherche.")


def register_commands(app: Flask) -> None:
    """Attach the commands to ``flask``."""
    app.cli.add_command(migrate_command)
    app.cli.add_command(worker_command)
    app.cli.add_command(index_commands)
    register_seed_commands(app)
    register_import_commands(app)
    register_evaluate_commands(app)
    register_sourcing_commands(app)
    register_meetup_commands(app)


def current_settings() -> Settings:
    """Return the settings of the running application."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def make_worker() -> Worker:
    """Build a worker over the application's database, index and settings."""
    return Worker(db.sessionmaker, search_backend(), current_settings())


@click.command("migrate")
@click.argument("target", default="head")
@with_appcontext
def migrate_command(target: str) -> None:
    """Amener le schéma de la base à la migration TARGET (« head » par défaut)."""
    migrate(db.engine, target)


@click.command("worker")
@click.option("--once", is_flag=True, help="Traiter ce qui attend, puis s’arrêter.")
@with_appcontext
def worker_command(*, once: bool) -> None:
    """Traiter la boîte d’envoi : courriels, index, tâches longues."""
    worker = make_worker()
    if once:
        worker.start_calendar()
        worker.drain()
    else:
        worker.run_forever()


@index_commands.command("rebuild")
def rebuild() -> None:
    """Refaire l’index à côté de l’ancien, qui sert jusqu’au bout."""
    count = rebuild_index(db_session(), search_backend(), progress=say_progress("documents :"))
    click.echo(f"{count} documents indexés.")


@index_commands.command("check")
def check() -> None:
    """Comparer l’index à la base ; code de sortie 1 s’ils diffèrent."""
    missing, excess, stale = check_index(db_session(), search_backend())
    click.echo(f"manquants : {len(missing)}, en trop : {len(excess)}, périmés : {len(stale)}")
    for title, identifiers in (("manque", missing), ("en trop", excess), ("périmé", stale)):
        for identifier in sorted(identifiers)[:20]:
            click.echo(f"{title} : {identifier}")
    if missing or excess or stale:
        sys.exit(1)
