"""A meetup day in the browser: what staff do to prepare it, and the mails that people receive."""

import csv
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSlot
from tests.factories.mail_sink import Sink, text_of
from vocabulary.periods import french_hour
from vocabulary.time_zones import TIME_ZONES

TERRITORIES = ("Aubrelle", "Brisson", "Corveil", "Dormane", "Estivel", "Ferrolles")
ACTORS = ("Haies vives", "Toits hauts", "Eaux claires", "Sols sobres", "Vergers lents", "Murs secs")
# Invited, without an answer; the others of the file are registered.
GUEST, PLAIN_GUEST = TERRITORIES[0], ACTORS[-1]
INVITED = (GUEST, PLAIN_GUEST)
SLOTS = 4
_MINUTES, _PAUSE = 20, 5
_EARLIEST, _LATEST = 8, 16
_COLUMNS = ("structure", "côté", "type", "état", "nom de la personne", "adresse", "présentation")


@dataclass(frozen=True, slots=True)
class PreparedDay:
    """A day that takes registrations: its title, its address, where it lives, its first slot."""

    title: str
    slug: str
    zone: ZoneInfo
    first: datetime

    @property
    def desk(self) -> str:
        """Return where staff organise it."""
        return f"/pilotage/rencontres/{self.slug}"


def address_of(body: str) -> str:
    """Return the address of the one person that a body sends."""
    return re.sub(r"\W+", "-", body.lower()) + "@journee.example"


def daylight_zone(now: datetime) -> ZoneInfo:
    """Return a zone of the list where it is daytime, whenever the tests run."""
    zones = map(ZoneInfo, TIME_ZONES)
    return next(zone for zone in zones if _EARLIEST <= now.astimezone(zone).hour < _LATEST)


def prepare_day(staff: Page, title: str) -> PreparedDay:
    """Create a day of today: a room and tables, slots that come, a programme, open to all."""
    now = datetime.now(UTC)
    zone = daylight_zone(now)
    first = (now + timedelta(minutes=40)).astimezone(zone).replace(second=0, microsecond=0)
    slug = _create(staff, title, zone, first)
    day = PreparedDay(title, slug, zone, first)
    _add_room(staff, day)
    _add_welcome(staff, day)
    _lay_slots(staff, day)
    staff.goto(f"{day.desk}/journee")
    staff.get_by_role("button", name="Ouvrir les inscriptions").click()
    expect(staff.get_by_text("Ouverte : chacun peut s’inscrire")).to_be_visible()
    return day


def _create(staff: Page, title: str, zone: ZoneInfo, first: datetime) -> str:
    staff.goto("/pilotage/rencontres")
    staff.get_by_role("link", name="Créer une journée").click()
    staff.locator("#title").fill(title)
    staff.locator("#held_on").fill(first.date().isoformat())
    staff.locator("#time_zone").select_option(zone.key)
    staff.locator("#place").fill("Halle du canal")
    staff.locator("#summary").fill("Une demi-journée de rendez-vous entre villes et ateliers.")
    staff.locator("#needs_approval").uncheck()
    staff.get_by_role("button", name="Créer le brouillon").click()
    expect(staff.locator("h1")).to_have_text(title)
    found = re.search(r"/pilotage/rencontres/([a-z0-9-]+)", staff.url)
    assert found is not None, staff.url
    return found[1]


def _add_room(staff: Page, day: PreparedDay) -> None:
    staff.goto(f"{day.desk}/programme")
    staff.get_by_role("link", name="Ajouter une salle").click()
    staff.locator("#name").fill("Grande salle")
    staff.locator("#count").fill("3")
    staff.get_by_role("button", name="Ajouter la salle").click()
    expect(staff.get_by_text("3 tables")).to_be_visible()


def _add_welcome(staff: Page, day: PreparedDay) -> None:
    staff.get_by_role("link", name="Ajouter au programme").click()
    staff.locator("#kind").select_option("accueil")
    staff.locator("#title").fill("Café d’accueil")
    staff.locator("#starts").fill(_hour(day.first - timedelta(minutes=30)))
    staff.locator("#ends").fill(_hour(day.first - timedelta(minutes=5)))
    staff.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(staff.locator("#programme ~ *").get_by_text("Café d’accueil").first).to_be_visible()


def _lay_slots(staff: Page, day: PreparedDay) -> None:
    staff.get_by_role("link", name="Poser ou modifier les créneaux").click()
    last = day.first + timedelta(minutes=SLOTS * (_MINUTES + _PAUSE))
    for field, value in (
        ("rythme-de", _hour(day.first)),
        ("rythme-a", _hour(last)),
        ("rythme-minutes", str(_MINUTES)),
        ("rythme-pause", str(_PAUSE)),
    ):
        staff.locator(f"#{field}").fill(value)
    staff.get_by_role("button", name="Poser les créneaux").click()
    staff.goto(f"{day.desk}/programme")
    expect(staff.locator("#creneaux ~ p").first).to_contain_text(
        f"{SLOTS} créneaux, entre {french_hour(day.first.time())}"
    )


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M}"


def import_invitees(staff: Page, day: PreparedDay) -> None:
    """Import both sides from a file; those who are registered receive their confirmation."""
    staff.goto(f"{day.desk}/imports")
    staff.locator("#file").set_input_files(
        {"name": "invites.csv", "mimeType": "text/csv", "buffer": _file()}
    )
    staff.get_by_role("button", name="Comparer").click()
    count = len(TERRITORIES) + len(ACTORS)
    expect(staff.locator("[aria-label='Lignes du fichier'] [aria-current]")).to_contain_text(
        str(count)
    )
    staff.get_by_label("Envoyer leur confirmation").check()
    staff.get_by_role("button", name="Appliquer l’import").click()
    expect(staff.get_by_role("status").first).to_contain_text(f"{count} structures ajoutées")


def _file() -> bytes:
    text = io.StringIO()
    lines = csv.writer(text, delimiter=";")
    lines.writerow(_COLUMNS)
    for side, kind, bodies in (
        ("territoires", "Collectivité", TERRITORIES),
        ("acteurs", "Startup", ACTORS),
    ):
        for body in bodies:
            state = "invité" if body in INVITED else "inscrit"
            person = f"Sacha {body.split()[-1].capitalize()}"
            lines.writerow((body, side, kind, state, person, address_of(body), f"Sujet de {body}"))
    return text.getvalue().encode()


def invite(staff: Page, day: PreparedDay) -> None:
    """Send the invitations of those who did not answer yet."""
    staff.goto(f"{day.desk}/invitations/envoyer")
    staff.get_by_role("button", name=f"Envoyer {len(INVITED)} courriels").click()
    expect(staff.get_by_role("status").first).to_be_visible()


def text_part(mail: EmailMessage) -> str:
    """Return the words of a mail, whatever is attached to it."""
    body = mail.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return text_of(body)


def read_mail(sink: Sink, address: str, words: str) -> EmailMessage:
    """Return the one mail with ``words`` in its subject, once it came."""
    (mail,) = sink.wait_about(address, words)
    return mail


def own_links(mail: EmailMessage) -> list[str]:
    """Return the signed addresses that a mail holds, in order."""
    return re.findall(r"http://localhost:\d+(/rencontres/acces/\S+)", text_part(mail))


def guest(browser: Browser, live: str, link: str, *, scripts: bool = True) -> Page:
    """Return the page that a mailed link opens, in a browser of its own without account."""
    context = browser.new_context(
        base_url=live,
        locale="fr-FR",
        java_script_enabled=scripts,
        viewport={"width": 1280, "height": 900},
    )
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(link)
    return page


def own_page(browser: Browser, live: str, sink: Sink, day: PreparedDay) -> Callable[[str], Page]:
    """Return a function that opens a registered body's own pages from its confirmation."""

    def opened(body: str) -> Page:
        mail = read_mail(sink, address_of(body), f"Vous êtes inscrit : {day.title}")
        return guest(browser, live, own_links(mail)[0])

    return opened


def downloaded(page: Page, path: str) -> bytes:
    """Return a file as the browser of ``page`` receives it."""
    answer = page.request.get(path)
    assert answer.ok, (path, answer.status)
    return answer.body()


def end_slots(database: Path, day: PreparedDay) -> None:
    """Let the hours pass: the slots of the day ended a few minutes ago."""
    engine = create_engine(f"sqlite:///{database}", connect_args={"timeout": 15})
    with Session(engine) as session:
        own = select(MeetupDay.id).where(MeetupDay.slug == day.slug)
        slots = session.scalars(select(MeetupSlot).where(MeetupSlot.day_id.in_(own))).all()
        shift = datetime.now(UTC) - timedelta(minutes=5) - max(slot.ends_at for slot in slots)
        for slot in sorted(slots, key=lambda one: one.starts_at):
            slot.starts_at += shift
            slot.ends_at += shift
            session.flush()
        session.commit()
    engine.dispose()
