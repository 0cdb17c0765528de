"""Who is asked for wishes: those who come and made none, while wishes are open, never twice."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipantEvent
from models.outbox import OutboxMessage
from services.errors import RuleViolation
from services.meetup_invitations import QUIET
from services.meetup_notes import WISHES_MAIL, note_event
from services.meetup_wish_reminders import (
    ASKED_BEFORE,
    remind_before_closing,
    send_wish_reminders,
    silent_count,
    wish_reminders,
    wish_reminders_to_send,
)
from services.meetup_wish_review import without_wish
from tests.factories.accounts import make_membership, make_user
from tests.factories.meetups import (
    HELD_ON,
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_participants,
    make_wish,
    publish_meetings,
)
from tests.factories.organizations import make_organization
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, ParticipantEvent, ParticipantState, WishState

CLOSING = NOW + timedelta(days=20)


@pytest.fixture
def staff(empty_session: Session) -> User:
    return make_user(empty_session, role=UserRole.STAFF)


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    """Make a day with a town that wishes somebody, and two actors that wish nobody."""
    made = make_day(empty_session, wishes_close_at=CLOSING)
    (town,) = make_participants(empty_session, made, ["Ville"], side=Side.TERRITORY)
    actor, _other = make_participants(empty_session, made, ["Atelier", "Bureau"])
    make_wish(empty_session, town, actor)
    return made


def asked(session: Session) -> list[int]:
    """Return how many bodies each mail asked for is about."""
    session.flush()
    wanted = select(OutboxMessage).where(OutboxMessage.topic == WISHES_MAIL)
    found = session.scalars(wanted.order_by(OutboxMessage.id))
    return [len(one.payload["participant_ids"]) for one in found]


def names(session: Session, day: MeetupDay) -> list[str]:
    found = wish_reminders_to_send(session, day, now=NOW)
    return [one.name for one in found.participants]


def test_those_who_come_and_wish_nobody_are_asked(empty_session: Session, day: MeetupDay) -> None:
    assert names(empty_session, day) == ["Atelier", "Bureau"]
    assert silent_count(empty_session, day) == 2


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (WishState.PROPOSED, ["Bureau"]),
        (WishState.DECLINED, ["Bureau"]),
        (WishState.WITHDRAWN, ["Atelier", "Bureau"]),
    ],
)
def test_a_wish_taken_back_counts_for_nothing(
    empty_session: Session, day: MeetupDay, state: WishState, expected: list[str]
) -> None:
    town, actor = day.participants[0], day.participants[1]
    make_wish(empty_session, actor, town, state=state)
    empty_session.flush()
    assert names(empty_session, day) == expected
    assert [one.name for one in without_wish(empty_session, day)] == expected


def test_who_does_not_come_or_gave_up_is_left(empty_session: Session, day: MeetupDay) -> None:
    day.participants[1].state = ParticipantState.CANCELLED
    day.participants[2].absent_at = NOW
    empty_session.flush()
    assert names(empty_session, day) == []


def test_somebody_of_two_bodies_gets_one_mail(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    person = make_user(empty_session)
    for number in range(2):
        body = make_organization(empty_session, f"Structure {number}")
        make_membership(empty_session, person, body)
        make_participant(empty_session, day, body.name, organization_id=body.id)
    sending = send_wish_reminders(empty_session, day, actor=staff, now=NOW)
    assert (len(sending.participants), sending.people) == (4, 3)
    assert sorted(asked(empty_session)) == [1, 1, 2]


def test_nobody_is_written_to_twice_within_two_days(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    moments = [NOW, NOW + timedelta(hours=1), NOW + QUIET]
    sent = [send_wish_reminders(empty_session, day, actor=staff, now=at) for at in moments]
    assert [len(one.participants) for one in sent] == [2, 0, 2]


def test_a_confirmation_by_mail_says_it_already(empty_session: Session, day: MeetupDay) -> None:
    for participant, told in ((day.participants[1], 1), (day.participants[2], 0)):
        confirmed = ParticipantEvent.CONFIRMED
        note_event(empty_session, participant, confirmed, actor=None, now=NOW, recipients=told)
    empty_session.flush()
    found = wish_reminders(empty_session, day, now=NOW + timedelta(hours=1))
    assert [one.name for one in found.sending.participants] == ["Bureau"]
    assert found.told_lately == 1


def test_who_has_no_address_is_named_and_asked_nothing(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    make_participant(empty_session, day, "Sans adresse")
    sending = send_wish_reminders(empty_session, day, actor=staff, now=NOW)
    assert [one.name for one in sending.unreachable] == ["Sans adresse"]
    assert len(asked(empty_session)) == 2


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"wishes_close_at": NOW}, "Les souhaits sont clos"),
        ({"state": DayState.CANCELLED}, "annulée"),
        ({"state": DayState.ANNOUNCED}, "ouvriront avec les inscriptions"),
        ({"held_on": NOW.date() - timedelta(days=1)}, "passée"),
    ],
)
def test_nobody_is_asked_once_wishes_cannot_be_made(
    empty_session: Session, day: MeetupDay, staff: User, columns: dict[str, object], words: str
) -> None:
    for name, value in columns.items():
        setattr(day, name, value)
    empty_session.flush()
    with pytest.raises(RuleViolation, match=words):
        send_wish_reminders(empty_session, day, actor=staff, now=NOW)
    remind_before_closing(empty_session, now=NOW)
    assert asked(empty_session) == []


@pytest.mark.usefixtures("day")
def test_the_calendar_asks_once_before_wishes_close(empty_session: Session) -> None:
    counts = []
    for left in (ASKED_BEFORE + timedelta(hours=1), ASKED_BEFORE, timedelta(hours=2)):
        remind_before_closing(empty_session, now=CLOSING - left)
        counts.append(len(asked(empty_session)))
    assert counts == [0, 2, 2]
    events = empty_session.scalars(select(MeetupParticipantEvent)).all()
    assert {(one.event, one.actor_name) for one in events} == {(ParticipantEvent.WISHES_ASKED, "")}


def test_the_calendar_waits_for_the_end_of_a_day_without_date(empty_session: Session) -> None:
    day = make_day(empty_session)
    make_participants(empty_session, day, ["Atelier"])
    over = day.at(NOW.time().min) + timedelta(days=1)
    assert day.held_on == HELD_ON
    remind_before_closing(empty_session, now=over - ASKED_BEFORE - timedelta(hours=1))
    assert asked(empty_session) == []
    remind_before_closing(empty_session, now=over - ASKED_BEFORE)
    assert asked(empty_session) == [1]


def test_once_a_plan_is_published_the_calendar_asks_nobody(
    empty_session: Session, day: MeetupDay
) -> None:
    publish_meetings(empty_session, day, [])
    remind_before_closing(empty_session, now=CLOSING - timedelta(hours=1))
    assert asked(empty_session) == []


def test_who_was_asked_by_staff_lately_is_not_asked_by_the_calendar(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    make_attendee(empty_session, day.participants[0])
    send_wish_reminders(empty_session, day, actor=staff, now=CLOSING - timedelta(days=4))
    remind_before_closing(empty_session, now=CLOSING - ASKED_BEFORE)
    assert len(asked(empty_session)) == 2
