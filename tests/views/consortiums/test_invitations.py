"""Invitations of a team: sent once, answered, taken back, reminded, then a partnership."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.consortium import Consortium, ConsortiumInvitation
from models.partnership import Partnership
from tests.factories.accounts import sign_in
from tests.factories.consortiums import (
    BUILDER,
    GUEST,
    TEAMS,
    Scene,
    choice,
    invite_actors,
    sole_invitation,
)
from tests.factories.pages import link_in, mails_to, run_worker, submit
from vocabulary.exchanges import InvitationState


def test_invitations_leave_once_with_one_mail_each(
    client: FlaskClient, empty_app: Flask, team: Consortium, scene: Scene
) -> None:
    more = {"form_number": "b" * 32, f"role-{scene.cyclist.id}": "Ateliers"}
    for _ in range(2):
        answer = invite_actors(client, team, scene.cyclist.id, scene.insulator.id, **more)
        assert answer.location.endswith(f"{TEAMS}/{team.id}#invitations")
    (mail,) = mails_to(empty_app, GUEST)
    assert "Ville d’essai vous propose une place dans un groupement" in mail
    assert "Le rôle proposé : Ateliers" in mail
    assert "Murs frais" not in mail
    page = client.get(f"{TEAMS}/{team.id}").text
    assert page.count("Invitation envoyée") == 4  # on the seat and in the list, twice
    assert "Personne ne tient encore cette fiche" in page


def test_an_invitation_without_a_message_is_refused(
    client: FlaskClient, team: Consortium, scene: Scene
) -> None:
    answer = invite_actors(client, team, scene.cyclist.id, message="")
    assert answer.status_code == 422
    assert "Écrivez un message" in answer.text


def test_only_members_of_the_team_can_be_invited(
    client: FlaskClient, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    answer = invite_actors(client, team, scene.distant.id)
    assert answer.status_code == 422
    assert empty_session.scalar(select(func.count(ConsortiumInvitation.id))) == 0


def test_the_actor_accepts_then_takes_it_back(
    client: FlaskClient, empty_app: Flask, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite_actors(client, team, scene.cyclist.id)
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
    invite_actors(client, team, scene.cyclist.id)
    guest = sign_in(empty_app, GUEST)
    path = f"{TEAMS}/invitations/{sole_invitation(empty_session).id}"
    bare = submit(guest, f"{path}/repondre", {"decision": "decliner", "note": "Gardé"})
    assert (bare.status_code, "Choisissez une raison." in bare.text) == (422, True)
    assert "Gardé" in bare.text
    full = {"decision": "decliner", "reason": "disponibilite", "note": "Au printemps peut-être"}
    submit(guest, f"{path}/repondre", full)
    page = client.get(f"{TEAMS}/{team.id}").text
    assert "Au printemps peut-être" in page
    assert "À inviter à la place : Murs frais." in page
    assert "1 membre pour 1 besoin couvert sur 3" in page
    assert "Motif : Pas de disponibilité" in mails_to(empty_app, BUILDER)[0]


def test_a_reminder_leaves_once_after_seven_days_unless_answered(
    client: FlaskClient, empty_app: Flask, team: Consortium, scene: Scene
) -> None:
    invite_actors(client, team, scene.cyclist.id)
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
    invite_actors(client, team, scene.cyclist.id)
    run_worker(empty_app)
    number = sole_invitation(empty_session).id
    submit(client, f"{TEAMS}/{team.id}/invitations/{number}/retirer")
    assert "retire son invitation" in mails_to(empty_app, GUEST)[1]
    page = sign_in(empty_app, GUEST).get(f"{TEAMS}/invitations/{number}").text
    assert "Cette invitation a été retirée" in page


def test_somebody_elses_invitation_looks_missing(
    client: FlaskClient, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite_actors(client, team, scene.cyclist.id)
    number = sole_invitation(empty_session).id
    assert client.get(f"{TEAMS}/invitations/{number}").status_code == 404
    assert submit(client, f"{TEAMS}/invitations/{number}/repondre").status_code == 404
    strange = submit(client, f"{TEAMS}/{team.id + 1}/invitations/{number}/retirer")
    assert strange.status_code == 404


def test_one_partnership_comes_of_a_team(
    client: FlaskClient, empty_app: Flask, team: Consortium, empty_session: Session, scene: Scene
) -> None:
    invite_actors(client, team, scene.cyclist.id)
    early = submit(client, f"{TEAMS}/{team.id}/partenariat")
    assert early.location.endswith(f"{TEAMS}/{team.id}")
    guest = sign_in(empty_app, GUEST)
    number = sole_invitation(empty_session).id
    submit(guest, f"{TEAMS}/invitations/{number}/repondre", {"decision": "accepter"})
    first = submit(client, f"{TEAMS}/{team.id}/partenariat")
    second = submit(client, f"{TEAMS}/{team.id}/partenariat")
    assert first.location == second.location
    empty_session.rollback()
    made = empty_session.scalars(select(Partnership)).one()
    assert made.consortium_id == team.id
    assert len(made.working_groups) == 3
    locked = submit(client, f"{TEAMS}/{team.id}/choix", choice(team, scene.insulator.id, "garder"))
    assert locked.status_code == 422
    assert "est devenu un partenariat" in client.get(f"{TEAMS}/{team.id}").text
