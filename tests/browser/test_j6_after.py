"""J6, after the day: six months of questions answered by links, the clock moved from date to date.

Nobody needs an account: each opens the mail of the demonstration, and its link.
"""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from extensions.database import db_session
from jobs.cli import make_worker
from models.introduction import Introduction
from models.mail import StoredMail
from tests.browser.people import serious_findings
from tests.conftest import AppFactory
from tests.factories.accounts import make_user, sign_in
from tests.factories.introductions import THREADS
from tests.factories.meetup_evenings import Evening, make_evening
from tests.factories.meetups import make_attendee, make_participant, publish_meetings
from vocabulary.kinds import UserRole

pytestmark = pytest.mark.browser

# The day is held on 11 March 2027 in Paris, its last slot over before ten.
BEFORE = datetime(2027, 3, 10, 12, tzinfo=UTC)
MORNING = datetime(2027, 3, 11, 7, tzinfo=UTC)
EVENING = datetime(2027, 3, 11, 19, tzinfo=UTC)
LATER = {
    30: datetime(2027, 4, 10, 9, tzinfo=UTC),
    90: datetime(2027, 6, 9, 9, tzinfo=UTC),
    180: datetime(2027, 9, 7, 9, tzinfo=UTC),
}
ACTOR, TERRITORY, OTHER = "acteur@essai.example", "ville@essai.example", "autre@essai.example"
STAFF = "bilan@essai.example"
DISPUTED = "les deux parties ne disent pas la même chose"


@dataclass(frozen=True, slots=True)
class Months:
    """A served application whose clock the test moves, and the day that was held in it."""

    app: Flask
    address: str
    browser: Browser
    slug: str
    territory: str
    actor: str
    buyer: str

    def work(self) -> None:
        """Let the worker do all that is due now."""
        with self.app.app_context():
            worker = make_worker()
            worker.start_calendar()
            worker.drain()

    def subjects(self, address: str) -> list[str]:
        """Return the subjects of the mails to somebody that ask what came of meetings."""
        with self.app.app_context():
            wanted = select(StoredMail.subject).where(
                StoredMail.recipient == address, StoredMail.text_body.contains("Dites ")
            )
            found = db_session().scalars(wanted.order_by(StoredMail.id)).all()
            return [subject.replace("\u00a0", " ") for subject in found]

    def visitor(self) -> Page:
        """Return the page of somebody without any account."""
        context = self.browser.new_context(base_url=self.address, locale="fr-FR")
        context.set_default_timeout(10_000)
        return context.new_page()

    def opened_from_mail(self, address: str) -> Page:
        """Return the page that the last mail to somebody leads to, without signing in."""
        page = self.visitor()
        page.goto("/demo/courrier")
        row = page.locator("ul.rows > li", has_text=address).first
        row.locator("a").click()
        page.locator(".mail-text a").first.click()
        expect(page.locator("h1")).to_be_visible()
        assert urlsplit(page.url).path.endswith("/suites"), page.url
        return page

    def signed_in(self, email: str) -> Page:
        """Return a page of somebody with an account."""
        client = sign_in(self.app, email)
        cookie = client.get_cookie("session")
        assert cookie is not None
        page = self.visitor()
        page.context.add_cookies([{"name": "session", "value": cookie.value, "url": self.address}])
        return page


@pytest.fixture
def months(make_app: AppFactory, browser: Browser) -> Iterator[Months]:
    """Serve a day whose territory has two meetings, the one about a need and an offer."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    app = make_app(seeded=False, base_url=address, port=port)
    with app.app_context():
        evening = _held(db_session())
        buyer = evening.table.buyer.email
        names = (evening.day.slug, evening.territory.name, evening.actor.name, buyer)
        db_session().commit()
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Months(app, address, browser, *names)
    server.shutdown()
    thread.join()


def _held(session: Session) -> Evening:
    made = make_evening(session)
    for one, email in ((made.territory, TERRITORY), (made.actor, ACTOR)):
        one.attendees[0].email = email
        one.arrived_at = EVENING
    other = make_participant(session, made.day, "Atelier hors annuaire")
    make_attendee(session, other, email=OTHER)
    slots, tables = made.day.slots, made.day.rooms[0].tables
    made.meeting = publish_meetings(
        session,
        made.day,
        [
            (slots[0], tables[0], (made.territory, made.actor)),
            (slots[1], tables[0], (made.territory, other)),
        ],
    )[0]
    made.day.title = "Rencontres du canal"
    make_user(session, email=STAFF, role=UserRole.STAFF)
    session.flush()
    return made


def line_of(page: Page, other: str) -> Locator:
    """Return the meeting with somebody, on the page of all meetings."""
    return page.locator(".outcome-lines > li", has=page.locator("h2", has_text=other))


def answer(line: Locator, stage: str, *, mark: str = "", note: str = "") -> None:
    """Say what came of one meeting."""
    if mark:
        line.get_by_label("Ce rendez-vous").select_option(label="A eu lieu")
        line.get_by_label(mark).check()
    line.get_by_label("Où en est-on ?").select_option(label=stage)
    if note:
        line.get_by_label(re.compile("Précision|mot|ligne", re.IGNORECASE)).fill(note)


def save(page: Page) -> None:
    """Send the answers of the page."""
    page.get_by_role("button", name="Enregistrer mes réponses").click()
    expect(page.get_by_role("status").first).to_contain_text("Vos réponses sont enregistrées")


def figures(staff: Page, months: Months) -> dict[str, str]:
    """Return the first column of the report."""
    staff.goto(f"/pilotage/rencontres/{months.slug}/bilan")
    rows = staff.locator("#chiffres ~ * tbody tr").all()
    return {row.locator("th").inner_text(): row.locator("td").first.inner_text() for row in rows}


def funnel(staff: Page) -> str:
    """Return the line of the day on the dashboard."""
    staff.goto("/pilotage/parcours?du=2027-01-01&au=2027-12-31")
    line = staff.locator("tr", has_text="Rencontres du canal").first
    return " ".join(line.inner_text().split())


def hold_the_day(months: Months) -> None:
    """Let the worker live through the day: its morning plans the questions of its evening."""
    for moment in (BEFORE, MORNING):
        with time_machine.travel(moment):
            months.work()
            assert months.subjects(TERRITORY) == []


def answer_the_evening(months: Months) -> None:
    """Answer on both sides, not alike; both and staff read that they differ."""
    months.work()
    assert months.subjects(TERRITORY) == ["Vos 2 rendez-vous d’aujourd’hui"]
    assert months.subjects(ACTOR) == ["Votre rendez-vous d’aujourd’hui"]
    maker = months.opened_from_mail(ACTOR)
    assert serious_findings(maker) == []
    answer(line_of(maker, months.territory), "Expérimentation", mark="Très utile")
    save(maker)
    # The one page of the territory: both meetings, what the actor says, one button.
    town = months.opened_from_mail(TERRITORY)
    expect(town.locator("p.lead")).to_contain_text("2 rendez-vous attendent votre réponse")
    expect(line_of(town, months.actor)).to_contain_text("Expérimentation")
    answer(line_of(town, months.actor), "Sans suite", mark="Assez utile")
    answer(line_of(town, "Atelier hors annuaire"), "Rencontre", mark="Peu utile")
    save(town)
    expect(line_of(town, months.actor)).to_contain_text(DISPUTED)
    maker.reload()
    expect(line_of(maker, months.territory)).to_contain_text(DISPUTED)


def agree_after_a_month(months: Months) -> None:
    """Ask again about both meetings in one mail; this time both sides say the same."""
    months.work()
    asked = "Rencontres du canal : que sont devenus vos 2 rendez-vous ?"
    assert months.subjects(TERRITORY)[1:] == [asked]
    town = months.opened_from_mail(TERRITORY)
    answer(line_of(town, months.actor), "Expérimentation")
    save(town)
    expect(line_of(town, months.actor)).not_to_contain_text(DISPUTED)


def sign_after_three(months: Months) -> None:
    """Tell of a contract on both sides."""
    months.work()
    for email, other in ((ACTOR, months.territory), (TERRITORY, months.actor)):
        page = months.opened_from_mail(email)
        answer(line_of(page, other), "Contrat")
        save(page)


def read_the_introduction(months: Months) -> None:
    """Read on the thread of both bodies what came of it, with an account."""
    with months.app.app_context():
        landed = db_session().scalars(select(Introduction.id)).all()
    assert len(landed) == 1
    buyer = months.signed_in(months.buyer)
    buyer.goto(f"{THREADS}/{landed[0]}")
    expect(buyer.locator("main")).to_contain_text("Contrat")


def test_from_the_evening_to_the_sixth_month(months: Months) -> None:
    hold_the_day(months)
    with time_machine.travel(EVENING):
        answer_the_evening(months)
        staff = months.signed_in(STAFF)
        found = figures(staff, months)
        expect(staff.get_by_text(DISPUTED)).to_be_visible()
        assert (found["Rendez-vous tenus"], found["Comptes rendus qui diffèrent"]) == ("2", "1")
        assert (found["Utilité (de 1 à 5)"], found["Mises en relation"]) == ("3,3", "1")
    with time_machine.travel(LATER[30]):
        agree_after_a_month(months)
        found = figures(months.signed_in(STAFF), months)
        reached = found["Comptes rendus qui diffèrent"], found["Expérimentations, contrats compris"]
        assert reached == ("0", "1")
    with time_machine.travel(LATER[90]):
        sign_after_three(months)
        staff = months.signed_in(STAFF)
        found = figures(staff, months)
        assert (found["Expérimentations, contrats compris"], found["Contrats"]) == ("1", "1")
        assert funnel(staff) == "Rencontres du canal 11 mars 2027 2 1 1 1"
    with time_machine.travel(LATER[180]):
        months.work()
        # The contract ends the questions about it; the other meeting is asked about once more.
        assert [len(months.subjects(one)) for one in (TERRITORY, ACTOR, OTHER)] == [4, 3, 4]
        assert (
            months.subjects(TERRITORY)[-1]
            == "Rencontres du canal : qu’est devenu votre rendez-vous ?"
        )
        town = months.opened_from_mail(TERRITORY)
        expect(town.locator("p.lead")).to_contain_text("Un rendez-vous attend votre réponse")
        read_the_introduction(months)


def test_answers_without_scripts_on_a_telephone(months: Months) -> None:
    hold_the_day(months)
    with time_machine.travel(EVENING):
        months.work()
        context = months.browser.new_context(
            base_url=months.address,
            locale="fr-FR",
            java_script_enabled=False,
            viewport={"width": 360, "height": 740},
        )
        page = context.new_page()
        page.goto("/demo/courrier")
        page.locator("ul.rows > li", has_text=TERRITORY).first.locator("a").click()
        page.locator(".mail-text a").first.click()
        line = line_of(page, months.actor)
        answer(line, "Contrat", mark="Très utile")
        save(page)
        expect(line).to_contain_text("Contrat")
        # The line that was left is asked again.
        expect(page.locator("p.lead")).to_contain_text("Un rendez-vous attend votre réponse")
        context.close()
