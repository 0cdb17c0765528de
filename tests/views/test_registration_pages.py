"""Registering, without scripts: steps, errors that keep what was typed, conflicts, withdrawal."""

import re
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.organization import Organization
from models.revision import Revision
from services.contents import OrganizationContent
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.drafts import PROSE, SIRET, make_draft, make_published
from tests.factories.forms import filled, press, write
from tests.factories.organizations import make_organization
from tests.factories.pages import mails_to, run_worker
from tests.factories.queries import count_queries
from vocabulary.kinds import MembershipRole, PublicationState, UserRole

SPACE = "/mon-espace/organisations"


@pytest.fixture
def author_email(session: Session) -> str:
    author = make_user(session, email="ada@essai.example")
    session.commit()
    return author.email


@pytest.fixture
def author(app: Flask, author_email: str) -> FlaskClient:
    return sign_in(app, author_email)


@pytest.fixture
def draft(session: Session, author_email: str) -> str:
    """Return the slug of a complete draft of the author."""
    author = session.scalars(User.by_email(author_email)).one()
    entry = make_draft(session, author)
    session.commit()
    return entry.slug


def logo_file(side: int = 64) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (side, side), (10, 90, 80)).save(out, "PNG")
    out.seek(0)
    return out


def content_of(session: Session, slug: str) -> OrganizationContent:
    session.rollback()
    entry = session.scalars(select(Organization).where(Organization.slug == slug)).one()
    revision = session.scalars(select(Revision).where(Revision.subject_id == entry.id)).one()
    return OrganizationContent.from_dict(revision.content)


def test_a_profile_is_written_step_by_step(author: FlaskClient, session: Session) -> None:
    response = write(author, "/mon-espace/inscrire", number="732 829 320 00074")
    page = response.headers["Location"]
    assert page == f"/mon-espace/inscrire/fiche?numero={SIRET}"
    response = write(author, page, name="Façades Neuves", kind="startup")
    assert response.headers["Location"] == f"{SPACE}/facades-neuves/identite"
    steps: dict[str, dict[str, Any]] = {
        "identite": {"commune": "St Etienne", "founded_year": "2019", "labels": "ESUS\nESUS"},
        "description": {
            "pitch": "Isoler.",
            "description": PROSE,
            "themes": ["renovation-energetique"],
        },
        "zone": {"area_level": "regions", "regions": ["84", "11"]},
        "logo-et-site": {"website": "www.facades.example", "picture": (logo_file(), "../l.png")},
    }
    for step, answers in steps.items():
        response = write(author, f"{SPACE}/facades-neuves/{step}", **answers)
        assert response.status_code == 302, (step, response.text)
    assert response.headers["Location"] == f"{SPACE}/facades-neuves/relecture"
    content = content_of(session, "facades-neuves")
    assert (content.siret, content.commune_code, content.founded_year, content.labels) == (
        SIRET,
        "42218",
        2019,
        ("ESUS",),
    )
    assert (content.area_codes, content.website) == (("11", "84"), "https://www.facades.example")
    assert len(content.logo) == 64


def test_a_wrong_number_is_explained_and_kept(author: FlaskClient) -> None:
    response = write(author, "/mon-espace/inscrire", number="73282932000075")
    assert response.status_code == 422
    assert "comme un SIRET, mais sa clé de contrôle est fausse" in response.text
    assert 'value="73282932000075"' in response.text


def test_a_known_entry_is_offered_for_claim(author: FlaskClient, session: Session) -> None:
    make_organization(session, "Déjà là", siren="732829320", siret=SIRET)
    session.commit()
    page = author.get(f"/mon-espace/inscrire/fiche?numero={SIRET}").text
    assert 'href="/acteurs/deja-la/revendiquer"' in page
    assert "Créer une nouvelle fiche" in page


def test_two_presses_open_one_draft(author: FlaskClient, session: Session) -> None:
    page = "/mon-espace/inscrire/fiche"
    fields = filled(author, page)
    fields.setlist("name", ["Deux fois"])
    fields.setlist("kind", ["pme"])
    places = {author.post(page, data=fields).headers["Location"] for _ in range(2)}
    assert places == {f"{SPACE}/deux-fois/identite"}
    session.rollback()
    found = select(func.count()).where(Organization.name_key == "deux fois")
    assert session.scalar(found) == 1


def test_errors_keep_what_was_typed(author: FlaskClient, draft: str) -> None:
    response = write(
        author,
        f"{SPACE}/{draft}/identite",
        number="123",
        commune="Saint-Denis",
        founded_year="hier",
        acronym="F<b>V",
    )
    assert response.status_code == 422
    for words in (
        "Ce numéro a 3 chiffres",
        "Plusieurs communes sont possibles : Saint-Denis (97411), Saint-Denis (93066)",
        "Écrivez l’année en quatre chiffres",
        'value="F&lt;b&gt;V"',
        'value="hier"',
        'value="123"',
        "Le formulaire contient des erreurs",
    ):
        assert words in response.text, words


def test_a_stale_form_gets_a_409_with_the_diff_and_its_own_words(
    author: FlaskClient, draft: str, session: Session
) -> None:
    page = f"{SPACE}/{draft}/description"
    late = filled(author, page)
    assert write(author, page, pitch="Enregistré avant.").status_code == 302
    late.setlist("pitch", ["Arrivé après."])
    response = author.post(page, data=late)
    assert response.status_code == 409
    assert "Quelqu’un a enregistré cette étape avant vous" in response.text
    assert 'value="Arrivé après."' in response.text
    assert "Enregistré" in response.text
    assert content_of(session, draft).pitch == "Enregistré avant."
    knowing = response.text.split('name="lock"')[1].split('value="')[1].split('"')[0]
    late.setlist("lock", [knowing])
    assert author.post(page, data=late).status_code == 302
    assert content_of(session, draft).pitch == "Arrivé après."


def test_the_same_step_sent_twice_is_saved_once(author: FlaskClient, draft: str) -> None:
    page = f"{SPACE}/{draft}/description"
    fields = filled(author, page)
    fields.setlist("pitch", ["Une fois."])
    assert [author.post(page, data=fields).status_code for _ in range(2)] == [302, 302]


@pytest.mark.parametrize(
    "name", ["state", "is_claimed", "version", "is_demo", "slug", "source", "author_id"]
)
def test_extra_fields_change_nothing(
    author: FlaskClient, draft: str, session: Session, name: str
) -> None:
    page = f"{SPACE}/{draft}/description"
    before = session.scalars(select(Organization).where(Organization.slug == draft)).one()
    known = getattr(before, name, None)
    session.commit()
    assert write(author, page, **{name: "publie", "pitch": "Autre."}).status_code == 302
    session.expire_all()
    after = session.scalars(select(Organization).where(Organization.slug == draft)).one()
    assert getattr(after, name, None) == known


def body_of(page: str) -> str:
    """Return what a page says: neither its address nor its token, which is dated."""
    lines = (line for line in page.splitlines() if "csrf_token" not in line)
    return "\n".join(line for line in lines if "next=" not in line)


def test_a_strangers_draft_does_not_exist(app: Flask, session: Session, draft: str) -> None:
    stranger = make_user(session)
    session.commit()
    client = sign_in(app, stranger.email)
    missing = body_of(client.get(f"{SPACE}/n-existe-pas/identite").text)
    for step in ("", "/identite", "/description", "/zone", "/offres", "/relecture", "/apercu"):
        response = client.get(f"{SPACE}/{draft}{step}")
        assert (response.status_code, body_of(response.text)) == (404, missing), step
    assert app.test_client().get(f"/acteurs/{draft}").status_code == 404


def test_a_request_without_its_token_changes_nothing(
    author: FlaskClient, draft: str, session: Session
) -> None:
    fields = filled(author, f"{SPACE}/{draft}/description")
    fields.pop("csrf_token")
    fields.setlist("pitch", ["Volé."])
    assert author.post(f"{SPACE}/{draft}/description", data=fields).status_code == 400
    assert content_of(session, draft).pitch != "Volé."


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("logo.png", b"<!doctype html><script>alert(1)</script>"),
        ("logo.png", logo_file().getvalue()[:80]),
    ],
)
def test_a_hostile_logo_is_refused(
    author: FlaskClient, draft: str, session: Session, name: str, data: bytes
) -> None:
    page = f"{SPACE}/{draft}/logo-et-site"
    response = write(author, page, website="https://a.example", picture=(BytesIO(data), name))
    assert response.status_code == 422
    assert 'value="https://a.example"' in response.text
    assert content_of(session, draft).logo == ""


def test_a_logo_is_seen_by_those_who_may_see_the_entry(
    app: Flask, author: FlaskClient, draft: str, session: Session
) -> None:
    write(author, f"{SPACE}/{draft}/logo-et-site", picture=(logo_file(), "l.png"))
    address = f"/acteurs/{draft}/logo?v={content_of(session, draft).logo}"
    seen = author.get(address)
    assert (seen.status_code, seen.mimetype) == (200, "image/webp")
    assert seen.headers["X-Content-Type-Options"] == "nosniff"
    assert "Content-Security-Policy" in seen.headers
    assert app.test_client().get(address).status_code == 404
    assert author.get(f"/acteurs/{draft}/logo?v=../../secret").status_code == 404


def test_submitted_published_withdrawn(
    app: Flask, author: FlaskClient, draft: str, session: Session, author_email: str
) -> None:
    staff = make_user(session, role=UserRole.STAFF)
    session.commit()
    moderator = sign_in(app, staff.email)
    write(author, f"{SPACE}/{draft}/logo-et-site", picture=(logo_file(), "l.png"))
    logo = f"/acteurs/{draft}/logo?v={content_of(session, draft).logo}"
    assert press(author, f"{SPACE}/{draft}/relecture", "/soumettre").status_code == 302
    queue = moderator.get("/moderation").text
    links = re.findall(r'href="/moderation/(\d+)">([^<]*)', queue)
    number = {name: number for number, name in links}["Façades Vives"]
    assert write(moderator, f"/moderation/{number}", decision="publier").status_code == 302
    run_worker(app)
    visitor = app.test_client()
    assert visitor.get(f"/acteurs/{draft}").status_code == 200
    assert visitor.get(logo).status_code == 200
    assert f"/acteurs/{draft}" in visitor.get("/annuaire?q=facades+vives&objet=acteurs").text
    assert press(author, f"{SPACE}/{draft}", "/retirer").status_code == 302
    gone = [visitor.get(f"/acteurs/{draft}"), visitor.get(logo)]
    assert [response.status_code for response in gone] == [404, 404]
    assert f"/acteurs/{draft}" not in visitor.get("/annuaire?q=facades+vives&objet=acteurs").text
    subjects = [mail.split("\n")[0] for mail in mails_to(app, author_email)]
    assert subjects == [
        "« Façades Vives » est en attente de relecture",
        "« Façades Vives » est publiée",
        "« Façades Vives » est retirée",
    ]


def test_an_incomplete_entry_says_what_is_missing(author: FlaskClient, draft: str) -> None:
    write(author, f"{SPACE}/{draft}/description", pitch="", themes=[])
    response = press(author, f"{SPACE}/{draft}/relecture", "/soumettre")
    assert response.status_code == 422
    assert "Résumez en une phrase ce qui est proposé." in response.text
    assert "Choisissez au moins un thème." in response.text


def test_an_editor_writes_but_does_not_withdraw(app: Flask, session: Session) -> None:
    entry = make_published(session, make_user(session))
    editor = make_user(session)
    make_membership(session, editor, entry, role=MembershipRole.EDITOR)
    session.commit()
    client = sign_in(app, editor.email)
    assert write(client, f"{SPACE}/{entry.slug}/description", pitch="Autre.").status_code == 302
    assert press(client, f"{SPACE}/{entry.slug}", "/retirer").status_code == 404
    session.expire_all()
    assert entry.state == PublicationState.PUBLISHED


def test_the_live_preview_saves_nothing_and_runs_nothing(
    author: FlaskClient, draft: str, session: Session
) -> None:
    before = content_of(session, draft)
    fields = filled(author, f"{SPACE}/{draft}/description")
    fields.setlist("description", ["**Gras** <script>alert(1)</script> [x](javascript:alert(1))"])
    page = author.post(f"{SPACE}/{draft}/apercu/description", data=fields)
    assert page.status_code == 200
    assert "<strong>Gras</strong> &lt;script&gt;" in page.text
    assert 'href="javascript:' not in page.text
    assert content_of(session, draft) == before


def test_the_workspace_takes_as_many_queries_for_three_entries_as_for_one(
    app: Flask, session: Session, author: FlaskClient, author_email: str
) -> None:
    user = session.scalars(User.by_email(author_email)).one()
    counts = []
    for name in ("Une", "Deux", "Trois"):
        make_draft(session, user, name=name)
        session.commit()
        counts.append(count_queries(app, lambda: author.get("/mon-espace")))
    assert counts[0] == counts[-1] <= 12
