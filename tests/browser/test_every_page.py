"""Every page, by every role, in the browser: axe finds nothing serious, nothing overflows."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from tests.factories.matrix_site import World, open_world
from views.matrix import GRANTS, MATRIX, ROLES

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}
# They end the session, or are walked with what they need in the journey on accounts.
ELSEWHERE = {"security.logout", "security.wan_signin", "oidc.start", "oidc.callback"}
ORIGIN = "http://localhost"


@pytest.fixture(scope="module")
def world(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(templates, tmp_path_factory.mktemp("every-page")) as opened:
        yield opened


def pages_of(world: World, role: str) -> list[str]:
    """Return the addresses that show this role an HTML page of its own."""
    found = []
    for endpoint, access in sorted(MATRIX.items()):
        rules = list(world.app.url_map.iter_rules(endpoint))
        readable = any("GET" in (rule.methods or ()) for rule in rules)
        if not readable or endpoint in ELSEWHERE or role not in GRANTS[access]:
            continue
        if endpoint in {"static", "static_files.vendor"}:
            continue
        address = world.address(endpoint, role)
        answer = world.open(address, role)
        is_page = answer.status_code == 200 and answer.mimetype == "text/html"
        # What a script puts into a page is looked at with that page.
        if is_page and answer.get_data(as_text=True).lstrip().startswith("<!doctype"):
            found.append(address)
        answer.close()
    return found


def open_as(world: World, browser: Browser, role: str) -> Page:
    """Return a browser page whose every request is answered by the application, as that role."""

    def answer(route: Route) -> None:
        address = route.request.url.removeprefix(ORIGIN)
        response = world.open(address, role)
        route.fulfill(
            status=response.status_code,
            headers=dict(response.headers),
            body=response.get_data(),
        )

    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.route("**/*", answer)
    return page


@pytest.mark.parametrize("role", ROLES)
def test_no_page_has_a_serious_finding_or_overflows(
    world: World, browser: Browser, role: str
) -> None:
    page = open_as(world, browser, role)
    findings = []
    addresses = pages_of(world, role)
    for address in addresses:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(ORIGIN + address)
        findings += [
            (address, fault["id"], fault["nodes"][0]["html"][:120])
            for fault in Axe().run(page).response["violations"]
            if fault["impact"] in SERIOUS
        ]
        page.set_viewport_size({"width": 360, "height": 740})
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            findings.append((address, "overflow", "360 px"))
        world.restore()
    page.context.close()
    assert findings == []
    assert len(addresses) > 20
