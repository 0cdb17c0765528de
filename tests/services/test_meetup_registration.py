"""Registering for a meetup day: places, waiting list, people, sessions, giving up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay, MeetupSession
from models.meetup_participant import MeetupParticipant
from models.outbox import OutboxMessage
from services.errors import RuleViolation
from services.meetup_decisions import Decision, Refusal, accept, decide_all, refuse
from services.meetup_leaving import cancel, decline
from services.meetup_notes import PARTICIPANT_MAIL, attendee_recipients
from services.meetup_people import PersonContent, add_person, change_person, remove_person
from services.meetup_places import choose_sessions, move_to_front, offer_free_places
from services.meetup_registration import (
    Body,
    RegistrationContent,
    answer_invitation,
    change_availability,
    register,
)
from tests.factories.accounts import make_membership, make_user
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
from vocabulary.meetups import DayState, ParticipantEvent, ParticipantState, SessionKind

CONTENT = RegistrationContent(presentation="Nous cherchons un terrain d’essai.")


def come(
    session: Session, day: MeetupDay, name: str, email: str = "", **asked: Any
) -> MeetupParticipant:
    """Register a body that is not of the directory."""
    body = Body.named(name, OrganizationKind.STARTUP)
    person = PersonContent("Ada Essai", email=email or f"{name.lower()}@a.example")
    return register(session, day, body, person, CONTENT, user=None, **{"now": NOW, **asked})


def told(session: Session) -> list[str]:
    """Return the events of the mails asked for, in order."""
    session.flush()
    query = select(OutboxMessage).where(OutboxMessage.topic == PARTICIPANT_MAIL)
    found = session.scalars(query.order_by(OutboxMessage.id))
    return [ParticipantEvent(one.payload["event"]).name for one in found]


def states(session: Session, day: MeetupDay) -> dict[str, ParticipantState]:
    """Return the state of each participant by name."""
    session.flush()
    found = session.scalars(select(MeetupParticipant).where(MeetupParticipant.day_id == day.id))
    return {one.name: one.state for one in found}


def test_a_registration_waits_for_approval_where_the_day_asks_for_it(
    empty_session: Session,
) -> None:
    day = make_day(empty_session)
    participant = come(empty_session, day, "Alpha")
    assert participant.state == ParticipantState.PENDING
    assert (participant.side, participant.answered_at) == (Side.ACTOR, NOW)
    assert told(empty_session) == ["REGISTERED"]


def test_without_approval_places_go_in_the_order_of_arrival(empty_session: Session) -> None:
    day = make_day(empty_session, needs_approval=False, capacity=2)
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        come(empty_session, day, name)
    confirmed, waiting = ParticipantState.CONFIRMED, ParticipantState.WAITING
    assert states(empty_session, day) == {
        "Alpha": confirmed,
        "Beta": confirmed,
        "Gamma": waiting,
        "Delta": waiting,
    }
    assert told(empty_session) == ["CONFIRMED", "CONFIRMED", "WAITING", "WAITING"]


def test_a_cancelled_place_goes_to_who_waited_longest(empty_session: Session) -> None:
    day = make_day(empty_session, needs_approval=False, capacity=1)
    first = come(empty_session, day, "Alpha")
    for rank, name in enumerate(("Beta", "Gamma")):
        come(empty_session, day, name, now=NOW + timedelta(minutes=rank))
    assert not cancel(empty_session, first, note="", actor=None, now=NOW)
    assert states(empty_session, day) == {
        "Alpha": ParticipantState.CANCELLED,
        "Beta": ParticipantState.CONFIRMED,
        "Gamma": ParticipantState.WAITING,
    }
    assert told(empty_session)[-2:] == ["CANCELLED", "PROMOTED"]


def test_staff_move_somebody_to_the_front_of_those_who_wait(empty_session: Session) -> None:
    day = make_day(empty_session, needs_approval=False, capacity=1)
    staff = make_user(empty_session, role=UserRole.STAFF)
    first = come(empty_session, day, "Alpha")
    come(empty_session, day, "Beta")
    last = come(empty_session, day, "Gamma", now=NOW + timedelta(hours=1))
    move_to_front(empty_session, last, actor=staff, now=NOW)
    cancel(empty_session, first, note="", actor=None, now=NOW)
    assert states(empty_session, day)["Gamma"] == ParticipantState.CONFIRMED


def test_a_larger_capacity_lets_in_as_many_as_it_holds(empty_session: Session) -> None:
    day = make_day(empty_session, needs_approval=False, capacity=1)
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        come(empty_session, day, name)
    day.capacity = 3
    empty_session.flush()
    assert [one.name for one in offer_free_places(empty_session, day, now=NOW)] == [
        "Beta",
        "Gamma",
    ]
    assert offer_free_places(empty_session, day, now=NOW) == []


def test_nobody_who_comes_later_overtakes_who_waits(empty_session: Session) -> None:
    day = make_day(empty_session, needs_approval=False, capacity=1)
    come(empty_session, day, "Alpha")
    come(empty_session, day, "Beta")
    day.capacity = 2
    empty_session.flush()
    assert come(empty_session, day, "Gamma").state == ParticipantState.WAITING


@pytest.mark.parametrize("state", [DayState.ANNOUNCED, DayState.CLOSED, DayState.CANCELLED])
def test_a_day_that_is_not_open_takes_nobody(empty_session: Session, state: DayState) -> None:
    day = make_day(empty_session, state=state)
    with pytest.raises(RuleViolation, match="ne sont pas ouvertes"):
        come(empty_session, day, "Alpha")


def test_registrations_close_to_the_second(empty_session: Session) -> None:
    day = make_day(empty_session, registration_closes_at=NOW)
    come(empty_session, day, "Alpha", now=NOW - timedelta(seconds=1))
    with pytest.raises(RuleViolation, match="ne sont pas ouvertes"):
        come(empty_session, day, "Beta")


def test_the_same_name_twice_waits_for_staff_and_says_nothing(empty_session: Session) -> None:
    day = make_day(empty_session, needs_approval=False)
    come(empty_session, day, "Alpha")
    twin = come(empty_session, day, "ALPHA", "autre@a.example")
    assert (twin.name, twin.state) == ("ALPHA (2)", ParticipantState.PENDING)


def test_a_name_as_long_as_may_be_comes_three_times(empty_session: Session) -> None:
    day = make_day(empty_session)
    name = "a" * 200
    found = [come(empty_session, day, name, f"p{rank}@a.example").name for rank in range(3)]
    assert found == [name, f"{name[:194]} (2)", f"{name[:194]} (3)"]


def test_an_organisation_registers_once(empty_session: Session) -> None:
    day = make_day(empty_session)
    body = Body.of(make_organization(empty_session, "Corps", kind=OrganizationKind.COLLECTIVITE))
    person = PersonContent("Ada", email="ada@a.example")
    participant = register(empty_session, day, body, person, CONTENT, user=None, now=NOW)
    assert participant.side == Side.TERRITORY
    with pytest.raises(RuleViolation, match="déjà inscrite"):
        register(empty_session, day, body, person, CONTENT, user=None, now=NOW)


def test_whoever_was_invited_needs_no_approval(empty_session: Session) -> None:
    day = make_day(empty_session)
    invited = make_participant(
        empty_session, day, state=ParticipantState.INVITED, invited_at=NOW, confirmed_at=None
    )
    make_attendee(empty_session, invited, "Ada", email="ada@a.example")
    person = PersonContent("Ada Essai", "Directrice", "ada@a.example")
    answer_invitation(empty_session, invited, person, CONTENT, user=None, now=NOW)
    assert invited.state == ParticipantState.CONFIRMED
    assert [(one.name, one.job_title) for one in invited.attendees] == [("Ada Essai", "Directrice")]


def test_coming_back_after_a_cancellation_is_approved_again(empty_session: Session) -> None:
    day = make_day(empty_session)
    participant = make_participant(empty_session, day, invited_at=NOW)
    make_attendee(empty_session, participant, "Ada", email="ada@a.example")
    former = participant.link_key
    cancel(empty_session, participant, note="", actor=None, now=NOW)
    person = PersonContent("Ada", email="ada@a.example")
    answer_invitation(empty_session, participant, person, CONTENT, user=None, now=NOW)
    assert participant.state == ParticipantState.PENDING
    assert participant.link_key != former


def test_a_declined_invitation_is_answered_once(empty_session: Session) -> None:
    day = make_day(empty_session)
    invited = make_participant(empty_session, day, state=ParticipantState.INVITED)
    decline(empty_session, invited, note="Pas ce jour-là", now=NOW)
    decline(empty_session, invited, note="", now=NOW)
    assert invited.state == ParticipantState.DECLINED
    assert told(empty_session) == []


def test_after_publication_a_cancellation_is_told_to_the_organiser(empty_session: Session) -> None:
    organizer = make_user(empty_session, role=UserRole.STAFF)
    day = make_day(empty_session, created_by_id=organizer.id)
    participant = make_participant(empty_session, day)
    make_attendee(empty_session, participant)
    day.published_plan_id = None
    assert not cancel(empty_session, participant, note="", actor=None, now=NOW)
    assert participant.absent_at is None


def test_seats_of_an_organisation_are_counted(empty_session: Session) -> None:
    day = make_day(empty_session, seats_per_organization=2)
    participant = come(empty_session, day, "Alpha")
    add_person(empty_session, participant, PersonContent("Bo", email="bo@a.example"), now=NOW)
    with pytest.raises(RuleViolation, match="2 personnes au plus"):
        add_person(empty_session, participant, PersonContent("Cy"), now=NOW)


def test_nobody_comes_twice(empty_session: Session) -> None:
    day = make_day(empty_session)
    first, second = come(empty_session, day, "Alpha"), come(empty_session, day, "Beta")
    with pytest.raises(RuleViolation, match="déjà parmi"):
        add_person(empty_session, first, PersonContent("ada essai"), now=NOW)
    with pytest.raises(RuleViolation, match="déjà celle d’une personne"):
        add_person(empty_session, second, PersonContent("Zoé", email="ALPHA@a.example"), now=NOW)


def test_whoever_cancelled_for_one_body_may_come_for_another(empty_session: Session) -> None:
    day = make_day(empty_session)
    first, second = come(empty_session, day, "Alpha"), come(empty_session, day, "Beta")
    cancel(empty_session, first, note="", actor=None, now=NOW)
    moved = PersonContent("Zoé", email="alpha@a.example")
    add_person(empty_session, second, moved, now=NOW)
    assert [one.email for one in second.attendees] == ["beta@a.example", "alpha@a.example"]


def test_a_replaced_person_leaves_neither_badge_nor_link(empty_session: Session) -> None:
    day = make_day(empty_session)
    participant = come(empty_session, day, "Alpha")
    former = participant.attendees[0]
    key = former.badge_key
    found = change_person(empty_session, former, PersonContent("Bo", email="bo@a.example"), now=NOW)
    assert found.badge_key != key
    assert [one.name for one in participant.attendees] == ["Bo"]


def test_the_last_person_stays(empty_session: Session) -> None:
    day = make_day(empty_session)
    participant = come(empty_session, day, "Alpha")
    with pytest.raises(RuleViolation, match="au moins une personne"):
        remove_person(empty_session, participant.attendees[0], now=NOW)


def test_a_full_session_takes_nobody_else(empty_session: Session) -> None:
    day = make_day(empty_session)
    slot = make_slots(empty_session, day, 1)[0]
    workshop = MeetupSession(
        kind=SessionKind.WORKSHOP,
        title="Atelier",
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        capacity=1,
    )
    day.sessions.append(workshop)
    empty_session.flush()
    first, second = (
        make_participant(empty_session, day, "A"),
        make_participant(empty_session, day, "B"),
    )
    assert choose_sessions(empty_session, first, [workshop.id])
    assert not choose_sessions(empty_session, first, [workshop.id, 999])
    with pytest.raises(RuleViolation, match="est complet"):
        choose_sessions(empty_session, second, [workshop.id])


def test_two_sessions_at_once_need_two_people(empty_session: Session) -> None:
    day = make_day(empty_session)
    slot = make_slots(empty_session, day, 1)[0]
    pair = [
        MeetupSession(
            kind=SessionKind.WORKSHOP,
            title=title,
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
        )
        for title in ("Un", "Deux")
    ]
    day.sessions.extend(pair)
    empty_session.flush()
    participant = make_participant(empty_session, day)
    make_attendee(empty_session, participant)
    wanted = [one.id for one in pair]
    with pytest.raises(RuleViolation, match="en même temps"):
        choose_sessions(empty_session, participant, wanted)
    make_attendee(empty_session, participant, "Autre")
    assert choose_sessions(empty_session, participant, wanted)


def test_one_cannot_be_away_all_day(empty_session: Session) -> None:
    day = make_day(empty_session)
    slots = make_slots(empty_session, day, 3)
    participant = make_participant(empty_session, day)
    with pytest.raises(RuleViolation, match="au moins un créneau"):
        change_availability(empty_session, participant, slots, now=NOW)


def test_several_are_accepted_in_the_order_of_their_arrival(empty_session: Session) -> None:
    day = make_day(empty_session, capacity=1)
    staff = make_user(empty_session, role=UserRole.STAFF)
    late = come(empty_session, day, "Tard", now=NOW + timedelta(hours=1))
    early = come(empty_session, day, "Tôt", "tot@a.example")
    decided = decide_all(
        empty_session,
        [late, early],
        Decision.ACCEPT,
        reason=Refusal.OTHER,
        words="",
        actor=staff,
        now=NOW + timedelta(hours=2),
    )
    assert (decided.done, decided.left) == (2, 0)
    assert early.state == ParticipantState.CONFIRMED
    assert late.state == ParticipantState.WAITING


def test_a_refusal_keeps_its_words_and_may_be_taken_back(empty_session: Session) -> None:
    day = make_day(empty_session)
    staff = make_user(empty_session, role=UserRole.STAFF)
    participant = come(empty_session, day, "Alpha")
    refuse(empty_session, participant, Refusal.FULL, words="À bientôt.", actor=staff, now=NOW)
    assert participant.decision_note == f"{Refusal.FULL.label} À bientôt."
    accept(empty_session, participant, actor=staff, now=NOW)
    assert (participant.state, participant.decision_note) == (ParticipantState.CONFIRMED, "")
    with pytest.raises(RuleViolation, match="n’attend pas"):
        accept(empty_session, participant, actor=staff, now=NOW)


def test_without_people_the_team_of_the_organisation_is_written_to(empty_session: Session) -> None:
    day = make_day(empty_session)
    body = make_organization(empty_session, "Corps")
    member = make_user(empty_session, email="membre@a.example")
    make_membership(empty_session, member, body)
    participant = make_participant(empty_session, day, organization_id=body.id)
    assert [one.email for one in attendee_recipients(empty_session, participant)] == [
        "membre@a.example"
    ]
    make_attendee(empty_session, participant, email="ada@a.example")
    assert [one.email for one in attendee_recipients(empty_session, participant)] == [
        "ada@a.example"
    ]
