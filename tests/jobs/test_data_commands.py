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
from vocabulary.kinds import OrganizationKind, PublicationState

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


def actors(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(Organization.id))) or 0


def test_organisations_from_the_command_line(app: Flask, session: Session, tmp_path: Path) -> None:
    before = actors(session)
    file = tmp_path / "structures.csv"
    file.write_text(
        "Nom;Type\nAlvéole Neuve;PME\nPhilips France;PME\nX;planète\n", encoding="utf-8"
    )
    tried = run(app, "import", "csv", str(file), "--dry-run")
    expected = [
        "ligne 3 : doublon possible : Philips",
        "ligne 4 : Type de structure inconnu : « planète ».",
    ]
    assert (tried.exit_code, tried.output.splitlines()[1:]) == (1, expected)
    assert actors(session) == before
    assert run(app, "import", "csv", str(file)).output.startswith("ajoutés : 1, modifiés : 0,")
    session.rollback()
    created = session.scalars(
        select(Organization).where(Organization.name == "Alvéole Neuve")
    ).one()
    assert created.state is PublicationState.SUBMITTED
    again = run(app, "import", "csv", str(file))
    assert again.output.startswith("ajoutés : 0, modifiés : 0, inchangés : 1, refusés : 2.")


def test_a_file_without_names_is_unreadable(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "structures.csv"
    file.write_text("A;B\n1;2\n", encoding="utf-8")
    result = run(app, "import", "csv", str(file))
    assert (result.exit_code, result.output) == (
        2,
        "Aucune colonne ne donne le nom des structures.\n",
    )


def test_research_units_without_their_heads(app: Flask, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "rnsr.csv"
    file.write_text(
        "numero_national_de_structure;libelle;sigle;type_de_structure;site_web;code_postal;"
        "commune;nom_du_responsable;tutelles\r\n"
        "209912345Z;Unité d’essai des sols;UES;Unité mixte;http://sols.example;42023;"
        'SAINT ETIENNE CEDEX 2;EXEMPLE;"Université A;École B"\r\n',
        encoding="utf-8",
    )
    assert run(app, "import", "rnsr", str(file), "--publish").exit_code == 0
    unit = session.scalars(select(Organization).where(Organization.rnsr == "209912345Z")).one()
    assert (unit.name, unit.kind, unit.commune_code, unit.is_claimed) == (
        "Unité d’essai des sols",
        OrganizationKind.RESEARCH_LAB,
        "42218",
        False,
    )
    assert unit.description == "Unité mixte. Tutelles : Université A, École B."
    again = run(app, "import", "rnsr", str(file), "--publish")
    assert again.output == "ajoutés : 0, modifiés : 0, inchangés : 1, refusés : 0.\n"


def test_laureates_that_are_companies(app: Flask, session: Session, tmp_path: Path) -> None:
    file = tmp_path / "ilab.csv"
    file.write_text(
        "Moto;Nom du lauréat;Email;N° SIREN;Libellé entreprise;Site web entreprise\r\n"
        '"Une phrase\nsur deux lignes";EXEMPLE;a@b.example;552100554;'
        "Alvéole Neuve;alveole.example\r\n"
        "Un projet sans entreprise;EXEMPLE;a@b.example;;;\r\n"
        "La même;EXEMPLE;a@b.example;552100554;Alvéole Neuve;\r\n",
        encoding="utf-8-sig",
    )
    result = run(app, "import", "ilab", str(file))
    assert (result.exit_code, result.output) == (
        0,
        "ajoutés : 1, modifiés : 0, inchangés : 0, refusés : 0.\n",
    )
    company = session.scalars(select(Organization).where(Organization.siren == "552100554")).one()
    assert (company.pitch, company.website) == (
        "Une phrase sur deux lignes",
        "https://alveole.example",
    )


def test_the_shared_extracts_are_read(app: Flask) -> None:
    units = run(app, "import", "rnsr", str(shared_file("actors/rnsr_extrait.csv")), "--dry-run")
    laureates = run(app, "import", "ilab", str(shared_file("actors/ilab_extrait.csv")), "--dry-run")
    assert [result.output.split(",")[0] != "ajoutés : 0" for result in (units, laureates)] == [
        True,
        True,
    ]
