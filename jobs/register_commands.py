"""Commands over the sourcing register: ``flask register verify``."""

import re
import sys
from typing import Final

import click
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from extensions.database import db_session
from services.register import NO_ANCHOR, find_anchor, needs_with_register, verify_register

register_commands = AppGroup("register", help="Contrôler les registres de sourcing.")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
USAGE_ERROR: Final = 2


def register_sourcing_commands(app: Flask) -> None:
    """Attach the commands to ``flask``."""
    app.cli.add_command(register_commands)


@register_commands.command("verify")
@click.option("--need", "need_id", type=int, help="Un seul besoin, par son numéro.")
@click.option("--head", "digest", help="Empreinte notée sur un export, à retrouver.")
def verify(need_id: int | None, digest: str | None) -> None:
    """Vérifier les chaînes ; code de sortie 1 si l’une a un défaut, besoin et ligne nommés."""
    session = db_session()
    if digest is not None and not _DIGEST.fullmatch(digest.strip().lower()):
        click.echo("--head attend les 64 chiffres et lettres (0-9, a-f) d’une empreinte.", err=True)
        sys.exit(USAGE_ERROR)
    needs = needs_with_register(session)
    if need_id is not None:
        needs = [number for number in needs if number == need_id]
        if not needs:
            click.echo(f"Le besoin n° {need_id} n’a pas de registre.", err=True)
            sys.exit(USAGE_ERROR)
    flawed = [number for number in needs if not _verify_one(session, number)]
    is_whole = not flawed
    if digest is not None:
        is_whole = _find_copy(session, digest.strip().lower(), need_id) and is_whole
    click.echo(f"{len(needs)} registres vérifiés." if is_whole else "Au moins un défaut.")
    if not is_whole:
        sys.exit(1)


def _verify_one(session: Session, need_id: int) -> bool:
    flaws = verify_register(session, need_id)
    for flaw in flaws:
        click.echo(f"besoin n° {flaw.need_id}, ligne {flaw.sequence} : {flaw.reason}")
    return not flaws


def _find_copy(session: Session, digest: str, need_id: int | None) -> bool:
    entry = find_anchor(session, digest, need_id=need_id)
    if entry is None:
        where = f"besoin n° {need_id} : " if need_id is not None else ""
        click.echo(where + NO_ANCHOR)
        return False
    click.echo(f"empreinte retrouvée : besoin n° {entry.need_id}, ligne {entry.sequence}.")
    return True
