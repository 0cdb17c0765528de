"""The grid of a plan in a real browser: by the keyboard, by dragging, in a running calculation."""

import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect
from werkzeug.serving import make_server

from app import create_app
from extensions.database import db, db_session
from tests.browser.people import STAFF, sign_in
from tests.conftest import DATABASE, settings_for
from tests.factories.meetup_plans import compute_here, make_full_day
from tests.factories.pages import run_worker

BASE = "/pilotage/rencontres/journee-a-composer/plannings"


@pytest.fixture
def planned_site(templates: Path, tmp_path: Path) -> Iterator[tuple[str, object]]:
    """Serve an application with a day and one plan; yield its address and itself."""
    shutil.copyfile(templates / "seeded" / DATABASE, tmp_path / DATABASE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    app = create_app(settings_for(tmp_path, base_url=address, port=port))
    with app.app_context():
        day = make_full_day(db_session(), people=8, slots=5, tables=3, wishes=3)
        compute_here(db_session(), day)
        db_session().commit()
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield address, app
    server.shutdown()
    thread.join()
    with app.app_context():
        db.engine.dispose()


def open_grid(browser: Browser, address: str) -> Page:
    page = sign_in(browser, address, STAFF)
    page.goto(f"{BASE}/1/grille")
    return page


def pick_movable(page: Page) -> tuple[str, str]:
    """Take, with the keyboard, a meeting that has a free cell; return its key and that cell."""
    for link in page.locator(".plan-grid .meet").all():
        key = link.get_attribute("data-key") or ""
        link.locator("xpath=..").focus()
        page.keyboard.press("Enter")
        page.wait_for_selector(".plan-grid td.is-here")
        free = page.locator(".plan-grid td.is-free")
        if free.count():
            return key, free.first.get_attribute("data-c") or ""
        page.keyboard.press("Escape")
    message = "nothing can move"
    raise AssertionError(message)


def walk_to(page: Page, cell: str) -> None:
    """Go to a cell with the arrows."""
    place = "(c) => [c.parentNode.sectionRowIndex, c.cellIndex]"
    wanted = page.locator(f'td[data-c="{cell}"]').evaluate(place)
    here = page.locator("td:focus").evaluate(place)
    for axis, keys in ((0, ("ArrowDown", "ArrowUp")), (1, ("ArrowRight", "ArrowLeft"))):
        steps = wanted[axis] - here[axis]
        for _ in range(abs(steps)):
            page.keyboard.press(keys[0] if steps > 0 else keys[1])


def status(page: Page) -> Locator:
    return page.locator("[data-grid-status]")


def test_a_meeting_is_moved_by_the_keyboard_and_put_back(
    browser: Browser, planned_site: tuple[str, object]
) -> None:
    page = open_grid(browser, planned_site[0])
    key, cell = pick_movable(page)
    walk_to(page, cell)
    expect(status(page)).to_contain_text("libre")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"{BASE}/2/grille"))
    expect(page.locator(f'td[data-c="{cell}"] [data-key="{key}"]')).to_be_visible()
    expect(page.locator(f'td[data-c="{cell}"]')).to_be_focused()
    page.get_by_role("button", name="Défaire").click()
    expect(status(page)).to_contain_text("annulé")
    expect(page.locator(f'td[data-c="{cell}"] [data-key="{key}"]')).to_have_count(0)
    page.get_by_role("button", name="Refaire le changement").click()
    expect(page.locator(f'td[data-c="{cell}"] [data-key="{key}"]')).to_be_visible()
    assert Axe().run(page).response["violations"] == []


def test_escape_gives_up_and_a_lock_is_put_with_v(
    browser: Browser, planned_site: tuple[str, object]
) -> None:
    page = open_grid(browser, planned_site[0])
    key, _cell = pick_movable(page)
    page.keyboard.press("Escape")
    expect(status(page)).to_contain_text("abandonné")
    expect(page.locator("td.is-free")).to_have_count(0)
    page.keyboard.press("v")
    expect(page.locator(f'.is-locked[data-key="{key}"]')).to_be_visible()
    expect(status(page)).to_contain_text("verrouillé")


def test_a_meeting_is_dragged_to_a_free_cell(
    browser: Browser, planned_site: tuple[str, object]
) -> None:
    page = open_grid(browser, planned_site[0])
    key, cell = pick_movable(page)
    page.keyboard.press("Escape")
    page.locator(f'.plan-grid [data-key="{key}"]').drag_to(page.locator(f'td[data-c="{cell}"]'))
    page.wait_for_url(re.compile(f"{BASE}/2/grille"))
    expect(page.locator(f'td[data-c="{cell}"] [data-key="{key}"]')).to_be_visible()


def test_a_place_taken_meanwhile_is_said_and_shown(
    browser: Browser, planned_site: tuple[str, object]
) -> None:
    page = open_grid(browser, planned_site[0])
    page.goto(f"{BASE}/1")
    page.get_by_role("button", name="Dupliquer").click()
    page.goto(f"{BASE}/2/grille")
    other = page.context.new_page()
    other.goto(f"{BASE}/2/grille")
    _key, cell = pick_movable(page)
    same, also = pick_movable(other)
    assert cell == also
    walk_to(page, cell)
    page.keyboard.press("Enter")
    expect(page.locator(f'td[data-c="{cell}"] .meet')).to_be_visible()
    walk_to(other, cell)
    other.keyboard.press("Enter")
    expect(status(other)).to_contain_text("rien n’a été changé")
    expect(other.locator(f'td[data-c="{cell}"] [data-key="{same}"]')).to_be_visible()


def test_a_calculation_is_followed_until_it_is_done(
    browser: Browser, planned_site: tuple[str, object]
) -> None:
    address, app = planned_site
    page = sign_in(browser, address, STAFF)
    page.goto(f"{BASE}/nouveau")
    page.get_by_label("Temps de calcul au plus").select_option("5")
    page.get_by_role("button", name="Calculer", exact=True).click()
    expect(page.locator(".plan-phase")).to_contain_text("En attente")
    worker = threading.Thread(target=run_worker, args=(app,))
    worker.start()
    expect(page.get_by_role("heading", name="Ce que ce planning garantit")).to_be_visible(
        timeout=60_000
    )
    worker.join()
