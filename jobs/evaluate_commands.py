"""``flask evaluate``: run files for outside evaluation, made by the product's own engines."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup

from matching.retrieval import TextActor, TextNeed, match_run
from search.evaluation_run import read_documents, read_queries, run_queries
from services.theme_detection import word_stems

evaluate_commands = AppGroup("evaluate", help="Mesurer la pertinence sur une collection jugée.")
READABLE = click.Path(exists=True, dir_okay=False, path_type=Path)
WRITABLE = click.Path(dir_okay=False, writable=True, path_type=Path)


def register_evaluate_commands(app: Flask) -> None:
    """Attach the commands to ``flask``."""
    app.cli.add_command(evaluate_commands)


@evaluate_commands.command("search")
@click.option("--documents", required=True, type=READABLE, help="id, title, text par ligne.")
@click.option("--queries", required=True, type=READABLE, help="id, query par ligne.")
@click.option("--run", "output", required=True, type=WRITABLE, help="Fichier de sortie (TSV).")
def evaluate_search(documents: Path, queries: Path, output: Path) -> None:
    """Chercher chaque requête dans DOCUMENTS, indexés à part des données de l’application."""
    try:
        rows = run_queries(read_documents(documents), read_queries(queries))
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    write_lines(output, (row.as_line() for row in rows))


@evaluate_commands.command("match")
@click.option("--needs", required=True, type=READABLE, help="id, titre, description par ligne.")
@click.option("--actors", required=True, type=READABLE, help="id, nom, texte par ligne.")
@click.option("--run", "output", required=True, type=WRITABLE, help="Fichier de sortie (TSV).")
def evaluate_match(needs: Path, actors: Path, output: Path) -> None:
    """Classer les acteurs de ACTORS pour chaque besoin de NEEDS, sur leurs seuls textes."""
    rows = match_run(
        [
            TextNeed(row["id"], row["titre"], row["description"], tuple(row.get("themes", ())))
            for row in read_lines(needs, ("id", "titre", "description"))
        ],
        [
            TextActor(row["id"], row["nom"] or "", row["texte"])
            for row in read_lines(actors, ("id", "nom", "texte"))
        ],
        tokenize=word_stems,
    )
    write_lines(
        output, (f"{row.need_id}\t{row.actor_id}\t{row.rank}\t{row.score:.6f}" for row in rows)
    )


def read_lines(path: Path, wanted: tuple[str, ...]) -> list[dict[str, Any]]:
    """Read one JSON object per line.

    Raises:
        click.ClickException: a line is not an object with the fields wanted; it is named.
    """
    rows = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            row = None
        if not isinstance(row, dict) or any(name not in row for name in wanted):
            message = f"{path.name}, ligne {number} : attendu {', '.join(wanted)}."
            raise click.ClickException(message)
        rows.append(row)
    return rows


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write the run file and say how many lines it holds."""
    written = list(lines)
    path.write_text("".join(f"{line}\n" for line in written), encoding="utf-8")
    click.echo(f"{len(written)} lignes écrites dans {path}.")
