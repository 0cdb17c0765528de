"""The page of a partnership: drafts, members invited and gone, conflicts, suspension."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.organization import Organization
from tests.factories.forms import filled, press, write
from tests.factories.pages import HOSTILE, link_in, mails_to, submit
from tests.factories.partnership_pages import SPACE, People, invite_and_accept, publish
from vocabulary.kinds import PublicationState


def test_a_draft_is_missing_for_everybody_else(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    assert keeper.get("/partenariats/table-des-toits").status_code == 200
    visitor, founder = app.test_client(), people.client(people.founder)
    for path in ("", "/feuille", "/groupes.csv", "/groupes.pdf", "/reunions.ics"):
        assert visitor.get(f"/partenariats/table-des-toits{path}").status_code == 404
        assert founder.get(f"/partenariats/table-des-toits{path}").status_code == 404
    for path in ("/partenariats", "/partenariats/liste.csv", "/sitemap.xml"):
        assert "table-des-toits" not in visitor.get(path).text
    assert "Table des toits" not in visitor.get("/territoires/QN04212M").text
    assert "Table des toits" not in visitor.get("/acteurs/ville-d-essai").text
    assert founder.get(f"{SPACE}/table-des-toits/modifier").status_code == 404


def test_invited_reads_accepts_and_is_shown(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    press(keeper, f"{SPACE}/table-des-toits/membres?q=toits+vifs", "/inviter")
    (mail,) = mails_to(app, people.founder.email)
    founder = people.client(people.founder)
    path = link_in(mail)
    assert "Des toits partagés." in founder.get(path).text
    assert "attend votre réponse" in founder.get(SPACE).text or path in founder.get(SPACE).text
    submit(founder, path, {"decision": "accepter"})
    assert any("rejoint" in mail for mail in mails_to(app, people.keeper.email))
    publish(people, keeper)
    shown = app.test_client().get("/partenariats/table-des-toits").text
    assert "Toits Vifs" in shown
    submit(founder, path, {"decision": "refuser"})
    assert "Toits Vifs" not in app.test_client().get("/partenariats/table-des-toits").text


def test_the_same_form_twice_opens_one(people: People) -> None:
    client = people.client(people.keeper)
    fields = filled(client, f"{SPACE}/nouveau")
    fields.setlist("name", ["Table des toits"])
    first = client.post(f"{SPACE}/nouveau", data=fields)
    second = client.post(f"{SPACE}/nouveau", data=fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert people.page().name == "Table des toits"


def test_the_same_invitation_twice_is_one_mail(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    page = f"{SPACE}/table-des-toits/membres?q=toits+vifs"
    for _time in range(2):
        submit(keeper, f"{SPACE}/table-des-toits/membres/inviter", {"member": "toits-vifs"})
    assert len(mails_to(app, people.founder.email)) == 1
    assert "/inviter" not in keeper.get(page).text


def test_a_lost_update_is_a_409_with_the_difference(people: People, keeper: FlaskClient) -> None:
    page = f"{SPACE}/table-des-toits/modifier"
    late = filled(keeper, page)
    write(keeper, page, summary="Avant.")
    late.setlist("summary", ["Après."])
    answer = keeper.post(page, data=late)
    assert answer.status_code == 409
    assert "De la version enregistrée à la vôtre" in answer.text
    assert "Après." in answer.text
    assert people.page().summary == "Avant."
    again = keeper.post(page, data={**filled_fields(answer.text), "summary": "Après."})
    assert again.status_code == 302
    assert people.page().summary == "Après."


def filled_fields(html: str) -> dict[str, Any]:
    from tests.factories.forms import forms_in  # noqa: PLC0415 - one test only

    return next(dict(fields) for action, fields in forms_in(html) if not action)


def test_extra_fields_change_nothing(people: People, keeper: FlaskClient) -> None:
    write(
        keeper,
        f"{SPACE}/table-des-toits/modifier",
        summary="Autre.",
        state="publie",
        organization_id=str(people.startup.id),
        is_demo="1",
        slug="e-declic",
        published_at="2020-01-01",
    )
    page = people.page()
    found = (page.state, page.organization_id, page.is_demo, page.published_at, page.summary)
    assert found == (PublicationState.DRAFT, people.city.id, False, None, "Autre.")


def test_staff_alone_cite_a_member(people: People, keeper: FlaskClient) -> None:
    submit(
        keeper,
        f"{SPACE}/table-des-toits/membres/inviter",
        {"member": "toits-vifs", "is_cited": "y"},
    )
    assert [row.organization_id for row in people.page().members] == [people.city.id]


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("name", "", "Donnez un nom au partenariat."),
        ("quarter", "Quartier introuvable", "Aucun quartier ne porte ce nom ou ce code."),
        ("started_on", "hier", "Cette date n’existe pas"),
        ("summary", "x" * 5001, "5000 caractères au plus"),
    ],
)
def test_a_bad_answer_keeps_the_others(
    keeper: FlaskClient, field: str, typed: str, words: str
) -> None:
    answer = write(
        keeper, f"{SPACE}/table-des-toits/modifier", **{"programme": "Gardé", field: typed}
    )
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Gardé"' in answer.text


def test_hostile_words_are_words(app: Flask, people: People, keeper: FlaskClient) -> None:
    write(keeper, f"{SPACE}/table-des-toits/modifier", programme=HOSTILE, summary=HOSTILE)
    write(
        keeper,
        f"{SPACE}/table-des-toits/groupes/nouveau",
        name=f"={HOSTILE}",
        description=HOSTILE,
    )
    invite_and_accept(people, keeper)
    publish(people, keeper)
    visitor = app.test_client()
    for path in ("", "/feuille"):
        assert "<script>alert" not in visitor.get(f"/partenariats/table-des-toits{path}").text
    assert "<script>alert" not in visitor.get("/partenariats").text
    table = visitor.get("/partenariats/table-des-toits/groupes.csv").text
    assert "'='" in table
    assert visitor.get("/partenariats/table-des-toits/groupes.pdf").status_code == 200


def test_suspended_pages_are_gone_at_once(app: Flask, people: People, keeper: FlaskClient) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    staff = people.client(people.staff)
    page = "/moderation/partenariats/table-des-toits/suspendre"
    assert write(staff, page, comment="").status_code == 422
    write(staff, page, comment="À vérifier avec la ville.")
    visitor = app.test_client()
    assert visitor.get("/partenariats/table-des-toits").status_code == 404
    assert "table-des-toits" not in visitor.get("/partenariats").text
    assert "À vérifier avec la ville." in keeper.get(f"{SPACE}/table-des-toits/modifier").text
    assert any("À vérifier" in mail for mail in mails_to(app, people.keeper.email))


def test_a_suspended_page_is_found_and_restored_from_the_review_list(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    staff = people.client(people.staff)
    address = "/moderation/partenariats/table-des-toits"
    write(staff, f"{address}/suspendre", comment="À vérifier avec la ville.")
    assert f'action="{address}/retablir"' in staff.get("/moderation/partenariats").text
    submit(staff, f"{address}/retablir")
    assert app.test_client().get("/partenariats/table-des-toits").status_code == 200


def test_a_withdrawn_member_leaves_every_public_page(
    app: Flask, people: People, keeper: FlaskClient
) -> None:
    invite_and_accept(people, keeper)
    publish(people, keeper)
    people.session.rollback()
    people.session.get_one(Organization, people.startup.id).state = PublicationState.ARCHIVED
    people.session.commit()
    visitor = app.test_client()
    for path in ("/partenariats/table-des-toits", "/partenariats/liste.csv"):
        assert "Toits Vifs" not in visitor.get(path).text
    assert "Table des toits" not in visitor.get("/partenariats?type=startup").text
