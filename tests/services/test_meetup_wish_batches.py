"""Lists of wishes: every line has its verdict, the good ones are applied whole, and undone."""

import io
import time
from datetime import timedelta

import pytest
import xlsxwriter
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_wish import MeetupPairRule, MeetupWish, MeetupWishBatch
from services.errors import Conflict, RuleViolation
from services.exports import write_csv, write_xlsx
from services.meetup_import_models import wish_model
from services.meetup_wish_apply import Applied, Undone, apply_batch, undo_batch
from services.meetup_wish_batches import (
    Source,
    correct_lines,
    create_batch,
    lines_of,
    verdict_counts,
)
from services.meetup_wish_columns import choose_columns, column_choices, is_readable
from services.meetup_wish_lines import LineVerdict
from services.meetup_wish_reading import COLUMNS, TITLES, read_file, read_pasted
from services.meetup_wishes import accept_wish
from tests.factories.meetups import NOW, make_attendee, make_day, make_participant, make_wish
from vocabulary.exchanges import Side
from vocabulary.meetups import (
    PairRule,
    ParticipantState,
    WishBatchKind,
    WishOrigin,
    WishPriority,
    WishState,
)

LATER = NOW + timedelta(hours=1)
PAIR = ("Ville de l’Essai", "Façades Bois")


@pytest.fixture
def day(session: Session) -> MeetupDay:
    found = make_day(session)
    for name in ("Ville de l’Essai", "Bailleur d’essai"):
        make_participant(session, found, name, side=Side.TERRITORY)
    for name in ("Façades Bois", "Jardins Partagés", "Énergie Locale"):
        make_participant(session, found, name)
    return found


def paste(session: Session, day: MeetupDay, text: str) -> MeetupWishBatch:
    source = Source(WishBatchKind.IMPORT, "collage", None, pasted=text)
    return create_batch(session, day, source, read_pasted(text), now=NOW)


def problems(session: Session, batch: MeetupWishBatch) -> dict[int, str]:
    return {
        line.line: line.notes["problem"]["message"] % line.notes["problem"]["params"]
        for line in lines_of(session, batch)
        if "problem" in line.notes
    }


def wishes(session: Session, day: MeetupDay) -> list[MeetupWish]:
    wanted = select(MeetupWish).where(MeetupWish.day_id == day.id)
    return list(session.scalars(wanted.order_by(MeetupWish.id)))


def test_each_wrong_line_says_what_is_wrong_with_it(session: Session, day: MeetupDay) -> None:
    _, landlord, firm, *_ = day.participants
    session.add(
        MeetupPairRule(
            day_id=day.id,
            first_id=landlord.id,
            second_id=firm.id,
            rule=PairRule.FORBIDDEN,
            created_at=NOW,
        )
    )
    gone = make_participant(session, day, "Partie ailleurs", state=ParticipantState.CANCELLED)
    batch = paste(
        session,
        day,
        "Demandeur\tSouhaité\tPriorité\n"
        "Ville de l'Essai\tFaçades Bois\tindispensable\n"
        "Ville de l’Essay\tFaçades Bois\t\n"
        "Ville de l’Essai\tVille de l’Essai\t\n"
        "Ville de l’Essai\tfacades bois\t\n"
        "Bailleur d’essai\tFaçades Bois\t\n"
        "Ville de l’Essai\tÉnergie Locale\turgent\n"
        "Ville de l’Essai\tBailleur d’essai\t\n"
        f"Ville de l’Essai\t{gone.name}\t\n"
        "Ville de l’Essai\t\t\n",
    )
    assert problems(session, batch) == {
        3: "« Ville de l’Essay » n’est pas un participant de cette journée. "
        "Noms proches : Ville de l’Essai.",
        4: "« Ville de l’Essai » se souhaite soi-même.",
        5: "Ligne en double : déjà demandé à la ligne 2.",
        6: "Le rendez-vous entre « Bailleur d’essai » et « Façades Bois » est exclu par vos "
        "règles.",
        7: "« urgent » n’est pas une priorité : indispensable, importante ou bienvenue.",
        8: "« Ville de l’Essai » et « Bailleur d’essai » sont du même côté de la table : cette "
        "journée ne le permet pas.",
        9: "« Partie ailleurs » n’a pas d’inscription confirmée.",
        10: "Il manque le demandeur ou le participant souhaité.",
    }
    assert verdict_counts(session, batch)[LineVerdict.NEW] == 1


def test_more_wishes_than_allowed_are_refused_line_by_line(
    session: Session, day: MeetupDay
) -> None:
    day.wishes_per_participant = 2
    batch = paste(
        session,
        day,
        "\n".join(f"Ville de l’Essai;{one.name}" for one in day.participants[2:]),
    )
    assert list(problems(session, batch)) == [3]


def test_the_good_lines_are_applied_and_the_refused_ones_stay(
    session: Session, day: MeetupDay
) -> None:
    batch = paste(session, day, "Ville de l’Essai;Façades Bois;1;Bonjour\nInconnue;Façades Bois")
    assert apply_batch(session, batch, actor=None, now=NOW) == Applied(1, 0)
    (made,) = wishes(session, day)
    assert (made.priority, made.origin, made.message) == (
        WishPriority.ESSENTIAL,
        WishOrigin.IMPORTED,
        "Bonjour",
    )
    assert [line.cells[0] for line in lines_of(session, batch)] == ["Ville de l’Essai", "Inconnue"]


def test_the_same_list_again_changes_nothing(session: Session, day: MeetupDay) -> None:
    text = "Ville de l’Essai;Façades Bois;2\nFaçades Bois;Ville de l’Essai;3"
    apply_batch(session, paste(session, day, text), actor=None, now=NOW)
    again = paste(session, day, text)
    assert verdict_counts(session, again)[LineVerdict.UNCHANGED] == 2
    assert apply_batch(session, again, actor=None, now=LATER) == Applied(0, 0)


def test_two_lines_that_wish_each_other_are_agreed(session: Session, day: MeetupDay) -> None:
    text = "Ville de l’Essai;Façades Bois;2\nFaçades Bois;Ville de l’Essai;3"
    apply_batch(session, paste(session, day, text), actor=None, now=NOW)
    assert {one.state for one in wishes(session, day)} == {WishState.ACCEPTED}


def test_undoing_takes_back_and_restores(session: Session, day: MeetupDay) -> None:
    town, _, firm, *_ = day.participants
    known = make_wish(session, town, firm, priority=WishPriority.WELCOME, message="Avant")
    batch = paste(session, day, "Ville de l’Essai;Façades Bois;1\nVille de l’Essai;Énergie Locale")
    assert apply_batch(session, batch, actor=None, now=NOW) == Applied(1, 1)
    assert undo_batch(session, batch, now=LATER) == Undone(1, 1, 0)
    assert (known.priority, known.message) == (WishPriority.WELCOME, "Avant")
    assert [one.state for one in wishes(session, day)] == [WishState.PROPOSED, WishState.WITHDRAWN]


def test_undoing_keeps_what_somebody_answered(session: Session, day: MeetupDay) -> None:
    batch = paste(session, day, "Ville de l’Essai;Façades Bois\nVille de l’Essai;Énergie Locale")
    apply_batch(session, batch, actor=None, now=NOW)
    answered = wishes(session, day)[0]
    accept_wish(session, answered, seen=WishState.PROPOSED, now=LATER)
    assert undo_batch(session, batch, now=LATER) == Undone(1, 0, 1)
    assert answered.state is WishState.ACCEPTED


def test_undoing_asks_again_what_the_list_alone_had_agreed(
    session: Session, day: MeetupDay
) -> None:
    town, _, firm, *_ = day.participants
    theirs = make_wish(session, firm, town)
    batch = paste(session, day, "Ville de l’Essai;Façades Bois")
    apply_batch(session, batch, actor=None, now=NOW)
    applied = theirs.state
    undo_batch(session, batch, now=LATER)
    assert (applied, theirs.state) == (WishState.ACCEPTED, WishState.PROPOSED)


def test_a_list_is_applied_once(session: Session, day: MeetupDay) -> None:
    batch = paste(session, day, "Ville de l’Essai;Façades Bois")
    apply_batch(session, batch, actor=None, now=NOW)
    with pytest.raises(RuleViolation, match="déjà appliquée"):
        apply_batch(session, batch, actor=None, now=NOW)


def test_a_day_that_changed_since_the_preview_is_previewed_again(
    session: Session, day: MeetupDay
) -> None:
    batch = paste(session, day, "Ville de l’Essai;Façades Bois")
    day.participants[2].state = ParticipantState.CANCELLED
    with pytest.raises(Conflict, match="ligne 1"):
        apply_batch(session, batch, actor=None, now=NOW)
    assert wishes(session, day) == []


def test_corrected_lines_are_judged_again(session: Session, day: MeetupDay) -> None:
    batch = paste(session, day, "Ville de l’Essay;Façades Bois")
    (line,) = lines_of(session, batch)
    correct_lines(session, batch, {line.id: ["Ville de l’Essai", "Façades Bois", "", ""]})
    assert problems(session, batch) == {}
    assert batch.pasted == "Ville de l’Essay;Façades Bois"


def test_a_person_may_be_named_by_their_address(session: Session, day: MeetupDay) -> None:
    make_attendee(session, day.participants[2], email="bois@essai.example")
    batch = paste(session, day, "Ville de l’Essai,Bois@essai.example\nVille de l’Essai,x@y.example")
    assert problems(session, batch) == {
        2: "Personne n’est inscrit à cette journée avec l’adresse « x@y.example »."
    }


def test_a_workbook_and_a_windows_file_read_alike() -> None:
    rows = [("Participant souhaité", "Demandeur", "Priorité"), ("Façades Bois", "Ville", "1")]
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    text = "\r\n".join(";".join(row) for row in rows).encode("cp1252")
    expected = ("Ville", "Façades Bois", "1", "")
    assert [line.cells for line in read_file(buffer.getvalue()).lines] == [expected]
    assert [line.cells for line in read_file(text).lines] == [expected]


def test_a_stray_quotation_mark_loses_nothing() -> None:
    lines = read_pasted('"Ville;Façades Bois\nBailleur;Façades "Bois')
    assert [line.cells[:2] for line in lines.lines] == [
        ('"Ville', "Façades Bois"),
        ("Bailleur", 'Façades "Bois'),
    ]


@pytest.mark.parametrize("column", list(TITLES))
def test_each_title_that_a_page_or_a_file_may_have_is_recognised(column: int) -> None:
    others = {at: names[0] for at, names in TITLES.items() if at != column}
    for name in TITLES[column]:
        for title in (name, name.upper(), f"{name} *", f"{name} (obligatoire)"):
            titles = [others.get(at, title) for at in range(len(COLUMNS))]
            assert read_pasted("\t".join(titles) + "\na\tb").titles == tuple(titles)


def test_columns_that_are_not_recognised_are_chosen_without_sending_again(
    session: Session, day: MeetupDay
) -> None:
    text = "Nous;Eux;Priorité;Message\nVille de l’Essai;Façades Bois;1;Bonjour"
    batch = paste(session, day, text)
    assert (is_readable(batch), [line.verdict for line in lines_of(session, batch)]) == (
        False,
        [""],
    )
    with pytest.raises(RuleViolation, match="Choisissez d’abord"):
        apply_batch(session, batch, actor=None, now=LATER)
    assert column_choices(session, batch) == [
        (2, "Priorité"),
        (3, "Message"),
        (4, "Nous"),
        (5, "Eux"),
    ]
    for wrong in ({0: 4}, {0: 4, 1: 4}):
        with pytest.raises(RuleViolation):
            choose_columns(session, batch, wrong)
    choose_columns(session, batch, {0: 4, 1: 5, 2: 2, 3: 3})
    assert batch.headers == ["Nous", "Eux", "Priorité", "Message"]
    assert apply_batch(session, batch, actor=None, now=LATER) == Applied(1, 0)


def test_a_column_that_nothing_reads_is_erased_when_the_list_is_applied(
    session: Session, day: MeetupDay
) -> None:
    text = "demandeur;souhaité;téléphone\nVille de l’Essai;Façades Bois;0600000000"
    batch = paste(session, day, text)
    assert batch.headers[4:] == ["téléphone"]
    correct_lines(session, batch, {lines_of(session, batch)[0].id: [*PAIR, "", ""]})
    assert lines_of(session, batch)[0].cells == [*PAIR, "", "", "0600000000"]
    apply_batch(session, batch, actor=None, now=LATER)
    assert lines_of(session, batch)[0].cells == [*PAIR, "", ""]


def test_a_list_without_titles_may_be_in_another_order(session: Session, day: MeetupDay) -> None:
    batch = paste(session, day, "Façades Bois;Ville de l’Essai;2")
    assert column_choices(session, batch)[1] == (1, "« Ville de l’Essai »")
    choose_columns(session, batch, {0: 1, 1: 0, 2: 2})
    assert [line.cells[:3] for line in lines_of(session, batch)] == [[*PAIR, "2"]]


def test_the_model_is_read_and_its_example_is_left_out() -> None:
    titles, examples = wish_model()
    read = read_file(write_csv(titles, [*examples, [*PAIR, "", ""]]))
    assert (read.titles, [line.number for line in read.lines]) == (tuple(titles), [3])
    with pytest.raises(RuleViolation, match="que la ligne d’exemple"):
        read_file(write_xlsx(titles, examples))


def test_five_thousand_lines_with_errors_take_less_than_five_seconds(session: Session) -> None:
    day = make_day(session, "Grande journée", wishes_per_participant=50)
    towns = [
        make_participant(session, day, f"Territoire numéro {rank}", side=Side.TERRITORY)
        for rank in range(160)
    ]
    firms = [make_participant(session, day, f"Entreprise numéro {rank}") for rank in range(240)]
    lines = [
        f"{towns[rank % 160].name}\t{firms[rank * 7 % 240].name}\t{rank % 3 + 1}\tBonjour"
        for rank in range(4_000)
    ]
    lines += [f"Territoire numero {rank}x\t{firms[rank % 240].name}" for rank in range(1_000)]
    text = "\n".join(lines)
    # Of the processor: the clock of the wall also counts what else the machine does.
    start = time.process_time()
    batch = paste(session, day, text)
    read = time.process_time() - start
    counts = verdict_counts(session, batch)
    assert sum(counts.values()) == 5_000
    start = time.process_time()
    applied = apply_batch(session, batch, actor=None, now=NOW)
    assert applied.created == counts[LineVerdict.NEW]
    assert (read < 5, time.process_time() - start < 5) == (True, True)
