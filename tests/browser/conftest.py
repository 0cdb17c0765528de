"""Real pages in Debian's Chromium: one served application and one browser for the whole folder.

- ``site``: address of the application over the seeded database, demonstration on;
- ``browser``: Chromium, the tests are skipped in plain words where it is absent;
- ``visit``: ``visit(path, width=1280, theme="light", scripts=True)`` opens a page in a session
  of its own and fails on any request that would leave the machine or that a policy refused.
"""

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright
from werkzeug.serving import make_server

from app import create_app
from extensions.database import db
from extensions.search_engine import search_backend
from services.indexing import rebuild_index
from tests.conftest import DATABASE, settings_for

Visit = Callable[..., Page]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def site(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve the application from a thread; yield its address."""
    data_dir = tmp_path_factory.mktemp("site")
    shutil.copyfile(templates / "seeded" / DATABASE, data_dir / DATABASE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
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


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Yield Chromium."""
    if CHROMIUM is None:
        pytest.skip("Chromium n’est pas installé : apt-get install chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(site: str, browser: Browser) -> Iterator[Visit]:
    """Yield a function that opens a page; at the end no request may have left the machine."""
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
