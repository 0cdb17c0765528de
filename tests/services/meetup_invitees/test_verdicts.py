"""Each line of a file of invitees gets its verdict, in words."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch
from models.meetup_participant import MeetupParticipant
from services.errors import RuleViolation, UnreadableFile
from services.meetup_invitee_files import (
    count_without_themes,
    lines_not_fitting,
)
from tests.factories.meetups import (
    make_attendee,
    make_participant,
)
from tests.factories.organizations import make_organization
from tests.services.meetup_invitees.lists import people, run, send, verdicts
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind
from vocabulary.meetups import ParticipantState


def problem(batch: MeetupInviteeBatch, position: int = 0) -> str:
    """Return the words of the first problem of a line."""
    first = batch.lines[position].notes["problems"][0]
    return str(first["message"] % first["params"])


def test_bodies_of_the_directory_are_known_by_number_and_by_name(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    city = make_organization(
        empty_session, "Ville de Test", kind=OrganizationKind.COLLECTIVITE, siren="732829320"
    )
    batch = send(
        empty_session,
        day,
        staff,
        "Mairie;732829320;Ada;ada@a.example",
        "VILLE DE TEST;;Bo;bo@a.example",
        head="structure;siren;nom;email",
    )
    run(empty_session, day, batch, staff)
    participant = empty_session.scalars(select(MeetupParticipant)).one()
    assert (participant.organization_id, participant.side) == (city.id, Side.TERRITORY)
    assert [one.name for one in participant.attendees] == ["Ada", "Bo"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (";territoire;;Ada;;;;", "Le nom de la structure manque."),
        ("Ville;;;Ada;;;;", "n’est pas dans l’annuaire"),
        ("Ville;milieu;;Ada;;;;", "Côté inconnu : « milieu »"),
        ("Ville;;soucoupe;Ada;;;;", "Type de structure inconnu : « soucoupe »"),
        ("Ville;territoire;startup;Ada;;;;", "n’est pas du côté"),
        ("Ville;territoire;;Ada;;ada@;;", "Adresse électronique illisible"),
        ("Ville;territoire;;;;ada@a.example;;", "Une adresse sans nom"),
        ("Ville;territoire;;Ada;;;peut-être;", "État inconnu : « peut-être »"),
        (
            "Ville;territoire;;Ada;;;;vers midi",
            "Horaire illisible : « vers midi ». Écrivez",
        ),
        ("Ville;territoire;;Ada;;;;20h-21h", "est hors de la journée, qui va de 09h00 à 10h35"),
        ("Ville;territoire;;Ada;;;;10h-9h", "la fin vient avant le début"),
        ("Ville;territoire;;Ada;;;;8h-19h", "Indisponible toute la journée"),
        ("Ville;territoire;;Ada;;;;25h-26h", "Horaire illisible"),
        ("Déclinée;territoire;;Ada;;;;", "a décliné l’invitation"),
        ("Autre;territoire;;Ada;;prise@a.example;;", "vient déjà pour « Connue »"),
    ],
)
def test_each_fault_has_its_words(
    empty_session: Session, day: MeetupDay, staff: User, line: str, words: str
) -> None:
    known = make_participant(empty_session, day, "Connue")
    make_attendee(empty_session, known, email="prise@a.example")
    make_participant(
        empty_session, day, "Déclinée", side=Side.TERRITORY, state=ParticipantState.DECLINED
    )
    batch = send(empty_session, day, staff, line)
    assert verdicts(batch) == ["refused"]
    assert words in problem(batch)
    run(empty_session, day, batch, staff)
    assert set(people(empty_session)) == {"Connue", "Déclinée"}


def test_a_person_and_an_address_twice_are_told_by_line(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    batch = send(
        empty_session,
        day,
        staff,
        "Ville A;territoire;;Ada;;ada@a.example;;",
        "Ville A;territoire;;ADA;;ada@a.example;;",
        "Ville B;territoire;;Bo;;ada@a.example;;",
        "Ville A;territoire;;Autre;;ada@a.example;;",
    )
    assert verdicts(batch) == ["new", "duplicate", "refused", "refused"]
    assert batch.lines[1].notes["line"] == 2
    assert problem(batch, 2) == "« ada@a.example » est déjà à la ligne 2, pour « Ville A »."
    assert "sous un autre nom" in problem(batch, 3)


def test_capacity_and_seats_are_not_exceeded(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    day.capacity, day.seats_per_organization = 1, 2
    batch = send(
        empty_session,
        day,
        staff,
        "A;acteur;;Un;;;inscrit;",
        "A;acteur;;Deux;;;inscrit;",
        "A;acteur;;Trois;;;;",
        "B;acteur;;Quatre;;;inscrit;",
        "B;acteur;;Quatre;;;invité;",
    )
    assert verdicts(batch) == ["new", "new", "refused", "refused", "new"]
    assert "2 personnes" in problem(batch, 2)
    assert problem(batch, 3) == "La journée est complète : toutes ses places (1) sont prises."


def test_what_is_not_a_list_is_refused(empty_session: Session, day: MeetupDay, staff: User) -> None:
    with pytest.raises(RuleViolation, match="aucune ligne"):
        send(empty_session, day, staff)
    with pytest.raises(UnreadableFile, match="plus de 5000 lignes"):
        send(empty_session, day, staff, *["A;acteur;;;;;;"] * 5_001)


def test_bodies_without_themes_are_counted_until_a_line_gives_them(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    make_participant(empty_session, day, "Connue", themes=["isolation"])
    batch = send(
        empty_session,
        day,
        staff,
        "Sans;acteur;Ada;",
        "Sans;acteur;Bo;",
        "Avec;acteur;Cy;",
        "Avec;acteur;Di;isolation",
        "Connue;;Eve;",
        head="structure;côté;nom;thèmes",
    )
    assert count_without_themes(empty_session, batch) == 1


def test_the_lines_that_do_not_fit_are_named_with_the_setting(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    day.capacity, day.seats_per_organization = 1, 1
    lines = ("A;acteur;;Un;;;inscrit;", "B;acteur;;Deux;;;inscrit;", "A;acteur;;Trois;;;;")
    batch = send(empty_session, day, staff, *lines)
    assert lines_not_fitting(empty_session, batch) == {
        "capacity": [3],
        "seats_per_organization": [4],
    }
