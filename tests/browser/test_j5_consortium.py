"""J5: a team for the needs of a quarter, from its building to the working groups, mails read."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import OWNER, REFUSED, overflow, serious_findings, sign_in
from tests.factories.mail_sink import Sink, text_of

pytestmark = pytest.mark.browser
BUILDER = "collectivite@demo.example"
QUARTER = "QN04212M"
NAME = "Groupement du parcours"
# The startup of the demonstration answers the first best; the second wants another kind of actor.
ASKED = ("Un tableau de bord du quartier", "Garder trace du quartier", "Des portes de hall")
STARTUP = "Mésangeo"


def open_team(page: Page) -> None:
    """Open a team of one seat over three needs of the quarter."""
    page.goto("/mon-espace/groupements")
    page.get_by_role("link", name="Réunir un groupement").click()
    page.wait_for_load_state()
    if page.get_by_role("heading", name="Pour quel quartier ?").count():
        page.locator(f"a[href*={QUARTER}]").first.click()
    page.get_by_label("Nom du groupement").fill(NAME)
    for box in page.locator("input[name=besoin]").all():
        box.uncheck()
    for title in ASKED:
        page.get_by_label(re.compile(f"^{title}")).first.check()
    for title, weight in zip(ASKED, "511", strict=True):
        page.get_by_label(re.compile(f"Poids : {title}")).select_option(weight)
    page.get_by_label("Nombre de places").fill("1")
    page.get_by_role("button", name="Proposer une équipe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def members(page: Page) -> list[str]:
    return page.locator(".seat h3").all_inner_texts()


def test_from_needs_to_working_groups(mailed: str, sink: Sink, browser: Browser) -> None:
    page = sign_in(browser, mailed, BUILDER)
    open_team(page)
    expect(page.get_by_role("heading", name="Ce qui reste sans bonne réponse")).to_be_visible()
    expect(page.get_by_text("Non couvert par cette équipe").first).to_be_visible()
    expect(page.locator(".matrix")).to_be_visible()
    assert serious_findings(page) == []
    for width in (360, 768, 1280):
        assert overflow(page, width) <= 0, width

    page.locator("#reglages > summary").click()
    page.get_by_label("Nombre de places").fill("2")
    page.get_by_role("button", name="Recalculer").click()
    expect(page.locator(".seat")).to_have_count(2)

    # Live: one kept, one left out with a reason, and the last choice taken back.
    first = STARTUP
    (second,) = set(members(page)) - {first}
    status = page.locator("[data-live-status]")
    page.get_by_role("button", name=f"Garder : {first}").click()
    expect(status).to_contain_text("Équipe recalculée")
    expect(page.locator(".seat", has_text=first).get_by_text("Gardé", exact=True)).to_be_visible()
    seat = page.locator(".seat", has=page.get_by_role("heading", name=second))
    seat.locator(".leave-out summary").click()
    seat.get_by_label("Raison").fill("Déjà titulaire d’un marché")
    seat.get_by_role("button", name="Écarter de l’équipe").click()
    expect(page.get_by_text("Déjà titulaire d’un marché")).to_be_visible()
    assert first in members(page)
    assert second not in members(page)
    page.get_by_role("button", name="Annuler le dernier choix").click()
    expect(page.get_by_text("Déjà titulaire d’un marché")).to_have_count(0)
    assert set(members(page)) == {first, second}

    page.get_by_role("link", name="Inviter des membres").click()
    page.get_by_label("Votre message").fill("Une réunion de deux heures en janvier ?")
    assert serious_findings(page) == []
    page.get_by_role("button", name="Envoyer les invitations").click()
    expect(page.locator("section", has=page.locator("#invitations"))).to_contain_text(
        "Invitation envoyée"
    )

    accept(mailed, sink, browser)
    page.reload()
    expect(page.get_by_text("A accepté").first).to_be_visible()
    # Another journey of the same mailbox may have been accepted before: the subject tells.
    assert len(sink.wait_about(BUILDER, f"{STARTUP} accepte votre invitation")) == 1

    page.get_by_role("button", name="En faire un partenariat").click()
    expect(page).to_have_url(re.compile("/mon-espace/partenariats/.+/modifier"))
    slug = page.url.split("/")[-2]
    with page.expect_download() as download:
        page.evaluate(f"location.href = '/partenariats/{slug}/groupes.csv'")
    assert "groupes" in download.value.suggested_filename
    assert REFUSED == []


def accept(mailed: str, sink: Sink, browser: Browser) -> None:
    """Read the invitation from the mail and accept it, as the startup."""
    page = sign_in(browser, mailed, OWNER)
    (mail,) = sink.wait_about(OWNER, "vous propose une place dans un groupement")
    found = re.search(r"https?://\S+/invitations/\d+", text_of(mail))
    assert found is not None
    page.goto(found[0])
    page.get_by_label("Nous acceptons d’être du groupement").check()
    page.get_by_role("button", name="Envoyer la réponse").click()
    expect(page.get_by_text("Vous avez accepté le")).to_be_visible()
