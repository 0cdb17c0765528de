"""The commands that load data: what they print, and the status they end with."""

from pathlib import Path

from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.organization import Organization
from models.territory import Territory
from tests.factories.shared_data import shared_file

HEADER = "code_qp;lib_qp;insee_com;siren_epci\n"


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=list(arguments))


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Territory.id))) or 0


def test_seed_on_seeded_data_says_so(app: Flask) -> None:
    result = run(app, "seed")
    assert (result.exit_code, result.output.splitlines()) == (
        0,
        [
            (
                "géographie : 0, organismes : 0, quartiers, projets et partenariats : 0, "
                "démonstration : 0."
            ),
            "Tout était déjà là.",
        ],
    )


def test_demo_remove_twice(app: Flask, session: Session) -> None:
    assert run(app, "demo", "remove").exit_code == 0
    assert session.scalar(select(func.count(Organization.id)).where(Organization.is_demo)) == 0
    assert session.scalar(select(func.count(User.id))) == 0
    assert run(app, "demo", "remove").output == (
        "retirés : 0 acteurs, 0 offres, 0 besoins, 0 journées, 0 comptes, 0 images.\n"
    )


def test_a_clean_file_ends_well(app: Flask, session: Session, tmp_path: Path) -> None:
    before = count(session)
    file = tmp_path / "liste.csv"
    file.write_text(HEADER + "QN99999M;Rives;42218;\n", encoding="utf-8")
    tried = run(app, "import", "qpv", str(file), "--dry-run")
    assert (tried.exit_code, tried.output) == (
        0,
        "ajoutés : 1, modifiés : 0, inchangés : 0, refusés : 0 (essai : rien n’a été écrit).\n",
    )
    assert count(session) == before
    assert run(app, "import", "qpv", str(file)).exit_code == 0
    assert count(session) == before + 1


def test_a_refused_line_ends_with_one(app: Flask, session: Session, tmp_path: Path) -> None:
    before = count(session)
    file = tmp_path / "liste.csv"
    file.write_text(HEADER + "QN99998M;Rives;99999;\nQN99999M;Crêt;42218;\n", encoding="utf-8")
    result = run(app, "import", "qpv", str(file))
    assert (result.exit_code, result.output.splitlines()) == (
        1,
        [
            "ajoutés : 1, modifiés : 0, inchangés : 0, refusés : 1.",
            "ligne 2 (QN99998M) : commune inconnue : 99999",
        ],
    )
    assert count(session) == before + 1


def test_an_unreadable_file_ends_with_two(app: Flask, tmp_path: Path) -> None:
    absent = tmp_path / "absent.csv"
    assert (run(app, "import", "qpv", str(absent))).exit_code == 2
    odd = tmp_path / "odd.csv"
    odd.write_bytes(b"\x00\x01")
    result = run(app, "import", "npnru", str(odd))
    assert (result.exit_code, result.output) == (
        2,
        "Ce fichier n’est pas un texte : attendu un CSV ou un XLSX.\n",
    )


def test_the_programme_from_the_command_line(app: Flask) -> None:
    path = shared_file("territories/npnru_qp2015.csv")
    result = run(app, "import", "npnru", str(path))
    assert (result.exit_code, result.output) == (
        0,
        "ajoutés : 0, modifiés : 0, inchangés : 462, refusés : 0.\n",
    )
