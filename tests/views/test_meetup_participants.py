"""The organisers' list: filters, decisions, additions, exports, files, and how many queries."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.tabular import read_table
from tests.factories.accounts import make_membership, make_user, sign_in
from tests.factories.entries import make_territory
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_slots,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import mails_to, submit
from tests.query_counter import count_queries
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import ParticipantState

ROOT = "/pilotage/rencontres/journee-d-essai"
PAGE = f"{ROOT}/participants"
MOST_QUERIES = 12


def fill(app: Flask, work: Callable[[Session, MeetupDay], object]) -> None:
    """Change the day between two requests."""
    with app.app_context():
        session = db_session()
        day = session.scalars(select(MeetupDay)).one()
        work(session, day)
        session.commit()


@pytest.fixture
def staff(empty_app: Flask) -> FlaskClient:
    with empty_app.app_context():
        session = db_session()
        day = make_day(session, capacity=2)
        make_slots(session, day, 3)
        make_user(session, email="equipe@a.example", role=UserRole.STAFF)
        session.commit()
    return sign_in(empty_app, "equipe@a.example")


def named(app: Flask, name: str) -> MeetupParticipant:
    """Return a participant by name."""
    with app.app_context():
        query = select(MeetupParticipant).where(MeetupParticipant.name == name)
        found = db_session().scalars(query).one()
        assert found.attendees is not None
        return found


def several(count: int, **columns: Any) -> Callable[[Session, MeetupDay], None]:
    """Return what adds so many participants, each with one person."""

    def add(session: Session, day: MeetupDay) -> None:
        for rank in range(count):
            one = make_participant(session, day, f"Structure {rank}", **columns)
            make_attendee(session, one, f"Personne {rank}", email=f"p{rank}@a.example")

    return add


def test_every_filter_finds_its_own(empty_app: Flask, staff: FlaskClient) -> None:
    def add(session: Session, day: MeetupDay) -> None:
        make_participant(session, day, "Ville", side=Side.TERRITORY)
        invited = make_participant(
            session, day, "Sourde oreille", state=ParticipantState.INVITED, invited_at=NOW
        )
        make_attendee(session, invited, "Zoé", email="zoe@a.example")
        make_participant(session, day, "À inviter", state=ParticipantState.INVITED)
        make_participant(session, day, "Attentive", needs_hearing_loop=True)

    fill(empty_app, add)
    everybody = {"Ville", "Sourde oreille", "À inviter", "Attentive"}
    for query, expected in {
        "": everybody,
        "?cote=territoire": {"Ville"},
        "?etat=invite": {"Sourde oreille", "À inviter"},
        "?manque=sans-reponse": {"Sourde oreille"},
        "?manque=a-inviter": {"À inviter"},
        "?manque=accessibilite": {"Attentive"},
        "?manque=sans-souhait": {"Ville", "Attentive"},
        "?q=ZOE@A": {"Sourde oreille"},
        "?q=oreille": {"Sourde oreille"},
        "?q=rien-de-tel": set(),
        "?etat=inconnu&cote=%00&page=99999": everybody,
    }.items():
        page = staff.get(f"{PAGE}{query}").text
        assert {name for name in everybody if f">{name}</a>" in page} == expected, query


@pytest.mark.parametrize("path", ["", "/liste-d-attente", "/ajouter"])
def test_pages_ask_as_many_queries_for_one_as_for_thirty(
    empty_app: Flask, staff: FlaskClient, path: str
) -> None:
    found = []
    for count in (1, 30):
        fill(empty_app, lambda _session, day: day.participants.clear())
        fill(empty_app, several(count, state=ParticipantState.WAITING, queued_at=NOW))
        with count_queries(empty_app) as statements:
            assert staff.get(f"{PAGE}{path}").status_code == 200
        found.append(len(statements))
    assert found[0] == found[1] <= MOST_QUERIES + 3


def test_several_are_decided_upon_at_once_and_told(empty_app: Flask, staff: FlaskClient) -> None:
    fill(empty_app, several(3, state=ParticipantState.PENDING, answered_at=NOW))
    numbers = [named(empty_app, f"Structure {rank}").id for rank in range(3)]
    answer = submit(
        staff,
        f"{PAGE}/decider?etat=a-valider",
        {"decision": "accepter", "reason": "complet", "participants": numbers},
    )
    assert answer.headers["Location"] == f"{PAGE}?etat=a-valider"
    states = [named(empty_app, f"Structure {rank}").state for rank in range(3)]
    assert states == [*[ParticipantState.CONFIRMED] * 2, ParticipantState.WAITING]
    assert mails_to(empty_app, "p2@a.example")[0].startswith("Sur liste d’attente")


def test_a_refusal_is_mailed_with_its_reason(empty_app: Flask, staff: FlaskClient) -> None:
    fill(empty_app, several(1, state=ParticipantState.PENDING))
    number = named(empty_app, "Structure 0").id
    submit(
        staff,
        f"{PAGE}/decider",
        {
            "decision": "refuser",
            "reason": "territoire",
            "words": "À l’an prochain.",
            "participants": [number],
        },
    )
    mail = mails_to(empty_app, "p0@a.example")[0]
    assert "réservée aux acteurs de son territoire. À l’an prochain." in mail
    assert "Inscription refusée" in staff.get(f"{PAGE}/{number}").text


def test_a_decision_on_nobody_is_refused(staff: FlaskClient) -> None:
    answer = submit(staff, f"{PAGE}/decider", {"decision": "accepter", "reason": "complet"})
    assert answer.status_code == 422
    wrong = submit(staff, f"{PAGE}/decider", {"decision": "jeter", "participants": ["1"]})
    assert wrong.status_code == 422


def test_a_participant_of_another_day_is_missing(empty_app: Flask, staff: FlaskClient) -> None:
    with empty_app.app_context():
        session = db_session()
        other = make_day(session, "Autre journée")
        number = make_participant(session, other, state=ParticipantState.PENDING).id
        session.commit()
    for path in ("", "/modifier", "/disponibilites", "/personnes/nouvelle"):
        assert staff.get(f"{PAGE}/{number}{path}").status_code == 404
    submit(
        staff,
        f"{PAGE}/decider",
        {"decision": "accepter", "reason": "complet", "participants": [number]},
    )
    with empty_app.app_context():
        found = db_session().get(MeetupParticipant, number)
        assert found is not None
        assert found.state == ParticipantState.PENDING


def test_a_body_is_added_by_hand_once(empty_app: Flask, staff: FlaskClient) -> None:
    with empty_app.app_context():
        make_organization(db_session(), "Corps de l’annuaire")
        db_session().commit()
    data = {
        "organization": "corps-de-l-annuaire",
        "person_name": "Ada",
        "email": "ada@a.example",
        "registers": "inscrit",
        "kind": "startup",
    }
    assert submit(staff, f"{PAGE}/ajouter", data).status_code == 302
    assert named(empty_app, "Corps de l’annuaire").state == ParticipantState.CONFIRMED
    again = submit(staff, f"{PAGE}/ajouter", data)
    assert again.status_code == 422
    assert "est déjà sur la liste" in again.text
    nobody = submit(staff, f"{PAGE}/ajouter", {**data, "organization": "personne-de-tel"})
    assert "Aucune fiche publiée" in nobody.text
    nothing = submit(staff, f"{PAGE}/ajouter", {"registers": "invite", "kind": "pme"})
    assert "Choisissez une fiche" in nothing.text


def test_staff_correct_for_somebody(empty_app: Flask, staff: FlaskClient) -> None:
    fill(empty_app, several(2))
    number = named(empty_app, "Structure 0").id
    data = {
        "name": "Structure corrigée",
        "side": "territoire",
        "territories": "qn03401m, QN03402M",
        "staff_note": "À placer près de la porte",
        "visibility": "organisateurs",
    }
    assert submit(staff, f"{PAGE}/{number}/modifier", data).status_code == 302
    found = named(empty_app, "Structure corrigée")
    assert (found.side, found.territory_codes) == (Side.TERRITORY, ["QN03401M", "QN03402M"])
    taken = submit(staff, f"{PAGE}/{number}/modifier", {**data, "name": "Structure 1"})
    assert "fusionnez les deux" in taken.text


def test_the_exported_list_runs_nothing(empty_app: Flask, staff: FlaskClient) -> None:
    def add(session: Session, day: MeetupDay) -> None:
        one = make_participant(session, day, "=1+1", presentation="@SUM(A1)")
        make_attendee(session, one, "+33 Ada", email="ada@a.example")

    fill(empty_app, add)
    answer = staff.get(f"{PAGE}/export.csv")
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True)[1:]), delimiter=";"))
    assert (rows[1][0], rows[1][4], rows[1][17]) == ("'=1+1", "'+33 Ada", "'@SUM(A1)")
    assert answer.headers["Cache-Control"] == "private, no-store"
    book = staff.get(f"{PAGE}/export.xlsx?q=rien")
    assert read_table(book.data, max_rows=10).lines == ()


def test_invitations_go_once_and_reminders_stop_at_an_answer(
    empty_app: Flask, staff: FlaskClient
) -> None:
    fill(empty_app, several(2, state=ParticipantState.INVITED, confirmed_at=None))
    page = staff.get(f"{ROOT}/invitations/envoyer").text
    assert "2 courriels vont partir" in page
    assert submit(staff, f"{ROOT}/invitations/envoyer").status_code == 302
    assert submit(staff, f"{ROOT}/invitations/envoyer").status_code == 302
    mails = mails_to(empty_app, "p0@a.example")
    assert [one.split("\n")[0] for one in mails] == ["Invitation : Journée d’essai"]
    submit(staff, f"{ROOT}/invitations/relancer")
    assert len(mails_to(empty_app, "p0@a.example")) == 1

    def wait(_session: Session, day: MeetupDay) -> None:
        for one in day.participants:
            one.invited_at = NOW - timedelta(days=5)
        day.participants[1].state = ParticipantState.DECLINED

    fill(empty_app, wait)
    submit(staff, f"{ROOT}/invitations/relancer")
    submit(staff, f"{ROOT}/invitations/relancer")
    assert len(mails_to(empty_app, "p0@a.example")) == 2
    assert len(mails_to(empty_app, "p1@a.example")) == 1


def test_somebody_of_two_bodies_gets_one_invitation(empty_app: Flask, staff: FlaskClient) -> None:
    def add(session: Session, day: MeetupDay) -> None:
        member = make_user(session, email="deux@a.example")
        for name in ("Corps un", "Corps deux"):
            body = make_organization(session, name, is_claimed=True)
            make_membership(session, member, body)
            make_participant(
                session,
                day,
                name,
                organization_id=body.id,
                state=ParticipantState.INVITED,
                confirmed_at=None,
            )

    fill(empty_app, add)
    submit(staff, f"{ROOT}/invitations/envoyer")
    mails = mails_to(empty_app, "deux@a.example")
    assert len(mails) == 1
    assert ("Corps un" in mails[0], "Corps deux" in mails[0]) == (True, True)


def test_an_invitation_names_the_quarters_by_their_names(
    empty_app: Flask, staff: FlaskClient
) -> None:
    def add(session: Session, day: MeetupDay) -> None:
        make_territory(session, "QN04212M", name="Les Fauvettes")
        one = make_participant(
            session,
            day,
            "Ville invitée",
            state=ParticipantState.INVITED,
            confirmed_at=None,
            invited_for={"quarters": ["QN04212M"]},
        )
        make_attendee(session, one, "Bo", email="bo@a.example")

    fill(empty_app, add)
    submit(staff, f"{ROOT}/invitations/envoyer")
    (mail,) = mails_to(empty_app, "bo@a.example")
    assert "Vous portez un projet ou un besoin dans le quartier Les Fauvettes." in mail


def test_bodies_are_found_by_name_and_kept_or_not(empty_app: Flask, staff: FlaskClient) -> None:
    with empty_app.app_context():
        session = db_session()
        kept = make_organization(session, "Fabrique gardée").id
        make_organization(session, "Fabrique écartée")
        session.commit()
    query = "?text=fabrique"
    page = staff.get(f"{ROOT}/invitations{query}").text
    assert ("Fabrique gardée" in page, "Fabrique écartée" in page) == (True, True)
    data = {"organizations": [kept], "words": "Pour votre savoir-faire."}
    assert submit(staff, f"{ROOT}/invitations/preparer{query}", data).status_code == 302
    found = named(empty_app, "Fabrique gardée")
    assert (found.state, found.invited_at) == (ParticipantState.INVITED, None)
    assert found.invited_for == {"words": "Pour votre savoir-faire."}
    nobody = submit(staff, f"{ROOT}/invitations/preparer{query}", {})
    assert "Gardez au moins une structure." in nobody.text
    assert staff.get(f"{ROOT}/invitations?place=Nulle-Part-sur-Rien").status_code == 422
    assert staff.get(f"{ROOT}/invitations?text=").status_code == 422


def test_a_pasted_list_goes_from_preview_to_undo(empty_app: Flask, staff: FlaskClient) -> None:
    pasted = (
        "structure\tcôté\tnom\tadresse\nVille A\tterritoire\tAda\tada@a.example\n\tterritoire\t\t"
    )
    answer = submit(staff, f"{ROOT}/imports", {"pasted": pasted})
    page = answer.headers["Location"]
    assert "Le nom de la structure manque." in staff.get(page).text
    refused = staff.get(f"{page}/refus.csv").get_data(as_text=True)
    assert "3;Le nom de la structure manque." in refused
    assert submit(staff, f"{page}/appliquer").status_code == 302
    assert named(empty_app, "Ville A").state == ParticipantState.INVITED
    assert "1 ligne reprise." in submit(staff, f"{page}/annuler", follow_redirects=True).text
    with empty_app.app_context():
        assert db_session().scalars(select(MeetupParticipant)).all() == []
    for wrong in ({}, {"pasted": "structure;nom"}):
        assert submit(staff, f"{ROOT}/imports", wrong).status_code == 422


def test_a_list_out_of_date_is_shown_again(staff: FlaskClient) -> None:
    pasted = "structure\tcôté\tnom\tadresse\nVille A\tterritoire\tAda\tada@a.example"
    first, second = (
        submit(staff, f"{ROOT}/imports", {"pasted": pasted}).headers["Location"] for _ in range(2)
    )
    submit(staff, f"{first}/appliquer")
    answer = submit(staff, f"{second}/appliquer")
    assert answer.status_code == 409
    assert "La liste a changé depuis la prévisualisation : relisez-la." in answer.text


def test_an_import_leads_on_and_says_what_is_missing(empty_app: Flask, staff: FlaskClient) -> None:
    def limit(_session: Session, day: MeetupDay) -> None:
        day.capacity = 1

    fill(empty_app, limit)
    lines = (
        "Ville A;territoire;Ada;inscrit",
        "Ville B;territoire;Bo;inscrit",
        "Ville C;territoire;Cy;",
    )
    pasted = "\n".join(("structure;côté;nom;état", *lines))
    page = str(submit(staff, f"{ROOT}/imports", {"pasted": pasted}).location)
    preview = " ".join(staff.get(page).text.split())
    assert "2 structures du fichier n’ont aucun thème" in preview
    assert "La journée est complète (1 place). Une ligne n’y tient pas : la 3." in preview
    fill(empty_app, lambda _session, day: setattr(day, "capacity", 2))
    submit(staff, f"{page}/colonnes")
    assert "La journée est complète" not in staff.get(page).text
    fill(empty_app, limit)
    submit(staff, f"{page}/colonnes")
    assert f'href="{ROOT}/journee#capacity"' in preview
    submit(staff, f"{page}/appliquer")
    done = staff.get(page).text
    for link in ("participants?etat=inscrit", "invitations/envoyer", "manque=sans-theme"):
        assert f"{ROOT}/{link}" in done or link in done
    assert f"{ROOT}/souhaits/listes" in done
    listed = staff.get(f"{ROOT}/participants?manque=sans-theme").text
    assert ("Ville A" in listed, "Ville C" in listed, "sans thème" in listed) == (True, True, True)


def test_columns_of_a_file_are_chosen_on_its_page(empty_app: Flask, staff: FlaskClient) -> None:
    pasted = "Porteur;Camp;Qui\nVille A;territoire;Ada"
    page = str(submit(staff, f"{ROOT}/imports", {"pasted": pasted}).location)
    shown = staff.get(page).text
    assert "Aucun titre ne dit où est le nom de la structure" in shown
    assert ("Appliquer l’import" in shown, "Ligne refusée" in shown) == (False, False)
    twice = {"name": "0", "side": "1", "person": "0"}
    wrong = submit(staff, f"{page}/colonnes", twice, follow_redirects=True)
    assert "La colonne « Porteur » est choisie deux fois" in wrong.text
    submit(staff, f"{page}/colonnes", {"name": "0", "side": "1", "person": "2"})
    assert "Appliquer l’import" in staff.get(page).text
    submit(staff, f"{page}/appliquer")
    assert named(empty_app, "Ville A").side == Side.TERRITORY


@pytest.mark.parametrize("page", ["imports", "souhaits/listes"])
def test_the_models_are_downloaded_and_read_back(staff: FlaskClient, page: str) -> None:
    for file_type in ("csv", "xlsx"):
        answer = staff.get(f"{ROOT}/{page}/modele.{file_type}")
        table = read_table(answer.data, max_rows=5)
        assert "modele-" in answer.headers["Content-Disposition"]
        assert "EXEMPLE FICTIF" in table.lines[0].cells[0]
    assert staff.get(f"{ROOT}/{page}/modele.exe").status_code == 404
    assert "/modele.xlsx" in staff.get(f"{ROOT}/{page}").text


def test_the_page_of_an_import_is_light_whatever_its_lines(
    empty_app: Flask, staff: FlaskClient
) -> None:
    head = ";".join(["structure", "côté", *(f"colonne numéro {rank}" for rank in range(60))])
    lines = [f"Ville {rank};territoire" + ";x" * 60 for rank in range(300)]
    pasted = "\n".join((head, *lines))
    page = str(submit(staff, f"{ROOT}/imports", {"pasted": pasted}).location)
    with count_queries(empty_app) as queries:
        answer = staff.get(page)
    assert len(queries) <= 12, queries
    assert len(answer.data) < 100_000


def test_a_late_cancellation_reaches_the_organiser(empty_app: Flask, staff: FlaskClient) -> None:
    def add(session: Session, day: MeetupDay) -> None:
        several(1)(session, day)
        plan = MeetupPlan(day_id=day.id, number=1, created_at=NOW)
        session.add(plan)
        session.flush()
        day.published_plan_id = plan.id

    fill(empty_app, add)
    number = named(empty_app, "Structure 0").id
    submit(
        staff,
        f"{PAGE}/decider",
        {"decision": "annuler", "reason": "complet", "participants": [number]},
    )
    assert named(empty_app, "Structure 0").absent_at is not None
    mail = mails_to(empty_app, "equipe@a.example")[0]
    assert mail.startswith("Structure 0 ne vient plus")
