"""Comparing by keyboard and on a small screen, and setting aside without leaving the page."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import Visit
from tests.browser.people import sign_in

CITY = "collectivite@demo.example"


def _tick(page: Page, place: int) -> None:
    page.locator(".entries .compare-box input").nth(place).focus()
    page.keyboard.press("Space")


def test_three_are_compared_by_keyboard(visit: Visit) -> None:
    page = visit("/annuaire?objet=solutions")
    for place in range(3):
        _tick(page, place)
    assert page.locator("[data-compare-status]").inner_text() == "3 sur 4 pour comparer"
    page.locator(".compare-bar button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/comparaison"))
    assert page.locator(".compare thead th").count() == 4
    page.locator("a", has_text="Seulement les différences").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("differences=1"))
    rows = page.locator(".compare tbody tr:not(.no-print)")
    assert rows.count() == page.locator(".compare .is-different").count() > 0
    page.locator(".compare-actions a", has_text="Retirer").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".compare thead th")).to_have_count(3)


def test_what_is_ticked_before_the_script_arrives_stays_ticked(visit: Visit) -> None:
    page = visit("/")
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route(re.compile(r"/js/compare\b"), hold)
    page.goto("/annuaire?objet=solutions", wait_until="commit")
    boxes = page.locator(".entries .compare-box input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    while not late:
        page.wait_for_timeout(50)
    late[0].continue_()
    expect(page.locator("[data-compare-status]")).to_have_text(re.compile("2 sur 4"))
    assert [boxes.nth(place).is_checked() for place in range(3)] == [True, True, False]


def test_a_fifth_is_refused_with_a_sentence(visit: Visit) -> None:
    page = visit("/annuaire?objet=solutions")
    for place in range(5):
        _tick(page, place)
    status = page.locator("[data-compare-status]").inner_text()
    assert (
        status.replace("\u00a0", " ")
        == "Une comparaison tient 4 fiches au plus : décochez-en une d’abord."
    )
    assert page.locator(".entries .compare-box input:checked").count() == 4


def test_another_is_added_by_completion(visit: Visit) -> None:
    page = visit("/annuaire?objet=solutions")
    _tick(page, 0)
    page.locator(".compare-bar button").click()
    page.wait_for_url(re.compile("/comparaison"))
    page.locator("#ajouter").press_sequentially("abri vélo")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("solution=.*&solution=abri-velo"))
    assert page.locator(".compare thead th").count() == 3


def test_a_small_screen_scrolls_the_table_and_not_the_page(visit: Visit) -> None:
    page = visit("/annuaire?objet=solutions", width=360)
    for place in range(4):
        _tick(page, place)
    page.locator(".compare-bar button").click()
    page.wait_for_url(re.compile("/comparaison"))
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    region = page.locator(".compare-wrap")
    region.focus()
    page.keyboard.press("ArrowRight")
    expect(region).not_to_have_js_property("scrollLeft", 0)
    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in {"serious", "critical"}] == []


def test_without_scripts_the_boxes_still_compare(visit: Visit) -> None:
    page = visit("/annuaire?objet=solutions", scripts=False)
    for place in range(2):
        page.locator(".entries .compare-box input").nth(place).check()
    page.locator(".compare-bar button").click()
    expect(page.locator(".compare thead th")).to_have_count(3)


def test_an_offer_is_set_aside_without_leaving_the_page(browser: Browser, site: str) -> None:
    page = sign_in(browser, site, CITY)
    page.goto("/annuaire?objet=solutions&q=toiture")
    address = page.url
    button = page.locator(".shortlist-add button[type=submit]").first
    button.click()
    page.locator(".shortlist-menu input").fill("Toitures")
    page.keyboard.press("Enter")
    status = page.locator(".shortlist-status").first
    expect(status).to_have_text(re.compile("est dans «.Toitures.»"))
    assert page.url == address
    assert page.evaluate("document.activeElement.type") == "submit"
    button.click()
    held = page.locator(".shortlist-menu .choice", has_text="Toitures")
    assert held.is_disabled()
    page.keyboard.press("Escape")
    assert page.locator(".shortlist-menu").count() == 0
