"""Pages that build a team: needs and weights, who is kept, both versions of a conflict, files."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.consortium import Consortium
from services.consortium_boards import build_board, whole_consortium
from services.matching import Matcher, Moment
from services.tabular import read_table
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortiums import (
    BUILDER,
    GUEST,
    TEAMS,
    Scene,
    choice,
    invite_actors,
    make_team,
    team_again,
)
from tests.factories.pages import submit
from tests.query_counter import count_queries
from views.consortium_words import Words, proof_sentence
from vocabulary.exchanges import SeatChoice
from vocabulary.kinds import OrganizationKind


def newest(session: Session) -> Consortium:
    session.rollback()
    (made,) = session.scalars(select(Consortium).where(Consortium.name == "Essai"))
    return made


def test_a_team_opens_with_needs_and_weights_once(
    client: FlaskClient, empty_session: Session, scene: Scene
) -> None:
    assert "Apprendre le vélo" in client.get(f"{TEAMS}/nouveau").text
    data = {
        "structure": scene.carrier.slug,
        "territoire": scene.territory.code,
        "name": "Essai",
        "max_members": 2,
        "besoin": [scene.bikes.id, scene.heat.id],
        f"poids-{scene.bikes.id}": 5,
        "form_number": "a" * 32,
    }
    first = submit(client, f"{TEAMS}/nouveau", data)
    second = submit(client, f"{TEAMS}/nouveau", data)
    assert (first.status_code, second.location) == (302, first.location)
    made = newest(empty_session)
    assert {line.need_id: line.weight for line in made.needs} == {
        scene.bikes.id: 5,
        scene.heat.id: 3,
    }


def test_a_team_without_a_need_is_refused_and_keeps_what_was_typed(
    client: FlaskClient, scene: Scene
) -> None:
    data = {"structure": scene.carrier.slug, "territoire": scene.territory.code}
    answer = submit(client, f"{TEAMS}/nouveau", {**data, "name": "Gardé ici", "max_members": 3})
    assert answer.status_code == 422
    assert "Choisissez au moins un besoin." in answer.text
    assert 'value="Gardé ici"' in answer.text


def test_needs_of_others_and_extra_fields_are_ignored(
    client: FlaskClient, empty_session: Session, scene: Scene
) -> None:
    data = {
        "structure": scene.carrier.slug,
        "territoire": scene.territory.code,
        "name": "Essai",
        "max_members": 2,
        "besoin": [scene.bikes.id, 999],
        "organization_id": scene.cyclist.id,
        "is_demo": "1",
        "seed": "1",
    }
    submit(client, f"{TEAMS}/nouveau", data)
    made = newest(empty_session)
    assert (made.organization_id, made.is_demo) == (scene.carrier.id, False)
    assert [line.need_id for line in made.needs] == [scene.bikes.id]


def test_the_builder_names_the_team_the_matrix_and_what_nobody_covers(
    client: FlaskClient, team: Consortium
) -> None:
    page = client.get(f"{TEAMS}/{team.id}").text
    assert "2 membres pour 2 besoins couverts sur 3" in page
    assert "Aucune autre équipe de cette taille ne couvre mieux ces besoins" in page
    assert "Personne ne couvre ce besoin" in page
    assert '<th scope="col">Vélo pour tous</th>' in page
    assert "le choix d’un titulaire suit les règles" in page


def test_the_page_says_why_a_gate_keeps_a_kept_actor_out_of_a_need(
    client: FlaskClient, team: Consortium, scene: Scene
) -> None:
    submit(client, f"{TEAMS}/{team.id}/choix", choice(team, scene.distant.id, "garder"))
    page = client.get(f"{TEAMS}/{team.id}").text
    assert "N’intervient pas ici, mais en :" in page


def test_a_search_cut_short_says_how_much_better_a_team_could_be(
    empty_app: Flask, empty_session: Session, team: Consortium
) -> None:
    found = empty_session.scalars(whole_consortium(team.id)).one()
    now = datetime(2026, 11, 22, 12, tzinfo=UTC)
    moment = Moment(now=now, today=now.date())
    board = build_board(empty_session, found, matcher=Matcher(), moment=moment)
    board.team = replace(board.team, bound=2 * board.team.worth)
    with empty_app.test_request_context():
        sentence = proof_sentence(Words(board, found, {}))
    assert "au plus 100 % au-dessus" in sentence.replace("\u00a0", " ").replace("\u202f", " ")


def test_keeping_leaving_out_and_taking_back(
    client: FlaskClient, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    leave = choice(team, scene.cyclist.id, "ecarter", reason="Marché en cours")
    assert submit(client, f"{TEAMS}/{team.id}/choix", leave).status_code == 302
    page = client.get(f"{TEAMS}/{team.id}").text
    assert "1 membre pour 1 besoin couvert sur 3" in page
    assert "Marché en cours" in page
    stored = team_again(empty_session, team)
    submit(client, f"{TEAMS}/{team.id}/annuler", {"lock": stored.lock})
    page = client.get(f"{TEAMS}/{team.id}").text
    assert "2 membres pour 2 besoins couverts sur 3" in page
    assert "Annuler le dernier choix" not in page


def test_settings_change_the_team(client: FlaskClient, team: Consortium, scene: Scene) -> None:
    data = {"name": "Autre nom", "max_members": 1, "lock": team.lock}
    data[f"poids-{scene.heat.id}"] = 5
    data[f"poids-{scene.bikes.id}"] = 1
    assert submit(client, f"{TEAMS}/{team.id}/reglages", data).status_code == 302
    page = client.get(f"{TEAMS}/{team.id}").text
    assert "<h1>Autre nom</h1>" in page
    assert '<th scope="col">Murs frais</th>' in page
    assert '<th scope="col">Vélo pour tous</th>' not in page


def test_settings_out_of_bounds_name_the_field(client: FlaskClient, team: Consortium) -> None:
    data = {"name": "Nom", "max_members": 40, "lock": team.lock}
    answer = submit(client, f"{TEAMS}/{team.id}/reglages", data)
    assert answer.status_code == 422
    assert "Nombre de places : Choisissez entre 1 et 12 places." in answer.text


def test_a_lost_update_is_a_409_with_both_versions(
    client: FlaskClient, team: Consortium, scene: Scene, empty_session: Session
) -> None:
    seen = team.lock
    submit(client, f"{TEAMS}/{team.id}/choix", choice(team, scene.cyclist.id, "garder"))
    late = {"name": "Nom tardif", "max_members": 3, "lock": seen}
    answer = submit(client, f"{TEAMS}/{team.id}/reglages", late)
    assert answer.status_code == 409
    assert "<td>Nom tardif</td><td>Première équipe</td>" in answer.text
    late_choice = {**choice(team, scene.cyclist.id, "ecarter"), "lock": seen}
    answer = submit(client, f"{TEAMS}/{team.id}/choix", late_choice)
    assert answer.status_code == 409
    assert "<td>Écarté</td><td>Gardé dans l’équipe</td>" in answer.text
    stored = team_again(empty_session, team)
    assert [one.choice for one in stored.choices] == [SeatChoice.LOCKED]
    assert stored.name == "Première équipe"


@pytest.mark.parametrize("data", [{}, {"action": "garder"}, {"action": "x", "acteur": 1}])
def test_a_broken_choice_is_a_400(
    client: FlaskClient, team: Consortium, data: dict[str, Any]
) -> None:
    assert submit(client, f"{TEAMS}/{team.id}/choix", data).status_code == 400


def test_a_choice_of_a_missing_actor_is_a_404(client: FlaskClient, team: Consortium) -> None:
    answer = submit(client, f"{TEAMS}/{team.id}/choix", choice(team, 999_999, "garder"))
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["", "/inviter", "/imprimer", "/groupement.csv"])
def test_somebody_elses_team_looks_missing(empty_app: Flask, team: Consortium, path: str) -> None:
    other = sign_in(empty_app, GUEST)
    theirs, missing = other.get(f"{TEAMS}/{team.id}{path}"), other.get(f"{TEAMS}/777{path}")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    number = re.compile(r"(groupements(?:/|%2F))\d+")
    assert number.sub("", theirs.text) == number.sub("", missing.text)


def test_the_files_hold_matrix_team_and_answers(
    client: FlaskClient, team: Consortium, scene: Scene
) -> None:
    invite_actors(client, team, scene.cyclist.id)
    for kind in ("csv", "xlsx"):
        content = client.get(f"{TEAMS}/{team.id}/groupement.{kind}").data
        table = read_table(content, max_rows=100)
        cells = [line.cells for line in table.lines]
        assert len(cells) == 6
        assert {row[2] for row in cells} == {"Vélo pour tous", "Murs frais"}
        assert any(row[8] == "Invitation envoyée" for row in cells)
    pdf = PdfReader(io.BytesIO(client.get(f"{TEAMS}/{team.id}/groupement.pdf").data))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "Première équipe" in text
    assert BUILDER not in text
    assert "Vélo pour tous" in client.get(f"{TEAMS}/{team.id}/imprimer").text


def test_a_formula_in_a_file_is_neutralised(
    client: FlaskClient, empty_session: Session, team: Consortium, scene: Scene
) -> None:
    scene.bikes.title = "=cmd|'calc'!A1 vélo bicyclettes réparer apprendre"
    empty_session.commit()
    lines = client.get(f"{TEAMS}/{team.id}/groupement.csv").get_data(as_text=True)
    assert "'=cmd" in lines
    assert ";=cmd" not in lines


def test_the_number_of_queries_does_not_grow(
    client: FlaskClient, empty_app: Flask, empty_session: Session, team: Consortium, scene: Scene
) -> None:
    invite_actors(client, team, scene.cyclist.id)
    pages = (TEAMS, f"{TEAMS}/{team.id}", f"{TEAMS}/{team.id}/inviter")
    few = {}
    for page in pages:
        client.get(page)
        with count_queries(empty_app) as counted:
            client.get(page)
        few[page] = len(counted)
    invite_actors(client, team, scene.insulator.id)
    empty_session.rollback()
    for number in range(3):
        make_team(empty_session, scene, name=f"Équipe {number}")
    empty_session.commit()
    for page in pages:
        client.get(page)
        with count_queries(empty_app) as counted:
            client.get(page)
        assert (page, len(counted)) == (page, few[page])
        assert len(counted) <= 12, "\n".join(one[:150].replace("\n", " ")[-150:] for one in counted)


def test_nobody_without_a_body_opens_a_team(empty_app: Flask, empty_session: Session) -> None:
    make_user(empty_session, email="seule@essai.example")
    empty_session.commit()
    alone = sign_in(empty_app, "seule@essai.example")
    assert "Il faut une structure" in alone.get(TEAMS).text
    assert "ne portent aucun besoin ouvert" in alone.get(f"{TEAMS}/nouveau").text


def test_a_federating_structure_is_shown_as_such(
    client: FlaskClient, empty_session: Session, team: Consortium, scene: Scene
) -> None:
    scene.cyclist.kind = OrganizationKind.INCUBATOR
    empty_session.commit()
    assert "Structure fédératrice" in client.get(f"{TEAMS}/{team.id}").text
