"""What a wished pair is worth: monotone in priority and in answers, exclusions and refusals out."""

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from models.meetup_wish import MeetupPairRule
from services.meetup_wish_worth import AGREED, CountedWish, pair_worths, worth_of
from tests.factories.meetups import NOW, make_day, make_participant, make_wish
from vocabulary.exchanges import Side
from vocabulary.meetups import PairRule, ParticipantState, WishPriority, WishState

PRIORITIES = [WishPriority.WELCOME, WishPriority.IMPORTANT, WishPriority.ESSENTIAL]
wishes = st.builds(
    CountedWish,
    st.sampled_from(WishPriority),
    st.sampled_from(WishState),
    st.integers(min_value=0, max_value=40),
)


@given(wish=wishes, other=st.lists(wishes, max_size=1), required=st.booleans())
def test_a_higher_priority_never_lowers_the_worth(
    *, wish: CountedWish, other: list[CountedWish], required: bool
) -> None:
    worths = [
        worth_of([wish._replace(priority=priority), *other], is_required=required)
        for priority in PRIORITIES
    ]
    assert worths == sorted(worths)


@given(wish=wishes, other=st.lists(wishes, max_size=1), required=st.booleans())
def test_an_acceptance_never_lowers_the_worth(
    *, wish: CountedWish, other: list[CountedWish], required: bool
) -> None:
    before = worth_of([wish, *other], is_required=required)
    after = worth_of([wish._replace(state=WishState.ACCEPTED), *other], is_required=required)
    assert after >= before


@given(wishes, wishes)
def test_a_mutual_wish_is_worth_at_least_either(one: CountedWish, other: CountedWish) -> None:
    live = [wish._replace(state=WishState.PROPOSED) for wish in (one, other)]
    assert worth_of(live) >= max(worth_of(live[:1]), worth_of(live[1:]))


@given(wishes, wishes, st.sampled_from(WishPriority))
def test_what_both_want_outweighs_what_one_wants(
    one: CountedWish, other: CountedWish, priority: WishPriority
) -> None:
    alone = one._replace(state=WishState.PROPOSED)
    agreed = other._replace(state=WishState.ACCEPTED, priority=priority)
    assert worth_of([agreed]) > worth_of([alone])


@given(wishes)
def test_an_imposed_meeting_is_always_worth_something(wish: CountedWish) -> None:
    assert worth_of([wish], is_required=True) >= AGREED


def test_an_order_of_ones_own_never_outweighs_a_priority() -> None:
    last = CountedWish(WishPriority.IMPORTANT, WishState.PROPOSED, 40)
    first = CountedWish(WishPriority.WELCOME, WishState.PROPOSED, 0)
    assert worth_of([last]) > worth_of([first])


def test_excluded_declined_withdrawn_and_cancelled_are_out(session: Session) -> None:
    day = make_day(session)
    town = make_participant(session, day, "Ville d’essai", side=Side.TERRITORY)
    firms = [make_participant(session, day, f"Entreprise {rank}") for rank in range(6)]
    states = [
        WishState.PROPOSED,
        WishState.DECLINED,
        WishState.WITHDRAWN,
        WishState.PROPOSED,
        WishState.PROPOSED,
        WishState.EXPIRED,
    ]
    for firm, state in zip(firms, states, strict=True):
        make_wish(session, town, firm, state=state)
    firms[3].state = ParticipantState.CANCELLED
    _rule(session, day.id, town.id, firms[4].id, PairRule.FORBIDDEN)
    assert set(pair_worths(session, day)) == {(town.id, firms[0].id), (town.id, firms[5].id)}


def test_what_the_organisers_impose_counts_without_a_wish(session: Session) -> None:
    day = make_day(session)
    town = make_participant(session, day, "Ville d’essai", side=Side.TERRITORY)
    firm = make_participant(session, day, "Entreprise")
    _rule(session, day.id, town.id, firm.id, PairRule.REQUIRED)
    (found,) = pair_worths(session, day).values()
    assert (found.worth, found.is_required, found.wish_ids) == (AGREED, True, ())


def test_both_wishes_of_a_pair_are_counted_once(session: Session) -> None:
    day = make_day(session)
    town = make_participant(session, day, "Ville d’essai", side=Side.TERRITORY)
    firm = make_participant(session, day, "Entreprise")
    first = make_wish(session, town, firm, priority=WishPriority.WELCOME)
    second = make_wish(session, firm, town, priority=WishPriority.ESSENTIAL)
    (found,) = pair_worths(session, day).values()
    assert found.wish_ids == (first.id, second.id)
    assert (found.worth, found.is_mutual) == (AGREED + 100 + 300 + 9 + 9, True)


def _rule(session: Session, day_id: int, first: int, second: int, rule: PairRule) -> None:
    session.add(
        MeetupPairRule(day_id=day_id, first_id=first, second_id=second, rule=rule, created_at=NOW)
    )
    session.flush()
