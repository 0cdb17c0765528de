"""J12: accounts in a real browser, with the worker running and mail read from the demo mailbox."""

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask_security import hash_password
from passlib.totp import TOTP
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy.orm import Session
from werkzeug.serving import make_server

from app import create_app
from extensions.database import db, db_session
from jobs.cli import make_worker
from models.account import User
from tests.conftest import DATABASE, settings_for
from tests.factories.accounts import make_membership, make_user
from tests.factories.oidc_provider import Provider, serve_provider
from tests.factories.organizations import make_organization
from tests.factories.pages import PASSWORD
from vocabulary.kinds import UserRole

pytestmark = pytest.mark.browser
ADMINISTRATOR, STAFF, OWNER = (f"{name}@essai.example" for name in ("admin", "equipe", "resp"))
SERIOUS = {"serious", "critical"}
NewPage = Callable[..., Page]
T = TypeVar("T")


@dataclass(frozen=True)
class Service:
    """The running application, its address and the provider beside it."""

    app: Flask
    address: str
    provider: Provider

    def change(self, action: Callable[[Session], T]) -> T:
        """Change the data in a thread of its own: Playwright's holds a running event loop."""
        return apart(self.app, action)


def apart(app: Flask, action: Callable[[Session], T]) -> T:
    """Run ``action`` and commit, in a thread and an application context of its own."""

    def run() -> T:
        with app.app_context():
            found = action(db_session())
            db_session().commit()
            return found

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


@pytest.fixture(scope="module")
def service(templates: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Serve the application and its worker, outside the demonstration's leniency for staff."""
    data_dir = tmp_path_factory.mktemp("j12")
    shutil.copyfile(templates / "empty" / DATABASE, data_dir / DATABASE)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://localhost:{port}"
    with serve_provider() as provider:
        settings = settings_for(data_dir, base_url=address, port=port, **provider.settings)
        with ThreadPoolExecutor(1) as pool:
            app = pool.submit(create_app, settings).result()
        apart(app, _add_accounts)
        server = make_server("127.0.0.1", port, app, threaded=True)
        stop = threading.Event()
        threads = [
            threading.Thread(target=server.serve_forever, daemon=True),
            threading.Thread(target=_work, args=(app, stop), daemon=True),
        ]
        for thread in threads:
            thread.start()
        yield Service(app, address, provider)
        stop.set()
        server.shutdown()
        for thread in threads:
            thread.join()
    apart(app, lambda _session: db.engine.dispose())


def _work(app: Flask, stop: threading.Event) -> None:
    with app.app_context():
        worker = make_worker()
        while not stop.is_set():
            if not worker.run_once():
                stop.wait(0.2)


def _add_accounts(session: Session) -> None:
    hashed = hash_password(PASSWORD)
    make_user(session, role=UserRole.ADMINISTRATOR, email=ADMINISTRATOR, password=hashed)
    make_user(session, role=UserRole.STAFF, email=STAFF, password=hashed)
    owner = make_user(session, email=OWNER, password=hashed)
    make_membership(session, owner, make_organization(session, "Atelier", is_claimed=True))


def add_person(session: Session, email: str) -> User:
    return make_user(session, email=email, password=hash_password(PASSWORD))


@pytest.fixture
def new_page(service: Service, browser: Browser) -> Iterator[NewPage]:
    """Yield a function that opens a page in a session of its own; no policy may have refused."""
    contexts: list[BrowserContext] = []
    refused: list[str] = []

    def open_page(path: str, *, width: int = 1280) -> Page:
        context = browser.new_context(
            base_url=service.address, locale="fr-FR", viewport={"width": width, "height": 900}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: _note_refusal(refused, said.text))
        page.on("pageerror", lambda error: refused.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert refused == []


def _note_refusal(refused: list[str], text: str) -> None:
    if "Content Security Policy" in text:
        refused.append(text)


def sign_in(page: Page, email: str, password: str = PASSWORD) -> None:
    page.goto("/connexion")
    page.get_by_label("Adresse électronique").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("main").get_by_role("button", name="Se connecter").click()


def open_mail_link(page: Page, email: str, subject: str) -> None:
    """Find the last mail to ``email`` in the demonstration's mailbox and follow its link."""
    row = page.get_by_role("listitem").filter(has_text=email).get_by_role("link", name=subject)
    for _ in range(40):
        page.goto("/demo/courrier")
        if row.count():
            break
        page.wait_for_timeout(200)
    row.first.click()
    page.locator(".mail-text a").first.click()


def set_up_codes(page: Page) -> TOTP:
    page.goto("/mon-compte/second-facteur")
    page.get_by_role("button", name=re.compile("application")).first.click()
    expect(page.get_by_role("img", name=re.compile("Code à lire"))).to_be_visible()
    codes = TOTP(key=page.locator(".secret-key").inner_text().replace("-", ""))
    page.get_by_label("Code à six chiffres").fill(codes.generate().token)
    page.get_by_role("button", name="Mettre en place").click()
    expect(page.get_by_text("Votre second facteur est en place.")).to_be_visible()
    return codes


def assert_accessible(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [
        (fault["id"], fault["nodes"][0]["target"]) for fault in found if fault["impact"] in SERIOUS
    ] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_sign_up_confirm_and_sign_in_by_keyboard(new_page: NewPage) -> None:
    page = new_page("/inscription", width=360)
    assert_accessible(page)
    page.get_by_label("Nom affiché").focus()
    for text in ("Noé Clavier", "noe@essai.example", PASSWORD, PASSWORD):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # past the link to the rights
    expect(page.get_by_role("button", name="Créer mon compte")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ouvrez votre courriel")).to_be_visible()
    open_mail_link(page, "noe@essai.example", "Confirmez votre inscription")
    expect(page.get_by_text("Votre adresse est confirmée.")).to_be_visible()
    sign_in(page, "noe@essai.example")
    page.goto("/mon-compte")
    expect(page.get_by_label("Nom affiché")).to_have_value("Noé Clavier")
    assert_accessible(page)


def test_a_forgotten_password_is_replaced(new_page: NewPage) -> None:
    page = new_page("/connexion/mot-de-passe-oublie")
    page.get_by_label("Adresse électronique").fill(OWNER)
    page.get_by_role("button", name="Recevoir le courriel").click()
    open_mail_link(page, OWNER, "Choisir un nouveau mot de passe")
    page.get_by_label("Mot de passe", exact=True).fill("un mot de passe tout neuf")
    page.get_by_label("Le même mot de passe").fill("un mot de passe tout neuf")
    page.get_by_role("button", name="Enregistrer le mot de passe").click()
    sign_in(page, OWNER, "un mot de passe tout neuf")
    page.goto("/mon-compte")
    expect(page.get_by_role("heading", name="Mon compte", level=1)).to_be_visible()


def test_staff_sign_in_with_a_code(new_page: NewPage) -> None:
    page = new_page("/connexion")
    sign_in(page, STAFF)
    set_up_codes(page)
    page.goto("/mon-compte/codes-de-secours")
    page.get_by_role("button", name="Créer de nouveaux codes").click()
    code = page.locator(".recovery-codes code").first.inner_text()
    other = new_page("/connexion")
    sign_in(other, STAFF)
    expect(other.get_by_role("heading", name="Donnez le code de votre application")).to_be_visible()
    assert_accessible(other)
    other.get_by_text("Je n’ai pas mon téléphone").click()
    other.get_by_label("Donner un code de secours").check()
    other.locator("details").get_by_role("button", name="Continuer").click()
    other.get_by_label("Code de secours").fill(code)
    other.get_by_role("button", name="Continuer").click()
    other.goto("/moderation/demandes")
    expect(other.get_by_role("heading", name="Revendications de fiches")).to_be_visible()


def add_authenticator(page: Page) -> None:
    """Give the browser a platform authenticator that checks its holder."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def add_passkey(page: Page, name: str, use: str) -> None:
    page.goto("/mon-compte/cles-d-acces")
    page.get_by_label("Nom de la clé").fill(name)
    page.get_by_label(use).check()
    page.get_by_role("button", name="Ajouter cette clé").click()
    expect(page.get_by_text(f"La clé d’accès « {name} » est ajoutée.")).to_be_visible()


def test_a_passkey_replaces_the_password(new_page: NewPage) -> None:
    page = new_page("/connexion")
    add_authenticator(page)
    sign_in(page, ADMINISTRATOR)
    add_passkey(page, "Ordinateur", "me connecter sans mot de passe")
    assert_accessible(page)
    page.get_by_role("button", name="Mon espace").or_(page.locator("summary").first).first.click()
    page.get_by_role("button", name="Se déconnecter").first.click()
    page.goto("/connexion")
    page.get_by_role("link", name="Utiliser une clé d’accès").click()
    page.get_by_role("button", name="Présenter ma clé").click()
    page.wait_for_url("**/mon-espace")
    page.goto("/administration/personnes")
    expect(page.get_by_role("heading", name="Personnes")).to_be_visible()


def test_a_passkey_confirms_the_password(service: Service, new_page: NewPage) -> None:
    service.change(lambda session: add_person(session, "cle@essai.example").id)
    page = new_page("/connexion")
    add_authenticator(page)
    sign_in(page, "cle@essai.example")
    add_passkey(page, "Clé bleue", "confirmer après le mot de passe")
    page.context.clear_cookies()
    sign_in(page, "cle@essai.example")
    expect(page.get_by_role("heading", name="Votre clé d’accès")).to_be_visible()
    page.get_by_role("button", name="Présenter ma clé").click()
    page.wait_for_url("**/mon-espace")
    page.goto("/mon-compte/cles-d-acces")
    page.get_by_role("button", name="Supprimer Clé bleue").click()
    expect(page.get_by_text("La clé d’accès « Clé bleue » est supprimée.")).to_be_visible()


def test_proconnect(service: Service, new_page: NewPage) -> None:
    service.provider.person = {
        "sub": "agent-7",
        "email": "agent@ville.example",
        "email_verified": True,
        "given_name": "Camille",
        "usual_name": "Essai",
    }
    page = new_page("/connexion")
    page.get_by_role("link", name="S’identifier avec ProConnect").click()
    page.goto("/mon-compte")
    expect(page.get_by_label("Nom affiché")).to_have_value("Camille Essai")


def add_administrator(session: Session) -> User:
    hashed = hash_password(PASSWORD)
    role = UserRole.ADMINISTRATOR
    return make_user(session, role=role, email="chefe@essai.example", password=hashed)


def test_a_role_holds_from_the_next_request(service: Service, new_page: NewPage) -> None:
    service.change(lambda session: add_person(session, "role@essai.example").id)
    page = new_page("/connexion")
    sign_in(page, "role@essai.example")
    boss = new_page("/connexion")
    service.change(lambda session: add_administrator(session).id)
    sign_in(boss, "chefe@essai.example")
    statuses = []
    for action in ("Donner", "Retirer"):
        boss.goto("/administration/personnes?q=role@")
        assert_accessible(boss)
        boss.get_by_role("button", name=f"{action} : Équipe ANRU").click()
        response = page.goto("/moderation/demandes")
        assert response is not None
        statuses.append(response.status)
    assert statuses == [200, 404]


def test_an_invited_person_joins_the_team(service: Service, new_page: NewPage) -> None:
    def prepare(session: Session) -> None:
        owner = add_person(session, "chef@essai.example")
        make_membership(session, owner, make_organization(session, "Régie", is_claimed=True))
        add_person(session, "invitee@essai.example").display_name = "Invitée"

    service.change(prepare)
    page = new_page("/connexion")
    sign_in(page, "chef@essai.example")
    page.goto("/mon-espace/organisations/regie/equipe")
    assert_accessible(page)
    page.get_by_label("Adresse électronique").fill("invitee@essai.example")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.get_by_role("heading", name="Invitations en attente")).to_be_visible()
    guest = new_page("/demo/courrier")
    open_mail_link(guest, "invitee@essai.example", "Invitation à rejoindre Régie")
    expect(guest.get_by_role("heading", name="Se connecter", level=1)).to_be_visible()
    guest.get_by_label("Adresse électronique").fill("invitee@essai.example")
    guest.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    guest.get_by_role("main").get_by_role("button", name="Se connecter").click()
    guest.get_by_role("button", name="Accepter").click()
    expect(guest.get_by_role("heading", name="Équipe de « Régie »")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Retirer Invitée").click()
    page.get_by_role("dialog").get_by_role("button", name="Retirer").click()
    expect(page.get_by_role("button", name="Retirer Invitée")).to_have_count(0)
    response = guest.goto("/mon-espace/organisations/regie/equipe")
    assert response is not None
    assert response.status == 404
