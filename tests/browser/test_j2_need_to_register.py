"""J2: a territory states needs, compares, writes through the relay, and exports its register."""

import csv
import io
import re
import sqlite3
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from config import PROJECT_ROOT
from tests.browser.conftest import RealSite
from tests.browser.people import (
    OWNER,
    REFUSED,
    STAFF,
    overflow,
    serious_findings,
    sign_in,
    tick_theme,
    within,
)
from tests.factories.mail_sink import Sink, subject_of, text_of

pytestmark = pytest.mark.browser

AUTHORITY = "collectivite@demo.example"
AUTHORITY_NAME = "Collectivité de Parméline"
ACTOR_NAME = "Mésangeo"
QUARTER = "QN04212M"
WIDTHS = (1280, 768, 360)
PROSE = (
    "En juillet, des rues du quartier restent chaudes jusqu’à minuit. Nous voulons savoir "
    "lesquelles, heure par heure, et que chacun puisse le lire sans compte ni application."
)
QUESTION = "Combien de capteurs faut-il pour huit rues ?"
NOTE = "À revoir en janvier, avec le service propreté."
STEPS = ("besoin-publie", "liste-montree", "selection", "contact", "message", "acceptation")
REPLY = "Douze capteurs suffisent ; nous pouvons venir le montrer."


@dataclass(frozen=True, slots=True)
class Wish:
    """A need to state: its line and the themes ticked."""

    title: str
    themes: tuple[str, ...]


COOL = "Îlots de chaleur et fraîcheur urbaine"
DATA = "Plateformes et données urbaines"
SENSORS = "Capteurs et objets connectés"
WISHES = (
    Wish("Savoir quelles rues restent chaudes la nuit", (COOL, DATA)),
    Wish("Compter les passages sur la coulée verte", (SENSORS,)),
    Wish("Apprendre aux collégiens à lire les mesures du quartier", (SENSORS, DATA)),
)
PLAIN = Wish("Suivre la fraîcheur des placettes plantées", (COOL, SENSORS))


def check_look(page: Page) -> None:
    """Check that the page is accessible and fits the three widths."""
    assert serious_findings(page) == [], page.url
    assert [overflow(page, width) for width in WIDTHS] == [0, 0, 0], page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def state_need(page: Page, wish: Wish) -> None:
    """State a need from the authority's own quarter, and send it for review."""
    page.goto("/mon-espace/territoires")
    row = page.locator("tr", has_text=QUARTER)
    row.get_by_role("link", name=re.compile("Exprimer un besoin")).click()
    page.get_by_label("Étude de marché (sourcing)").check()
    page.get_by_label("Ce que vous cherchez, en une ligne").fill(wish.title)
    page.get_by_role("button", name="Ouvrir le brouillon").click()
    expect(page.locator("h1")).to_have_text(wish.title)
    page.get_by_label("Le besoin et son contexte").fill(PROSE)
    for theme in wish.themes:
        tick_theme(page, theme)
    page.get_by_label("Montant envisagé, au plus").fill("45 000")
    page.get_by_role("button", name="Enregistrer et soumettre").click()
    expect(page.get_by_role("status").first).to_contain_text("Transmis à l’équipe")


def publish(staff: Page, wish: Wish) -> None:
    """Publish a need that waits, as staff."""
    staff.goto("/moderation?objet=besoins")
    staff.get_by_role("link", name=wish.title, exact=True).click()
    staff.get_by_label("Publier", exact=True).check()
    staff.get_by_role("button", name="Enregistrer la décision").click()
    expect(staff.get_by_role("status").first).to_contain_text("est publié")


def open_need(page: Page, wish: Wish) -> str:
    """Open the public page of an own need; return its number."""
    page.goto("/mon-espace/besoins")
    page.get_by_role("link", name=wish.title, exact=True).click()
    expect(page.locator("h1")).to_have_text(wish.title)
    return page.url.rsplit("/", 1)[-1]


def matches_of(page: Page, need: str) -> Locator:
    """Go to what answers a need; each card says why."""
    page.goto(f"/besoins/{need}")
    page.get_by_role("link", name="Qui peut y répondre ?").click()
    cards = page.locator("article.match")
    expect(cards.first.locator(".reasons li").first).to_be_visible()
    return cards


def compare_three(page: Page, cards: Locator) -> Locator:
    """Compare the demo startup's offer with two others; return the actions on the former."""
    box = cards.filter(has_text=ACTOR_NAME).first.get_by_label("Comparer")
    slug = box.get_attribute("value")
    box.check()
    others = cards.filter(has_not_text=ACTOR_NAME)
    for place in range(2):
        others.nth(place).get_by_label("Comparer").check()
    page.get_by_role("button", name="Comparer les fiches cochées").click()
    expect(page.locator(".compare thead th")).to_have_count(4)
    expect(page.locator(".compare .unknown").first).to_have_text("non renseigné")
    return page.locator(".compare-actions", has=page.locator(f"input[value={slug}]"))


def read_mail(sink: Sink, address: str, subject: str, wish: Wish) -> str:
    """Return the text of the one mail on ``wish`` with that subject; no address is in it."""

    def come() -> list[str]:
        mails = [one for one in sink.messages_to(address) if subject_of(one) == subject]
        return [text for text in map(text_of, mails) if wish.title in text]

    assert within(lambda: come() != [], 20), subject
    (text,) = come()
    assert "@demo.example" not in text, text
    return text


def thread_of(text: str) -> str:
    """Return the path of the thread that a mail leads to."""
    found = re.search(r"http://localhost:\d+(/mon-espace/mises-en-relation/\d+\S*)", text)
    assert found is not None, text
    return found[1]


def ask(page: Page, wish: Wish) -> None:
    """Write to the demo startup from the page one is on."""
    page.get_by_role("link", name=re.compile("Prendre contact.*")).first.click()
    expect(page.locator("h1")).to_contain_text(ACTOR_NAME)
    expect(page.get_by_text(wish.title).first).to_be_visible()
    page.get_by_label("Votre message").fill(QUESTION)
    page.get_by_role("button", name="Envoyer la demande").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre demande est partie")
    assert OWNER not in page.content()


def answer_and_accept(page: Page, path: str) -> None:
    """Follow the link of the mail, write back, then accept."""
    page.goto(path)
    expect(page.get_by_text(QUESTION)).to_be_visible()
    assert AUTHORITY not in page.content()
    page.get_by_label("Votre message").fill(REPLY)
    page.get_by_role("button", name="Envoyer", exact=True).click()
    expect(page.locator(".thread")).to_contain_text(REPLY)
    assert AUTHORITY not in page.content()
    page.get_by_role("button", name="Accepter", exact=True).click()
    expect(page.locator("#contacts")).to_be_visible()


def events_of(database: Path, need: str) -> list[str]:
    """Return the events of a register, in order, as stored."""
    with sqlite3.connect(database) as connection:
        rows = connection.execute(
            "SELECT event FROM register_entry WHERE need_id = ? ORDER BY sequence", (need,)
        )
        return [str(event) for (event,) in rows]


def verify(site: RealSite) -> "subprocess.CompletedProcess[str]":
    """Run ``flask register verify`` over the database of the running application."""
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "register", "verify"],
        cwd=PROJECT_ROOT,
        env={"DATA_DIR": str(site.database.parent), "PATH": "", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )


def exported(page: Page, kind: str) -> bytes:
    """Export the register and return the file."""
    with page.expect_download() as download:
        page.get_by_role("button", name=f"Exporter en {kind}").click()
    return Path(download.value.path()).read_bytes()


def read_register(page: Page, site: RealSite, wish: Wish, need: str) -> list[str]:
    """See the register of the need, whole; read both exports back; verify the chains.

    Returns:
        What the lines record, in order.
    """
    page.goto(f"/besoins/{need}")
    page.get_by_role("link", name="Registre de sourcing").click()
    expect(page.get_by_text(re.compile("Chaîne vérifiée jusqu’à la ligne"))).to_be_visible()
    lines = page.locator("table.register tbody tr")
    expect(lines.filter(has_text=ACTOR_NAME).first).to_be_visible()

    table = list(csv.reader(io.StringIO(exported(page, "CSV").decode("utf-8-sig")), delimiter=";"))
    assert any(ACTOR_NAME in " ".join(row) for row in table)
    assert "@" not in " ".join(" ".join(row) for row in table)

    pdf = PdfReader(io.BytesIO(exported(page, "PDF")))
    words = " ".join(" ".join(sheet.extract_text() for sheet in pdf.pages).split())
    assert (wish.title in words, ACTOR_NAME in words, QUESTION in words) == (True, True, False)

    # The steps follow one another, and every chain of the site is whole.
    events = events_of(site.database, need)
    assert sorted(STEPS, key=events.index) == list(STEPS)
    checked = verify(site)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "registres vérifiés" in checked.stdout
    return events


def set_aside(column: Locator, name: str) -> None:
    """Put the offer of a column in a new selection, by the menu of its button."""
    column.locator(".shortlist-add button[type=submit]").click()
    column.locator(".shortlist-menu input").fill(name)
    column.page.keyboard.press("Enter")
    expect(column.locator(".shortlist-status")).to_contain_text(name)


def set_aside_plainly(column: Locator, name: str) -> None:
    """Do the same where scripts are off: a page asks in which selection."""
    page = column.page
    column.locator(".shortlist-add button[type=submit]").click()
    page.get_by_label("Une nouvelle sélection").check()
    page.get_by_label("Nom de la nouvelle sélection").fill(name)
    page.get_by_role("button", name="Ajouter", exact=True).click()


def annotate(page: Page, name: str) -> None:
    """Open the selection and write the team's note."""
    page.goto("/mon-espace/selections")
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator(".shortlist-items > li")).to_have_count(1)
    page.get_by_text("Écrire une note").click()
    page.get_by_label("Note de l’équipe").fill(NOTE)
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.locator(".note-text")).to_have_text(NOTE)


def test_from_three_needs_to_the_register(
    mailed_site: RealSite, sink: Sink, browser: Browser
) -> None:
    site = mailed_site.address
    page = sign_in(browser, site, AUTHORITY)
    for wish in WISHES:
        state_need(page, wish)
    staff = sign_in(browser, site, STAFF)
    for wish in WISHES:
        publish(staff, wish)
        read_mail(sink, AUTHORITY, f"« {wish.title} » est publiée", wish)

    wish = WISHES[0]
    need = open_need(page, wish)
    check_look(page)
    column = compare_three(page, matches_of(page, need))
    check_look(page)
    set_aside(column, "Rues fraîches")
    annotate(page, "Rues fraîches")
    check_look(page)
    ask(page, wish)

    request = read_mail(sink, OWNER, f"{AUTHORITY_NAME} souhaite vous rencontrer", wish)
    assert NOTE not in request
    innovator = sign_in(browser, site, OWNER)
    answer_and_accept(innovator, thread_of(request))
    reply = read_mail(sink, AUTHORITY, f"{ACTOR_NAME} vous a écrit", wish)
    # A mail opens a page of its own: on the same one, only the fragment would change.
    page.goto("/mon-espace")
    page.goto(thread_of(reply))
    expect(page.locator(".thread")).to_contain_text(REPLY)
    for team in (page, innovator):
        team.reload()
        shown = team.locator("section", has=team.locator("#contacts")).inner_text()
        assert (AUTHORITY in shown, OWNER in shown) == (True, True)
        check_look(team)
    read_mail(sink, AUTHORITY, f"{ACTOR_NAME} accepte votre demande", wish)
    read_register(page, mailed_site, wish, need)
    check_look(page)
    assert REFUSED == []


def test_the_same_without_scripts(mailed_site: RealSite, sink: Sink, browser: Browser) -> None:
    site = mailed_site.address
    page = sign_in(browser, site, AUTHORITY, scripts=False)
    state_need(page, PLAIN)
    publish(sign_in(browser, site, STAFF, scripts=False), PLAIN)
    need = open_need(page, PLAIN)
    column = compare_three(page, matches_of(page, need))
    set_aside_plainly(column, "Placettes")
    annotate(page, "Placettes")
    ask(page, PLAIN)
    innovator = sign_in(browser, site, OWNER, scripts=False)
    path = thread_of(read_mail(sink, OWNER, f"{AUTHORITY_NAME} souhaite vous rencontrer", PLAIN))
    answer_and_accept(innovator, path)
    assert set(STEPS) <= set(read_register(page, mailed_site, PLAIN, need))
