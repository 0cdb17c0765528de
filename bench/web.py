"""CPU, queries and weight of the pages people open, beside a fixed page; memory of the server.

``run.py bench web [--json FILE]``. A server is started over a fresh seeded directory and asked
500 mixed pages for its memory; then each page is measured in this process, warm, the median of 20.
The reference page, twenty rows in two queries, is measured in the same run: what matters on
another machine is the ratio to it.
"""

import argparse
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final

from flask import Flask, render_template
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from app import create_app
from bench.timing import Timing, measure, print_table, write_json
from bench.web_pages import VISITOR, pages_of
from config import PROJECT_ROOT, load_settings
from extensions.database import db, db_session
from models.account import User
from models.organization import Organization

REPEAT: Final = 20
MIXED_REQUESTS: Final = 500
START_SECONDS: Final = 180
ROWS: Final = 20
REFERENCE: Final = "reference, 20 rows, 2 queries"
_REFERENCE_ENDPOINT: Final = "pages.about"
_ROW_TEMPLATE: Final = """
{% extends 'layouts/base.html' %}
{% block main %}<h1>{{ total }}</h1>
<ul>
{% for row in rows %}<li><a href="/acteurs/{{ row.slug }}">{{ row.name }}</a></li>{% endfor %}
</ul>
{% endblock %}"""
_RSS: Final = re.compile(r"VmRSS:\s+(\d+) kB")


@dataclass(frozen=True, slots=True)
class PageCost:
    """What one page costs, warm."""

    cpu: Timing
    queries: int
    html_bytes: int

    def as_row(self, name: str, reference: "PageCost") -> tuple[object, ...]:
        """Return the line of the table, with the ratio to the reference page."""
        ratio = self.cpu.median / reference.cpu.median
        return (name, self.cpu.as_text(), f"{ratio:.1f}", self.queries, f"{self.html_bytes:,}")


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident memory in MiB after the mixed requests."""

    web: float
    worker: float
    requests: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the bench and print it."""
    parser = argparse.ArgumentParser(prog="bench web", description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--requests", type=int, default=MIXED_REQUESTS)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        memory = measure_memory(Path(folder), options.requests)
        pages = measure_pages(Path(folder))
    reference = pages[REFERENCE]
    print_table(
        f"Pages, seeded directory, CPU ms median / p95 of {REPEAT}, warm",
        ("page", "CPU ms", "x reference", "queries", "HTML bytes"),
        [page.as_row(name, reference) for name, page in pages.items()],
    )
    print(
        f"memory after {memory.requests} mixed requests: "
        f"web {memory.web:.0f} MiB, worker {memory.worker:.0f} MiB"
    )
    figures: dict[str, Any] = {name: asdict(page) for name, page in pages.items()}
    write_json(options.json, {"pages": figures, "memory": asdict(memory)})
    return 0


def measure_pages(data_dir: Path) -> dict[str, PageCost]:
    """Measure every page in this process, the reference first."""
    app = create_app(load_settings(data_dir=data_dir, demo=True))
    app.view_functions[_REFERENCE_ENDPOINT] = _reference_view(app)
    with app.app_context():
        pages = pages_of(db_session())
    clients = {reader: _client_of(app, reader) for reader in {page.reader for page in pages}}
    costs = {REFERENCE: page_cost(app, clients[VISITOR], "/a-propos")}
    for page in pages:
        costs[page.name] = page_cost(app, clients[page.reader], page.address)
    with app.app_context():
        db.engine.dispose()
    return costs


def page_cost(app: Flask, client: FlaskClient, address: str) -> PageCost:
    """Measure one page.

    Raises:
        RuntimeError: it does not answer 200.
    """
    response = client.get(address)
    if response.status_code != 200:  # noqa: PLR2004
        message = f"{address} answers {response.status_code}"
        raise RuntimeError(message)
    with _counted(app) as statements:
        html_bytes = len(client.get(address).data)
    timing = measure(client.get, [address], repeat=REPEAT)
    return PageCost(timing, len(statements), html_bytes)


def measure_memory(data_dir: Path, requests: int) -> Memory:
    """Start the application over an empty folder, ask it mixed pages, read its memory."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "DATA_DIR": str(data_dir), "PORT": str(port), "DEMO": "1"}
    for name in ("DATABASE_URL", "BASE_URL", "SEARCH_BACKEND"):
        environment.pop(name, None)
    server = subprocess.Popen(
        [sys.executable, "app.py"], cwd=PROJECT_ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    try:
        _wait_for(port, server)
        app = create_app(load_settings(data_dir=data_dir, demo=True))
        with app.app_context():
            addresses = [page.address for page in pages_of(db_session()) if not page.reader]
            db.engine.dispose()
        _ask(port, [addresses[number % len(addresses)] for number in range(requests)])
        worker = sum(_resident_mib(child) for child in _children_of(server.pid))
        return Memory(_resident_mib(server.pid), worker, requests)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _reference_view(app: Flask) -> Callable[[], str]:
    """Return a page of twenty rows and their number: two queries, the frame, nothing else."""
    template = app.jinja_env.from_string(_ROW_TEMPLATE)

    def show() -> str:
        session = db_session()
        listed = Organization.published().order_by(Organization.id).limit(ROWS)
        total = session.scalar(select(func.count()).select_from(Organization))
        return render_template(template, rows=session.scalars(listed).all(), total=total)

    return show


def _client_of(app: Flask, reader: str) -> FlaskClient:
    """Return a browser of an account, or of a visitor."""
    client = app.test_client()
    if reader == VISITOR:
        return client
    with app.app_context():
        identity = db_session().scalars(User.by_email(reader)).one().fs_uniquifier
    with client.session_transaction() as cookie:
        cookie.update({"_user_id": identity, "_fresh": True, "fs_cc": "set"})
    return client


@contextmanager
def _counted(app: Flask) -> Iterator[list[str]]:
    """Yield a list that fills with the statements sent, the bookkeeping of SQLite left out."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            _ask(port, ["/a-propos"])
        except OSError:
            time.sleep(0.3)
        else:
            return
    message = "the application does not answer"
    raise RuntimeError(message)


def _ask(port: int, addresses: Sequence[str]) -> None:
    for address in addresses:
        connection = HTTPConnection("localhost", port, timeout=30)
        connection.request("GET", address)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 200:  # noqa: PLR2004
            message = f"{address} answers {answer.status}"
            raise RuntimeError(message)


def _resident_mib(pid: int) -> float:
    found = _RSS.search(Path(f"/proc/{pid}/status").read_text(encoding="ascii"))
    return int(found[1]) / 1024 if found else 0.0


def _children_of(pid: int) -> list[int]:
    listed = (task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children"))
    return [int(child) for line in listed for child in line.split()]


if __name__ == "__main__":
    sys.exit(main())
