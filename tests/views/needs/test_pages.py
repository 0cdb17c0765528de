"""Needs stated, edited, refused, closed and opened again, without scripts."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.need import Need, NeedRelay
from models.revision import Revision
from tests.conftest import AppFactory
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.forms import filled, press, write
from tests.factories.needs import (
    HERE,
    NEED_PROSE,
    THERE,
    Team,
    add_team,
    content_of,
    make_incubator,
    make_need_draft,
    make_published_need,
    make_submitted_need,
    make_team,
    page_of,
    staff_of,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import without_tokens
from tests.query_counter import count_queries
from vocabulary.kinds import PublicationState

NEW = "/mon-espace/organisations/ville-d-essai/besoins/nouveau"
MOST = 12


def test_a_need_goes_from_a_line_to_the_public(
    empty_app: Flask, empty_session: Session, officer: FlaskClient
) -> None:
    opened = write(
        officer, NEW, kind="sourcing", title="Rafraîchir la cour", **{"quarters-0": HERE}
    )
    assert opened.status_code == 302
    page = opened.headers["Location"]
    saved = write(
        officer,
        page,
        description=NEED_PROSE,
        themes=["confort-ete"],
        amount_min="40 000",
        amount_max="60000 €",
        closes_on="2027-03-01",
        starts_on="2027-04-01",
        wanted_kinds=["startup"],
        submit="1",
    )
    assert saved.headers["Location"] == "/mon-espace/besoins"
    need_id = int(page.rsplit("/", 1)[1])
    content = content_of(empty_session, need_id)
    assert (content.amount_min, content.amount_max) == (40_000, 60_000)
    assert officer.get(f"/besoins/{need_id}").status_code == 404
    moderator = sign_in(empty_app, staff_of(empty_session).email)
    revision = empty_session.scalars(select(Revision.id)).one()
    assert "Besoin de Ville d’essai" in moderator.get("/moderation?objet=besoins").text
    review = f"/moderation/{revision}"
    assert "Rafraîchir la cour" in moderator.get(review).text
    assert write(moderator, review, decision="publier").status_code == 302
    assert "Rafraîchir la cour" in officer.get(f"/besoins/{need_id}").text


def test_changes_are_asked_for_with_reasons(
    empty_app: Flask, empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need, revision = make_submitted_need(empty_session, team)
    empty_session.commit()
    moderator = sign_in(empty_app, staff_of(empty_session).email)
    answered = write(
        moderator,
        f"/moderation/{revision.id}",
        decision="demander-des-modifications",
        reasons=["acteur-designe"],
    )
    assert answered.status_code == 302
    assert "Le besoin désigne un produit ou un acteur" in officer.get(page_of(need)).text


def test_several_quarters_are_ticked_and_typed(
    empty_session: Session, officer: FlaskClient
) -> None:
    opened = write(officer, NEW, kind="appel", title="Ombre", own=[HERE], **{"quarters-0": THERE})
    need_id = int(opened.headers["Location"].rsplit("/", 1)[1])
    assert content_of(empty_session, need_id).quarters == (HERE, THERE)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Indiquez au moins un quartier."),
        ("QN99999X", "Aucun quartier ne porte le code QN99999X."),
        ("zzzz", "n’est ni un quartier ni une commune connus"),
        ("Saint-Étienne", "Précisez le quartier de Saint-Étienne"),
    ],
)
def test_a_quarter_that_is_not_one_is_said_so(officer: FlaskClient, typed: str, words: str) -> None:
    answer = write(officer, NEW, kind="appel", title="À garder", **{"quarters-0": typed})
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="À garder"' in answer.text


def test_the_same_quarter_twice_is_refused(officer: FlaskClient) -> None:
    answer = write(officer, NEW, kind="appel", title="x", own=[HERE], **{"quarters-0": HERE})
    assert answer.status_code == 422
    assert f"Le quartier {HERE} est indiqué deux fois." in answer.text


def test_a_row_is_added_without_losing_what_was_typed(
    empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need = make_need_draft(empty_session, team)
    empty_session.commit()
    fields = filled(officer, page_of(need))
    fields.setlist("title", ["Encore à enregistrer"])
    fields.add("add_quarter", "1")
    answer = officer.post(page_of(need), data=fields)
    assert answer.status_code == 200
    assert 'value="Encore à enregistrer"' in answer.text
    assert 'name="quarters-1"' in answer.text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"closes_on": "2020-01-01"}, "La date limite de réponse est déjà passée."),
        ({"closes_on": "2027-02-30"}, "Cette date n’existe pas"),
        (
            {"closes_on": "2027-05-01", "starts_on": "2027-04-01"},
            "Le démarrage tomberait avant la fin des réponses.",
        ),
        (
            {"amount_min": "9", "amount_max": "3"},
            "Le montant le plus haut est inférieur au plus bas.",
        ),
        ({"amount_min": "quarante"}, "Écrivez le montant en euros"),
        ({"quarters-0": "zzzz"}, "n’est ni un quartier ni une commune connus"),
        ({"title": ""}, "Dites en quelques mots ce que vous cherchez."),
    ],
)
def test_bad_answers_are_refused_and_kept(
    empty_session: Session,
    team: Team,
    officer: FlaskClient,
    fields: dict[str, str],
    words: str,
) -> None:
    need = make_need_draft(empty_session, team)
    empty_session.commit()
    answer = write(officer, page_of(need), outcome="Typed words stay", **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Typed words stay" in answer.text
    assert content_of(empty_session, need.id).outcome == ""


def test_a_lost_update_is_a_conflict_with_the_differences(
    empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need = make_need_draft(empty_session, team)
    empty_session.commit()
    stale = filled(officer, page_of(need))
    assert write(officer, page_of(need), title="Premier").status_code == 302
    stale.setlist("title", ["Second"])
    answer = officer.post(page_of(need), data=stale)
    assert answer.status_code == 409
    assert "Premier" in answer.text
    assert 'value="Second"' in answer.text
    assert content_of(empty_session, need.id).title == "Premier"


def test_a_double_click_opens_one_draft(empty_session: Session, officer: FlaskClient) -> None:
    fields = filled(officer, NEW)
    for name, value in (("kind", "appel"), ("title", "Ombre"), ("quarters-0", HERE)):
        fields.setlist(name, [value])
    first, second = (officer.post(NEW, data=fields) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    empty_session.rollback()
    assert len(empty_session.scalars(select(Need.id)).all()) == 1


def test_fields_that_are_nobodys_to_set_are_ignored(
    empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need = make_need_draft(empty_session, team)
    empty_session.commit()
    forged = {"state": "publie", "version": "9", "carrier_id": "1", "is_demo": "1", "group_id": "1"}
    assert write(officer, page_of(need), title="Honnête", **forged).status_code == 302
    empty_session.rollback()
    assert (need.state, need.version, need.is_demo) == (PublicationState.DRAFT, 0, False)
    assert need.carrier_id == team.town.id


def _without_address(html: str, number: int) -> str:
    html = without_tokens(html)
    return html.replace(f"besoins/{number}", "").replace(f"besoins%2F{number}", "")


@pytest.mark.parametrize("end", ["", "/apercu", "/clore", "/relais"])
def test_somebody_elses_need_is_as_missing(
    empty_app: Flask, empty_session: Session, team: Team, end: str
) -> None:
    need = make_published_need(empty_session, team)
    stranger = add_team(empty_session, "Autre ville", team.quarters)
    empty_session.commit()
    client = sign_in(empty_app, stranger.owner.email)
    page, absent = f"{page_of(need)}{end}", f"/mon-espace/besoins/999{end}"
    found, missing = client.get(page), client.get(absent)
    assert (found.status_code, missing.status_code) == (404, 404)
    # The address stands in the links of the page.
    assert _without_address(found.text, need.id) == _without_address(missing.text, 999)


def test_an_innovator_states_no_need(empty_app: Flask, empty_session: Session) -> None:
    person = make_user(empty_session)
    make_membership(empty_session, person, make_organization(empty_session, "Pousse"))
    empty_session.commit()
    client = sign_in(empty_app, person.email)
    assert client.get("/mon-espace/organisations/pousse/besoins/nouveau").status_code == 404
    assert (
        "Vous n’agissez pour aucun acteur du territoire" in client.get("/mon-espace/besoins").text
    )


def test_a_need_is_closed_with_a_word_and_opened_again(
    empty_session: Session, team: Team, officer: FlaskClient
) -> None:
    need = make_published_need(empty_session, team)
    empty_session.commit()
    page = f"{page_of(need)}/clore"
    assert write(officer, page, note="Sans choix").status_code == 422
    answer = write(officer, page, outcome="pourvu", note="Merci à tous.")
    assert answer.status_code == 302
    public = f"/besoins/{need.id}"
    shown = officer.get(public).text
    assert "Besoin pourvu" in shown
    assert "Merci à tous." in shown
    assert write(officer, page, outcome="sans-suite").status_code == 409
    assert press(officer, public, "/rouvrir").status_code == 302
    empty_session.rollback()
    assert (need.closed_at, need.closing_outcome) == (None, None)


def test_own_quarters_come_first(empty_session: Session, team: Team, officer: FlaskClient) -> None:
    make_published_need(empty_session, team, quarters=(THERE,))
    empty_session.commit()
    shown = officer.get("/mon-espace/territoires?lieu=Saint-Étienne").text
    assert shown.index(THERE) < shown.index(HERE)
    for page in ("/correspondances", "/annuaire?objet=territoires"):
        assert "Vos quartiers" in officer.get(page).text, page


@pytest.mark.parametrize(
    "page",
    [
        "/mon-espace",
        "/mon-espace/besoins",
        "/mon-espace/territoires",
        "/mon-espace/relais",
        "/mon-espace/besoins/1",
        "/mon-espace/besoins/1/apercu",
        "/mon-espace/besoins/1/relais",
        "/besoins/1",
        NEW,
    ],
)
def test_pages_send_as_many_queries_whatever_the_rows(make_app: AppFactory, page: str) -> None:
    counts = [_queries(make_app(seeded=False), page, rows) for rows in (1, 4)]
    assert counts[0] == counts[1]
    assert counts[0] <= MOST


def _queries(app: Flask, page: str, rows: int) -> int:
    with app.app_context():
        session = db_session()
        team = make_team(session)
        incubator, _member = make_incubator(session, team.owner)
        for _ in range(rows):
            need = make_published_need(session, team, quarters=(HERE, THERE))
            session.add(NeedRelay(need=need, federator=incubator, sent_at=need.updated_at))
        session.commit()
        email = team.owner.email
    client = sign_in(app, email)
    client.get(page)
    with count_queries(app) as statements:
        assert client.get(page).status_code == 200
    return len(statements)
