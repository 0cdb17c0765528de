"""The morning of a meetup day on a phone: arrivals, three absentees replaced, a lost network."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import RealSite
from tests.browser.databases import session_of
from tests.browser.people import STAFF, sign_in
from tests.factories.meetup_held import make_held_day
from vocabulary.periods import paris_day

TITLE = "Matinée d’essai"


@dataclass(frozen=True, slots=True)
class Morning:
    """A day that runs now: its address, and the names of its actors in order."""

    address: str
    actors: tuple[str, ...]


@pytest.fixture(scope="module")
def morning(real_site: RealSite) -> Morning:
    """Write a day that began a few minutes ago into the database of the running site."""
    with session_of(real_site.database) as session:
        now = datetime.now(UTC)
        held = make_held_day(
            session, people=15, slots=6, tables=5, wishes=8, title=TITLE, held_on=paris_day(now)
        )
        shift = now - timedelta(minutes=5) - held.day.slots[0].starts_at
        for slot in sorted(held.day.slots, key=lambda one: one.starts_at, reverse=shift.days >= 0):
            slot.starts_at += shift
            slot.ends_at += shift
            session.flush()
        session.commit()
        return Morning(held.day.slug, tuple(one.name for one in held.actors))


@pytest.fixture
def phone(browser: Browser, live: str) -> Iterator[Page]:
    """Yield a phone on which somebody of the staff is signed in."""
    page = sign_in(browser, live, STAFF)
    page.set_viewport_size({"width": 360, "height": 780})
    yield page
    page.context.close()


def test_three_absentees_are_replaced_in_the_morning(phone: Page, morning: Morning) -> None:
    desk = f"/pilotage/rencontres/{morning.address}/jour-j"
    phone.goto(desk)
    phone.get_by_label("Nom ou structure").fill(morning.actors[5].lower())
    shown = phone.locator(".door-list > li:visible")
    expect(shown).to_have_count(1)
    shown.get_by_role("button", name="Arrivée").click()
    expect(phone.locator("[data-desk-said]")).to_contain_text("arrivée notée à")
    expect(phone.locator("[data-desk-counts]")).to_have_text("1 sur 15")
    # The button is gone; a keyboard is still on the row.
    expect(shown.get_by_role("link")).to_be_focused()

    phone.get_by_role("link", name="Retards").click()
    expect(phone.get_by_role("heading", name="Retards")).to_be_visible()
    boxes = phone.get_by_role("checkbox")
    for rank in range(3):
        boxes.nth(rank).check()
    phone.get_by_role("button", name="Noter absents et voir les réparations").click()
    expect(phone.get_by_role("heading", name="Ne rien changer")).to_be_visible()
    expect(phone.locator("[data-repairs-status]")).to_have_text(
        "Recherche terminée.", timeout=15_000
    )
    first = phone.locator(".repair").first
    expect(first.get_by_role("heading")).to_contain_text("0 déplacement")
    first.locator("summary").click()
    expect(first.locator(".repair-diff > li").first).to_be_visible()
    first.get_by_role("button", name="Appliquer et prévenir").click()
    expect(phone.get_by_text("Réparation publiée")).to_be_visible()
    expect(phone.get_by_text("en vigueur")).to_be_visible()
    phone.get_by_role("button", name="Annuler cette réparation").click()
    expect(phone.get_by_text("Réparation annulée")).to_be_visible()


def test_an_arrival_noted_without_network_leaves_when_it_is_back(
    phone: Page, morning: Morning
) -> None:
    phone.goto(f"/pilotage/rencontres/{morning.address}/jour-j")
    row = phone.locator(".door-list > li").filter(has_text=morning.actors[7])
    phone.context.set_offline(True)
    row.get_by_role("button", name="Arrivée").click()
    expect(row).to_contain_text("rien n’est enregistré")
    expect(phone.get_by_role("button", name="Renvoyer maintenant")).to_be_visible()
    phone.context.set_offline(False)
    expect(row).to_contain_text("arrivée à", timeout=15_000)
    expect(phone.get_by_role("button", name="Renvoyer maintenant")).to_be_hidden()


def test_a_form_keeps_what_was_typed_while_the_network_is_away(
    phone: Page, morning: Morning
) -> None:
    page = f"/pilotage/rencontres/{morning.address}/jour-j/accueil/sans-inscription"
    phone.goto(page)
    phone.get_by_role("combobox", name="Structure").fill("Passante d’essai")
    phone.get_by_label("Acteur de l’innovation").check()
    phone.get_by_label("Qui est là").fill("Léa Essai")
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Accueillir").click()
    expect(phone.get_by_role("alert")).to_contain_text("ce que vous avez tapé est gardé")
    expect(phone.get_by_label("Qui est là")).to_have_value("Léa Essai")
    phone.context.set_offline(False)
    phone.get_by_role("button", name="Accueillir").click()
    expect(phone.get_by_text("est accueilli")).to_be_visible()
