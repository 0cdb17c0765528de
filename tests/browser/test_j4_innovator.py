"""J4: the innovator's side, its mails read from a real relay while the worker runs."""

import re
from email.message import EmailMessage
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import (
    OWNER,
    REFUSED,
    STAFF,
    overflow,
    own_space,
    serious_findings,
    sign_in,
    tick_theme,
    within,
)
from tests.factories.mail_sink import Sink, subject_of, text_of

pytestmark = pytest.mark.browser
VISITOR = "curieuse@essai.example"
ALERT = "Recherche : « pergola »"
PROSE = (
    "Une pergola de bois local, démontable, qui donne de l’ombre dès le premier été dans une cour "
    "d’école ou sur une placette, le temps que les arbres poussent. Elle se pose sans fondation."
)


def set_aside_first(page: Page) -> str:
    """Set the first need of the list aside, with a reason; return its title."""
    page.goto("/mon-espace/besoins-pour-nous")
    first = page.locator("article.match").first
    title = first.locator(".entry-title").inner_text()
    expect(first.locator(".reasons li").first).to_be_visible()
    first.get_by_role("link", name="Écarter").click()
    page.get_by_role("button", name="Écarter ce besoin").click()
    expect(page.get_by_role("alert")).to_contain_text("Choisissez une raison.")
    page.get_by_label("Le calendrier ne convient pas").check()
    page.get_by_label("Une précision").fill("Notre atelier est plein jusqu’en juin.")
    page.get_by_role("button", name="Écarter ce besoin").click()
    expect(page.get_by_role("status").first).to_contain_text("est écarté")
    return title


def test_needs_for_us_are_explained_set_aside_and_taken_back(mailed: str, browser: Browser) -> None:
    page = sign_in(browser, mailed, OWNER)
    title = set_aside_first(page)
    expect(page.locator(".entry-title", has_text=title)).to_have_count(0)
    page.get_by_role("link", name="Besoins écartés").click()
    row = page.locator(".rows li", has_text=title)
    expect(row).to_contain_text("Le calendrier ne convient pas")
    expect(row).to_contain_text("Notre atelier est plein")
    for width in (1280, 768, 360):
        assert overflow(page, width) <= 0, width
    assert serious_findings(page) == []
    row.get_by_role("button", name="Reprendre").click()
    page.goto("/mon-espace/besoins-pour-nous")
    expect(page.locator(".entry-title", has_text=title)).to_have_count(1)
    assert serious_findings(page) == []


def publish_offer(mailed: str, browser: Browser, title: str) -> None:
    """Write an offer as its owner and publish it as staff."""
    owner = sign_in(browser, mailed, OWNER)
    owner.goto(f"{own_space(owner)}/offres/nouvelle")
    owner.get_by_label("Solution", exact=True).check()
    owner.get_by_label("Titre").fill(title)
    owner.get_by_role("button", name="Continuer").click()
    owner.get_by_label("En une phrase").fill("Une pergola posée en un jour sur une cour d’école.")
    owner.locator("textarea[name=description]").fill(PROSE)
    tick_theme(owner, "Confort d’été")
    owner.get_by_role("button", name="Enregistrer et soumettre").click()
    expect(owner.get_by_role("status").first).to_be_visible()
    staff = sign_in(browser, mailed, STAFF)
    staff.goto("/moderation")
    staff.get_by_role("link", name=title, exact=True).click()
    staff.get_by_label("Publier", exact=True).check()
    staff.get_by_role("button", name="Enregistrer la décision").click()
    expect(staff.get_by_text("est publiée.")).to_be_visible()


def link_of(text: str, path: str) -> str:
    """Return the link of a mail to a page under ``path``."""
    found = re.search(rf"http://localhost:\d+({path}\S+)", text)
    assert found is not None, text
    return found[1]


def ask_as_visitor(mailed: str, browser: Browser, sink: Sink) -> None:
    """Ask for an alert without account, and confirm it from the mail."""
    reader = browser.new_context(base_url=mailed, locale="fr-FR").new_page()
    reader.goto("/annuaire?q=pergola")
    reader.get_by_role("link", name="Créer une alerte").click()
    reader.get_by_label("Adresse électronique").fill(VISITOR)
    reader.get_by_label("Fréquence").select_option("immediate")
    assert serious_findings(reader) == []
    reader.get_by_role("button", name="Créer l’alerte").click()
    expect(reader.locator("h1")).to_have_text("Regardez votre boîte aux lettres")
    (mail,) = sink.wait_for(VISITOR)
    reader.goto(link_of(text_of(mail), "/alertes/confirmer/"))
    reader.get_by_role("button", name="Mettre l’alerte en marche").click()
    expect(reader.locator("h1")).to_have_text("L’alerte est en marche")


def test_a_saved_search_tells_once_and_stops_in_one_click(
    mailed: str, browser: Browser, sink: Sink
) -> None:
    owner = sign_in(browser, mailed, OWNER)
    owner.goto("/annuaire?q=pergola")
    owner.get_by_text("Créer une alerte").click()
    owner.get_by_label("M’écrire quand il y a du nouveau").select_option("immediate")
    owner.get_by_role("button", name="Créer l’alerte").click()
    expect(owner.locator(".rows li", has_text=ALERT)).to_have_count(1)
    ask_as_visitor(mailed, browser, sink)

    publish_offer(mailed, browser, "Pergola d’école en bois local")
    news = sink.wait_for(VISITOR, 2, seconds=20)[1]
    assert subject_of(news) == f"Du nouveau pour votre alerte : {ALERT}"
    assert "Pergola d’école en bois local" in text_of(news)
    assert within(lambda: len(told_owner(sink)) == 1, seconds=20)

    stop_from_the_page(owner, link_of(text_of(told_owner(sink)[0]), "/alertes/arret/"))
    stop_as_a_mail_service(str(news["List-Unsubscribe"]), str(news["List-Unsubscribe-Post"]))
    publish_offer(mailed, browser, "Pergola de placette en châtaignier")

    def is_found() -> bool:
        owner.goto("/annuaire?q=pergola")
        return owner.get_by_role("link", name="Pergola de placette").count() > 0

    assert within(is_found, seconds=20)
    owner.wait_for_timeout(2_000)  # what would be told is told within a second of being found
    assert (len(sink.messages_to(VISITOR)), len(told_owner(sink))) == (2, 1)
    assert REFUSED == []


def told_owner(sink: Sink) -> list[EmailMessage]:
    """Return the mails of the alert that the innovator received."""
    return [mail for mail in sink.messages_to(OWNER) if ALERT in subject_of(mail)]


def stop_from_the_page(page: Page, link: str) -> None:
    """Open the link of a mail, which stops nothing by itself, then press the button."""
    page.goto(link)
    expect(page.locator("h1")).to_have_text("Arrêter une alerte")
    assert serious_findings(page) == []
    page.get_by_role("button", name="Arrêter cette alerte").click()
    expect(page.locator("h1")).to_have_text("L’alerte est arrêtée")


def stop_as_a_mail_service(link: str, body: str) -> None:
    """Post what RFC 8058 says, without cookie nor token."""
    request = Request(link.strip("<>"), data=body.encode())  # noqa: S310 - our own address
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - idem
        assert answer.status == 200
