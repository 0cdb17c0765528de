"""Starts everything on one machine: schema, seed, index, worker beside the web server."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

from flask import Flask
from sqlalchemy.exc import OperationalError
from waitress.server import create_server

from config import PROJECT_ROOT, Settings
from extensions.database import db, db_session
from extensions.search_engine import search_backend
from jobs.cli import make_worker
from jobs.schema import is_current, migrate
from jobs.seed_commands import load_ground_data
from services.demo_data import DEMO_ACCOUNTS, DEMO_PASSWORD
from services.indexing import rebuild_index
from services.seeding import is_seeded

WEB_THREADS = 8
# Waitress keeps a body on disk before the application sees it; the application's own limit,
# below this one, answers with a page.
MAX_SPOOLED_BYTES = 16 * 1024 * 1024
WORKER_RESTART_SECONDS = 2.0


class DatabaseUnreachable(Exception):  # noqa: N818 - a state of the database
    """The database does not answer; the message is one clear sentence."""


def prepare(app: Flask, say: Callable[[str], None]) -> None:
    """Bring schema, data and index to a state that can be served; quick when they are.

    Raises:
        DatabaseUnreachable: no connection could be made.
    """
    settings: Settings = app.config["SETTINGS"]
    with app.app_context():
        if not _has_schema():
            say("Mise à jour du schéma de la base …")
            migrate(db.engine)
        if not is_seeded(db_session()):
            say("Chargement des données de départ …")
            load_ground_data(db_session(), settings)
        if not search_backend().health().usable:
            say("Construction de l’index de recherche …")
            rebuild_index(db_session(), search_backend())
        # The worker is a copy of this process: it must not inherit an open connection.
        db.engine.dispose()


def _has_schema() -> bool:
    try:
        return is_current(db.engine)
    except OperationalError as error:
        url = db.engine.url.render_as_string(hide_password=True)
        message = f"la base de données {url} ne répond pas : vérifiez DATABASE_URL."
        raise DatabaseUnreachable(message) from error


def serve(app: Flask, say: Callable[[str], None]) -> None:
    """Serve until a signal; the worker runs beside and stops with the server."""
    settings: Settings = app.config["SETTINGS"]
    worker = _start_worker(app)
    server = create_server(
        app,
        host=settings.host,
        port=settings.port,
        threads=WEB_THREADS,
        ident="tour-de-table",
        max_request_body_size=MAX_SPOOLED_BYTES,
    )
    signal.signal(signal.SIGTERM, lambda *_: server.close())
    watch = threading.Thread(target=_keep_worker, args=(worker,), daemon=True)
    watch.start()
    say(f"Tour de table répond sur {settings.public_url}")
    if settings.demo:
        _say_accounts(say)
    try:
        server.run()
    except OSError as error:
        if error.errno != 9:  # noqa: PLR2004 - the socket was closed by SIGTERM
            raise
    finally:
        worker.stop()


def _say_accounts(say: Callable[[str], None]) -> None:
    say(f"Comptes de démonstration (mot de passe « {DEMO_PASSWORD} ») :")
    for account in DEMO_ACCOUNTS:
        say(f"  {account.email:<38} {account.purpose}")


class _WorkerProcess:
    """The worker beside the server: forked where the system can, started afresh elsewhere."""

    def __init__(self, pid: int | None) -> None:
        self._pid = pid
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = False

    def wait_and_restart(self) -> None:
        """Wait for the worker to end and start another, until asked to stop."""
        while not self._stopping:
            if self._pid is not None:
                os.waitpid(self._pid, 0)
                self._pid = None
            elif self._process is not None:
                self._process.wait()
            if self._stopping:
                return
            threading.Event().wait(WORKER_RESTART_SECONDS)
            command = [sys.executable, "-m", "flask", "--app", "app", "worker"]
            self._process = subprocess.Popen(command, cwd=PROJECT_ROOT)  # noqa: S603 - our own

    def stop(self) -> None:
        """Ask the worker to finish its batch and end."""
        self._stopping = True
        if self._pid is not None:
            os.kill(self._pid, signal.SIGTERM)
        if self._process is not None:
            self._process.terminate()


def _keep_worker(worker: _WorkerProcess) -> None:
    worker.wait_and_restart()


def _start_worker(app: Flask) -> _WorkerProcess:
    if not hasattr(os, "fork"):
        return _WorkerProcess(None)
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return _WorkerProcess(pid)
    with app.app_context():
        make_worker().run_forever(parent=parent)
    os._exit(0)
