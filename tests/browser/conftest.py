"""Real pages in Debian's Chromium: one served application and one browser for the whole folder.

- ``site``: address of the application over the seeded database, demonstration on;
- ``browser``: Chromium, the tests are skipped in plain words where it is absent;
- ``visit``: ``visit(path, width=1280, theme="light", scripts=True)`` opens a page in a session
  of its own and fails on any request that would leave the machine or that a policy refused;
- ``real_site``: the application as its users run it, in a process of its own, with its worker
  and its Whoosh index; ``visit_real`` opens its pages like ``visit``;
- ``sink``: a real mail relay, with ``messages_to(address)`` and ``wait_for(address, count)``;
- ``mailed_site``: like ``real_site``, its mails going through the sink; ``mailed`` its address.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from config import PROJECT_ROOT
from extensions.database import db
from extensions.search_engine import search_backend
from services.indexing import rebuild_index
from tests.conftest import DATABASE, settings_for
from tests.factories.mail_sink import Sink, open_sink

Visit = Callable[..., Page]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def site(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the application from a thread; yield its address."""
    data_dir = tmp_path_factory.mktemp("site")
    shutil.copyfile(templates / "seeded" / DATABASE, data_dir / DATABASE)
    port = _free_port()
    address = f"http://localhost:{port}"
    app = create_app(settings_for(data_dir, base_url=address, port=port))
    with app.app_context():
        rebuild_index(db.session, search_backend())
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address
    server.shutdown()
    thread.join()
    with app.app_context():
        db.engine.dispose()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class RealSite:
    """A running application: its address and the file of its database."""

    address: str
    database: Path


@pytest.fixture(scope="session")
def real_site(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealSite]:
    """Start ``app.py`` over a copy of the seeded database; stop it with its worker."""
    with _running_site(templates, tmp_path_factory.mktemp("real-site")) as running:
        yield running


@pytest.fixture(scope="session")
def sink() -> Iterator[Sink]:
    """Yield a running mail relay that keeps what it takes."""
    with open_sink() as running:
        yield running


@pytest.fixture(scope="session")
def mailed_site(
    templates: Path, tmp_path_factory: pytest.TempPathFactory, sink: Sink
) -> Iterator[RealSite]:
    """Start ``app.py`` and its worker like ``real_site``, with the sink as its relay."""
    relay = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(sink.port)}
    with _running_site(templates, tmp_path_factory.mktemp("mailed-site"), **relay) as running:
        yield running


@pytest.fixture(scope="session")
def mailed(mailed_site: RealSite) -> str:
    """Return the address of the application whose mails reach the sink."""
    return mailed_site.address


@contextmanager
def _running_site(templates: Path, data_dir: Path, **more: str) -> Iterator[RealSite]:
    shutil.copyfile(templates / "seeded" / DATABASE, data_dir / DATABASE)
    port = _free_port()
    settings = {"DATA_DIR": str(data_dir), "PORT": str(port), "SEARCH_BACKEND": "whoosh", **more}
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    with (data_dir / "output.txt").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=PROJECT_ROOT,
            env=kept | settings,
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_it_answers(
            f"http://localhost:{port}/annuaire", data_dir / "output.txt", process
        )
        yield RealSite(f"http://localhost:{port}", data_dir / DATABASE)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)


def _wait_until_it_answers(url: str, output: Path, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urlopen(url, timeout=10):  # noqa: S310 - our own address
                return
        except URLError:
            time.sleep(0.2)
    pytest.fail(f"the application does not answer:\n{output.read_text()}")


@pytest.fixture(scope="session")
def live(real_site: RealSite) -> str:
    """Return the address of the application that runs by itself."""
    return real_site.address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium n’est pas installé : apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(autouse=True)
def close_pages(request: pytest.FixtureRequest) -> Iterator[None]:
    """Close what a test opened: each page left open keeps a process, and its scripts run on."""
    yield
    if "browser" in request.fixturenames:
        browser: Browser = request.getfixturevalue("browser")
        for context in browser.contexts:
            context.close()


@pytest.fixture
def visit(site: str, browser: Browser) -> Iterator[Visit]:
    """Yield a function that opens a page; at the end no request may have left the machine."""
    with _visits(site, browser) as open_page:
        yield open_page


@pytest.fixture
def visit_real(real_site: RealSite, browser: Browser) -> Iterator[Visit]:
    """Yield the same function for the application that runs by itself."""
    with _visits(real_site.address, browser) as open_page:
        yield open_page


@contextmanager
def _visits(site: str, browser: Browser) -> Iterator[Visit]:
    contexts, foreign, refused = [], [], []

    def note(request: Request) -> None:
        if not request.url.startswith((site, "data:")):
            foreign.append(request.url)

    def open_page(
        path: str, *, width: int = 1280, theme: str = "light", scripts: bool = True
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if theme == "dark" else "light",
            java_script_enabled=scripts,
            base_url=site,
            locale="fr-FR",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", note)
        page.on(
            "console",
            lambda said: (
                refused.append(said.text) if "Content Security Policy" in said.text else None
            ),
        )
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert foreign == []
    assert refused == []
