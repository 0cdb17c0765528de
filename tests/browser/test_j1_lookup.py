"""J1: a visitor looks up, on the application with its worker and its index."""

import csv
import io
import re
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models.offer import Offer
from services.indexing import request_indexing, withdraw_from_search
from tests.browser.conftest import RealSite
from vocabulary.kinds import PublicationState, SubjectKind

pytestmark = pytest.mark.browser

Visit = Callable[..., Page]
SERIOUS = {"serious", "critical"}
RESULTS = "#resultats"
FOUND_WITHIN_SECONDS = 5
EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
PAGES = [
    "/annuaire",
    "/annuaire?q=renovation+energetique&theme=batiment&type=startup",
    "/annuaire?q=renovatoin",
    "/annuaire?q=introuvable+zzyzx&type=pme&region=94",
    "/annuaire?q=energie&vue=carte",
    "/acteurs/elan-rhenan-circulaire",
    "/acteurs/saint-etienne-metropole",
    "/solutions/abri-velo-ferme-de-six-places-en-location-longue-duree",
    "/besoins/1",
    "/territoires",
    "/territoires/QN04212M",
    "/partenariats/e-declic",
    "/themes",
    "/themes/renovation-energetique",
    "/rencontres",
    "/rencontres/saint-etienne-janvier-2027",
]


def _total(page: Page) -> int:
    found = re.match(r"[\d\s]+", page.inner_text(RESULTS))
    return int(re.sub(r"\s", "", found[0])) if found else 0


def _search(page: Page, text: str) -> None:
    page.fill("#q", text)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"[?&]q="))


@pytest.mark.parametrize("scripts", [True, False])
def test_words_without_accents_find_with_marks_and_true_counts(
    visit_real: Visit, *, scripts: bool
) -> None:
    page = visit_real("/annuaire", scripts=scripts)
    _search(page, "renovation energetique")
    total = _total(page)
    assert total > 20
    marked = {text.lower() for text in page.locator(".entries mark").all_inner_texts()}
    assert {"rénovation", "énergétique"} <= marked
    option = page.locator(".facet-option", has_text="Solutions")
    count = int(re.findall(r"\d+", option.locator(".facet-count").inner_text())[0])
    option.locator("input").check()
    page.click("text=Appliquer les filtres")
    expect(page.locator(".active-filters")).to_contain_text("Solutions")
    assert _total(page) == count < total
    page.click(".active-filters a >> nth=0")
    assert _total(page) == total


def test_a_misspelt_word_shows_the_right_one_and_its_results(visit_real: Visit) -> None:
    page = visit_real("/annuaire")
    _search(page, "renovatoin")
    expect(page.locator("main")).to_contain_text("Rien ne répond à « renovatoin »")
    assert _total(page) > 0
    wanted = _total(page)
    page.click(".alert a")
    page.wait_for_url(lambda url: "renovatoin" not in url)
    assert _total(page) == wanted
    assert "renovatoin" not in page.content()


def test_nothing_found_leads_further(visit_real: Visit) -> None:
    page = visit_real("/annuaire?q=toiture+zzyzx&type=agence-de-l-etat&region=94")
    expect(page.locator(RESULTS)).to_contain_text("Aucun résultat")
    wider = page.locator(".wider li").first
    promised = int(re.findall(r"(\d+) résultat", wider.inner_text())[0])
    wider.locator("a").click()
    assert _total(page) == promised > 0
    page.go_back()
    expect(page.get_by_role("link", name="Publier un besoin")).to_have_attribute(
        "href", "/inscription"
    )


def test_the_list_becomes_a_map_and_back(visit_real: Visit) -> None:
    page = visit_real("/annuaire?q=energie")
    total = _total(page)
    page.get_by_role("link", name="Carte").click()
    page.wait_for_selector(".map-land")
    page.wait_for_selector(".map-marker")
    assert _total(page) == total
    assert page.locator(".entries .entry").count() == min(20, total)
    page.locator(".map-marker:has(.map-dot)").first.click()
    page.wait_for_selector(".map-popup a")
    address = page.locator(".map-popup a").first.get_attribute("href")
    assert address is not None
    page.locator(".map-popup a").first.click()
    page.wait_for_url(f"**{address}")
    page.go_back()
    page.get_by_role("link", name="Liste").click()
    page.wait_for_url(lambda url: "vue=" not in url)


def test_overseas_is_one_button_away(visit_real: Visit) -> None:
    page = visit_real("/annuaire?objet=territoires&vue=carte")
    page.wait_for_selector(".map-land")
    names = page.locator(".map-places button").all_inner_texts()
    assert {"France hexagonale", "Corse", "Guadeloupe", "La Réunion", "Mayotte"} <= set(names)
    page.get_by_role("button", name="La Réunion").click()
    page.wait_for_function("document.querySelectorAll('.map-marker').length > 0")


def test_without_scripts_the_map_leaves_the_list(visit_real: Visit) -> None:
    page = visit_real("/annuaire?q=energie&vue=carte", scripts=False)
    assert page.locator("[data-map]").is_hidden()
    assert page.inner_text("main noscript").startswith("La carte demande JavaScript.")
    assert page.locator(".entries .entry").count() == 20


def test_the_address_can_be_shared(visit_real: Visit) -> None:
    page = visit_real("/annuaire")
    _search(page, "vélo")
    page.locator("input[name=objet][value=solutions]").check()
    page.click("text=Appliquer les filtres")
    page.locator(".sort").get_by_role("link", name="nom").click()
    page.wait_for_url(re.compile("tri=nom"))
    shown = page.locator(".entry-title").all_inner_texts()
    assert len(shown) > 1
    other = visit_real(page.url)
    assert other.locator(".entry-title").all_inner_texts() == shown
    assert other.locator("#q").input_value() == "vélo"


def test_the_files_hold_no_personal_data_and_no_demo_need(visit_real: Visit) -> None:
    page = visit_real("/annuaire")
    with page.expect_download() as awaited:
        page.get_by_role("link", name="CSV").click()
    text = Path(awaited.value.path()).read_text("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(rows) > 500
    assert EMAIL.findall(text) == []
    assert [row for row in rows if row["objet"] == "Besoins"] == []
    with page.expect_download() as awaited:
        page.get_by_role("link", name="XLSX").click()
    assert Path(awaited.value.path()).read_bytes().startswith(b"PK")


def test_completion_leads_straight_to_an_entry(visit_real: Visit) -> None:
    page = visit_real("/annuaire")
    page.locator("#q").press_sequentially("abri vélo fer")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/solutions/abri-velo-ferme"))
    assert page.locator("h1").inner_text().startswith("Abri vélo fermé")


def test_the_journey_is_walked_by_keyboard(visit_real: Visit) -> None:
    page = visit_real("/annuaire")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Aller au contenu"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("toiture")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("q=toiture"))
    _tab_to(page, "input[name=objet][value=solutions]")
    page.keyboard.press("Space")
    _tab_to(page, ".facets button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("objet=solutions"))
    _tab_to(page, ".entry-title a")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/solutions/"))


def _tab_to(page: Page, selector: str) -> None:
    for _step in range(80):
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"no Tab leads to {selector}")


@pytest.fixture
def database(real_site: RealSite) -> Iterator[Session]:
    """Yield a session over the database of the running application."""
    engine = create_engine(f"sqlite:///{real_site.database}", connect_args={"timeout": 15})
    with Session(engine) as session:
        yield session
    engine.dispose()


def test_a_change_is_found_within_five_seconds_and_a_withdrawal_at_once(
    visit_real: Visit, database: Session
) -> None:
    offer = database.scalars(select(Offer).where(Offer.slug.startswith("abri-velo"))).first()
    assert offer is not None
    page = visit_real("/annuaire?q=girolle")
    assert _total(page) == 0
    now = datetime.now(UTC)
    offer.pitch, offer.updated_at = "Un abri couleur girolle.", now
    request_indexing(database, SubjectKind.OFFER, offer.id, now=now)
    database.commit()
    started = time.monotonic()
    while _total(page) == 0 and time.monotonic() - started < FOUND_WITHIN_SECONDS:
        page.reload()
    assert _total(page) == 1
    assert page.locator(".entries mark").all_inner_texts() == ["girolle"]
    offer.state = PublicationState.ARCHIVED
    withdraw_from_search(database, SubjectKind.OFFER, offer.id, now=datetime.now(UTC))
    database.commit()
    page.reload()
    assert _total(page) == 0
    assert page.goto(f"/solutions/{offer.slug}").status == 404  # type: ignore[union-attr]


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_over_the_side(visit_real: Visit, path: str, width: int) -> None:
    page = visit_real(path, width=width)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(visit_real: Visit, path: str, theme: str) -> None:
    page = visit_real(path, theme=theme)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('main details').forEach(part => { part.open = true })")
    found = Axe().run(page).response["violations"]
    assert [
        (fault["id"], fault["nodes"][0]["target"]) for fault in found if fault["impact"] in SERIOUS
    ] == []
