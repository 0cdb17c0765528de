"""Wishes of a meetup day: made, answered, taken back; one accepted moves its rivals at once."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupPairRule, MeetupWish
from services.errors import Conflict, RuleViolation
from services.meetup_leaving import cancel
from services.meetup_wish_notes import expire_wishes, take_news, take_reminders
from services.meetup_wish_reserve import settle_reserve
from services.meetup_wish_rules import why_closed, wishes_close_at
from services.meetup_wishes import (
    Maker,
    WishTerms,
    accept_wish,
    decline_wish,
    make_wish,
    own_wishes,
    set_order,
    withdraw_wish,
)
from tests.factories.meetups import NOW, make_day, make_participant
from vocabulary.exchanges import Side
from vocabulary.meetups import (
    DayState,
    PairRule,
    ParticipantState,
    WishOrigin,
    WishPriority,
    WishRefusal,
    WishState,
)

TERMS = WishTerms(WishPriority.IMPORTANT)


@pytest.fixture
def day(session: Session) -> MeetupDay:
    return make_day(session, most_meetings=2)


@pytest.fixture
def town(session: Session, day: MeetupDay) -> MeetupParticipant:
    return make_participant(session, day, "Ville d’essai", side=Side.TERRITORY)


@pytest.fixture
def firms(session: Session, day: MeetupDay) -> list[MeetupParticipant]:
    return [make_participant(session, day, f"Entreprise {rank}") for rank in range(4)]


def wish(
    session: Session,
    wisher: MeetupParticipant,
    wished: MeetupParticipant,
    terms: WishTerms = TERMS,
) -> MeetupWish:
    return make_wish(session, wisher, wished, terms, by=Maker(), now=NOW)


def accept(session: Session, one: MeetupWish) -> None:
    accept_wish(session, one, seen=WishState.PROPOSED, now=NOW)


def test_a_wish_waits_for_an_answer_until_it_expires(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    made = wish(session, town, firms[0])
    assert (made.state, made.expires_at) == (WishState.PROPOSED, NOW + timedelta(days=7))


def test_wishing_back_agrees_to_both(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    first = wish(session, town, firms[0])
    second = wish(session, firms[0], town)
    assert (first.state, second.state) == (WishState.ACCEPTED, WishState.ACCEPTED)


def test_the_acceptance_that_fills_a_participant_moves_its_rivals_to_the_reserve(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = [wish(session, firm, town) for firm in firms]
    for one in asked[:2]:
        accept(session, one)
    assert [one.state for one in asked] == [
        WishState.ACCEPTED,
        WishState.ACCEPTED,
        WishState.RESERVE,
        WishState.RESERVE,
    ]


def test_what_one_is_full_for_cannot_be_accepted(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = [wish(session, firm, town) for firm in firms[:3]]
    for one in asked[:2]:
        accept(session, one)
    with pytest.raises(RuleViolation, match="déjà convenu de 2 rendez-vous"):
        accept(session, asked[2])


def test_a_meeting_taken_back_brings_the_highest_priority_back(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = [wish(session, firm, town) for firm in firms]
    for one in asked[:2]:
        accept(session, one)
    withdraw_wish(session, asked[0], now=NOW)
    assert [one.state for one in asked[2:]] == [WishState.PROPOSED, WishState.PROPOSED]


def test_two_wishes_in_the_reserve_are_agreed_when_a_place_is_freed(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    for firm in firms[:2]:
        accept(session, wish(session, firm, town))
    theirs = wish(session, firms[2], town)
    ours = wish(session, town, firms[2], WishTerms(WishPriority.ESSENTIAL))
    assert (theirs.state, ours.state) == (WishState.RESERVE, WishState.RESERVE)
    firms[0].state = ParticipantState.CANCELLED
    settle_reserve(session, town.day, {town.id}, now=NOW)
    assert (theirs.state, ours.state) == (WishState.ACCEPTED, WishState.ACCEPTED)


def test_an_acceptance_from_a_page_that_is_out_of_date_conflicts(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = wish(session, firms[0], town)
    decline_wish(session, asked, reason=WishRefusal.AREA, seen=WishState.PROPOSED, now=NOW)
    session.flush()
    with pytest.raises(Conflict):
        accept_wish(session, asked, seen=WishState.PROPOSED, now=NOW)


def test_accepting_twice_changes_nothing(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = wish(session, firms[0], town)
    accept_wish(session, asked, seen=WishState.PROPOSED, now=NOW)
    accept_wish(session, asked, seen=WishState.PROPOSED, now=NOW)
    assert asked.state is WishState.ACCEPTED


def test_declining_takes_ones_own_wish_back(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    theirs = wish(session, firms[0], town)
    ours = wish(session, town, firms[0])
    session.flush()
    decline_wish(session, theirs, reason=WishRefusal.OTHER, seen=WishState.ACCEPTED, now=NOW)
    assert (theirs.state, ours.state) == (WishState.DECLINED, WishState.WITHDRAWN)


def test_a_declined_wish_is_not_made_again(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = wish(session, firms[0], town)
    session.flush()
    decline_wish(session, asked, reason=WishRefusal.OTHER, seen=WishState.PROPOSED, now=NOW)
    with pytest.raises(RuleViolation, match="a décliné ce rendez-vous"):
        wish(session, firms[0], town)


def test_taking_back_a_mutual_wish_leaves_the_others_to_answer(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    theirs = wish(session, firms[0], town)
    ours = wish(session, town, firms[0])
    withdraw_wish(session, ours, now=NOW)
    assert (theirs.state, ours.state) == (WishState.PROPOSED, WishState.WITHDRAWN)


def test_nobody_wishes_itself(session: Session, town: MeetupParticipant) -> None:
    with pytest.raises(RuleViolation, match="soi-même"):
        wish(session, town, town)


def test_one_side_only_wishes_the_other_unless_the_day_or_staff_say_so(
    session: Session, day: MeetupDay, firms: list[MeetupParticipant]
) -> None:
    with pytest.raises(RuleViolation, match="de votre côté"):
        wish(session, firms[0], firms[1])
    staff = Maker(WishOrigin.STAFF)
    assert make_wish(session, firms[0], firms[1], TERMS, by=staff, now=NOW).id
    day.same_side_wishes = True
    assert wish(session, firms[2], firms[3]).id


def test_an_excluded_pair_is_not_wished_and_the_reason_stays_with_staff(
    session: Session, day: MeetupDay, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    session.add(
        MeetupPairRule(
            day_id=day.id,
            first_id=town.id,
            second_id=firms[0].id,
            rule=PairRule.FORBIDDEN,
            reason="Contentieux en cours",
            created_at=NOW,
        )
    )
    session.flush()
    with pytest.raises(RuleViolation) as refused:
        wish(session, firms[0], town)
    assert "Contentieux" not in str(refused.value)


def test_the_number_of_wishes_is_capped_and_a_withdrawal_gives_one_back(
    session: Session, day: MeetupDay, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    day.wishes_per_participant = 2
    first = wish(session, town, firms[0])
    wish(session, town, firms[1])
    with pytest.raises(RuleViolation, match="déjà 2 souhaits"):
        wish(session, town, firms[2])
    withdraw_wish(session, first, now=NOW)
    assert wish(session, town, firms[2]).state is WishState.PROPOSED


def test_order_follows_priority_then_ones_own_choice(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    made = [wish(session, town, firm) for firm in firms[:3]]
    session.flush()
    set_order(own_wishes(session, town), {made[2].id: WishPriority.ESSENTIAL}, moved=made[1].id)
    session.flush()
    assert [one.wished_id for one in own_wishes(session, town)] == [
        firms[2].id,
        firms[1].id,
        firms[0].id,
    ]


def test_news_are_told_once(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = wish(session, firms[0], town)
    session.flush()
    assert take_news(session, town, now=NOW).received == [asked]
    session.flush()
    assert not take_news(session, town, now=NOW)
    accept(session, asked)
    session.flush()
    assert take_news(session, firms[0], now=NOW).answers == [asked]


def test_a_wish_taken_back_and_made_again_writes_no_second_mail_the_same_day(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    told = []
    for hours in (0, 1, 2, 30):
        at = NOW + timedelta(hours=hours)
        made = make_wish(session, firms[0], town, TERMS, by=Maker(), now=at)
        told.append(len(take_news(session, town, now=at + timedelta(minutes=15)).received))
        withdraw_wish(session, made, now=at + timedelta(minutes=20))
        assert not take_news(session, town, now=at + timedelta(minutes=35))
    assert told == [1, 0, 0, 1]


def test_a_wish_taken_back_before_its_mail_is_told_when_it_is_made_again(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    made = make_wish(session, firms[0], town, TERMS, by=Maker(), now=NOW)
    withdraw_wish(session, made, now=NOW + timedelta(minutes=5))
    make_wish(session, firms[0], town, TERMS, by=Maker(), now=NOW + timedelta(minutes=6))
    assert take_news(session, town, now=NOW + timedelta(minutes=21)).received == [made]


def test_reminders_come_once_and_silence_ends_a_wish(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = wish(session, firms[0], town)
    session.flush()
    soon = NOW + timedelta(days=5)
    assert list(take_reminders(session, town, now=soon)) == [asked]
    session.flush()
    assert list(take_reminders(session, town, now=soon)) == []
    expire_wishes(session, town, now=NOW + timedelta(days=7))
    assert asked.state is WishState.EXPIRED


def test_wishes_close_with_their_date_and_say_why(day: MeetupDay, town: MeetupParticipant) -> None:
    day.wishes_close_at = NOW
    assert "clos" in (why_closed(day, town, NOW) or "")
    day.wishes_close_at = None
    assert why_closed(day, town, NOW) is None
    assert why_closed(day, town, wishes_close_at(day)) is not None
    town.state = ParticipantState.WAITING
    assert "liste d’attente" in (why_closed(day, town, NOW) or "")
    day.state = DayState.CANCELLED
    assert "annulée" in (why_closed(day, town, NOW) or "")


def test_somebody_who_cancels_frees_those_it_was_to_meet(
    session: Session, town: MeetupParticipant, firms: list[MeetupParticipant]
) -> None:
    asked = [wish(session, firm, town) for firm in firms[:3]]
    for one in asked[:2]:
        accept(session, one)
    session.flush()
    cancel(session, firms[0], note="", actor=None, now=NOW)
    assert asked[2].state is WishState.PROPOSED
