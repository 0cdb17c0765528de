"""People of the demonstration in the browser: each in a session of their own."""

import time
from collections.abc import Callable
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, StorageState

from services.demo_data import DEMO_PASSWORD

OWNER = "innovateur@demo.example"
STAFF = "equipe@demo.example"
COLLEAGUE = "equipe2@demo.example"
WITHIN_SECONDS = 5.0
# What a policy of the pages refused, or a script could not do, whoever saw it.
REFUSED: list[str] = []
_SESSIONS: dict[tuple[str, str], StorageState] = {}


def sign_in(browser: Browser, live: str, email: str, *, scripts: bool = True) -> Page:
    """Return a page on which the account is signed in; the form is filled in once an account.

    Signing in is limited, and every test would count.
    """
    context = browser.new_context(
        base_url=live,
        java_script_enabled=scripts,
        locale="fr-FR",
        viewport={"width": 1280, "height": 900},
        storage_state=_SESSIONS.get((live, email)),
    )
    page = context.new_page()
    page.on("console", _note)
    page.on("pageerror", lambda error: REFUSED.append(str(error)))
    page.set_default_timeout(10_000)
    if (live, email) not in _SESSIONS:
        page.goto("/connexion")
        page.get_by_label("Adresse électronique").fill(email)
        page.locator("input[name=password]").fill(DEMO_PASSWORD)
        page.locator("main form [type=submit]").first.click()
        page.wait_for_url(lambda url: "/connexion" not in url)
        _SESSIONS[live, email] = context.storage_state()
    page.goto("/mon-espace")
    assert page.url.startswith(f"{live}/mon-espace"), page.url
    return page


def own_space(page: Page) -> str:
    """Return the address of the demo startup in the space of the person signed in."""
    page.goto("/mon-espace")
    entry = page.locator(".rows li", has=page.locator(".tag-fictional")).first
    return str(entry.locator("a").first.get_attribute("href"))


def tick_theme(page: Page, name: str) -> None:
    """Tick a theme of a form, whose fold is opened first: themes lie folded under their axis."""
    box = page.get_by_label(name, exact=True)
    fold = page.locator("details", has=box).first
    if fold.get_attribute("open") is None:
        fold.locator("summary").first.click()
    box.check()


def _note(said: ConsoleMessage) -> None:
    if "Content Security Policy" in said.text:
        REFUSED.append(said.text)


def visitor(browser: Browser, live: str) -> Page:
    """Return the page of somebody who is not signed in."""
    return browser.new_context(base_url=live, locale="fr-FR").new_page()


def within(check: Callable[[], bool], seconds: float = WITHIN_SECONDS) -> bool:
    """Tell whether ``check`` becomes true in time."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if check():
            return True
        time.sleep(0.25)
    return check()


def serious_findings(page: Page) -> list[Any]:
    """Return what axe finds serious or critical on the page."""
    found = Axe().run(page).response["violations"]
    return [
        (finding["id"], [node["html"][:160] for node in finding["nodes"]])
        for finding in found
        if finding["impact"] in {"serious", "critical"}
    ]


def overflow(page: Page, width: int) -> int:
    """Return by how many pixels the page is wider than a screen of ``width``."""
    page.set_viewport_size({"width": width, "height": 900})
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))
