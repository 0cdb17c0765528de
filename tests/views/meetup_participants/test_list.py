"""The organisers' list: filters, decisions, additions, exports, and how many queries."""

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from extensions.database import db_session
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetupPlan
from services.tabular import read_table
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_day,
    make_participant,
)
from tests.factories.organizations import make_organization
from tests.factories.pages import mails_to, submit
from tests.query_counter import count_queries
from tests.views.meetup_participants.steps import ROOT, fill, named, several
from vocabulary.exchanges import Side
from vocabulary.meetups import ParticipantState

PAGE = f"{ROOT}/participants"
MOST_QUERIES = 12


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
