"""Outcomes: asked of both sides on three dates, settled, disputed until the next agreement."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.introduction import Introduction, OutcomeInquiry
from models.outbox import OutboxMessage
from models.register import RegisterEntry
from services.errors import Conflict
from services.outcomes import OUTCOME_ASK, ask_what_is_due, due_lines, report_stage, settle
from services.waiting import waiting_for
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.introductions import Table, make_introduction
from tests.factories.organizations import make_offer
from vocabulary.exchanges import OutcomeStage, RegisterEvent, Side
from vocabulary.periods import opening_of, paris_day

DAY = timedelta(days=1)
TODAY = paris_day(NOW)


def say(
    session: Session,
    introduction: Introduction,
    table: Table,
    side: Side,
    stage: OutcomeStage,
    at: datetime,
) -> None:
    """Report a stage for one side."""
    report_stage(session, introduction, table.sender(side), side, stage=stage, note="", now=at)


def answer(stage: OutcomeStage, at: datetime) -> OutcomeInquiry:
    """Return an answer given at that instant."""
    return OutcomeInquiry(side=Side.ACTOR, due_on=TODAY, stage=stage, answered_at=at)


MEETING, NOTHING = OutcomeStage.MEETING, OutcomeStage.NOTHING_YET


@pytest.mark.parametrize(
    ("territory", "actor", "was_disputed", "expected"),
    [
        (None, None, False, (None, False)),
        (answer(MEETING, NOW), None, False, (MEETING, False)),
        (answer(MEETING, NOW), answer(MEETING, NOW), True, (MEETING, False)),
        (answer(MEETING, NOW), answer(NOTHING, NOW + DAY), False, (NOTHING, True)),
        (answer(NOTHING, NOW), answer(MEETING, NOW + 45 * DAY), False, (NOTHING, True)),
        (answer(NOTHING, NOW), answer(MEETING, NOW + 46 * DAY), False, (MEETING, False)),
        (answer(NOTHING, NOW), answer(MEETING, NOW + 46 * DAY), True, (NOTHING, True)),
        (
            answer(OutcomeStage.CONTRACT, NOW),
            answer(OutcomeStage.NO_FOLLOW_UP, NOW),
            False,
            (OutcomeStage.NO_FOLLOW_UP, True),
        ),
    ],
)
def test_two_answers_settle(
    territory: OutcomeInquiry | None,
    actor: OutcomeInquiry | None,
    was_disputed: bool,  # noqa: FBT001 - a parameter of the case
    expected: tuple[OutcomeStage | None, bool],
) -> None:
    settled = settle(territory, actor, was_disputed=was_disputed)
    assert (settled.stage, settled.is_disputed) == expected


def test_acceptance_plans_three_questions_to_each_side(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    planned = sorted((one.due_on, one.side.value) for one in introduction.inquiries)
    assert planned == sorted(
        (TODAY + days * DAY, side.value) for days in (30, 90, 180) for side in Side
    )
    due = empty_session.scalars(
        select(OutboxMessage.due_at).where(OutboxMessage.topic == OUTCOME_ASK)
    )
    assert sorted(due) == [opening_of(TODAY + days * DAY) for days in (30, 90, 180)]


def count_due(session: Session, person: User, today: date) -> int:
    """Return what the menu of ``person`` counts."""
    return waiting_for(session, person, now=NOW, today=today).outcomes


def test_nothing_is_due_before_the_day(empty_session: Session, table: Table) -> None:
    make_introduction(empty_session, table, accepted=True)
    assert due_lines(empty_session, table.buyer, today=TODAY + 29 * DAY) == []
    assert count_due(empty_session, table.buyer, TODAY + 29 * DAY) == 0


def test_a_thread_is_asked_once_however_many_dates_are_due(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    today = TODAY + 200 * DAY
    (line,) = due_lines(empty_session, table.buyer, today=today)
    assert line.key == (introduction.id, Side.TERRITORY)
    assert count_due(empty_session, table.buyer, today) == 1
    say(empty_session, introduction, table, Side.TERRITORY, MEETING, NOW + 200 * DAY)
    assert due_lines(empty_session, table.buyer, today=today) == []
    assert [one.key for one in due_lines(empty_session, table.maker, today=today)] == [
        (introduction.id, Side.ACTOR)
    ]


def test_each_person_gets_one_mail_for_all_that_is_due(
    empty_session: Session, table: Table
) -> None:
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.actor)
    for number in range(2):
        offer = make_offer(empty_session, table.actor, f"Offre {number}")
        make_introduction(empty_session, table, offer=offer, accepted=True)
    at = NOW + 30 * DAY
    mails = ask_what_is_due(empty_session, now=at)
    assert [(mail.person, mail.threads) for mail in mails] == [
        (person, 2)
        for person in sorted((table.buyer, table.maker, colleague), key=lambda one: one.id)
    ]
    assert ask_what_is_due(empty_session, now=at) == []


def test_what_was_answered_beforehand_is_not_asked(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    at = NOW + 30 * DAY
    say(empty_session, introduction, table, Side.TERRITORY, MEETING, at)
    assert [mail.person for mail in ask_what_is_due(empty_session, now=at)] == [table.maker]


def test_a_report_between_dates_is_a_line_of_that_day(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    say(empty_session, introduction, table, Side.ACTOR, NOTHING, NOW + DAY)
    say(empty_session, introduction, table, Side.ACTOR, MEETING, NOW + DAY)
    answered = [one for one in introduction.inquiries if one.answered_at]
    assert [(one.due_on, one.stage) for one in answered] == [(TODAY + DAY, MEETING)]
    assert introduction.stage is MEETING
    assert len([one for one in introduction.inquiries if not one.answered_at]) == 6


def test_a_disagreement_lasts_until_the_next_agreement(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    story = [
        (Side.TERRITORY, NOTHING, 1),
        (Side.ACTOR, MEETING, 2),
        (Side.ACTOR, OutcomeStage.EXPERIMENT, 120),
        (Side.TERRITORY, OutcomeStage.EXPERIMENT, 121),
    ]
    seen = []
    for side, stage, days in story:
        say(empty_session, introduction, table, side, stage, NOW + days * DAY)
        seen.append((introduction.stage, introduction.is_disputed))
    assert seen == [
        (NOTHING, False),
        (NOTHING, True),
        (NOTHING, True),
        (OutcomeStage.EXPERIMENT, False),
    ]
    last = empty_session.scalars(RegisterEntry.of_need(table.need.id)).all()[-1]
    assert (last.event, last.facts["stage"], last.facts["disputed"]) == (
        RegisterEvent.OUTCOME,
        "experimentation",
        False,
    )


def test_nothing_is_reported_of_a_request_that_waits(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    with pytest.raises(Conflict):
        say(empty_session, introduction, table, Side.ACTOR, MEETING, NOW)
