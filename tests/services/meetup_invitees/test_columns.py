"""The columns of a file of invitees: recognised, chosen, erased; the model and the export."""

import pytest
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from services.errors import RuleViolation
from services.exports import write_csv, write_xlsx
from services.meetup_import_models import invitee_model
from services.meetup_invitee_columns import (
    MOST_COLUMNS,
    NAMES,
    InviteeField,
    guess_columns,
)
from services.meetup_invitee_files import (
    choose_invitee_columns,
    create_invitees,
)
from services.meetup_lists import EXPORT_COLUMNS, ListFilter, export_lines
from tests.factories.meetups import (
    NOW,
    make_attendee,
    make_participant,
)
from tests.services.meetup_invitees.lists import people, run, send, verdicts
from vocabulary.exchanges import Side


def test_a_given_name_in_its_own_column_is_part_of_the_name(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    head = "organisation;type;nom;prénom;courriel"
    line = "Fabrique Test;startup;Essai;Ada;ada@fabrique.example"
    batch = send(empty_session, day, staff, line, head=head)
    run(empty_session, day, batch, staff)
    assert people(empty_session) == {"Fabrique Test": ["Ada Essai"]}


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
