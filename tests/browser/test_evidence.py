"""Proofs in the browser: asked, confirmed from a real mail; an experience written and answered."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import (
    OWNER,
    STAFF,
    overflow,
    serious_findings,
    sign_in,
    visitor,
    within,
)
from tests.factories.mail_sink import Sink, subject_of, text_of

pytestmark = pytest.mark.browser
AUTHORITY = "collectivite@demo.example"
OFFER = "thermometres-de-rue-publies-en-direct"
ASKED = "reseau-de-capteurs-de-quartier-a-longue-portee"
PARTNER = "service.proprete@ville-essai.example"


def check(page: Page) -> None:
    """Fail on what axe finds serious and on a page wider than its screen."""
    assert serious_findings(page) == []
    for width in (1280, 768, 360):
        assert overflow(page, width) <= 0, width
    page.set_viewport_size({"width": 1280, "height": 900})


def test_a_partner_asked_by_mail_confirms_and_the_badge_shows(
    mailed: str, browser: Browser, sink: Sink
) -> None:
    page = sign_in(browser, mailed, OWNER)
    page.goto(f"/mon-espace/offres/{ASKED}/references")
    check(page)
    page.get_by_role("button", name="Retirer la demande").click()
    confirm = page.get_by_role("dialog").get_by_role("button", name="Retirer la demande")
    confirm.click()
    page.get_by_role("link", name="Demander confirmation").click()
    page.get_by_label("Adresse professionnelle chez le partenaire").fill("ada@gmail.com")
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("alert")).to_contain_text("Une messagerie personnelle")
    check(page)
    page.get_by_label("Adresse professionnelle chez le partenaire").fill(PARTNER)
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("status").first).to_contain_text("La demande part")

    (mail,) = sink.wait_for(PARTNER)
    assert "cite votre organisme comme référence" in subject_of(mail)
    found = re.search(r"http://localhost:\d+(/references/reponse/\S+)", text_of(mail))
    assert found is not None
    partner = visitor(browser, mailed)
    partner.goto(found[1])
    check(partner)
    partner.get_by_label("C’est exact : je confirme").check()
    partner.get_by_label("Votre fonction").fill("Responsable de la propreté")
    partner.get_by_role("button", name="Envoyer ma réponse").click()
    expect(partner.locator("h1")).to_have_text("Votre réponse est enregistrée")
    partner.goto(f"/solutions/{ASKED}")
    expect(partner.get_by_text("par une adresse en @ville-essai.example")).to_be_visible()
    partner.goto(found[1])
    expect(partner.locator("h1")).to_have_text("Ce lien ne vaut plus")


def test_an_experience_is_written_read_published_and_answered(
    mailed: str, browser: Browser, sink: Sink
) -> None:
    title = "Douze thermomètres et un plan affiché à l’école"
    city = sign_in(browser, mailed, AUTHORITY)
    city.goto(f"/solutions/{OFFER}")
    city.get_by_role("link", name="Écrire un retour d’expérience").click()
    check(city)
    city.get_by_label("Titre").fill(title)
    city.get_by_label("Ce qui a été fait").fill("Un plan des rues fraîches, affiché chaque lundi.")
    city.locator("#place").fill("QN04212M")
    city.get_by_label("Année").fill("2026")
    city.get_by_label("Ce qui a été obtenu").fill("Les sorties de classe ont suivi le plan.")
    city.get_by_label("Limites").fill("Rien n’a été compté.")
    city.get_by_role("button", name="Enregistrer le brouillon").click()
    city.get_by_role("button", name="Enregistrer et soumettre").click()
    expect(city.locator(".rows li", has_text=title)).to_contain_text("En attente de relecture")
    check(city)

    staff = sign_in(browser, mailed, STAFF)
    publish(staff, title)
    assert within(lambda: was_told(sink), seconds=20)

    owner = sign_in(browser, mailed, OWNER)
    owner.goto("/mon-espace/retours")
    owner.locator(".rows li", has_text=title).get_by_role("link", name="Répondre").click()
    check(owner)
    owner.get_by_label("Votre réponse").fill("Le comptage est prévu cet été.")
    owner.get_by_role("button", name="Soumettre la réponse").click()
    publish(staff, title)
    reader = visitor(browser, mailed)
    reader.goto(f"/solutions/{OFFER}")
    reader.get_by_role("link", name=title).click()
    expect(reader.get_by_text("Le comptage est prévu cet été.")).to_be_visible()
    check(reader)


def was_told(sink: Sink) -> bool:
    """Tell whether the actor received the mail about the experience."""
    return any("publie un retour" in subject_of(mail) for mail in sink.messages_to(OWNER))


def publish(staff: Page, title: str) -> None:
    """Publish what waits under a title."""
    staff.goto("/moderation/retours")
    check(staff)
    staff.get_by_role("link", name=title, exact=True).click()
    staff.get_by_label("Publier", exact=True).check()
    staff.get_by_role("button", name="Enregistrer la décision").click()
    expect(staff.get_by_role("status").first).to_contain_text("La décision est enregistrée")
