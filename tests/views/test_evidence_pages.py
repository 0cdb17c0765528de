"""Pages and mails of references, experiences and reminders: links, addresses, what each may do."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.evidence_links import sign_reminder
from models.base import Base
from models.evidence import Experience, ReferenceConfirmation
from models.offer import Reference
from models.organization import Organization
from models.partnership import PartnershipMember
from services.freshness import months_after, stale_since
from services.freshness_reminders import post_reminders
from services.reference_requests import sweep_requests
from tests.factories.accounts import NOW, sign_in
from tests.factories.entries import make_partnership
from tests.factories.evidence import PARTNER, Scene
from tests.factories.forms import press, write
from tests.factories.pages import link_in, mails_to, run_worker, submit
from tests.query_counter import count_queries
from vocabulary.kinds import PublicationState, ReferenceGrade
from vocabulary.periods import paris_day

MOST = 12
HOSTILE = "'\"><script>alert(1)</script> =1+1"
ANSWER = {"answer": "confirmee", "answered_as": "Cheffe de projet"}


@pytest.fixture
def scene(empty_app: Flask, empty_session: Session) -> Scene:
    del empty_app
    made = Scene(empty_session)
    empty_session.commit()
    return made


def ask_page(scene: Scene) -> str:
    return f"/mon-espace/offres/{scene.offer.slug}/references/{scene.reference.uid}/demander"


def ask(app: Flask, scene: Scene, address: str = PARTNER) -> str:
    """Ask from the page, and return the link that the partner received."""
    page = ask_page(scene)
    scene.session.commit()
    client = sign_in(app, scene.founder.email)
    scene.session.commit()
    assert write(client, page, email=address).status_code == 302
    return link_in(mails_to(app, address)[-1])


def reference(scene: Scene) -> Reference:
    scene.session.rollback()
    return scene.session.scalars(select(Reference)).one()


def test_a_partner_confirms_without_account_and_reading_changes_nothing(
    empty_app: Flask, scene: Scene
) -> None:
    link = ask(empty_app, scene)
    visitor = empty_app.test_client()
    for _ in range(2):
        page = visitor.get(link)
        assert page.status_code == 200
        for words in ("Serre de toit", "Firminy", "2024", "Ville d’essai", "Douze familles"):
            assert words in page.text
    assert reference(scene).grade is ReferenceGrade.DECLARED
    assert visitor.post(link, data=ANSWER).status_code == 400
    done = submit(visitor, link, ANSWER)
    assert "Votre réponse est enregistrée" in done.text
    assert reference(scene).grade is ReferenceGrade.CONFIRMED
    assert "par une adresse en @ville-essai.example" in visitor.get("/solutions/serre-de-toit").text
    assert (visitor.get(link).status_code, submit(visitor, link, ANSWER).status_code) == (410, 410)


def test_the_address_is_nowhere_after_the_answer(
    empty_app: Flask, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    link = ask(empty_app, scene, "tres.particuliere@ville-essai.example")
    submit(empty_app.test_client(), link, ANSWER)
    run_worker(empty_app)
    scene.session.rollback()
    kept = [
        str(row)
        for table in Base.metadata.sorted_tables
        for row in scene.session.execute(select(table)).all()
        if "tres.particuliere" in str(row)
    ]
    assert kept == []
    assert "tres.particuliere" not in caplog.text


def test_the_address_goes_with_time_and_with_the_text(empty_app: Flask, scene: Scene) -> None:
    link = ask(empty_app, scene)
    late = paris_day(NOW) + timedelta(days=400)
    sweep_requests(scene.session, today=late, now=NOW)
    scene.session.commit()
    assert mails_to(empty_app, PARTNER) == []
    assert empty_app.test_client().get(link).status_code == 410


def test_links_expire_and_die_with_the_words_they_are_about(empty_app: Flask, scene: Scene) -> None:
    link = ask(empty_app, scene)
    visitor = empty_app.test_client()
    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        assert visitor.get(link).status_code == 410
    row = reference(scene)
    row.result = "Vingt familles"
    scene.session.commit()
    assert submit(visitor, link, ANSWER).status_code == 410
    assert reference(scene).grade is ReferenceGrade.DECLARED


def test_a_link_for_another_purpose_is_refused(empty_app: Flask, scene: Scene) -> None:
    ask(empty_app, scene)
    entry = scene.session.scalars(select(Organization).order_by(Organization.id)).first()
    assert entry is not None
    with empty_app.app_context():
        other = sign_reminder(entry, scene.founder)
    visitor = empty_app.test_client()
    assert visitor.get(f"/references/reponse/{other}").status_code == 404
    assert visitor.get("/references/reponse/nimporte").status_code == 404


def test_a_double_click_asks_once_and_extra_fields_change_nothing(
    empty_app: Flask, scene: Scene
) -> None:
    page = ask_page(scene)
    client = sign_in(empty_app, scene.founder.email)
    scene.session.commit()
    fields = {
        "email": PARTNER,
        "form_number": "a" * 32,
        "grade": "confirmee",
        "answer": "confirmee",
    }
    assert submit(client, page, fields).status_code == submit(client, page, fields).status_code
    scene.session.rollback()
    rows = scene.session.scalars(select(ReferenceConfirmation)).all()
    assert [(row.answer, row.sendings) for row in rows] == [(None, 1)]
    assert len(mails_to(empty_app, PARTNER)) == 1


def test_a_refused_address_says_why_and_stays_typed(empty_app: Flask, scene: Scene) -> None:
    client = sign_in(empty_app, scene.founder.email)
    scene.session.commit()
    answer = write(client, ask_page(scene), email="ada@gmail.com")
    assert (answer.status_code, "ada@gmail.com" in answer.text) == (422, True)
    assert "Une messagerie personnelle ne prouve rien" in answer.text


def test_nobody_elses_reference(empty_app: Flask, scene: Scene) -> None:
    client = sign_in(empty_app, scene.author.email)
    page = ask_page(scene)
    scene.session.commit()
    assert client.get(page).status_code == 404
    assert client.get("/mon-espace/offres/serre-de-toit/references").status_code == 404


def test_a_contested_reference_is_told_settled_and_hidden(empty_app: Flask, scene: Scene) -> None:
    link = ask(empty_app, scene)
    visitor = empty_app.test_client()
    denial = {"answer": "contestee", "answered_as": "Élu", "note": HOSTILE}
    assert submit(visitor, link, denial).status_code == 200
    assert "Firminy" not in visitor.get("/solutions/serre-de-toit").text
    assert "est contestée" in mails_to(empty_app, scene.founder.email)[-1]
    founder = sign_in(empty_app, scene.founder.email)
    page = founder.get("/mon-espace/offres/serre-de-toit/references").text
    assert ("Contestée" in page, "<script>alert" in page) == (True, False)
    staff, second = (sign_in(empty_app, who.email) for who in (scene.staff, scene.colleague))
    scene.session.commit()
    number = reference(scene).id
    assert "Firminy" in staff.get("/moderation/references").text
    decision = {"decision": "retablir", "words": "La ville s’est trompée d’année."}
    address = f"/moderation/references/{number}/conclure"
    assert submit(staff, address, decision).status_code == 302
    late = submit(second, address, decision)
    assert (late.status_code, "La ville s’est trompée" in late.text) == (409, True)
    assert "Firminy" in visitor.get("/solutions/serre-de-toit").text


def test_staff_name_a_source_that_readers_see(empty_app: Flask, scene: Scene) -> None:
    staff = sign_in(empty_app, scene.staff.email)
    number = scene.reference.id
    scene.session.commit()
    address = f"/moderation/references/{number}/source"
    assert submit(staff, address, {"source": " "}).status_code == 422
    assert submit(staff, address, {"source": HOSTILE}).status_code == 302
    page = empty_app.test_client().get("/solutions/serre-de-toit").text
    assert ("Source : " in page, "<script>alert" in page) == (True, False)


def experience_fields(**more: Any) -> dict[str, Any]:
    return {
        "title": "Une serre sur le toit",
        "what": "Une serre posée en un mois.",
        "place": "QN04299M",
        "year": "2025",
        "result": "Douze familles y cultivent.",
        "limits": "L’eau a coûté plus que prévu.",
        **more,
    }


def test_an_experience_from_draft_to_answer(empty_app: Flask, scene: Scene) -> None:
    city, startup, staff = (
        sign_in(empty_app, who.email) for who in (scene.author, scene.founder, scene.staff)
    )
    scene.session.commit()
    page = "/mon-espace/retours/nouveau?solution=serre-de-toit"
    answer = write(city, page, **experience_fields(title=HOSTILE, state="publie"))
    edit = answer.headers["Location"]
    number = re.findall(r"\d+", edit)[-1]
    visitor = empty_app.test_client()
    assert visitor.get(f"/retours/{number}").status_code == 404
    assert (startup.get(edit).status_code, staff.get(edit).status_code) == (404, 404)
    assert staff.get(f"/moderation/retours/{number}").status_code == 404
    assert write(city, edit, submit="1").status_code == 302
    review = f"/moderation/retours/{number}"
    assert write(staff, review, decision="publier").status_code == 302
    for shown in ("/solutions/serre-de-toit", "/acteurs/toits-vifs", "/territoires/QN04299M"):
        text = visitor.get(shown).text
        assert (f"/retours/{number}" in text, "<script>alert" in text) == (True, False), shown
    assert "vous concerne" in mails_to(empty_app, scene.founder.email)[-1]
    reply = f"/mon-espace/retours/{number}/reponse"
    assert (city.get(reply).status_code, startup.get(reply).status_code) == (404, 200)
    assert write(startup, reply, text=HOSTILE).status_code == 302
    assert "Réponse de" not in visitor.get(f"/retours/{number}").text
    assert write(staff, f"{review}/reponse", decision="publier").status_code == 302
    text = visitor.get(f"/retours/{number}").text
    assert ("Réponse de Toits Vifs" in text, "<script>alert" in text) == (True, False)
    assert "répond à" in mails_to(empty_app, scene.author.email)[-1]
    assert press(city, edit, "/retirer").status_code == 302
    assert visitor.get(f"/retours/{number}").status_code == 404
    assert f"/retours/{number}" not in visitor.get("/solutions/serre-de-toit").text


def test_two_moderators_and_a_form_out_of_date(empty_app: Flask, scene: Scene) -> None:
    told = scene.write()
    number, lock = told.id, told.lock
    scene.session.commit()
    first, second = (sign_in(empty_app, who.email) for who in (scene.staff, scene.colleague))
    city = sign_in(empty_app, scene.author.email)
    scene.session.commit()
    decision = {"decision": "publier", "lock": str(lock)}
    assert submit(first, f"/moderation/retours/{number}", decision).status_code == 302
    late = {"decision": "demander-des-modifications", "comment": "Trop long", "lock": str(lock)}
    answer = submit(second, f"/moderation/retours/{number}", late)
    assert (answer.status_code, "Trop long" in answer.text) == (409, True)
    stale = experience_fields(result="Vingt", seen="0" * 64)
    conflict = submit(city, f"/mon-espace/retours/{number}", stale)
    assert (conflict.status_code, "Vingt" in conflict.text) == (409, True)


def test_an_innovator_is_told_why_it_writes_none(empty_app: Flask, scene: Scene) -> None:
    client = sign_in(empty_app, scene.founder.email)
    scene.session.commit()
    answer = client.get("/mon-espace/retours/nouveau?solution=serre-de-toit")
    assert (answer.status_code, "Un retour est écrit par" in answer.text) == (422, True)
    assert client.get("/mon-espace/retours/nouveau?solution=absente").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_stay_few_whatever_the_rows(empty_app: Flask, scene: Scene, rows: int) -> None:
    table = make_partnership(scene.session, scene.territory, scene.city, scene.startup)
    assert all(isinstance(row, PartnershipMember) for row in table.members)
    for number in range(rows):
        for subject in ({"offer_id": scene.offer.id}, {"partnership_id": table.id}):
            scene.session.add(
                Experience(
                    organization_id=scene.city.id,
                    territory_id=scene.territory.id,
                    title=f"Retour {number}",
                    what="Fait",
                    result="Obtenu",
                    limits="Manqué",
                    state=PublicationState.PUBLISHED,
                    submitted_at=NOW,
                    published_at=NOW,
                    created_at=NOW,
                    updated_at=NOW,
                    **subject,
                )
            )
    scene.session.commit()
    clients = {
        "visitor": empty_app.test_client(),
        "city": sign_in(empty_app, scene.author.email),
        "startup": sign_in(empty_app, scene.founder.email),
        "staff": sign_in(empty_app, scene.staff.email),
    }
    scene.session.commit()
    asked = {
        "visitor": (
            "/solutions/serre-de-toit",
            "/partenariats/partenariat-d-essai",
            "/acteurs/toits-vifs",
            "/acteurs/ville-qui-parle",
            "/territoires/QN04299M",
            "/retours/1",
        ),
        "city": ("/mon-espace/retours", "/mon-espace/retours/1", "/solutions/serre-de-toit"),
        "startup": (
            "/mon-espace/retours",
            "/mon-espace/retours/1/reponse",
            "/mon-espace/offres/serre-de-toit/references",
        ),
        "staff": ("/moderation/retours", "/moderation/retours/1", "/moderation/references"),
    }
    found = {}
    for who, pages in asked.items():
        for page in pages:
            with count_queries(empty_app) as statements:
                assert clients[who].get(page).status_code == 200, page
            found[who, page] = len(statements)
    assert {page: count for page, count in found.items() if count > MOST} == {}


def test_months_end_on_the_last_day_they_have() -> None:
    assert months_after(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_after(date(2026, 11, 22), 16) == date(2028, 3, 22)


def test_an_entry_is_stale_after_the_months_its_owner_chose(scene: Scene) -> None:
    scene.startup.confirmed_on, scene.startup.review_months = date(2026, 8, 22), 3
    assert stale_since(scene.startup, date(2026, 11, 22)) is None
    assert stale_since(scene.startup, date(2026, 11, 23)) == date(2026, 8, 22)


def test_an_owner_is_reminded_three_times_then_left_alone(empty_app: Flask, scene: Scene) -> None:
    scene.startup.confirmed_on, scene.startup.review_months = date(2026, 8, 22), 3
    scene.session.commit()
    days = [date(2026, 11, 21), date(2026, 11, 22), date(2026, 11, 23), date(2026, 12, 22)]
    days += [date(2027, 1, 22), date(2027, 2, 22)]
    told = [post_reminders(scene.session, today=day, now=NOW) for day in days]
    scene.session.commit()
    assert told == [0, 1, 0, 1, 1, 0]
    assert len(mails_to(empty_app, scene.founder.email)) == 3


def test_one_click_confirms_once_and_reading_does_not(empty_app: Flask, scene: Scene) -> None:
    scene.startup.confirmed_on, scene.startup.review_months = date(2025, 8, 22), 3
    post_reminders(scene.session, today=date(2026, 11, 22), now=NOW)
    scene.session.commit()
    link = link_in(mails_to(empty_app, scene.founder.email)[-1])
    visitor = empty_app.test_client()
    assert visitor.get(link).status_code == 200
    scene.session.rollback()
    assert scene.startup.confirmed_on == date(2025, 8, 22)
    assert "Fiche non confirmée" in visitor.get("/acteurs/toits-vifs").text
    assert submit(visitor, link).status_code == 200
    scene.session.rollback()
    assert (scene.startup.reminders, scene.startup.confirmed_on != date(2025, 8, 22)) == (0, True)
    assert visitor.get(link).status_code == 404


@pytest.mark.parametrize(
    ("months", "kept"), [("1", 1), ("16", 16), ("0", 12), ("17", 12), ("x", 12)]
)
def test_an_owner_chooses_between_one_and_sixteen_months(
    empty_app: Flask, scene: Scene, months: str, kept: int
) -> None:
    client = sign_in(empty_app, scene.founder.email)
    scene.session.commit()
    answer = submit(client, "/mon-espace/organisations/toits-vifs/rappel", {"months": months})
    scene.session.rollback()
    assert (answer.status_code, scene.startup.review_months) == (302, kept)
