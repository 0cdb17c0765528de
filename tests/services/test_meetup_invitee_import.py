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
from services.exports import write_csv, write_xlsx
from services.meetup_availability import free_slots
from services.meetup_import_models import invitee_model
from services.meetup_invitee_apply import apply_invitees
from services.meetup_invitee_columns import (
    MOST_COLUMNS,
    NAMES,
    InviteeField,
    guess_columns,
)
from services.meetup_invitee_files import (
    choose_invitee_columns,
    count_without_themes,
    create_invitees,
    discard_invitees,
    lines_not_fitting,
)
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
    with pytest.raises(RuleViolation, match="aucune ligne"):
        send(empty_session, day, staff)
    with pytest.raises(UnreadableFile, match="plus de 5000 lignes"):
        send(empty_session, day, staff, *["A;acteur;;;;;;"] * 5_001)


def test_columns_that_are_not_read_are_erased_when_the_file_is_applied(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    head = "structure;téléphone;côté;vide"
    batch = send(empty_session, day, staff, "Ville;0600000000;territoire;", head=head)
    assert (batch.headers, batch.ignored) == (["structure", "téléphone", "côté"], ["vide"])
    run(empty_session, day, batch, staff)
    assert (batch.headers, batch.ignored) == (["structure", "côté"], ["vide", "téléphone"])
    assert [line.cells for line in batch.lines] == [["Ville", "territoire"]]


def test_a_column_that_is_not_recognised_is_chosen_without_sending_again(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    head = "Nom du porteur;Camp;Qui"
    batch = send(empty_session, day, staff, "Ville A;territoire;Ada", head=head)
    assert verdicts(batch) == [""]
    with pytest.raises(RuleViolation, match="Choisissez d’abord"):
        run(empty_session, day, batch, staff)
    for wrong in ({"side": "Camp"}, {"name": "Qui", "person": "Qui"}, {"name": "Ailleurs"}):
        with pytest.raises(RuleViolation):
            choose_invitee_columns(empty_session, day, batch, wrong)
    choices = {"name": "Nom du porteur", "side": "Camp", "person": "Qui"}
    choose_invitee_columns(empty_session, day, batch, choices)
    assert verdicts(batch) == ["new"]
    run(empty_session, day, batch, staff)
    assert people(empty_session) == {"Ville A": ["Ada"]}


def test_no_more_columns_are_kept_than_one_can_choose_from(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    head = ";".join(["structure", *(f"colonne {rank}" for rank in range(60))])
    batch = send(empty_session, day, staff, ";".join(["Ville", *["x"] * 60]), head=head)
    assert (len(batch.headers), len(batch.ignored)) == (MOST_COLUMNS, 61 - MOST_COLUMNS)


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


def test_a_theme_given_meanwhile_is_no_conflict(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    known = make_participant(empty_session, day, "Connue")
    batch = send(empty_session, day, staff, "Connue;;Ada", head="structure;côté;nom")
    known.themes = ["isolation"]
    empty_session.flush()
    run(empty_session, day, batch, staff)
    assert people(empty_session) == {"Connue": ["Ada"]}


@pytest.mark.parametrize("column", list(InviteeField))
def test_each_title_that_a_page_or_a_file_may_have_is_recognised(column: InviteeField) -> None:
    for name in NAMES[column]:
        for title in (name, name.upper(), f" {name} *", f"{name} (facultatif)", f"{name}s"):
            assert guess_columns([title]) == {column.value: title}, title


def test_a_surer_title_goes_before_one_that_may_mean_something_else() -> None:
    headers = ["Adresse", "Organisme", "Courriel", "Nom", "Prénom"]
    assert guess_columns(headers) == {
        "name": "Organisme",
        "given_name": "Prénom",
        "person": "Nom",
        "email": "Courriel",
    }


def test_the_model_is_read_whole_and_its_example_is_left_out(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    titles, examples = invitee_model()
    assert len(guess_columns(titles)) == len(titles)
    own = ["Ville A", "", "territoire", *[""] * (len(titles) - 3)]
    table = write_csv(titles, [*examples, own])
    batch = create_invitees(empty_session, day, table, filename="m", author=staff, now=NOW)
    assert [(line.number, line.verdict) for line in batch.lines] == [(3, "new")]
    alone = write_xlsx(titles, examples)
    with pytest.raises(RuleViolation, match="que la ligne d’exemple"):
        create_invitees(empty_session, day, alone, filename="m", author=staff, now=NOW)


def test_the_example_of_the_model_shows_what_is_read(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    titles, [example] = invitee_model()
    table = write_csv(titles, [["Ville A", *example[1:]]])
    batch = create_invitees(empty_session, day, table, filename="m", author=staff, now=NOW)
    assert verdicts(batch) == ["new"], batch.lines[0].notes


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
    rows = list(export_lines(empty_session, day, ListFilter(), today=NOW.date()))
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
