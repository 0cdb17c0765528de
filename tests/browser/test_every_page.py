"""Every page, by every role, in the browser: axe finds nothing serious, nothing overflows."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Route, ViewportSize
from werkzeug.test import TestResponse

from tests.factories.matrix_site import World, open_world
from tests.factories.pages import without_tokens
from views.matrix import GRANTS, MATRIX, ROLES

pytestmark = pytest.mark.browser

SERIOUS = {"serious", "critical"}
# They end the session, or are walked with what they need in the journey on accounts.
ELSEWHERE = {"security.logout", "security.wan_signin", "oidc.start", "oidc.callback"}
ORIGIN = "http://localhost"
WIDE = ViewportSize(width=1280, height=900)
NARROW = ViewportSize(width=360, height=740)
# The pages are shared out so that several processes look at them at once.
PARTS = 6
MANY = 20
SIDE_MENU = re.compile(r'<nav class="side-nav.*?</nav>', re.DOTALL)


@pytest.fixture(scope="module")
def world(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with open_world(templates, tmp_path_factory.mktemp("every-page")) as opened:
        yield opened


def pages_of(world: World, role: str, part: int) -> list[tuple[str, str]]:
    """Return the addresses of a part of the routes that show this role a page, and the page."""
    found = []
    for endpoint, access in sorted(MATRIX.items())[part::PARTS]:
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
        html = answer.get_data(as_text=True) if is_page else ""
        if html.lstrip().startswith("<!doctype"):
            found.append((address, html))
        answer.close()
    world.restore()
    return found


class Visitor:
    """A browser whose every request is answered by the application, as one role.

    Each has a page of its own: what a page still asks for when it is left is asked by its reader.
    """

    def __init__(self, world: World, browser: Browser, role: str) -> None:
        self.world = world
        self.role = role
        # A service worker's requests would leave for a server that is not there.
        self.context = browser.new_context(viewport=WIDE, service_workers="block")
        self.page = self.context.new_page()
        self.page.route("**/*", self._answer)
        self._sheets: dict[str, TestResponse] = {}

    def _answer(self, route: Route) -> None:
        address = route.request.url.removeprefix(ORIGIN)
        response = self._sheets.get(address) or self.world.open(address, self.role)
        # The browser would follow it past us, and say no more than that nobody answers there.
        assert not 300 <= response.status_code < 400, (self.role, address, response.location)
        if address.startswith("/static/"):
            self._sheets[address] = response
        route.fulfill(
            status=response.status_code,
            headers=dict(response.headers),
            body=response.get_data(),
        )

    def faults(self, address: str) -> list[tuple[str, ...]]:
        """Return what axe finds serious on a page, and whether it overflows on a telephone."""
        self.page.set_viewport_size(WIDE)
        self.page.goto(ORIGIN + address)
        found: list[tuple[str, ...]] = [
            (self.role, address, fault["id"], fault["nodes"][0]["html"][:120])
            for fault in Axe().run(self.page).response["violations"]
            if fault["impact"] in SERIOUS
        ]
        self.page.set_viewport_size(NARROW)
        if self.page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append((self.role, address, "overflow", "360 px"))
        self.world.restore()
        return found


@contextmanager
def visiting(world: World, browser: Browser, role: str) -> Iterator[Visitor]:
    """Yield a browser in a role; close it, and leave the world as it was."""
    made = Visitor(world, browser, role)
    yield made
    made.context.close()
    world.restore()


def content_of(html: str) -> str:
    """Return what a page says beside its menus, in which the roles differ."""
    return without_tokens(SIDE_MENU.sub("", html.partition("</header>")[2]))


@pytest.mark.parametrize("part", range(PARTS))
def test_no_page_has_a_serious_finding_or_overflows(
    world: World, browser: Browser, part: int
) -> None:
    findings = []
    seen = set()
    for role in ROLES:
        with visiting(world, browser, role) as visitor:
            for address, html in pages_of(world, role, part):
                # The same words in the same place for two roles: looked at once.
                if (content := (address, content_of(html))) not in seen:
                    seen.add(content)
                    findings += visitor.faults(address)
    assert findings == []
    assert len(seen) > MANY


@pytest.mark.parametrize("role", ROLES)
def test_the_menus_of_each_role_have_none_either(world: World, browser: Browser, role: str) -> None:
    with visiting(world, browser, role) as visitor:
        assert visitor.faults("/") == []
        if role in GRANTS[MATRIX["workspace.home"]]:
            assert visitor.faults("/mon-espace") == []
