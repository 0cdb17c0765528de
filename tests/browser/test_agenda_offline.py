"""The agenda in a browser: kept when the network drops, forgotten when its reader signs out."""

import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from werkzeug.serving import BaseWSGIServer, make_server

from app import create_app
from extensions.database import db, db_session
from extensions.participation_links import participation_url
from tests.browser.conftest import _free_port
from tests.browser.people import overflow, serious_findings, within
from tests.conftest import DATABASE, settings_for
from tests.factories.agendas import make_published_scene

NOTE = "[data-agenda-offline]"
STORED = "caches.keys()"


@dataclass
class Town:
    """A site of its own whose network can be cut, and the agenda of one participant."""

    app: Flask
    port: int
    link: str
    other_link: str
    path: str
    server: BaseWSGIServer | None = None
    thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        """Return the address of the site."""
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        """Answer."""
        self.server = make_server("127.0.0.1", self.port, self.app, threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def cut(self) -> None:
        """Answer nobody any more."""
        if self.server is not None and self.thread is not None:
            self.server.shutdown()
            self.thread.join()
            self.server.server_close()
            self.server = None


@pytest.fixture
def town(templates: Path, tmp_path: Path) -> Iterator[Town]:
    shutil.copyfile(templates / "empty" / DATABASE, tmp_path / DATABASE)
    port = _free_port()
    app = create_app(settings_for(tmp_path, base_url=f"http://localhost:{port}", port=port))
    with app.app_context():
        session = db_session()
        scene = make_published_scene(session)
        session.commit()
        mine, other = scene.people[0], scene.people[1]
        links = [participation_url(one, "participation_agenda.show") for one in (mine, other)]
        path = f"/rencontres/{scene.day.slug}/participations/{mine.id}/agenda"
    made = Town(app, port, links[0], links[1], path)
    made.start()
    yield made
    made.cut()
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def context(browser: Browser, town: Town) -> Iterator[BrowserContext]:
    opened = browser.new_context(
        base_url=town.address, locale="fr-FR", viewport={"width": 360, "height": 800}
    )
    yield opened
    opened.close()


def kept_files(page: Page) -> int:
    """Return how many files of the agenda the browser keeps."""
    script = """async () => {
      let count = 0;
      for (const name of await caches.keys())
        count += (await (await caches.open(name)).keys()).length;
      return count;
    }"""
    return int(page.evaluate(script))


def open_agenda(context: BrowserContext, town: Town) -> Page:
    """Open the mailed link and wait until the browser keeps the page."""
    page = context.new_page()
    page.goto(town.link)
    assert within(lambda: kept_files(page) > 8), kept_files(page)
    return page


def test_page_reads_without_network_and_says_so(context: BrowserContext, town: Town) -> None:
    page = open_agenda(context, town)
    assert page.locator(NOTE).is_hidden()
    town.cut()
    page.reload()
    assert page.locator(NOTE).is_visible()
    assert "Hors ligne : agenda à jour à" in page.locator(NOTE).inner_text().replace("\u00a0", " ")
    assert page.locator(".agenda-title").all_inner_texts() == ["Toits Neufs", "Roue Libre"]
    colour = page.locator(".agenda-line.is-rendez-vous").first.evaluate(
        "line => getComputedStyle(line).borderLeftStyle"
    )
    assert colour == "solid"  # the style sheet was kept too


def test_page_is_fresh_again_with_the_network(context: BrowserContext, town: Town) -> None:
    page = open_agenda(context, town)
    town.cut()
    page.reload()
    town.start()
    page.reload()
    assert page.locator(NOTE).is_hidden()


def test_network_that_drops_while_reading_is_said(context: BrowserContext, town: Town) -> None:
    page = open_agenda(context, town)
    context.set_offline(True)
    assert within(page.locator(NOTE).is_visible)
    context.set_offline(False)
    assert within(page.locator(NOTE).is_hidden)


def test_only_that_agenda_and_its_files_are_kept(context: BrowserContext, town: Town) -> None:
    page = open_agenda(context, town)
    page.goto(f"{town.address}/rencontres")
    addresses = page.evaluate(
        """async () => {
          const found = [];
          for (const name of await caches.keys())
            for (const one of await (await caches.open(name)).keys()) found.push(one.url);
          return found;
        }"""
    )
    paths = [address.removeprefix(town.address) for address in addresses]
    pages = [path for path in paths if not path.startswith(("/static/", "/fichiers/"))]
    assert pages == [town.path]


def test_a_page_no_longer_ones_own_is_forgotten(context: BrowserContext, town: Town) -> None:
    page = open_agenda(context, town)
    context.clear_cookies()
    assert page.goto(town.address + town.path).status == 404  # type: ignore[union-attr]
    assert within(lambda: page.evaluate(STORED) == [])
    town.cut()
    with pytest.raises(Exception, match="ERR_"):
        page.reload()


def test_reader_may_have_it_forgotten(context: BrowserContext, town: Town) -> None:
    page = open_agenda(context, town)
    page.get_by_role("button", name="Ne plus la garder").click()
    assert within(lambda: page.evaluate(STORED) == [])


def test_nothing_is_refused_by_the_policy(context: BrowserContext, town: Town) -> None:
    said: list[str] = []
    page = context.new_page()
    page.on("console", lambda line: said.append(line.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(town.link)
    assert within(lambda: kept_files(page) > 8)
    assert [line for line in said if "Content Security Policy" in line or "Error" in line] == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_page_fits_and_is_accessible(context: BrowserContext, town: Town, width: int) -> None:
    page = context.new_page()
    page.goto(town.link)
    assert overflow(page, width) <= 0
    assert serious_findings(page) == []
