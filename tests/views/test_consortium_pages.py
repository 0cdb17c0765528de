"""Pages of a team: opening, choosing, both versions on a conflict, inviting, answering, files."""

import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from pypdf import PdfReader
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.consortium import Consortium, ConsortiumInvitation
from models.partnership import Partnership
from services.consortium_boards import build_board, whole_consortium
from services.matching import Matcher, Moment
from services.tabular import read_table
from tests.factories.accounts import make_user, sign_in
from tests.factories.consortiums import BUILDER, GUEST, Scene, make_scene, make_team
from tests.factories.pages import link_in, mails_to, run_worker, submit
from tests.query_counter import count_queries
from views.consortium_words import Words, proof_sentence
from vocabulary.exchanges import InvitationState, SeatChoice
from vocabulary.kinds import OrganizationKind

BASE = "/mon-espace/groupements"


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    scene = make_scene(empty_session)
    empty_session.commit()
    return scene


@pytest.fixture
def team(empty_session: Session, scene: Scene) -> Consortium:
    team = make_team(empty_session, scene)
    empty_session.commit()
    return team


@pytest.fixture
def client(empty_app: Flask, team: Consortium) -> FlaskClient:
    assert team.id
    return sign_in(empty_app, BUILDER)


def fresh(session: Session, team: Consortium) -> Consortium:
    session.rollback()
    session.expire_all()
    return session.get_one(Consortium, team.id)


def newest(session: Session) -> Consortium:
    session.rollback()
    (made,) = session.scalars(select(Consortium).where(Consortium.name == "Essai"))
    return made


def choice(team: Consortium, actor_id: int, action: str, **more: Any) -> dict[str, Any]:
    return {"acteur": actor_id, "action": action, "lock": team.lock, **more}


def invite(client: FlaskClient, team: Consortium, *actors: int, **more: Any) -> Any:
    data = {"acteur": list(actors), "message": "Une réunion en janvier ?", **more}
    return submit(client, f"{BASE}/{team.id}/inviter", data)


def sole_invitation(session: Session) -> ConsortiumInvitation:
    session.rollback()
    session.expire_all()
    return session.scalars(select(ConsortiumInvitation)).one()


def test_a_team_opens_with_needs_and_weights_once(
    client: FlaskClient, empty_session: Session, scene: Scene
) -> None:
    assert "Apprendre le vélo" in client.get(f"{BASE}/nouveau").text
    data = {
        "structure": scene.carrier.slug,
        "territoire": scene.territory.code,
        "name": "Essai",
        "max_members": 2,
        "besoin": [scene.bikes.id, scene.heat.id],
        f"poids-{scene.bikes.id}": 5,
        "form_number": "a" * 32,
    }
    first = submit(client, f"{BASE}/nouveau", data)
    second = submit(client, f"{BASE}/nouveau", data)
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
    answer = submit(client, f"{BASE}/nouveau", {**data, "name": "Gardé ici", "max_members": 3})
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
    submit(client, f"{BASE}/nouveau", data)
    made = newest(empty_session)
    assert (made.organization_id, made.is_demo) == (scene.carrier.id, False)
    assert [line.need_id for line in made.needs] == [scene.bikes.id]


def test_the_builder_names_the_team_the_matrix_and_what_nobody_covers(
    client: FlaskClient, team: Consortium
) -> None:
    page = client.get(f"{BASE}/{team.id}").text
    assert "2 membres pour 2 besoins couverts sur 3" in page
    assert "Aucune autre équipe de cette taille ne couvre mieux ces besoins" in page
    assert "Personne ne couvre ce besoin" in page
    assert '<th scope="col">Vélo pour tous</th>' in page
    assert "le choix d’un titulaire suit les règles" in page


def test_the_page_says_why_a_gate_keeps_a_kept_actor_out_of_a_need(
    client: FlaskClient, team: Consortium, scene: Scene
) -> None:
    submit(client, f"{BASE}/{team.id}/choix", choice(team, scene.distant.id, "garder"))
    page = client.get(f"{BASE}/{team.id}").text
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
    assert submit(client, f"{BASE}/{team.id}/choix", leave).status_code == 302
    page = client.get(f"{BASE}/{team.id}").text
    assert "1 membre pour 1 besoin couvert sur 3" in page
    assert "Marché en cours" in page
    stored = fresh(empty_session, team)
    submit(client, f"{BASE}/{team.id}/annuler", {"lock": stored.lock})
    page = client.get(f"{BASE}/{team.id}").text
    assert "2 membres pour 2 besoins couverts sur 3" in page
    assert "Annuler le dernier choix" not in page


def test_settings_change_the_team(client: FlaskClient, team: Consortium, scene: Scene) -> None:
    data = {"name": "Autre nom", "max_members": 1, "lock": team.lock}
    data[f"poids-{scene.heat.id}"] = 5
    data[f"poids-{scene.bikes.id}"] = 1
    assert submit(client, f"{BASE}/{team.id}/reglages", data).status_code == 302
    page = client.get(f"{BASE}/{team.id}").text
    assert "<h1>Autre nom</h1>" in page
    assert '<th scope="col">Murs frais</th>' in page
    assert '<th scope="col">Vélo pour tous</th>' not in page


def test_settings_out_of_bounds_name_the_field(client: FlaskClient, team: Consortium) -> None:
    data = {"name": "Nom", "max_members": 40, "lock": team.lock}
    answer = submit(client, f"{BASE}/{team.id}/reglages", data)
    assert answer.status_code == 422
    assert "Nombre de places : Choisissez entre 1 et 12 places." in answer.text


def test_a_lost_update_is_a_409_with_both_versions(
    client: FlaskClient, team: Consortium, scene: Scene, empty_session: Session
) -> None:
    seen = team.lock
    submit(client, f"{BASE}/{team.id}/choix", choice(team, scene.cyclist.id, "garder"))
    late = {"name": "Nom tardif", "max_members": 3, "lock": seen}
    answer = submit(client, f"{BASE}/{team.id}/reglages", late)
    assert answer.status_code == 409
    assert "<td>Nom tardif</td><td>Première équipe</td>" in answer.text
    late_choice = {**choice(team, scene.cyclist.id, "ecarter"), "lock": seen}
    answer = submit(client, f"{BASE}/{team.id}/choix", late_choice)
    assert answer.status_code == 409
    assert "<td>Écarté</td><td>Gardé dans l’équipe</td>" in answer.text
    stored = fresh(empty_session, team)
    assert [one.choice for one in stored.choices] == [SeatChoice.LOCKED]
    assert stored.name == "Première équipe"


@pytest.mark.parametrize("data", [{}, {"action": "garder"}, {"action": "x", "acteur": 1}])
def test_a_broken_choice_is_a_400(
    client: FlaskClient, team: Consortium, data: dict[str, Any]
) -> None:
    assert submit(client, f"{BASE}/{team.id}/choix", data).status_code == 400


def test_a_choice_of_a_missing_actor_is_a_404(client: FlaskClient, team: Consortium) -> None:
    answer = submit(client, f"{BASE}/{team.id}/choix", choice(team, 999_999, "garder"))
    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["", "/inviter", "/imprimer", "/groupement.csv"])
def test_somebody_elses_team_looks_missing(empty_app: Flask, team: Consortium, path: str) -> None:
    other = sign_in(empty_app, GUEST)
    theirs, missing = other.get(f"{BASE}/{team.id}{path}"), other.get(f"{BASE}/777{path}")
    assert (theirs.status_code, missing.status_code) == (404, 404)
    number = re.compile(r"(groupements(?:/|%2F))\d+")
    assert number.sub("", theirs.text) == number.sub("", missing.text)


def test_invitations_leave_once_with_one_mail_each(
    client: FlaskClient, empty_app: Flask, team: Consortium, scene: Scene
) -> None:
    more = {"form_number": "b" * 32, f"role-{scene.cyclist.id}": "Ateliers"}
    for _ in range(2):
        answer = invite(client, team, scene.cyclist.id, scene.insulator.id, **more)
        assert answer.location.endswith(f"{BASE}/{team.id}#invitations")
    (mail,) = mails_to(empty_app, GUEST)
    assert "Ville d’essai vous propose une place dans un groupement" in mail
    assert "Le rôle proposé : Ateliers" in mail
    assert "Murs frais" not in mail
    page = client.get(f"{BASE}/{team.id}").text
    assert page.count("Invitation envoyée") == 4  # on the seat and in the list, twice
    assert "Personne ne tient encore cette fiche" in page


def test_an_invitation_without_a_message_is_refused(
    client: FlaskClient, team: Consortium, scene: Scene
) -> None:
    answer = invite(client, team, scene.cyclist.id, message="")
    assert answer.status_code == 422
    assert "Écrivez un message" in answer.text


def test_only_members_of_the_team_can_be_invited(
    client: FlaskClient, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    answer = invite(client, team, scene.distant.id)
    assert answer.status_code == 422
    assert empty_session.scalar(select(func.count(ConsortiumInvitation.id))) == 0


def test_the_actor_accepts_then_takes_it_back(
    client: FlaskClient, empty_app: Flask, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    (mail,) = mails_to(empty_app, GUEST)
    guest, path = sign_in(empty_app, GUEST), link_in(mail)
    page = guest.get(path).text
    assert "Une réunion en janvier ?" in page
    assert "Personne d’autre n’a encore accepté." in page
    assert "Murs frais" not in page
    submit(guest, f"{path}/repondre", {"decision": "accepter"})
    assert sole_invitation(empty_session).state is InvitationState.ACCEPTED
    assert "Vélo pour tous accepte votre invitation" in mails_to(empty_app, BUILDER)[0]
    submit(guest, f"{path}/reprendre")
    assert sole_invitation(empty_session).state is InvitationState.INVITED
    assert "revient sur sa réponse" in mails_to(empty_app, BUILDER)[1]


def test_a_refusal_needs_a_reason_and_leads_to_others(
    client: FlaskClient, empty_app: Flask, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    guest = sign_in(empty_app, GUEST)
    path = f"{BASE}/invitations/{sole_invitation(empty_session).id}"
    bare = submit(guest, f"{path}/repondre", {"decision": "decliner", "note": "Gardé"})
    assert (bare.status_code, "Choisissez une raison." in bare.text) == (422, True)
    assert "Gardé" in bare.text
    full = {"decision": "decliner", "reason": "disponibilite", "note": "Au printemps peut-être"}
    submit(guest, f"{path}/repondre", full)
    page = client.get(f"{BASE}/{team.id}").text
    assert "Au printemps peut-être" in page
    assert "À inviter à la place : Murs frais." in page
    assert "1 membre pour 1 besoin couvert sur 3" in page
    assert "Motif : Pas de disponibilité" in mails_to(empty_app, BUILDER)[0]


def test_a_reminder_leaves_once_after_seven_days_unless_answered(
    client: FlaskClient, empty_app: Flask, team: Consortium, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    sent_at = datetime.now(UTC) + timedelta(minutes=1)
    counts = []
    for days in (0, 6, 8, 20):
        with time_machine.travel(sent_at + timedelta(days=days), tick=False):
            mails = mails_to(empty_app, GUEST)
        counts.append(len(mails))
    assert counts == [1, 1, 2, 2]
    assert [mail.split("\n")[0] for mail in mails] == [
        "Ville d’essai vous propose une place dans un groupement",
        "Une invitation de Ville d’essai attend votre réponse",
    ]


def test_a_withdrawn_invitation_says_so_to_the_actor(
    client: FlaskClient, empty_app: Flask, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    run_worker(empty_app)
    number = sole_invitation(empty_session).id
    submit(client, f"{BASE}/{team.id}/invitations/{number}/retirer")
    assert "retire son invitation" in mails_to(empty_app, GUEST)[1]
    page = sign_in(empty_app, GUEST).get(f"{BASE}/invitations/{number}").text
    assert "Cette invitation a été retirée" in page


def test_somebody_elses_invitation_looks_missing(
    client: FlaskClient, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    number = sole_invitation(empty_session).id
    assert client.get(f"{BASE}/invitations/{number}").status_code == 404
    assert submit(client, f"{BASE}/invitations/{number}/repondre").status_code == 404
    strange = submit(client, f"{BASE}/{team.id + 1}/invitations/{number}/retirer")
    assert strange.status_code == 404


def test_one_partnership_comes_of_a_team(
    client: FlaskClient, empty_app: Flask, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    early = submit(client, f"{BASE}/{team.id}/partenariat")
    assert early.location.endswith(f"{BASE}/{team.id}")
    guest = sign_in(empty_app, GUEST)
    number = sole_invitation(empty_session).id
    submit(guest, f"{BASE}/invitations/{number}/repondre", {"decision": "accepter"})
    first = submit(client, f"{BASE}/{team.id}/partenariat")
    second = submit(client, f"{BASE}/{team.id}/partenariat")
    assert first.location == second.location
    empty_session.rollback()
    made = empty_session.scalars(select(Partnership)).one()
    assert made.consortium_id == team.id
    assert len(made.working_groups) == 3
    locked = submit(client, f"{BASE}/{team.id}/choix", choice(team, scene.insulator.id, "garder"))
    assert locked.status_code == 422
    assert "est devenu un partenariat" in client.get(f"{BASE}/{team.id}").text


def test_the_files_hold_matrix_team_and_answers(
    client: FlaskClient, team: Consortium, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    for kind in ("csv", "xlsx"):
        content = client.get(f"{BASE}/{team.id}/groupement.{kind}").data
        table = read_table(content, max_rows=100)
        cells = [line.cells for line in table.lines]
        assert len(cells) == 6
        assert {row[2] for row in cells} == {"Vélo pour tous", "Murs frais"}
        assert any(row[8] == "Invitation envoyée" for row in cells)
    pdf = PdfReader(io.BytesIO(client.get(f"{BASE}/{team.id}/groupement.pdf").data))
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "Première équipe" in text
    assert BUILDER not in text
    assert "Vélo pour tous" in client.get(f"{BASE}/{team.id}/imprimer").text


def test_a_formula_in_a_file_is_neutralised(
    client: FlaskClient, empty_session: Session, team: Consortium, scene: Scene
) -> None:
    scene.bikes.title = "=cmd|'calc'!A1 vélo bicyclettes réparer apprendre"
    empty_session.commit()
    lines = client.get(f"{BASE}/{team.id}/groupement.csv").get_data(as_text=True)
    assert "'=cmd" in lines
    assert ";=cmd" not in lines


def test_the_number_of_queries_does_not_grow(
    client: FlaskClient, empty_app: Flask, empty_session: Session, team: Consortium, scene: Scene
) -> None:
    invite(client, team, scene.cyclist.id)
    pages = (BASE, f"{BASE}/{team.id}", f"{BASE}/{team.id}/inviter")
    few = {}
    for page in pages:
        client.get(page)
        with count_queries(empty_app) as counted:
            client.get(page)
        few[page] = len(counted)
    invite(client, team, scene.insulator.id)
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
    assert "Il faut une structure" in alone.get(BASE).text
    assert "ne portent aucun besoin ouvert" in alone.get(f"{BASE}/nouveau").text


def test_a_federating_structure_is_shown_as_such(
    client: FlaskClient, empty_session: Session, team: Consortium, scene: Scene
) -> None:
    scene.cyclist.kind = OrganizationKind.INCUBATOR
    empty_session.commit()
    assert "Structure fédératrice" in client.get(f"{BASE}/{team.id}").text
