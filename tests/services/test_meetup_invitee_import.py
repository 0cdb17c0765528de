"""A file of invitees: a verdict for each line, applied whole, the same again nothing, undone."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_invitee import MeetupInviteeBatch
from models.meetup_participant import MeetupParticipant
from services.errors import Conflict, RuleViolation, UnreadableFile
from services.meetup_availability import free_slots
from services.meetup_invitee_apply import apply_invitees
from services.meetup_invitee_files import create_invitees, discard_invitees
from services.meetup_invitee_undo import undo_invitees
from services.meetup_lists import EXPORT_COLUMNS, ListFilter, export_lines
from tests.factories.accounts import make_user
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_slots,
)
from tests.factories.organizations import make_organization
from vocabulary.exchanges import Side
from vocabulary.kinds import OrganizationKind, UserRole
from vocabulary.meetups import ParticipantState

HEAD = "structure;côté;type;nom de la personne;fonction;adresse;état;indisponibilités"
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    found = make_day(empty_session)
    make_slots(empty_session, found, 4)
    return found


@pytest.fixture
def staff(empty_session: Session) -> User:
    return make_user(empty_session, role=UserRole.STAFF)


def send(
    session: Session, day: MeetupDay, staff: User, *lines: str, head: str = HEAD
) -> MeetupInviteeBatch:
    """Read a file of these lines."""
    content = "\n".join((head, *lines)).encode()
    return create_invitees(session, day, content, filename="l.csv", author=staff, now=NOW)


def verdicts(batch: MeetupInviteeBatch) -> list[str]:
    """Return the verdict of each line."""
    return [line.verdict for line in batch.lines]


def problem(batch: MeetupInviteeBatch, position: int = 0) -> str:
    """Return the words of the first problem of a line."""
    first = batch.lines[position].notes["problems"][0]
    return str(first["message"] % first["params"])


def run(session: Session, day: MeetupDay, batch: MeetupInviteeBatch, staff: User) -> None:
    """Apply a file."""
    apply_invitees(session, day, batch, tells=False, actor=staff, now=LATER)


def people(session: Session) -> dict[str, list[str]]:
    """Return the names of the people of each participant."""
    session.flush()
    session.expire_all()
    found = session.scalars(select(MeetupParticipant).order_by(MeetupParticipant.name))
    return {one.name: [person.name for person in one.attendees] for one in found}


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


def test_a_given_name_in_its_own_column_is_part_of_the_name(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    head = "organisation;type;nom;prénom;courriel"
    line = "Fabrique Test;startup;Essai;Ada;ada@fabrique.example"
    batch = send(empty_session, day, staff, line, head=head)
    run(empty_session, day, batch, staff)
    assert people(empty_session) == {"Fabrique Test": ["Ada Essai"]}


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
        ("Ville;territoire;;Ada;;;;vers midi", "Indisponibilité illisible"),
        ("Ville;territoire;;Ada;;;;20h-21h", "est hors de la journée, qui va de 09h00 à 10h35"),
        ("Ville;territoire;;Ada;;;;10h-9h", "la fin vient avant le début"),
        ("Ville;territoire;;Ada;;;;8h-19h", "Indisponible toute la journée"),
        ("Ville;territoire;;Ada;;;;25h-26h", "Indisponibilité illisible"),
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
    assert problem(batch, 3) == "La journée est complète : 1 places."


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


def test_what_is_not_a_list_is_refused(empty_session: Session, day: MeetupDay, staff: User) -> None:
    with pytest.raises(UnreadableFile, match="Aucune colonne"):
        send(empty_session, day, staff, "Ada", head="nom")
    with pytest.raises(RuleViolation, match="aucune ligne"):
        send(empty_session, day, staff)
    with pytest.raises(UnreadableFile, match="plus de 5000 lignes"):
        send(empty_session, day, staff, *["A;acteur;;;;;;"] * 5_001)


def test_columns_that_are_not_read_are_not_kept(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    batch = send(
        empty_session, day, staff, "Ville;0600000000;territoire", head="structure;téléphone;côté"
    )
    assert batch.ignored == ["téléphone"]
    assert [line.cells for line in batch.lines] == [["Ville", "territoire"]]


def test_what_is_exported_is_read_back_without_a_change(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    participant = make_participant(
        empty_session,
        day,
        "=Ville",
        side=Side.TERRITORY,
        accessibility_note="Une chaise haute",
        needs_step_free=True,
        staff_note="+ vérifier",
    )
    make_attendee(empty_session, participant, "-Ada", email="ada@a.example")
    rows = list(export_lines(empty_session, day, ListFilter()))
    assert rows[0][0] == "'=Ville"
    content = "\n".join("\t".join(row) for row in (EXPORT_COLUMNS, *rows)).encode()
    batch = create_invitees(empty_session, day, content, filename="x", author=staff, now=NOW)
    assert verdicts(batch) == ["unchanged"]


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
