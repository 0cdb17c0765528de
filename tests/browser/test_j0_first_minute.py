"""J0: nobody is signed in; one sentence and a quarter give explained matches at once."""

import re
from collections.abc import Callable
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
SERIOUS = {"serious", "critical"}
SENTENCE = "rafraîchir la cour de l’école sans la fermer l’été"
ISOLATE = "isoler une tour sans déloger les locataires"
TARDY = "QN04212M"
FIRST = "#correspondance-1"
CYCLONE = "collecte-d-encombrants-avant-cyclone"
PAGES = [
    "/",
    "/correspondances",
    f"/correspondances?besoin={quote(ISOLATE)}&lieu={TARDY}&pourquoi={CYCLONE}",
    f"/correspondances?besoin={quote(ISOLATE)}&lieu=Saint-Denis",
    f"/correspondances?besoin={quote(ISOLATE)}&lieu=zzzzqq",
    f"/correspondances?besoin=&lieu={TARDY}",
    f"/territoires/{TARDY}/correspondances",
    "/besoins/1/correspondances",
    f"/solutions/{CYCLONE}/correspondances",
]


def shown_reasons(page: Page) -> list[str]:
    """Return the reasons of the first card that a visitor sees without unfolding anything."""
    reasons = page.locator(f"{FIRST} .reasons li:not(.is-unknown)")
    return [text.strip() for text in reasons.all_inner_texts()]


def test_by_keyboard_and_completion(visit_real: Visit) -> None:
    page = visit_real("/")
    page.locator("#besoin").focus()
    page.keyboard.type(SENTENCE)
    page.keyboard.press("Tab")
    expect(page.locator("#lieu")).to_be_focused()
    page.keyboard.type("Tarentaize")
    options = page.locator("[role=listbox]:visible [role=option]")
    expect(options).to_have_count(1)
    expect(options.first).to_contain_text("Saint-Étienne")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#lieu")).to_have_value(re.compile("Tarentaize"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/correspondances\?.*lieu={TARDY}"))

    expect(page.locator(".result-count")).to_have_text(re.compile(r"\d+ solutions proposées"))
    expect(page.locator(".understood")).to_contain_text("Tarentaize")
    reasons = shown_reasons(page)
    assert len(reasons) == 3
    assert reasons[0] == "Répond au thème «\u00a0Îlots de chaleur et fraîcheur urbaine\u00a0»"
    assert reasons[1].startswith("Parle de la même chose\u00a0: «")
    for number in range(3):
        expect(page.locator(f"{FIRST} .reasons li").nth(number)).to_be_visible()
    expect(page.locator(f"{FIRST} .score-table")).to_be_hidden()
    expect(page.locator("#lieu")).to_have_value(re.compile(rf"Tarentaize.* \({TARDY}\)"))


def test_the_figures_unfold_by_keyboard_and_add_up(visit_real: Visit) -> None:
    page = visit_real(f"/correspondances?besoin={quote(ISOLATE)}&lieu={TARDY}")
    summary = page.locator(f"{FIRST} details summary")
    summary.focus()
    page.keyboard.press("Enter")
    table = page.locator(f"{FIRST} .score-table")
    expect(table).to_be_visible()
    rows = [text.split(" / ") for text in table.locator("td:last-child").all_inner_texts() if text]
    *parts, total = rows
    assert sum(int(points) for points, _ in parts) == int(total[0])
    assert sum(int(most) for _, most in parts) == int(total[1]) == 1_000


def test_without_javascript(visit_real: Visit) -> None:
    page = visit_real("/", scripts=False)
    page.fill("#besoin", ISOLATE)
    page.fill("#lieu", "Tarentaize")
    page.locator(".ask button").click()
    page.wait_for_url(re.compile("/correspondances"))
    assert shown_reasons(page)[0].startswith("Répond aux 2 thèmes")
    assert len(shown_reasons(page)) == 3
    for number in range(3):
        expect(page.locator(f"{FIRST} .reasons li").nth(number)).to_be_visible()
    page.fill("#pourquoi-pas", "Collecte d’encombrants avant cyclone")
    page.locator(".ask-why button").click()
    expect(page.locator("#pourquoi")).to_contain_text("N’intervient pas ici, mais en")
    expect(page.locator("#besoin")).to_have_value(ISOLATE)


def test_a_place_that_is_two_is_chosen_without_typing_again(visit_real: Visit) -> None:
    page = visit_real("/")
    page.fill("#besoin", ISOLATE)
    page.fill("#lieu", "Saint-Denis")
    page.keyboard.press("Escape")
    page.locator(".ask button").click()
    expect(page.get_by_role("heading", name="De quel lieu parlez-vous ?")).to_be_visible()
    expect(page.locator("#besoin")).to_have_value(ISOLATE)
    page.get_by_role("listitem").filter(has_text="La Réunion").get_by_role("link").click()
    expect(page.locator(FIRST)).to_be_visible()
    expect(page.locator("#besoin")).to_have_value(ISOLATE)


def test_the_name_of_an_offer_is_completed(visit_real: Visit) -> None:
    page = visit_real(f"/correspondances?besoin={quote(ISOLATE)}&lieu={TARDY}")
    page.locator("#pourquoi-pas").fill("encombrants")
    page.locator("[role=option]", has_text="avant cyclone").click()
    page.locator(".ask-why button").click()
    page.wait_for_url(re.compile(f"pourquoi={CYCLONE}"))
    expect(page.locator("#pourquoi")).to_contain_text("Guadeloupe")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(visit_real: Visit, path: str, theme: str) -> None:
    page = visit_real(path, theme=theme)
    for summary in page.locator("details:not([open]) > summary").all()[:6]:
        if summary.is_visible():
            summary.click()
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"]) for one in found if one["impact"] in SERIOUS] == []


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_nothing_overflows(visit_real: Visit, width: int) -> None:
    for path in PAGES:
        page = visit_real(path, width=width)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
