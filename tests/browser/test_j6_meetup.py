"""J6: a meetup day from its first room to what came of it, its people reading real mails."""

import io
import re
from datetime import datetime
from email.message import EmailMessage
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from services.xlsx_reader import read_xlsx_rows
from tests.browser.conftest import RealSite
from tests.browser.meetup_steps import (
    ACTORS,
    GUEST,
    PLAIN_GUEST,
    TERRITORIES,
    PreparedDay,
    address_of,
    downloaded,
    end_slots,
    guest,
    import_invitees,
    invite,
    own_links,
    own_page,
    prepare_day,
    read_mail,
)
from tests.browser.people import REFUSED, STAFF, sign_in, within
from tests.factories.calendars import read_calendar, start_of
from tests.factories.mail_sink import Sink, subject_of
from vocabulary.periods import french_hour

pytestmark = pytest.mark.browser

TITLE = "Rendez-vous du canal"
CHOSEN, OTHER_CHOSEN = ACTORS[0], ACTORS[1]
MISSING = TERRITORIES[1]
STOPS = 60


@pytest.fixture(scope="module")
def day(mailed: str, browser: Browser) -> PreparedDay:
    """Prepare a day as staff do, until the invitations have left."""
    staff = sign_in(browser, mailed, STAFF)
    made = prepare_day(staff, TITLE)
    import_invitees(staff, made)
    invite(staff, made)
    staff.context.close()
    return made


def register(page: Page) -> None:
    """Say yes to an invitation: who comes, for what, seen by whom."""
    page.get_by_role("link", name="Répondre").click()
    page.locator("#name").fill("Camille Essai")
    page.locator("#presentation").fill("Nous cherchons de quoi rafraîchir deux cours d’école.")
    page.get_by_label("Tout le monde").check()
    page.get_by_role("button", name="Je viens", exact=True).click()
    expect(page.get_by_text("Inscrit", exact=True).first).to_be_visible()


def leave_first_slot(page: Page) -> None:
    """Untick the first slot: nobody is met then."""
    page.get_by_role("link", name="Mon inscription", exact=True).click()
    page.get_by_role("link", name="Changer mes disponibilités").click()
    half = page.locator("fieldset.half-day", has=page.locator("input[name=slots]")).first
    half.get_by_label("Une partie").check()
    page.locator("input[name=slots]").first.uncheck()
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("3 créneaux sur 4")).to_be_visible()


def wish(page: Page, other: str, priority: str) -> None:
    """Wish to meet somebody from the list of participants."""
    page.get_by_role("link", name="Mes souhaits", exact=True).click()
    page.get_by_role("link", name=re.compile("Choisir d")).first.click()
    page.get_by_label(f"Priorité de {other}").select_option(label=priority)
    page.get_by_role("button", name=f"Souhaiter {other}").click()
    expect(page.get_by_role("status").first).to_contain_text(f"« {other} » va le recevoir")


def accept(page: Page, asker: str) -> None:
    """Accept what somebody asks for."""
    page.get_by_role("link", name="Mes souhaits", exact=True).click()
    page.get_by_role("button", name=f"Accepter {asker}").click()
    expect(page.get_by_text("rendez-vous convenu").first).to_be_visible()


def paste_wishes(staff: Page, day: PreparedDay) -> None:
    """Paste what the others said on the phone: each territory would meet four actors."""
    lines = [
        f"{territory}; {ACTORS[(rank + step) % 5]}; importante; "
        for rank, territory in enumerate(TERRITORIES[1:])
        for step in range(4)
    ]
    staff.goto(f"{day.desk}/souhaits/listes")
    staff.get_by_label("Coller les lignes").fill("\n".join(lines))
    staff.get_by_role("button", name="Vérifier les lignes").click()
    staff.get_by_role("button", name="Appliquer la liste").click()
    expect(staff.get_by_role("status").first).to_contain_text(str(len(lines)))


def plan_and_publish(staff: Page, day: PreparedDay) -> None:
    """Have a plan computed, its progress shown, then publish it."""
    staff.goto(f"{day.desk}/plannings/nouveau")
    staff.get_by_label("Temps de calcul au plus").select_option("5")
    staff.get_by_role("button", name="Calculer", exact=True).click()
    # One look: the calculation may be over at the next.
    expect(staff.locator(".plan-progress:has(.plan-phase) progress.plan-bar")).to_be_visible()
    promised = staff.get_by_role("heading", name="Ce que ce planning garantit")
    expect(promised).to_be_visible(timeout=30_000)
    staff.get_by_role("link", name="Publier", exact=True).click()
    expect(staff.get_by_text("reçoivent un courriel, avec ce qui change")).to_be_visible()
    staff.get_by_role("button", name="Publier", exact=True).click()
    expect(staff.get_by_role("status").first).to_contain_text("Le planning est publié")


def words_of(content: bytes) -> str:
    """Return the words of a PDF."""
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def events_of(content: Any) -> dict[str, str]:
    """Return the meetings of a calendar: with whom, and when by the clocks of the place."""
    meetings = [
        one
        for one in read_calendar(content).events
        if str(one["summary"]).startswith("Rendez-vous")
    ]
    return {str(one["summary"]).rpartition(": ")[2]: f"{start_of(one):%H:%M}" for one in meetings}


def read_agenda(page: Page, sink: Sink, day: PreparedDay) -> None:
    """Read the agenda on its page, on paper and in a calendar: the same meetings."""
    mail = read_mail(sink, address_of(GUEST), f"Votre agenda : {day.title}")
    page.goto(own_links(mail)[0])
    lines = page.locator(".agenda-line.is-rendez-vous")
    events = events_of(downloaded(page, f"{page.url}.ics"))
    assert lines.locator(".agenda-title").all_inner_texts() == list(events)
    assert CHOSEN in events
    hours = [str(line.get_attribute("data-starts")) for line in lines.all()]
    starts = [datetime.fromisoformat(hour).astimezone(day.zone) for hour in hours]
    assert [f"{start:%H:%M}" for start in starts] == list(events.values())
    # Nobody is met in the slot that was unticked.
    assert day.first not in starts
    printed = words_of(downloaded(page, f"{page.url}.pdf"))
    clock = [" ".join(french_hour(start.time()).split()) for start in starts]
    assert [hour for hour in clock if hour not in printed] == []
    (attached,) = mail.iter_attachments()
    assert events_of(attached.get_payload(decode=True)) == events


def check_in_by_badge(staff: Page, day: PreparedDay) -> None:
    """Type the code printed on a badge: its address opens, one press notes the arrival."""
    printed = words_of(downloaded(staff, f"{day.desk}/impressions/badges.pdf"))
    code = re.search(rf"Camille Essai {GUEST} .*? ([0-9A-F]{{4}} [0-9A-F]{{4}})", printed)
    assert code is not None, printed
    staff.goto(f"{day.desk}/jour-j")
    staff.get_by_role("link", name="Badges", exact=True).click()
    staff.locator("#code").fill(code[1])
    staff.get_by_role("button", name="Trouver la personne").click()
    expect(staff.locator("h1")).to_have_text("Camille Essai")
    assert f"/rencontres/{day.slug}/badge/{code[1].replace(' ', '').lower()}" in staff.url
    staff.get_by_role("button", name="Noter l’arrivée").click()
    expect(staff.get_by_text("Arrivée déjà notée")).to_be_visible()


def repair(staff: Page, day: PreparedDay, missing: str) -> set[str]:
    """Note somebody absent, apply the first repair; return the bodies that it names."""
    staff.goto(f"{day.desk}/jour-j?vue=tous")
    staff.locator(".door-list a", has_text=missing).first.click()
    staff.get_by_role("button", name="Ne viendra pas").click()
    expect(staff.locator("[data-repairs-status]")).to_have_text(
        "Recherche terminée.", timeout=15_000
    )
    proposals = staff.locator(".repair:not(.is-nothing)")
    assert 2 <= proposals.count() <= 3, proposals.all_inner_texts()
    proposals.first.locator("summary").click()
    named = set(proposals.first.locator(".repair-diff > li > b").all_inner_texts())
    proposals.first.get_by_role("button", name="Appliquer et prévenir").click()
    expect(staff.get_by_text("en vigueur", exact=True)).to_be_visible()
    return named


def told_of_changes(sink: Sink, day: PreparedDay) -> list[str]:
    """Return to whom a change of the day's agenda was mailed, in order of the alphabet."""
    ends = f"dans votre agenda : {day.title}"
    return sorted(str(one["To"]) for one in list(sink.messages) if subject_of(one).endswith(ends))


def answer_outcomes(browser: Browser, live: str, sink: Sink) -> None:
    """Tell from the mailed link what came of two meetings: a trial, a contract."""
    words = re.compile(r"Vos \d rendez-vous d’aujourd’hui")

    def asked() -> list[EmailMessage]:
        addresses = {address_of(actor) for actor in ACTORS}
        mails = [one for one in list(sink.messages) if words.match(subject_of(one))]
        return [one for one in mails if str(one["To"]) in addresses]

    assert within(lambda: asked() != [], 20)
    page = guest(browser, live, own_links(asked()[0])[0])
    lines = page.locator(".outcome-lines > li")
    for place, stage in enumerate(("Expérimentation", "Contrat")):
        line = lines.nth(place)
        line.get_by_label("Ce rendez-vous").select_option(label="A eu lieu")
        line.get_by_label("Très utile").check()
        line.get_by_label("Où en est-on ?").select_option(label=stage)
    page.get_by_role("button", name="Enregistrer mes réponses").click()
    expect(page.get_by_role("status").first).to_contain_text("Vos réponses sont enregistrées")


def read_report(staff: Page, day: PreparedDay) -> None:
    """Read the report: its figures, and the workbook meeting by meeting."""
    staff.goto(f"{day.desk}/bilan")
    figures = {
        row.locator("th").inner_text(): row.locator("td").first.inner_text()
        for row in staff.locator("#chiffres ~ * tbody tr").all()
    }
    wanted = ("Rendez-vous tenus", "Expérimentations, contrats compris", "Contrats")
    assert [figures[name] for name in wanted] == ["2", "2", "1"]
    book = downloaded(staff, f"{day.desk}/bilan/bilan.xlsx")
    head, *rows = [cells for _number, cells in read_xlsx_rows(book, max_rows=99, max_columns=40)]
    meetings = [dict(zip(head, row, strict=False)) for row in rows]
    told = [(one["tenu"], one["suite retenue"]) for one in meetings if one.get("tenu")]
    assert sorted(told) == [("oui", "Contrat"), ("oui", "Expérimentation")]
    assert len(rows) == int(figures["Rendez-vous prévus"])


def test_from_the_first_room_to_the_report(
    day: PreparedDay, mailed_site: RealSite, sink: Sink, browser: Browser
) -> None:
    live = mailed_site.address
    page = guest(browser, live, own_links(read_mail(sink, address_of(GUEST), "Invitation"))[0])
    register(page)
    leave_first_slot(page)
    wish(page, CHOSEN, "Indispensable")
    wish(page, OTHER_CHOSEN, "Bienvenue")
    accept(own_page(browser, live, sink, day)(CHOSEN), GUEST)

    staff = sign_in(browser, live, STAFF)
    paste_wishes(staff, day)
    plan_and_publish(staff, day)
    read_agenda(page, sink, day)
    check_in_by_badge(staff, day)

    assert told_of_changes(sink, day) == []
    named = repair(staff, day, MISSING)
    # Whoever is away learns too that nobody waits for them.
    wanted = sorted(map(address_of, named | {MISSING}))
    assert within(lambda: told_of_changes(sink, day) == wanted, 20), told_of_changes(sink, day)

    end_slots(mailed_site.database, day)
    staff.goto(f"{day.desk}/bilan")
    staff.get_by_role("button", name="Demander les suites maintenant").click()
    expect(staff.get_by_role("status").first).to_contain_text("courriels partent")
    answer_outcomes(browser, live, sink)
    read_report(staff, day)
    assert told_of_changes(sink, day) == wanted
    assert REFUSED == []


def reach(page: Page, target: Locator) -> None:
    """Go to a control with the tab key alone."""
    for _step in range(STOPS):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"the keyboard does not reach {target}")


def test_wishes_are_made_by_the_keyboard_alone(
    day: PreparedDay, mailed: str, sink: Sink, browser: Browser
) -> None:
    wisher, wished = ACTORS[1], TERRITORIES[3]
    page = own_page(browser, mailed, sink, day)(wisher)
    reach(page, page.get_by_role("link", name="Mes souhaits", exact=True))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Mes souhaits")).to_be_visible()
    reach(page, page.get_by_role("link", name=re.compile("^Choisir d")).first)
    page.keyboard.press("Enter")
    choice = page.get_by_label(f"Priorité de {wished}")
    expect(choice).to_be_visible()
    reach(page, choice)
    page.keyboard.press("Home")
    reach(page, page.get_by_role("button", name=f"Souhaiter {wished}"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text(f"« {wished} » va le recevoir")
    expect(choice).to_have_value("essentielle")
    reach(page, choice)
    page.keyboard.press("End")
    reach(page, page.get_by_role("button", name="Enregistrer les priorités"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_be_visible()
    expect(choice).to_have_value("bienvenue")


def test_somebody_registers_without_scripts(
    day: PreparedDay, mailed: str, sink: Sink, browser: Browser
) -> None:
    invitation = read_mail(sink, address_of(PLAIN_GUEST), "Invitation")
    page = guest(browser, mailed, own_links(invitation)[0], scripts=False)
    register(page)
    confirmed = read_mail(sink, address_of(PLAIN_GUEST), f"Vous êtes inscrit : {day.title}")
    page.goto(own_links(confirmed)[0])
    leave_first_slot(page)
    page.get_by_role("link", name="Mes souhaits", exact=True).click()
    expect(page.get_by_role("heading", name="Mes souhaits")).to_be_visible()
