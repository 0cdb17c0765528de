"""J3: from a SIRET to a public entry, found by search, then withdrawn and gone everywhere."""

from io import BytesIO

import pytest
from PIL import Image
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
    visitor,
    within,
)

pytestmark = pytest.mark.browser
SIRET = "732 829 320 00074"
PROSE = (
    "Nous posons des façades isolantes fabriquées en atelier sur des immeubles occupés, en deux "
    "jours par logement, avec un suivi des consommations pendant deux ans."
)


def logo() -> dict[str, object]:
    out = BytesIO()
    Image.new("RGB", (240, 120), (10, 90, 80)).save(out, "PNG")
    return {"name": "logo.png", "mimeType": "image/png", "buffer": out.getvalue()}


def register(page: Page, name: str) -> None:
    """Fill in every step of a profile."""
    page.goto("/mon-espace/inscrire")
    page.get_by_label("Numéro SIRET, SIREN ou RNSR").fill("732 829 320 00075")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("alert")).to_contain_text("sa clé de contrôle est fausse")
    expect(page.get_by_label("Numéro SIRET, SIREN ou RNSR")).to_have_value("732 829 320 00075")
    page.get_by_label("Numéro SIRET, SIREN ou RNSR").fill(SIRET)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Nom de la structure").fill(name)
    page.get_by_label("Type de structure").select_option("startup")
    page.get_by_role("button", name="Ouvrir le brouillon").click()
    page.locator("#commune").fill("42000")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_label("En une phrase").fill("Des façades isolantes posées en site occupé.")
    page.locator("textarea[name=description]").fill(PROSE)
    tick_theme(page, "Rénovation énergétique")
    page.get_by_role("button", name="Enregistrer et continuer").click()
    page.get_by_label("France entière").check()
    page.get_by_role("button", name="Enregistrer et continuer").click()


def write_offer(page: Page) -> None:
    """Write one offer with a reference, and go on to the next step."""
    page.get_by_role("link", name="Ajouter une proposition").click()
    page.get_by_label("Solution", exact=True).check()
    page.get_by_label("Titre").fill("Façade posée en deux jours")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("En une phrase").fill("Isoler sans reloger.")
    page.locator("textarea[name=description]").fill(PROSE)
    tick_theme(page, "Confort d’été")
    page.get_by_role("textbox", name="Lieu").fill("Saint-Étienne")
    page.get_by_role("textbox", name="Année").fill("2022")
    page.get_by_role("button", name="Enregistrer le brouillon").click()
    expect(page.get_by_role("status").first).to_contain_text("Le brouillon est enregistré.")
    page.locator(".back-link").click()
    page.get_by_role("link", name="Continuer").click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_register_publish_withdraw(live: str, browser: Browser, *, scripts: bool) -> None:
    name = "Façades Jacquard" if scripts else "Parements Passementier"
    slug = "facades-jacquard" if scripts else "parements-passementier"
    owner = sign_in(browser, live, OWNER, scripts=scripts)
    staff = sign_in(browser, live, STAFF)
    reader = visitor(browser, live)
    register(owner, name)
    write_offer(owner)
    owner.get_by_label("Site internet").fill(f"https://{slug}.example")
    owner.get_by_label("Logo").set_input_files(logo())  # type: ignore[arg-type]
    owner.get_by_role("button", name="Enregistrer et continuer").click()
    expect(owner.locator(".progress-line strong")).to_have_text("76 %")
    draft_logo = owner.locator(".preview-logo").get_attribute("src") or ""
    assert reader.goto(draft_logo).status == 404  # type: ignore[union-attr]
    owner.get_by_role("button", name="Soumettre à la relecture").click()
    expect(owner.get_by_text("Transmis à l’équipe")).to_be_visible()

    staff.goto("/moderation")
    staff.get_by_role("link", name=name, exact=True).click()
    staff.get_by_label("Demander des modifications").check()
    staff.get_by_label("Les thèmes choisis ne correspondent pas").check()
    staff.get_by_label("Précisions").fill("Ajoutez le confort d’été.")
    staff.get_by_role("button", name="Enregistrer la décision").click()
    owner.goto(f"/mon-espace/organisations/{slug}")
    expect(owner.get_by_text("Ajoutez le confort d’été.")).to_be_visible()
    assert reader.goto(f"/acteurs/{slug}").status == 404  # type: ignore[union-attr]
    owner.goto(f"/mon-espace/organisations/{slug}/relecture")
    owner.get_by_role("button", name="Soumettre à la relecture").click()

    for title in (name, "Façade posée en deux jours"):
        staff.goto("/moderation")
        staff.get_by_role("link", name=title, exact=True).click()
        staff.get_by_label("Publier", exact=True).check()
        staff.get_by_role("button", name="Enregistrer la décision").click()
        expect(staff.get_by_text("est publiée.")).to_be_visible()

    def is_found() -> bool:
        reader.goto(f"/annuaire?q={name.replace(' ', '+')}&objet=acteurs")
        return reader.locator(f"main a[href='/acteurs/{slug}']").count() > 0

    assert within(is_found)
    reader.goto(f"/acteurs/{slug}")
    expect(reader.get_by_role("heading", name=name)).to_be_visible()
    expect(reader.get_by_role("link", name="Façade posée en deux jours")).to_be_visible()
    offer = reader.get_by_role("link", name="Façade posée en deux jours").get_attribute("href")
    assert reader.goto(draft_logo).status == 200  # type: ignore[union-attr]

    owner.goto(f"/mon-espace/organisations/{slug}")
    owner.get_by_role("button", name="Retirer la fiche").click()
    if scripts:
        owner.get_by_role("dialog").get_by_role("button", name="Retirer la fiche").click()
    expect(owner.get_by_text("elle n’apparaît plus nulle part")).to_be_visible()
    assert not is_found()
    for address in (f"/acteurs/{slug}", draft_logo, str(offer)):
        assert reader.goto(address).status == 404, address  # type: ignore[union-attr]


def test_a_known_entry_is_offered_for_claim(live: str, browser: Browser) -> None:
    page = sign_in(browser, live, OWNER)
    page.goto("/mon-espace/inscrire")
    page.get_by_label("Numéro SIRET, SIREN ou RNSR").fill("197112027D")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Une fiche porte déjà ce numéro")).to_be_visible()
    page.get_by_role("link", name="Revendiquer cette fiche").click()
    expect(page).to_have_url(
        f"{live}/acteurs/laet-laboratoire-amenagement-economie-transport/revendiquer"
    )


def test_what_is_typed_is_previewed_before_it_is_saved(live: str, browser: Browser) -> None:
    page = sign_in(browser, live, OWNER)
    page.goto(f"{own_space(page)}/description")
    page.get_by_label("En une phrase").fill("Une phrase encore en cours.")
    expect(page.locator("#apercu")).to_contain_text("Une phrase encore en cours.")
    page.locator("textarea[name=description]").fill("Un **mot** fort et <img src=x onerror=1>")
    expect(page.locator("#apercu strong", has_text="mot")).to_be_visible()
    assert page.locator("#apercu img").count() == 0


def test_two_tabs_do_not_overwrite_each_other(live: str, browser: Browser) -> None:
    first = sign_in(browser, live, OWNER)
    second = first.context.new_page()
    space = own_space(first)
    for page in (first, second):
        page.goto(f"{space}/description")
    first.get_by_label("En une phrase").fill("Première version.")
    first.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(first.get_by_text("L’étape est enregistrée.")).to_be_visible()
    second.get_by_label("En une phrase").fill("Seconde version.")
    second.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(second.get_by_text("Quelqu’un a enregistré cette étape avant vous")).to_be_visible()
    expect(second.get_by_label("En une phrase")).to_have_value("Seconde version.")
    expect(second.locator("table.changes")).to_contain_text("Première")
    second.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(second.get_by_text("L’étape est enregistrée.")).to_be_visible()


STEPS = ("", "/identite", "/description", "/zone", "/offres", "/logo-et-site", "/relecture")


@pytest.mark.parametrize("step", [*STEPS, "/apercu", "/federations", "/offres/nouvelle"])
def test_each_page_is_accessible_and_fits_small_screens(
    live: str, browser: Browser, step: str
) -> None:
    page = sign_in(browser, live, OWNER)
    page.goto(f"{own_space(page)}{step}")
    assert serious_findings(page) == []
    assert [overflow(page, width) for width in (360, 768, 1280)] == [0, 0, 0]
    assert REFUSED == []
