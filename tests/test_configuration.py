"""Configuration errors end with one clear sentence, and the process with status 2."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from config import ConfigurationError, load_settings

ROOT = Path(__file__).resolve().parent.parent


def start(tmp_path: Path, **environment: str) -> tuple[int, str]:
    """Start the application as ``run.py`` does; return its status and what it said."""
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={**os.environ, "DATA_DIR": str(tmp_path / "data"), "PORT": "0", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, (done.stdout + done.stderr).strip()


def test_port_taken(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert start(tmp_path, PORT=str(port)) == (
            2,
            (
                f"Tour de table ne démarre pas : Le port {port} est déjà pris : arrêtez l’autre "
                "programme ou choisissez-en un autre, par exemple PORT=5001 python3 run.py"
            ),
        )


def test_port_out_of_range(tmp_path: Path) -> None:
    assert start(tmp_path, PORT="70000") == (
        2,
        "Tour de table ne démarre pas : PORT n’a pas une valeur possible : '70000'.",
    )


def test_data_folder_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    status, said = start(tmp_path, DATA_DIR=str(file / "data"), PORT="5999")
    assert (status, said) == (
        2,
        (
            f"Tour de table ne démarre pas : Le dossier de données {file / 'data'} ne peut pas "
            "être écrit (Not a directory) : corrigez ses droits ou changez DATA_DIR."
        ),
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "nonsense",
            (
                "DATABASE_URL ne se lit pas : attendu « sqlite:////chemin/fichier.sqlite » "
                "ou « postgresql://utilisateur@hôte/base »."
            ),
        ),
        ("mysql://u@h/b", "DATABASE_URL nomme « mysql » : seuls sqlite et postgresql sont connus."),
    ],
)
def test_database_address_that_cannot_serve(url: str, sentence: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load_settings(database_url=url).engine_url()
    assert str(refusal.value) == sentence


def test_database_that_does_not_answer(tmp_path: Path) -> None:
    url = "postgresql://nobody:secret@127.0.0.1:1/none"
    status, said = start(tmp_path, DATABASE_URL=url, PORT="5998")
    assert (status, said) == (
        2,
        (
            "Tour de table ne démarre pas : la base de données "
            "postgresql+psycopg://nobody:***@127.0.0.1:1/none ne répond pas : "
            "vérifiez DATABASE_URL."
        ),
    )


def test_demo_secret_outside_the_demo() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load_settings(demo=False)
    assert str(refusal.value).startswith(
        "DEMO est désactivé mais SECRET_KEY est celle de la démonstration : donnez une clé secrète"
    )
