"""J9: two moderators, one entry: one decision wins, the other is told; the journal shows it."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import (
    COLLEAGUE,
    OWNER,
    REFUSED,
    STAFF,
    overflow,
    own_space,
    serious_findings,
    sign_in,
)

pytestmark = pytest.mark.browser
PAGES = ("/moderation", "/moderation/retirees", "/moderation/journal")


def submit_edit(owner: Page, pitch: str) -> str:
    """Change the pitch of the demo startup, submit it, and return its name."""
    space = own_space(owner)
    owner.goto(space)
    if owner.get_by_role("button", name="Reprendre la fiche").is_visible():
        owner.get_by_role("button", name="Reprendre la fiche").click()
    owner.goto(f"{space}/description")
    owner.get_by_label("En une phrase").fill(pitch)
    owner.get_by_role("button", name="Enregistrer et continuer").click()
    owner.goto(f"{space}/relecture")
    name = owner.locator(".preview h3").first.inner_text()
    owner.get_by_role("button", name="Soumettre à la relecture").click()
    expect(owner.get_by_text("Transmis à l’équipe")).to_be_visible()
    return name


def test_one_decision_wins_and_the_other_is_told(live: str, browser: Browser) -> None:
    owner = sign_in(browser, live, OWNER)
    first = sign_in(browser, live, STAFF)
    second = sign_in(browser, live, COLLEAGUE)
    name = submit_edit(owner, "Des voitures partagées au pied de chaque résidence.")
    for page in (first, second):
        page.goto("/moderation")
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator("table.changes ins").first).to_be_visible()
        expect(page.locator("table.changes tr")).to_have_count(1)
    first.get_by_label("Publier", exact=True).check()
    first.get_by_role("button", name="Enregistrer la décision").click()
    expect(first.get_by_text("est publiée.")).to_be_visible()
    second.get_by_label("Demander des modifications").check()
    second.get_by_label("Précisions").fill("Je ne suis pas d’accord.")
    with second.expect_response("**/moderation/*") as answer:
        second.get_by_role("button", name="Enregistrer la décision").click()
    assert answer.value.status == 409
    expect(second.get_by_role("alert").first).to_contain_text(
        "Équipe ANRU, premier compte (démo) a publié cette version avant vous."
    )
    expect(second.get_by_text("Je ne suis pas d’accord.")).to_be_visible()
    second.goto(f"/moderation/journal?fiche={name}")
    line = second.locator("tbody tr").first
    expect(line).to_contain_text("Fiche publiée")
    expect(line).to_contain_text("Équipe ANRU, premier compte (démo)")
    first.goto(own_space(owner).replace("/mon-espace/organisations/", "/acteurs/"))
    expect(first.get_by_text("Des voitures partagées au pied de chaque résidence.")).to_be_visible()


def test_the_pages_of_moderators_are_accessible_and_fit(live: str, browser: Browser) -> None:
    owner = sign_in(browser, live, OWNER)
    staff = sign_in(browser, live, STAFF)
    name = submit_edit(owner, "Une autre phrase, pour la relecture.")
    staff.goto("/moderation")
    staff.get_by_role("link", name=name, exact=True).click()
    review = staff.url
    slug = own_space(owner).rsplit("/", 1)[1]
    hide = f"/moderation/acteurs/{slug}/retirer"
    for address in (*PAGES, review, hide, "/moderation/territoires/QN04212M", "/mon-espace"):
        staff.goto(address)
        assert serious_findings(staff) == [], address
        assert [overflow(staff, width) for width in (360, 768, 1280)] == [0, 0, 0], address
    assert REFUSED == []
