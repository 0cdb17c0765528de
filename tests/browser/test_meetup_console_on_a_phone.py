"""The console of a day on a phone and on paper: short lists, nothing beside screen or page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from models.meetup import MeetupDay
from tests.browser.conftest import RealSite
from tests.browser.databases import session_of
from tests.browser.people import STAFF, sign_in
from tests.factories.meetup_plans import compute_here, make_full_day

HIGHEST = 7_000
# The widest that an element is allowed to be beyond its frame: borders and rounding.
SLACK = 2


@pytest.fixture(scope="module")
def day(real_site: RealSite) -> str:
    """Write a day of sixty people with a plan; return its address and the number of its room."""
    with session_of(real_site.database) as session:
        made: MeetupDay = make_full_day(session, people=60, slots=8, tables=12, wishes=5)
        compute_here(session, made)
        session.commit()
        return f"/pilotage/rencontres/{made.slug} {made.rooms[0].id}"


@pytest.fixture
def phone(browser: Browser, live: str) -> Iterator[Page]:
    """Yield a phone on which somebody of the staff is signed in."""
    page = sign_in(browser, live, STAFF)
    page.set_viewport_size({"width": 360, "height": 780})
    yield page
    page.context.close()


@pytest.mark.parametrize(
    "path", ["/participants", "/souhaits", "/souhaits/participants", "/salles/{room}", "/creneaux"]
)
def test_a_list_is_short_and_stays_within_the_screen(phone: Page, day: str, path: str) -> None:
    base, room = day.split()
    phone.goto(base + path.format(room=room))
    wide = phone.locator(".table-wrap").evaluate("(one) => one.scrollWidth - one.clientWidth")
    high = phone.evaluate("document.documentElement.scrollHeight")
    assert wide <= SLACK
    assert high <= HIGHEST


@pytest.mark.parametrize("path", ["/participants", "/plannings/1/grille"])
def test_on_paper_the_whole_table_is_there(phone: Page, day: str, path: str) -> None:
    phone.set_viewport_size({"width": 1040, "height": 720})
    phone.emulate_media(media="print")
    phone.goto(day.split(maxsplit=1)[0] + path)
    table = phone.locator(".table-wrap table")
    assert table.is_visible()
    wide = phone.locator(".table-wrap").evaluate("(one) => one.scrollWidth - one.clientWidth")
    assert wide <= SLACK
