"""References confirmed by a partner: links, addresses kept and forgotten, contested, sourced."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from extensions.evidence_links import sign_reminder
from models.base import Base
from models.evidence import ReferenceConfirmation
from models.organization import Organization
from services.reference_requests import sweep_requests
from tests.factories.accounts import NOW, sign_in
from tests.factories.evidence import ANSWER, PARTNER, Scene, ask_page, ask_partner, sole_reference
from tests.factories.forms import write
from tests.factories.pages import HOSTILE, mails_to, run_worker, submit
from vocabulary.kinds import ReferenceGrade
from vocabulary.periods import paris_day


def test_a_partner_confirms_without_account_and_reading_changes_nothing(
    empty_app: Flask, scene: Scene
) -> None:
    link = ask_partner(empty_app, scene)
    visitor = empty_app.test_client()
    for _ in range(2):
        page = visitor.get(link)
        assert page.status_code == 200
        for words in ("Serre de toit", "Firminy", "2024", "Ville d’essai", "Douze familles"):
            assert words in page.text
    assert sole_reference(scene).grade is ReferenceGrade.DECLARED
    assert visitor.post(link, data=ANSWER).status_code == 400
    done = submit(visitor, link, ANSWER)
    assert "Votre réponse est enregistrée" in done.text
    assert sole_reference(scene).grade is ReferenceGrade.CONFIRMED
    assert "par une adresse en @ville-essai.example" in visitor.get("/solutions/serre-de-toit").text
    assert (visitor.get(link).status_code, submit(visitor, link, ANSWER).status_code) == (410, 410)


def test_the_address_is_nowhere_after_the_answer(
    empty_app: Flask, scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    link = ask_partner(empty_app, scene, "tres.particuliere@ville-essai.example")
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
    link = ask_partner(empty_app, scene)
    late = paris_day(NOW) + timedelta(days=400)
    sweep_requests(scene.session, today=late, now=NOW)
    scene.session.commit()
    assert mails_to(empty_app, PARTNER) == []
    assert empty_app.test_client().get(link).status_code == 410


def test_links_expire_and_die_with_the_words_they_are_about(empty_app: Flask, scene: Scene) -> None:
    link = ask_partner(empty_app, scene)
    visitor = empty_app.test_client()
    with time_machine.travel(NOW + timedelta(days=400), tick=False):
        assert visitor.get(link).status_code == 410
    row = sole_reference(scene)
    row.result = "Vingt familles"
    scene.session.commit()
    assert submit(visitor, link, ANSWER).status_code == 410
    assert sole_reference(scene).grade is ReferenceGrade.DECLARED


def test_a_link_for_another_purpose_is_refused(empty_app: Flask, scene: Scene) -> None:
    ask_partner(empty_app, scene)
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
    link = ask_partner(empty_app, scene)
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
    number = sole_reference(scene).id
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
