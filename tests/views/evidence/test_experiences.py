"""Pages of experiences: from draft to answer, two moderators, queries whatever the rows."""

import re
from typing import Any

import pytest
from flask import Flask

from models.evidence import Experience
from models.partnership import PartnershipMember
from tests.factories.accounts import NOW, sign_in
from tests.factories.entries import make_partnership
from tests.factories.evidence import Scene
from tests.factories.forms import press, write
from tests.factories.pages import HOSTILE, mails_to, submit
from tests.query_counter import count_queries
from vocabulary.kinds import PublicationState

MOST = 12


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
