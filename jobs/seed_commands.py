"""Commands that load the ground data and take the demonstration away."""

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_security import hash_password
from sqlalchemy.orm import Session

from config import Settings
from extensions.clock import now
from extensions.database import db_session
from services.demo_data import remove_demo
from services.seeding import SeedReport, seed_everything

demo_commands = AppGroup("demo", help="Le jeu de démonstration.")


def register_seed_commands(app: Flask) -> None:
    """Attach the commands to ``flask``."""
    app.cli.add_command(seed_command)
    app.cli.add_command(demo_commands)


def load_ground_data(session: Session, settings: Settings) -> SeedReport:
    """Load what is missing and commit, the demonstration included when settings ask for it."""
    report = seed_everything(
        session,
        with_demo=settings.demo,
        hash_password=hash_password,
        now=now(),
        documents_dir=settings.documents_dir,
    )
    session.commit()
    return report


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


@click.command("seed")
@with_appcontext
def seed_command() -> None:
    """Charger les données de départ ; une seconde fois ne change rien."""
    report = load_ground_data(db_session(), _settings())
    click.echo(
        f"géographie : {report.geography}, organismes : {report.bodies}, "
        f"quartiers, projets et partenariats : {report.territories}, "
        f"démonstration : {report.demo}."
    )
    if report.total:
        click.echo("Refaites l’index pour qu’ils soient trouvés : flask index rebuild")
    else:
        click.echo("Tout était déjà là.")


@demo_commands.command("remove")
def remove_command() -> None:
    """Retirer les fiches, les comptes et les images de la démonstration."""
    session = db_session()
    removed = remove_demo(session, uploads_dir=_settings().uploads_dir, now=now())
    session.commit()
    click.echo(
        f"retirés : {removed.organizations} acteurs, {removed.offers} offres, "
        f"{removed.needs} besoins, {removed.meetups} journées, {removed.accounts} comptes, "
        f"{removed.logos} images."
    )
