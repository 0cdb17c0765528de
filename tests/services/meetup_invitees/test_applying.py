"""A file of invitees is applied whole, the same again changes nothing, and it is undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from services.errors import Conflict, RuleViolation
from services.meetup_availability import free_slots
from services.meetup_invitee_apply import apply_invitees
from services.meetup_invitee_files import (
    discard_invitees,
)
from services.meetup_invitee_undo import undo_invitees
from tests.factories.meetups import (
    make_attendee,
    make_participant,
)
from tests.services.meetup_invitees.lists import LATER, people, run, send, verdicts
from vocabulary.exchanges import Side
from vocabulary.meetups import ParticipantState


def test_a_file_adds_bodies_with_their_people(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    batch = send(
        empty_session,
        day,
        staff,
        "Ville A;territoire;;Ada;Maire;ada@a.example;inscrit;",
        "Ville A;territoire;;Bo;;bo@a.example;;",
        'Fabrique;;startup;"Cy',
        'Zèd";;cy@f.example;invité;9h30-10h',
    )
    assert verdicts(batch) == ["new", "new", "new"]
    run(empty_session, day, batch, staff)
    assert people(empty_session) == {"Fabrique": ["Cy Zèd"], "Ville A": ["Ada", "Bo"]}
    found = {one.name: one for one in empty_session.scalars(select(MeetupParticipant))}
    assert found["Ville A"].state == ParticipantState.CONFIRMED
    assert (found["Fabrique"].state, found["Fabrique"].side) == (
        ParticipantState.INVITED,
        Side.ACTOR,
    )
    assert len(free_slots(day, found["Fabrique"])) == 2


def test_the_same_file_again_changes_nothing(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    lines = (
        "Ville A;territoire;;Ada;Maire;ada@a.example;inscrit;9h-9h20",
        "Ville A;territoire;;Bo;;bo@a.example;inscrit;9h-9h20",
        "Sans personne;acteur;;;;;;",
    )
    run(empty_session, day, send(empty_session, day, staff, *lines), staff)
    again = send(empty_session, day, staff, *lines)
    assert verdicts(again) == ["unchanged"] * 3
    run(empty_session, day, again, staff)
    assert people(empty_session) == {"Sans personne": [], "Ville A": ["Ada", "Bo"]}


def test_undoing_takes_back_what_nobody_used(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    known = make_participant(empty_session, day, "Connue", side=Side.TERRITORY)
    make_attendee(empty_session, known, "Zoé", email="zoe@a.example", job_title="Avant")
    batch = send(
        empty_session,
        day,
        staff,
        "Connue;;;Zoé;Après;zoe@a.example;;9h-9h20",
        "Connue;;;Yan;;;;",
        "Neuve;acteur;;Ada;;;;",
        "Utilisée;acteur;;Bo;;;;",
    )
    assert verdicts(batch) == ["changed", "new", "new", "new"]
    run(empty_session, day, batch, staff)
    assert (known.attendees[0].job_title, len(known.absences)) == ("Après", 1)
    used = empty_session.scalars(
        select(MeetupParticipant).where(MeetupParticipant.name == "Utilisée")
    ).one()
    used.invited_at = LATER + timedelta(minutes=1)
    empty_session.flush()
    done = undo_invitees(empty_session, day, batch, now=LATER)
    assert (done.undone, done.kept) == (3, 1)
    assert people(empty_session) == {"Connue": ["Zoé"], "Utilisée": ["Bo"]}
    assert (known.attendees[0].job_title, len(known.absences)) == ("Avant", 0)
    with pytest.raises(RuleViolation, match="déjà annulé"):
        undo_invitees(empty_session, day, batch, now=LATER)


def test_a_list_that_changed_meanwhile_is_read_again(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    batch = send(empty_session, day, staff, "Ville A;territoire;;Ada;;ada@a.example;;")
    make_participant(empty_session, day, "Ville A", state=ParticipantState.CANCELLED)
    with pytest.raises(Conflict):
        run(empty_session, day, batch, staff)


def test_a_file_is_applied_once(empty_session: Session, day: MeetupDay, staff: User) -> None:
    batch = send(empty_session, day, staff, "Ville A;territoire;;Ada;;;;")
    run(empty_session, day, batch, staff)
    with pytest.raises(RuleViolation, match="déjà appliqué"):
        run(empty_session, day, batch, staff)
    with pytest.raises(RuleViolation, match="annulez-le"):
        discard_invitees(empty_session, batch)


def test_a_theme_given_meanwhile_is_no_conflict(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    known = make_participant(empty_session, day, "Connue")
    batch = send(empty_session, day, staff, "Connue;;Ada", head="structure;côté;nom")
    known.themes = ["isolation"]
    empty_session.flush()
    run(empty_session, day, batch, staff)
    assert people(empty_session) == {"Connue": ["Ada"]}


def test_five_thousand_lines_are_read_and_applied(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    lines = [
        f"Structure {rank};acteur;;Personne {rank};;p{rank}@a.example;;" for rank in range(4_990)
    ]
    wrong = ["Structure 1;territoire;;X;;;;"] * 10
    batch = send(empty_session, day, staff, *lines, *wrong)
    assert (verdicts(batch).count("new"), verdicts(batch).count("refused")) == (4_990, 10)
    done = apply_invitees(empty_session, day, batch, tells=False, actor=staff, now=LATER)
    assert (done.bodies, done.people) == (4_990, 4_990)
