"""Arrivals and absences of a meetup day: noted once each, taken back whole."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAbsence, MeetupAttendee, MeetupParticipant
from models.meetup_wish import MeetupWish
from services.errors import RuleViolation
from services.meetup_absences import (
    end_of_day,
    forget_told,
    note_absent,
    note_late,
    note_leaving,
    note_missed,
)
from services.meetup_attendance import HalfDay, attendance_sheet
from services.meetup_availability import free_slots
from services.meetup_badges import attendee_of_code, badge_code
from services.meetup_door import DoorView, chosen_lines, count_lines, door_lines
from services.meetup_presence import check_in, is_hour_known, opening_of, undo_check_in
from services.meetup_registration import Body
from services.meetup_walk_ins import (
    MOST_WISHES,
    WalkIn,
    possible_partners,
    welcome_walk_in,
    wish_at_the_door,
)
from tests.factories.accounts import make_user
from tests.factories.meetup_held import HELD, at
from tests.factories.meetups import (
    make_attendee,
    make_day,
    make_participant,
    make_slots,
    make_wish,
)
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, ParticipantState, WishState

MORNING = at(9, 12)


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    """Return a day held on ``HELD``, with six slots from nine o'clock."""
    day = make_day(empty_session, held_on=HELD)
    make_slots(empty_session, day, 6, minutes=20, pause=5)
    return day


@pytest.fixture
def host(empty_session: Session) -> User:
    """Return somebody of the staff."""
    return make_user(empty_session, role=UserRole.STAFF)


def person_of(session: Session, day: MeetupDay, name: str = "Abeille") -> MeetupAttendee:
    return make_attendee(session, make_participant(session, day, name))


def refusal(call: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(RuleViolation) as refused:
        call(*args, **kwargs)  # type: ignore[operator]
    return str(refused.value)


def test_an_arrival_is_noted_for_the_person_and_the_body(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    someone = person_of(empty_session, day)
    arrival = check_in(empty_session, someone, person=host, now=MORNING)
    assert (arrival.is_new, someone.arrived_at, someone.participant.arrived_at) == (
        True,
        MORNING,
        MORNING,
    )
    assert someone.checked_by_id == host.id


def test_the_second_scan_keeps_the_first_hour(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    someone = person_of(empty_session, day)
    check_in(empty_session, someone, person=host, now=MORNING)
    again = check_in(empty_session, someone, person=host, now=at(11))
    assert (again.is_new, someone.arrived_at) == (False, MORNING)


@pytest.mark.parametrize(
    ("held_on", "expected"),
    [
        (HELD + timedelta(days=1), "n’a pas commencé"),
        (HELD - timedelta(days=8), "depuis plus d’une semaine"),
    ],
)
def test_another_day_is_refused_in_words(
    empty_session: Session, host: User, held_on: date, expected: str
) -> None:
    someone = person_of(empty_session, make_day(empty_session, held_on=held_on))
    assert expected in refusal(check_in, empty_session, someone, person=host, now=MORNING)


def test_a_signed_sheet_is_copied_in_later_without_an_hour(
    empty_session: Session, host: User
) -> None:
    day = make_day(empty_session, held_on=HELD - timedelta(days=2))
    someone = person_of(empty_session, day)
    check_in(empty_session, someone, person=host, now=MORNING)
    assert someone.arrived_at == opening_of(day)
    assert not is_hour_known(day, opening_of(day))


def test_overseas_the_day_is_the_one_of_the_place(empty_session: Session, host: User) -> None:
    day = make_day(empty_session, held_on=HELD - timedelta(days=1), time_zone="Pacific/Tahiti")
    someone = person_of(empty_session, day)
    # 9.12 in Paris on the 23rd is still the 22nd in Tahiti.
    assert check_in(empty_session, someone, person=host, now=MORNING).is_new


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (ParticipantState.CANCELLED, "annulée"),
        (ParticipantState.WAITING, "liste d’attente"),
        (ParticipantState.INVITED, "ne s’est pas inscrit"),
        (ParticipantState.REFUSED, "refusée"),
    ],
)
def test_who_is_not_registered_is_told_apart(
    empty_session: Session, day: MeetupDay, host: User, state: ParticipantState, expected: str
) -> None:
    someone = person_of(empty_session, day)
    someone.participant.state = state
    assert expected in refusal(check_in, empty_session, someone, person=host, now=MORNING)
    assert someone.arrived_at is None


def test_a_cancelled_day_takes_no_arrival(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    someone = person_of(empty_session, day)
    day.state = DayState.CANCELLED
    assert "annulée" in refusal(check_in, empty_session, someone, person=host, now=MORNING)


def test_who_was_noted_absent_and_comes_is_free_again_from_the_slot_that_runs(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    someone = person_of(empty_session, day)
    body = someone.participant
    note_absent(empty_session, [body], since=at(9), now=at(9, 10))
    assert free_slots(day, body) == frozenset()
    arrival = check_in(empty_session, someone, person=host, now=at(9, 30))
    assert (arrival.was_absent, body.absent_at) == (True, None)
    # The slot of 9.00 was missed; the one of 9.25 runs and can be held.
    assert free_slots(day, body) == {slot.id for slot in day.slots[1:]}


def test_two_who_note_one_absence_make_one(empty_session: Session, day: MeetupDay) -> None:
    body = person_of(empty_session, day).participant
    first = note_absent(empty_session, [body], since=at(9), now=at(9, 10))
    second = note_absent(empty_session, [body], since=at(10), now=at(9, 11))
    assert ([one.id for one in first], second) == ([body.id], [])
    assert len(body.absences) == 1


def test_a_latecomer_misses_what_comes_before_and_keeps_the_rest(
    empty_session: Session, day: MeetupDay
) -> None:
    body = person_of(empty_session, day).participant
    note_late(empty_session, body, until=at(9, 50), now=at(9, 1))
    assert free_slots(day, body) == {slot.id for slot in day.slots[2:]}


def test_somebody_who_leaves_keeps_what_comes_before(
    empty_session: Session, day: MeetupDay
) -> None:
    body = person_of(empty_session, day).participant
    note_leaving(empty_session, body, since=at(9, 50), now=at(9, 1))
    assert free_slots(day, body) == {slot.id for slot in day.slots[:2]}


def test_a_departure_announced_stays_when_a_colleague_arrives(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    someone = person_of(empty_session, day)
    note_leaving(empty_session, someone.participant, since=at(9, 50), now=at(9, 1))
    check_in(empty_session, someone, person=host, now=at(9, 2))
    assert free_slots(day, someone.participant) == {slot.id for slot in day.slots[:2]}


def test_what_was_said_beforehand_is_never_taken_back(
    empty_session: Session, day: MeetupDay
) -> None:
    body = person_of(empty_session, day).participant
    said = MeetupAbsence(participant_id=body.id, starts_at=at(10), ends_at=at(12))
    empty_session.add(said)
    empty_session.flush()
    note_absent(empty_session, [body], since=at(9), now=at(9))
    forget_told(empty_session, body, now=at(9, 1))
    assert [one.id for one in body.absences] == [said.id]


def test_missed_meetings_may_be_placed_again(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    someone = person_of(empty_session, day)
    check_in(empty_session, someone, person=host, now=at(9, 55))
    note_missed(empty_session, someone.participant, now=at(9, 55))
    assert free_slots(day, someone.participant) == {slot.id for slot in day.slots[2:]}


def test_the_day_ends_at_midnight_by_its_clocks(empty_session: Session) -> None:
    day = make_day(empty_session, held_on=date(2026, 10, 25))  # 25 hours long in Paris
    assert end_of_day(day) - day.at(at(1).min.time()) == timedelta(days=1)
    assert end_of_day(day).timestamp() - day.at(at(1).min.time()).timestamp() == 25 * 3600


def test_a_badge_is_found_by_its_code_however_it_is_typed(
    empty_session: Session, day: MeetupDay
) -> None:
    someone = person_of(empty_session, day)
    code = badge_code(someone.badge_key)
    typed = [code, code.lower(), code.replace(" ", "-"), someone.badge_key]
    typed.append(f"https://example.org/rencontres/{day.slug}/badge/{someone.badge_key}")
    found = {attendee_of_code(empty_session, day, one).id for one in typed}
    assert found == {someone.id}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("FFFF FFFF", "Aucun badge"),
        ("3F0", "trop court"),
        ("ZZZZ ZZZZ", "lettres de A à F"),
        ("%", "lettres de A à F"),
    ],
)
def test_a_code_that_is_none_says_why(
    empty_session: Session, day: MeetupDay, typed: str, expected: str
) -> None:
    assert expected in refusal(attendee_of_code, empty_session, day, typed)


def test_a_badge_of_another_day_is_not_one_of_this_day(
    empty_session: Session, day: MeetupDay
) -> None:
    other = person_of(empty_session, make_day(empty_session, "Autre journée"))
    assert "Aucun badge" in refusal(attendee_of_code, empty_session, day, other.badge_key)


def test_a_walk_in_is_registered_with_its_people_there(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    walk_in = WalkIn(Body("Passante", Side.ACTOR), ("Léa Essai", " ", "Léa  Essai"), at(10, 15))
    body = welcome_walk_in(empty_session, day, walk_in, person=host, now=at(9, 30))
    assert (body.state, body.is_walk_in) == (ParticipantState.CONFIRMED, True)
    assert [(one.name, one.arrived_at) for one in body.attendees] == [("Léa Essai", at(9, 30))]
    # Slots of 9.50 only: those before are over, that of 10.15 comes after it leaves.
    assert free_slots(day, body) == {day.slots[2].id}


def test_who_waited_for_a_place_comes_in_at_the_door(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    waiting = make_participant(empty_session, day, "Attente", state=ParticipantState.WAITING)
    walk_in = WalkIn(Body("attente", Side.ACTOR), ("Léa Essai",))
    body = welcome_walk_in(empty_session, day, walk_in, person=host, now=MORNING)
    assert (body.id, body.state) == (waiting.id, ParticipantState.CONFIRMED)


def test_who_is_registered_is_no_walk_in(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    make_participant(empty_session, day, "Abeille")
    walk_in = WalkIn(Body("Abeille", Side.ACTOR), ("Léa Essai",))
    said = refusal(welcome_walk_in, empty_session, day, walk_in, person=host, now=MORNING)
    assert "déjà inscrit" in said


def test_the_hall_is_full_when_those_who_are_there_fill_it(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    day.capacity = 1
    absent, there = person_of(empty_session, day, "Un"), person_of(empty_session, day, "Deux")
    walk_in = WalkIn(Body("Passante", Side.ACTOR), ("Léa Essai",))
    check_in(empty_session, there, person=host, now=MORNING)
    said = refusal(welcome_walk_in, empty_session, day, walk_in, person=host, now=MORNING)
    assert "pleine" in said
    undo_check_in(empty_session, there)
    assert absent.arrived_at is None
    assert welcome_walk_in(empty_session, day, walk_in, person=host, now=MORNING).is_walk_in


def test_wishes_at_the_door_leave_out_those_who_declined(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    actor = make_participant(empty_session, day, "Passante")
    towns = [make_participant(empty_session, day, name, side=Side.TERRITORY) for name in ("A", "B")]
    make_wish(empty_session, towns[1], actor, state=WishState.DECLINED)
    assert [one.name for one in possible_partners(empty_session, actor)] == ["A"]
    everybody = [one.id for one in towns]
    assert wish_at_the_door(empty_session, actor, everybody, person=host, now=MORNING) == 1
    assert wish_at_the_door(empty_session, actor, everybody, person=host, now=MORNING) == 0
    made = empty_session.scalars(select(MeetupWish).where(MeetupWish.wisher_id == actor.id)).all()
    assert [(one.wished_id, one.told_at) for one in made] == [(towns[0].id, MORNING)]


def test_more_wishes_than_a_visit_holds_are_refused(
    empty_session: Session, day: MeetupDay, host: User
) -> None:
    actor = make_participant(empty_session, day, "Passante")
    towns = [
        make_participant(empty_session, day, f"Ville {number}", side=Side.TERRITORY).id
        for number in range(MOST_WISHES + 1)
    ]
    said = refusal(wish_at_the_door, empty_session, actor, towns, person=host, now=MORNING)
    assert "6 rendez-vous" in said


def test_the_list_is_searched_by_person_and_by_body_without_accents(
    empty_session: Session, day: MeetupDay
) -> None:
    body = make_participant(empty_session, day, "Ville de Saint-Étienne")
    make_attendee(empty_session, body, "Zoé Essai")
    person_of(empty_session, day, "Abeille")
    lines = door_lines(empty_session, day)
    found = [line.name for line in chosen_lines(lines, DoorView.ALL, "etienne zoe")]
    assert found == ["Zoé Essai"]


def test_the_sheet_says_which_half_days_are_expected(empty_session: Session) -> None:
    day = make_day(empty_session, held_on=HELD)
    make_slots(empty_session, day, 2, minutes=200, pause=100)  # 9.00 and 14.00
    body = person_of(empty_session, day).participant
    empty_session.add(MeetupAbsence(participant_id=body.id, starts_at=at(14), ends_at=at(18)))
    empty_session.commit()
    sheet = attendance_sheet(empty_session, day)
    assert sheet.half_days == (HalfDay.MORNING, HalfDay.AFTERNOON)
    assert [line.expected for line in sheet.lines] == [{HalfDay.MORNING}]


STEPS = st.lists(st.tuples(st.sampled_from(["arrive", "undo"]), st.integers(0, 4)), max_size=20)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_whatever_is_noted_and_taken_back_counts_agree(
    empty_session: Session, steps: list[tuple[str, int]]
) -> None:
    session = empty_session
    session.rollback()  # of the example before
    host = make_user(session, role=UserRole.STAFF)
    day = make_day(session, held_on=HELD)
    bodies = [make_participant(session, day, name) for name in ("Un", "Deux")]
    people = [make_attendee(session, bodies[number % 2], f"P{number}") for number in range(5)]
    expected: dict[int, int] = {}
    for minute, (what, who) in enumerate(steps):
        if what == "arrive":
            check_in(session, people[who], person=host, now=at(9, minute))
            expected.setdefault(who, minute)
        else:
            assert undo_check_in(session, people[who]) == (who in expected)
            expected.pop(who, None)
    assert_counts(session, day, bodies, people, expected)


def assert_counts(
    session: Session,
    day: MeetupDay,
    bodies: list[MeetupParticipant],
    people: list[MeetupAttendee],
    expected: dict[int, int],
) -> None:
    session.expire_all()
    found = {who: one.arrived_at for who, one in enumerate(people) if one.arrived_at}
    assert found == {who: at(9, minute) for who, minute in expected.items()}
    for rank, body in enumerate(bodies):
        first = [minute for who, minute in expected.items() if who % 2 == rank]
        assert body.arrived_at == (at(9, min(first)) if first else None)
    counts = count_lines(door_lines(session, day))
    assert (counts.arrived, counts.expected) == (len(expected), 5 - len(expected))
