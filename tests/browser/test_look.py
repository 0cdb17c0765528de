"""The frame of every page: widths, themes, keyboard, no script, nothing fetched from elsewhere."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
PAGES = ["/", "/a-propos", "/accessibilite", "/mentions-legales", "/donnees-personnelles", "/nulle"]
WIDTHS = [360, 768, 1280]
SERIOUS = {"serious", "critical"}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_over_the_side(visit: Visit, path: str, width: int) -> None:
    page = visit(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(visit: Visit, path: str, theme: str) -> None:
    page = visit(path, theme=theme)
    page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true })")
    found = Axe().run(page).response["violations"]
    assert [
        (fault["id"], fault["nodes"][0]["target"]) for fault in found if fault["impact"] in SERIOUS
    ] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_weighs_less_than_100_kilobytes(visit: Visit, path: str) -> None:
    assert len(visit(path).content().encode()) < 100_000


@pytest.mark.parametrize("scripts", [True, False])
def test_the_question_is_asked_by_the_address_alone(visit: Visit, *, scripts: bool) -> None:
    page = visit("/", scripts=scripts)
    page.fill("#besoin", "végétaliser la cour de l’école")
    page.fill("#lieu", "Saint-Étienne")
    page.click("form.ask button")
    found = urlsplit(page.url)
    assert found.path == "/correspondances"
    assert parse_qs(found.query) == {
        "besoin": ["végétaliser la cour de l’école"],
        "lieu": ["Saint-Étienne"],
    }


def test_completion_is_driven_by_the_keyboard_and_sends_the_exact_place(visit: Visit) -> None:
    page = visit("/")
    page.fill("#besoin", "végétaliser la cour")
    page.locator("#lieu").press_sequentially("saint-étienne")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    assert page.get_attribute("#lieu", "aria-activedescendant") == chosen.get_attribute("id")
    page.keyboard.press("Enter")
    assert page.get_attribute("#lieu", "aria-expanded") == "false"
    assert page.input_value("#lieu") == "Saint-Étienne (42)"
    page.click("form.ask button")
    assert parse_qs(urlsplit(page.url).query)["lieu"] == ["Saint-Étienne (42218)"]


def test_escape_closes_the_completion_and_keeps_the_text(visit: Visit) -> None:
    page = visit("/")
    page.locator("#lieu").press_sequentially("saint")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("Escape")
    assert page.locator("[role=option]:visible").count() == 0
    assert page.input_value("#lieu") == "saint"


def test_skip_link_comes_first_and_leads_to_the_content(visit: Visit) -> None:
    page = visit("/a-propos")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_menu_of_narrow_screens_opens_without_script(visit: Visit) -> None:
    page = visit("/", width=360, scripts=False)
    page.locator(".menu.only-narrow summary").click()
    assert page.get_by_role("navigation", name="Navigation principale").is_visible()


def test_menu_closes_on_escape_and_gives_the_focus_back(visit: Visit) -> None:
    page = visit("/", width=360)
    page.locator(".menu.only-narrow summary").click()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator(".menu.only-narrow").get_attribute("open") is None
    assert page.evaluate("document.activeElement.localName") == "summary"


def test_theme_chosen_is_kept_from_page_to_page(visit: Visit) -> None:
    page = visit("/", theme="light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_label("sombre").check()
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto("/a-propos")
    assert (light, dark) == ("rgb(255, 255, 255)", "rgb(13, 30, 33)")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert page.get_by_label("sombre").is_checked()


def test_figures_of_a_match_add_up_to_its_score(visit: Visit) -> None:
    page = visit("/")
    page.locator(".match-figures > summary").first.click()
    table = page.locator(".score-table").first
    gaps = table.locator("tbody td:nth-of-type(1)").all_inner_texts()
    obtained = table.locator("tbody td:nth-of-type(2)").all_inner_texts()
    total = table.locator("tfoot td:nth-of-type(2)").inner_text().split(" / ")[0]
    assert sum(int(gap.replace("−", "-")) for gap in gaps) == int(total)
    assert sum(int(points.split(" / ")[0]) for points in obtained if points) == int(total)


def test_folded_parts_unfold_on_paper(visit: Visit) -> None:
    page = visit("/")
    assert page.locator("main details:not([open])").count() > 0
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    assert page.locator("main details:not([open])").count() == 0
