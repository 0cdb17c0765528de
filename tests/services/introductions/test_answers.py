"""Answers to a request: accepted, declined, undone, taken back, ended by the calendar."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from services.errors import Conflict, RuleViolation
from services.introduction_decisions import (
    accept_introduction,
    follow_calendar,
    withdraw_introduction,
)
from services.introduction_threads import current_contacts
from services.introductions import pair_key
from tests.factories.accounts import NOW, make_membership, make_user
from tests.factories.introductions import Table, decline, make_introduction, register_events
from vocabulary.exchanges import DeclineReason, IntroductionState, RegisterEvent, Side

DAY = timedelta(days=1)


@pytest.mark.parametrize("side", list(Side))
def test_accepting_discloses_both_contacts(
    empty_session: Session, table: Table, side: Side
) -> None:
    introduction = make_introduction(empty_session, table, from_side=side)
    assert set(current_contacts(empty_session, introduction).values()) == {None}
    accept_introduction(empty_session, introduction, table.asked(side), now=NOW + DAY)
    assert introduction.state is IntroductionState.ACCEPTED
    assert current_contacts(empty_session, introduction) == {
        Side.TERRITORY: table.buyer,
        Side.ACTOR: table.maker,
    }
    assert introduction.open_key is not None
    assert register_events(empty_session, table)[-1] is RegisterEvent.ACCEPTED


def test_declining_frees_the_pair_for_the_other_side_only(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    assert introduction.open_key is None
    assert (introduction.decline_reason, introduction.decline_note) == (
        DeclineReason.CALENDAR,
        "Pas avant l’été.",
    )
    with pytest.raises(RuleViolation, match="20/02/2027"):
        make_introduction(empty_session, table, now=NOW + 89 * DAY)
    again = make_introduction(empty_session, table, from_side=Side.ACTOR, now=NOW + DAY)
    assert again.state is IntroductionState.SENT


def test_ninety_days_after_a_refusal_the_same_side_may_ask_again(
    empty_session: Session, table: Table
) -> None:
    decline(empty_session, make_introduction(empty_session, table), table)
    again = make_introduction(empty_session, table, now=NOW + 90 * DAY)
    assert again.state is IntroductionState.SENT


def test_a_refusal_is_undone_within_seven_days(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    accept_introduction(
        empty_session, introduction, table.maker, now=NOW + 7 * DAY - timedelta(seconds=1)
    )
    assert introduction.state is IntroductionState.ACCEPTED
    assert introduction.decline_reason is None
    assert introduction.open_key == pair_key(table.need.id, table.offer.id)


def test_a_refusal_stands_after_seven_days(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    with pytest.raises(Conflict):
        accept_introduction(empty_session, introduction, table.maker, now=NOW + 7 * DAY)


def test_a_refusal_is_not_undone_once_the_other_side_asked_anew(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    decline(empty_session, introduction, table)
    make_introduction(empty_session, table, from_side=Side.ACTOR, now=NOW + DAY)
    with pytest.raises(Conflict):
        accept_introduction(empty_session, introduction, table.maker, now=NOW + 2 * DAY)


def test_nobody_answers_their_own_request(empty_session: Session, table: Table) -> None:
    make_membership(empty_session, table.buyer, table.actor)
    introduction = make_introduction(empty_session, table)
    with pytest.raises(RuleViolation, match="une autre personne"):
        accept_introduction(empty_session, introduction, table.buyer, now=NOW)


def test_the_sender_does_not_answer_and_the_asked_does_not_withdraw(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table)
    colleague = make_user(empty_session)
    make_membership(empty_session, colleague, table.carrier)
    with pytest.raises(RuleViolation, match="qui a reçu"):
        accept_introduction(empty_session, introduction, colleague, now=NOW)
    with pytest.raises(RuleViolation, match="qui a envoyé"):
        withdraw_introduction(empty_session, introduction, table.maker, now=NOW)
    withdraw_introduction(empty_session, introduction, colleague, now=NOW)
    assert introduction.state is IntroductionState.WITHDRAWN
    assert introduction.open_key is None


def test_time_ends_a_request_once(empty_session: Session, table: Table) -> None:
    introduction = make_introduction(empty_session, table)
    for _ in range(2):
        follow_calendar(empty_session, introduction.id, expires=True, now=NOW + 21 * DAY)
    assert introduction.state is IntroductionState.EXPIRED
    assert introduction.open_key is None
    assert register_events(empty_session, table) == [RegisterEvent.CONTACTED, RegisterEvent.EXPIRED]


def test_the_calendar_leaves_an_answered_request_alone(
    empty_session: Session, table: Table
) -> None:
    introduction = make_introduction(empty_session, table, accepted=True)
    follow_calendar(empty_session, introduction.id, expires=True, now=NOW + 21 * DAY)
    follow_calendar(empty_session, 10_000, expires=True, now=NOW)
    assert introduction.state is IntroductionState.ACCEPTED
