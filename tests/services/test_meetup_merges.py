"""Two participants that are the same body become one, with the people and wishes of both."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_wish import MeetupPairRule, MeetupWish
from services.errors import RuleViolation
from services.meetup_merges import merge_into
from tests.factories.accounts import make_user
from tests.factories.meetups import NOW, make_attendee, make_day, make_participant
from tests.factories.organizations import make_organization
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import PairRule, ParticipantState, WishPriority


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    return make_day(empty_session)


def wish(session: Session, wisher: MeetupParticipant, wished: MeetupParticipant) -> None:
    """Add a wish."""
    session.add(
        MeetupWish(
            day_id=wisher.day_id,
            wisher_id=wisher.id,
            wished_id=wished.id,
            priority=WishPriority.IMPORTANT,
            created_at=NOW,
        )
    )
    session.flush()


def merge(session: Session, kept: MeetupParticipant, other: MeetupParticipant) -> None:
    """Merge as staff do."""
    staff = make_user(session, role=UserRole.STAFF)
    merge_into(session, kept, other, actor=staff, now=NOW)


def test_people_and_wishes_of_both_are_kept_once(empty_session: Session, day: MeetupDay) -> None:
    kept, other = (make_participant(empty_session, day, name) for name in ("Corps", "Corps (2)"))
    city = make_participant(empty_session, day, "Ville", side=Side.TERRITORY)
    town = make_participant(empty_session, day, "Bourg", side=Side.TERRITORY)
    make_attendee(empty_session, kept, "Ada", email=None)
    make_attendee(empty_session, other, "ADA", email="ada@a.example", job_title="Maire")
    make_attendee(empty_session, other, "Bo", email="bo@a.example")
    for wisher, wished in (
        (kept, city),
        (other, city),
        (other, town),
        (town, other),
        (other, kept),
    ):
        wish(empty_session, wisher, wished)
    merge(empty_session, kept, other)
    empty_session.expire_all()
    assert [(one.name, one.email, one.job_title) for one in kept.attendees] == [
        ("Ada", "ada@a.example", "Maire"),
        ("Bo", "bo@a.example", ""),
    ]
    wishes = empty_session.execute(select(MeetupWish.wisher_id, MeetupWish.wished_id)).all()
    assert {tuple(row) for row in wishes} == {
        (kept.id, city.id),
        (kept.id, town.id),
        (town.id, kept.id),
    }
    names = empty_session.scalars(select(MeetupParticipant.name)).all()
    assert sorted(names) == ["Bourg", "Corps", "Ville"]


def test_the_entry_of_the_directory_is_taken_over(empty_session: Session, day: MeetupDay) -> None:
    entry = make_organization(empty_session, "Corps")
    kept = make_participant(empty_session, day, "Corps d’un fichier")
    other = make_participant(empty_session, day, "Corps", organization_id=entry.id)
    merge(empty_session, kept, other)
    assert kept.organization_id == entry.id


def test_a_place_held_twice_goes_to_who_waits(empty_session: Session, day: MeetupDay) -> None:
    day.capacity = 2
    kept, other = (make_participant(empty_session, day, name) for name in ("Corps", "Corps (2)"))
    waiting = make_participant(
        empty_session, day, "Attend", state=ParticipantState.WAITING, queued_at=NOW
    )
    merge(empty_session, kept, other)
    assert waiting.state == ParticipantState.CONFIRMED


@pytest.mark.parametrize("case", ["itself", "side", "entries", "rule", "seats"])
def test_what_cannot_be_merged_is_left(empty_session: Session, day: MeetupDay, case: str) -> None:
    kept, other = (make_participant(empty_session, day, name) for name in ("Corps", "Corps (2)"))
    if case == "itself":
        other = kept
    elif case == "side":
        other.side = Side.TERRITORY
    elif case == "entries":
        kept.organization_id = make_organization(empty_session, "Un").id
        other.organization_id = make_organization(empty_session, "Deux").id
    elif case == "rule":
        third = make_participant(empty_session, day, "Tiers")
        rule = MeetupPairRule(
            day_id=day.id,
            first_id=other.id,
            second_id=third.id,
            rule=PairRule.FORBIDDEN,
            created_at=NOW,
        )
        empty_session.add(rule)
    else:
        day.seats_per_organization = 1
        make_attendee(empty_session, kept, "Ada")
        make_attendee(empty_session, other, "Bo")
    empty_session.flush()
    with pytest.raises(RuleViolation):
        merge(empty_session, kept, other)
