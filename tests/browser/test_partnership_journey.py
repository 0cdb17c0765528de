"""From an empty page to a public partnership: members agree, a group meets, staff publish."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import (
    COLLEAGUE,
    OWNER,
    REFUSED,
    overflow,
    serious_findings,
    sign_in,
    visitor,
    within,
)

pytestmark = pytest.mark.browser
KEEPER = "collectivite@demo.example"


def is_listed(page: Page, name: str) -> bool:
    """Tell whether a visitor finds the partnership in the list."""
    page.goto("/partenariats")
    return page.get_by_role("link", name=name, exact=True).count() == 1


def open_draft(keeper: Page, name: str) -> None:
    """Open a partnership and invite the demo startup."""
    keeper.goto("/mon-espace/partenariats")
    keeper.get_by_role("link", name="Ouvrir un partenariat").click()
    keeper.get_by_label("Nom du partenariat").fill(name)
    keeper.locator("#quarter").fill("QN04212M")
    keeper.get_by_label("De quoi il s’agit").fill("Ombrer deux cours, puis mesurer.")
    keeper.get_by_role("button", name="Ouvrir le brouillon").click()
    expect(keeper.get_by_text("Le brouillon est ouvert")).to_be_visible()
    keeper.get_by_label("Chercher dans l’annuaire").fill("mésangéo")
    keeper.get_by_role("button", name="Chercher").click()
    keeper.get_by_label("Rôle proposé").fill("Mesure la température")
    keeper.get_by_role("button", name="Inviter").click()
    expect(keeper.get_by_text("L’invitation part vers")).to_be_visible()


def accept(owner: Page, name: str) -> None:
    """Read the mail of the invitation, then accept it."""
    subject = f"Invitation au partenariat « {name} » pour Mésangeo"
    assert within(lambda: _mail_came(owner, subject))
    owner.goto("/mon-espace/partenariats")
    owner.get_by_role("link", name=f"Lire et répondre ({name})").click()
    owner.get_by_role("button", name="Accepter").click()
    expect(owner.get_by_text("Vous prenez part au partenariat")).to_be_visible()


def _mail_came(page: Page, subject: str) -> bool:
    page.goto("/demo/courrier")
    return subject in page.content().replace("&nbsp;", " ").replace("\u00a0", " ")


def meet(keeper: Page, owner: Page, slug: str) -> None:
    """Open a group that the startup leads; the startup writes the minutes of its meeting."""
    keeper.goto(f"/mon-espace/partenariats/{slug}/groupes")
    keeper.get_by_role("link", name="Ajouter un groupe").click()
    keeper.get_by_label("Nom du groupe").fill("Mesurer")
    keeper.get_by_role("group", name="Membres du groupe").get_by_label("Mésangeo").check()
    keeper.get_by_role("group", name="Qui l’anime").get_by_label("Mésangeo").check()
    keeper.get_by_role("button", name="Enregistrer le groupe").click()
    owner.goto(f"/partenariats/{slug}")
    owner.get_by_role("link", name="Ajouter une réunion").click()
    owner.locator("input[name=held_on]").fill("2026-10-06")
    owner.locator("textarea[name=minutes]").fill("Douze capteurs, deux cours.")
    owner.get_by_role("button", name="Enregistrer la réunion").click()
    expect(owner.get_by_text("Douze capteurs, deux cours.")).to_be_visible()


def publish(keeper: Page, staff: Page, slug: str, name: str) -> None:
    """Submit the page; somebody of the staff publishes it."""
    keeper.goto(f"/mon-espace/partenariats/{slug}/modifier")
    keeper.get_by_role("button", name="Enregistrer et soumettre").click()
    expect(keeper.get_by_text("attend une relecture")).to_be_visible()
    staff.goto("/moderation/partenariats")
    staff.get_by_role("link", name=name, exact=True).click()
    staff.get_by_label("Publier", exact=True).check()
    staff.get_by_role("button", name="Enregistrer la décision").click()
    expect(staff.get_by_text("La décision est enregistrée")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_open_invite_accept_meet_publish(live: str, browser: Browser, *, scripts: bool) -> None:
    name = "Cours fraîches" if scripts else "Cours calmes"
    slug = "cours-fraiches" if scripts else "cours-calmes"
    keeper = sign_in(browser, live, KEEPER, scripts=scripts)
    owner = sign_in(browser, live, OWNER, scripts=scripts)
    reader = visitor(browser, live)
    open_draft(keeper, name)
    assert reader.goto(f"/partenariats/{slug}").status == 404  # type: ignore[union-attr]
    accept(owner, name)
    meet(keeper, owner, slug)
    publish(keeper, sign_in(browser, live, COLLEAGUE), slug, name)
    assert is_listed(reader, name)
    reader.goto(f"/partenariats/{slug}")
    expect(reader.get_by_role("heading", name="2 membres autour de la table")).to_be_visible()
    assert "Douze capteurs" not in reader.content()
    assert REFUSED == []


def test_every_page_reads_well(live: str, browser: Browser) -> None:
    keeper = sign_in(browser, live, KEEPER)
    space = "/mon-espace/partenariats"
    paths = ["/partenariats", "/partenariats/rues-a-l-ombre", space, f"{space}/nouveau"]
    paths += [
        f"{space}/rues-a-l-ombre/{part}"
        for part in ("modifier", "membres?q=a", "groupes", "groupes/nouveau", "etapes", "documents")
    ]
    for path in paths:
        keeper.set_viewport_size({"width": 1280, "height": 900})
        keeper.goto(path)
        assert serious_findings(keeper) == [], path
        assert overflow(keeper, 360) == 0, path
