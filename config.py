"""Typed settings read from the environment, and the sentences said when they cannot work."""

import secrets
import socket
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

PROJECT_ROOT = Path(__file__).resolve().parent
DEMO_SECRET = "demo-secret-never-use-in-production"  # noqa: S105 - refused outside the demo
SUPPORTED_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}


class ConfigurationError(Exception):
    """A setting makes the application unable to start; the message is one clear sentence."""


class Settings(BaseSettings):
    """Everything the environment decides; field names are the variables' names."""

    model_config = SettingsConfigDict(env_file=None, extra="ignore", frozen=True)

    database_url: str = ""
    secret_key: str = DEMO_SECRET
    base_url: str = ""
    port: int = Field(default=5000, ge=1, le=65535)
    host: str = "127.0.0.1"
    data_dir: Path = PROJECT_ROOT / "var"
    demo: bool = True
    search_backend: Literal["whoosh", "memory"] = "whoosh"
    mail_server: str = ""
    mail_port: int = 25
    mail_username: str = ""
    mail_password: str = ""
    mail_use_tls: bool = False
    mail_sender: str = "ne-pas-repondre@tour-de-table.example"
    contact_email: str = "contact@tour-de-table.example"
    tile_url: str = ""
    tile_attribution: str = ""
    proconnect_issuer: str = ""
    proconnect_client_id: str = ""
    proconnect_client_secret: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=5)

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value if value.is_absolute() else (Path.cwd() / value).resolve()

    @property
    def public_url(self) -> str:
        """Return the address that mails and feeds link to, without a final slash."""
        return (self.base_url or f"http://localhost:{self.port}").rstrip("/")

    @property
    def is_https(self) -> bool:
        """Tell whether visitors come over TLS, so that cookies can insist on it."""
        return self.public_url.startswith("https://")

    @property
    def index_dir(self) -> Path:
        """Return the folder of the search index: disposable."""
        return self.data_dir / "index"

    @property
    def uploads_dir(self) -> Path:
        """Return the folder of re-encoded pictures."""
        return self.data_dir / "uploads"

    @property
    def documents_dir(self) -> Path:
        """Return the folder of exchanged files; a view gives them out after checking the right."""
        return self.data_dir / "documents"

    @property
    def has_proconnect(self) -> bool:
        """Tell whether the ProConnect button can be shown."""
        return bool(self.proconnect_issuer and self.proconnect_client_id)

    def engine_url(self) -> URL:
        """Return the database address with the driver this project ships.

        Raises:
            ConfigurationError: the address cannot be read or names another database.
        """
        if not self.database_url:
            return URL.create("sqlite", database=str(self.data_dir / "tour-de-table.sqlite"))
        try:
            url = make_url(self.database_url)
        except ArgumentError as error:
            message = (
                "DATABASE_URL ne se lit pas : attendu « sqlite:////chemin/fichier.sqlite » "
                "ou « postgresql://utilisateur@hôte/base »."
            )
            raise ConfigurationError(message) from error
        backend = "postgresql" if url.drivername == "postgres" else url.get_backend_name()
        if backend not in SUPPORTED_DRIVERS:
            message = f"DATABASE_URL nomme « {backend} » : seuls sqlite et postgresql sont connus."
            raise ConfigurationError(message)
        return url.set(drivername=SUPPORTED_DRIVERS[backend])


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment; ``overrides`` win.

    Raises:
        ConfigurationError: a value has the wrong type, or is a demo secret outside the demo.
    """
    try:
        settings = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        message = f"{name} n’a pas une valeur possible : {first['input']!r}."
        raise ConfigurationError(message) from error
    if not settings.demo and settings.secret_key == DEMO_SECRET:
        message = (
            "DEMO est désactivé mais SECRET_KEY est celle de la démonstration : donnez une clé "
            f"secrète, par exemple SECRET_KEY={secrets.token_urlsafe(32)}"
        )
        raise ConfigurationError(message)
    return settings


def check_port_is_free(settings: Settings) -> None:
    """Refuse to start on a port that another program holds.

    Raises:
        ConfigurationError: the port is taken or may not be used.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            message = (
                f"Le port {settings.port} est déjà pris : arrêtez l’autre programme "
                "ou choisissez-en un autre, par exemple PORT=5001 python3 run.py"
            )
            raise ConfigurationError(message) from error


def prepare_data_dir(settings: Settings) -> None:
    """Create the data folder and check that it can be written.

    Raises:
        ConfigurationError: the folder cannot be made or written.
    """
    probe = settings.data_dir / ".writable"
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        settings.uploads_dir.mkdir(exist_ok=True)
        settings.documents_dir.mkdir(exist_ok=True)
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        message = (
            f"Le dossier de données {settings.data_dir} ne peut pas être écrit "
            f"({error.strerror}) : corrigez ses droits ou changez DATA_DIR."
        )
        raise ConfigurationError(message) from error
