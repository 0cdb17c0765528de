"""J10: from a need, a few answers give the routes with their article and version, by their day."""

import re
from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
SERIOUS = {"serious", "critical"}
NEED = "/besoins/1"
SMALL = "#montage-sans-publicite"
ANSWERED = (
    "/montages?acheteur=collectivite&montant=55000&nature=services&date=2026-04-15"
    "&innovant=non&recherche=non"
)


def answer_for_services(page: Page, day: str) -> None:
    """Say 55 000 € of services, neither innovative nor research, launched on ``day``."""
    summary = page.get_by_text("Changer les réponses")
    if summary.count():
        summary.click()
    page.get_by_label("Montant total du besoin homogène").fill("55 000")
    page.get_by_label("Nature de l’achat").select_option("services")
    page.get_by_label("Lancement de la consultation").fill(day)
    page.locator("#innovant").get_by_label("Non").check()
    page.locator("#recherche").get_by_label("Non").check()
    page.get_by_role("button", name="Voir les montages").click()
    expect(page.locator("#reponses")).to_be_visible()


def section_of(page: Page, route: str) -> str:
    """Return the title of the section in which a route stands."""
    section = page.locator("section").filter(has=page.locator(route)).last
    return str(section.get_attribute("aria-labelledby"))


@pytest.mark.parametrize("scripts", [True, False])
def test_from_a_need_the_answer_depends_on_the_day_of_launch(
    visit_real: Visit, *, scripts: bool
) -> None:
    page = visit_real(NEED, scripts=scripts)
    title = page.locator("h1").inner_text()
    page.get_by_role("link", name="Quel montage contractuel pour ce besoin ?").click()
    expect(page.locator(".lead a")).to_have_text(title)

    answer_for_services(page, "2026-03-15")
    assert section_of(page, SMALL) == "exclus"
    page.get_by_text("Voir la règle qui exclut chacun").click()
    excluded = page.locator(SMALL)
    expect(excluded).to_contain_text(re.compile(r"n’est pas inférieur au seuil de 40\s000"))
    expect(excluded).to_contain_text("CCP, art. R2122-8")
    expect(excluded).to_contain_text("version du 1er janvier 2026")

    answer_for_services(page, "2026-04-15")
    assert section_of(page, SMALL) == "possibles"
    first = page.locator("#possibles ~ .routes > li").first
    expect(first).to_have_attribute("id", "montage-sans-publicite")
    expect(first).to_contain_text("CCP, art. R2122-8")
    expect(first).to_contain_text("version du 1er avril 2026")
    expect(page.locator("[aria-labelledby=sensibilite]")).to_contain_text(
        "Consultation lancée avant le 1er avril 2026"
    )
    expect(page.locator(".answer > section").last).to_contain_text("À valider par l’acheteur")


def test_by_keyboard_alone(visit: Visit) -> None:
    page = visit("/montages")
    page.get_by_label("Qui achète ?").focus()
    page.keyboard.type("Collect")
    page.keyboard.press("Tab")
    page.keyboard.type("Services")
    page.keyboard.press("Tab")
    page.keyboard.type("55000")
    page.keyboard.press("Enter")
    expect(page.locator("#possibles")).to_have_text(re.compile(r"\d+ montages possibles"))
    expect(page.locator(".case")).to_contain_text("Services")


def test_a_wrong_answer_is_kept_and_leads_back_to_its_field(visit: Visit) -> None:
    page = visit("/montages?montant=beaucoup&date=demain")
    page.locator(".error-summary a").first.click()
    expect(page.locator("#montant")).to_have_value("beaucoup")
    expect(page.locator("#date")).to_have_value("demain")


@pytest.mark.parametrize("width", [1280, 768, 360])
@pytest.mark.parametrize("path", ["/montages", ANSWERED, "/montages/regles"])
def test_readable_at_every_width(visit: Visit, path: str, width: int) -> None:
    page = visit(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [rule["id"] for rule in found if rule["impact"] in SERIOUS] == []


def test_the_note_prints_whole(visit: Visit) -> None:
    page = visit(ANSWERED)
    page.get_by_role("link", name="Note à imprimer").click()
    page.emulate_media(media="print")
    expect(page.locator("h1")).to_have_text("Note sur les montages contractuels")
    expect(page.locator(SMALL)).to_be_visible()
    expect(page.locator("#montage-appel-a-projets")).to_be_visible()
    expect(page.get_by_role("link", name="Revenir aux questions")).to_be_hidden()
    expect(page.get_by_text("À valider par l’acheteur")).to_be_visible()
