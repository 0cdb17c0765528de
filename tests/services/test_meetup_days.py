"""Meetup days: what cannot be saved says why; a copy and a move keep the hours of the place."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay
from models.meetup_participant import MeetupAbsence
from models.outbox import OutboxMessage
from services.errors import RuleViolation
from services.meetup_copies import CopyChoices
from services.meetup_day_contents import DayContent, day_problems, stamp
from services.meetup_day_notes import DAY_MAIL, SECOND_THOUGHTS
from services.meetup_days import StaleDay, create_day, delete_draft, save_day
from services.meetup_states import DayAction, cancel_day, change_state, restore_day
from tests.factories.accounts import make_user
from tests.factories.meetups import (
    HELD_ON,
    NOW,
    make_attendee,
    make_day,
    make_participant,
    make_session,
    make_slots,
    make_tables,
    publish_meetings,
)
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import DayState, ParticipantState
from vocabulary.time_zones import TIME_ZONES

CONTENT = DayContent(
    title="Journée de Nevers", held_on=HELD_ON, place="Halle", summary="Se rencontrer."
)


@pytest.fixture
def staff(empty_session: Session) -> User:
    return make_user(empty_session, role=UserRole.STAFF)


def hours(day: MeetupDay) -> list[str]:
    """Return when the slots start, by the clocks of the place."""
    return [f"{slot.starts_at.astimezone(day.zone):%d %H:%M}" for slot in day.slots]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "   "}, "title"),
        ({"place": ""}, "place"),
        ({"summary": ""}, "summary"),
        ({"held_on": date(2026, 11, 21)}, "held_on"),
        ({"held_on": date(2040, 1, 1)}, "held_on"),
        ({"time_zone": "Europe/Berlin"}, "time_zone"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"commune_code": "97411"}, "time_zone"),
        ({"capacity": 1}, "capacity"),
        ({"seats_per_organization": 0}, "seats_per_organization"),
        ({"wish_days": 0}, "wish_days"),
        ({"wishes_per_participant": 0}, "wishes_per_participant"),
        ({"most_meetings": 0, "least_meetings": 0}, "most_meetings"),
        ({"least_meetings": 11}, "least_meetings"),
        ({"fairness": -1}, "fairness"),
        (
            {"registration_closes_at": datetime(2027, 3, 12, 9, tzinfo=UTC)},
            "registration_closes_at",
        ),
        ({"wishes_close_at": datetime(2027, 3, 12, 9, tzinfo=UTC)}, "wishes_close_at"),
    ],
)
def test_what_cannot_be_saved_names_its_field(changes: dict[str, Any], field: str) -> None:
    problems = day_problems(replace(CONTENT, **changes).cleaned(), now=NOW)
    assert [problem.field for problem in problems] == [field]


def test_a_past_day_may_still_be_corrected() -> None:
    stored = replace(CONTENT, held_on=date(2026, 6, 11))
    assert day_problems(replace(stored, title="Corrigé"), now=NOW, stored=stored) == []


def test_today_is_the_date_of_the_place() -> None:
    evening = datetime(2026, 11, 22, 23, tzinfo=UTC)
    in_reunion = replace(CONTENT, held_on=date(2026, 11, 22), time_zone="Indian/Reunion")
    in_martinique = replace(CONTENT, held_on=date(2026, 11, 22), time_zone="America/Martinique")
    found = [len(day_problems(one, now=evening)) for one in (in_reunion, in_martinique)]
    assert found == [1, 0]


@pytest.mark.parametrize("zone", sorted(TIME_ZONES))
def test_every_zone_offered_is_known(zone: str) -> None:
    day = MeetupDay(held_on=HELD_ON, time_zone=zone)
    assert day.at(time(9)).astimezone(UTC).utcoffset() == timedelta(0)


def test_slugs_are_never_addresses_of_something_else(empty_session: Session, staff: User) -> None:
    first = create_day(empty_session, replace(CONTENT, title="Nouvelle"), person=staff, now=NOW)
    second = create_day(empty_session, replace(CONTENT, title="Nouvelle"), person=staff, now=NOW)
    assert [first.slug, second.slug] == ["nouvelle-2", "nouvelle-3"]


def test_a_copy_keeps_hours_over_a_clock_change_and_another_zone(
    empty_session: Session, staff: User
) -> None:
    source = make_day(empty_session)
    make_tables(empty_session, source, 3)
    make_slots(empty_session, source, 2)
    make_session(empty_session, source, room=source.rooms[0])
    content = replace(CONTENT, held_on=date(2027, 6, 3), time_zone="Indian/Reunion")
    day = create_day(empty_session, content, person=staff, now=NOW, source=source)
    assert hours(day) == ["03 09:00", "03 09:25"]
    assert day.slots[0].starts_at == datetime(2027, 6, 3, 5, tzinfo=UTC)
    assert [len(room.tables) for room in day.rooms] == [3]
    assert [part.room for part in day.sessions] == [day.rooms[0]]


def test_a_copy_takes_no_participant_unless_asked_and_then_as_invited(
    empty_session: Session, staff: User
) -> None:
    source = make_day(empty_session)
    make_attendee(
        empty_session, make_participant(empty_session, source, "Vient"), email="a@x.example"
    )
    make_participant(empty_session, source, "Refusé", state=ParticipantState.REFUSED)
    bare = create_day(empty_session, CONTENT, person=staff, now=NOW, source=source)
    asked = create_day(
        empty_session,
        CONTENT,
        person=staff,
        now=NOW,
        source=source,
        choices=CopyChoices(invitees=True),
    )
    assert bare.participants == []
    found = [(one.name, one.state, one.invited_at) for one in asked.participants]
    assert found == [("Vient", ParticipantState.INVITED, None)]
    assert [person.email for person in asked.participants[0].attendees] == ["a@x.example"]


def test_a_day_moves_with_its_slots_absences_and_programme(
    empty_session: Session, staff: User
) -> None:
    day = make_day(empty_session)
    make_slots(empty_session, day, 3, minutes=55, pause=5)
    make_session(empty_session, day)
    participant = make_participant(empty_session, day)
    start = day.slots[0].starts_at
    participant.absences.append(MeetupAbsence(starts_at=start, ends_at=start + timedelta(hours=1)))
    empty_session.commit()
    stored = DayContent.of(day)
    # One hour later by the sun, the same by the clocks: a slot takes the instant of the next one.
    moved = replace(stored, time_zone="America/Guadeloupe")
    save_day(empty_session, day, moved, seen=stamp(stored), person=staff, now=NOW)
    later = replace(moved, held_on=date(2027, 7, 1))
    save_day(empty_session, day, later, seen=stamp(moved), person=staff, now=NOW)
    assert hours(day) == ["01 09:00", "01 10:00", "01 11:00"]
    assert f"{participant.absences[0].starts_at.astimezone(day.zone):%d %H:%M}" == "01 09:00"
    assert f"{day.sessions[0].starts_at.astimezone(day.zone):%d %H:%M}" == "01 11:00"


def test_somebody_elses_change_is_not_overwritten(empty_session: Session, staff: User) -> None:
    day = make_day(empty_session)
    seen = stamp(DayContent.of(day))
    other = replace(DayContent.of(day), place="Ailleurs")
    save_day(empty_session, day, other, seen=seen, person=staff, now=NOW)
    with pytest.raises(StaleDay) as refusal:
        save_day(
            empty_session, day, replace(other, title="Autre"), seen=seen, person=staff, now=NOW
        )
    assert refusal.value.stored.place == "Ailleurs"


def test_the_capacity_holds_those_who_come(empty_session: Session, staff: User) -> None:
    day = make_day(empty_session)
    for name in ("A", "B", "C"):
        make_participant(empty_session, day, name)
    stored = DayContent.of(day)
    with pytest.raises(RuleViolation, match="3 participants") as refusal:
        save_day(
            empty_session,
            day,
            replace(stored, capacity=2),
            seen=stamp(stored),
            person=staff,
            now=NOW,
        )
    assert refusal.value.field == "capacity"


@pytest.mark.parametrize(
    ("state", "action", "result"),
    [
        (DayState.DRAFT, DayAction.ANNOUNCE, DayState.ANNOUNCED),
        (DayState.DRAFT, DayAction.OPEN, DayState.OPEN),
        (DayState.ANNOUNCED, DayAction.OPEN, DayState.OPEN),
        (DayState.ANNOUNCED, DayAction.WITHDRAW, DayState.DRAFT),
        (DayState.OPEN, DayAction.CLOSE, DayState.CLOSED),
        (DayState.CLOSED, DayAction.OPEN, DayState.OPEN),
    ],
)
def test_steps_of_a_day(
    empty_session: Session, staff: User, state: DayState, action: DayAction, result: DayState
) -> None:
    day = make_day(empty_session, state=state)
    change_state(empty_session, day, action, person=staff, now=NOW)
    assert day.state is result


@pytest.mark.parametrize(
    ("columns", "action"),
    [
        ({"state": DayState.CANCELLED}, DayAction.OPEN),
        ({"state": DayState.DRAFT}, DayAction.CLOSE),
        ({"state": DayState.ANNOUNCED, "held_on": date(2026, 11, 20)}, DayAction.OPEN),
        (
            {"state": DayState.CLOSED, "registration_closes_at": NOW - timedelta(days=1)},
            DayAction.OPEN,
        ),
    ],
)
def test_steps_that_are_refused(
    empty_session: Session, staff: User, columns: dict[str, Any], action: DayAction
) -> None:
    day = make_day(empty_session, **columns)
    with pytest.raises(RuleViolation):
        change_state(empty_session, day, action, person=staff, now=NOW)


def test_an_announcement_with_participants_is_not_withdrawn(
    empty_session: Session, staff: User
) -> None:
    day = make_day(empty_session)
    make_participant(empty_session, day)
    with pytest.raises(RuleViolation, match="annulez plutôt"):
        change_state(empty_session, day, DayAction.WITHDRAW, person=staff, now=NOW)


def _posted(session: Session) -> list[tuple[str, datetime]]:
    found = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == DAY_MAIL))
    return [(one.payload["event"], one.due_at) for one in found]


def test_a_cancellation_tells_each_address_once_a_little_later(
    empty_session: Session, staff: User
) -> None:
    day = make_day(empty_session)
    for name, state in (
        ("Vient", ParticipantState.CONFIRMED),
        ("Attend", ParticipantState.WAITING),
        ("Refusé", ParticipantState.REFUSED),
    ):
        make_attendee(
            empty_session,
            make_participant(empty_session, day, name, state=state),
            email=f"{name}@x.example".lower(),
        )
    invitee = make_participant(empty_session, day, "Pas prévenu", state=ParticipantState.INVITED)
    make_attendee(empty_session, invitee)
    told = cancel_day(empty_session, day, reason="Grève", person=staff, now=NOW)
    assert (told, day.state, day.cancelled_reason) == (2, DayState.CANCELLED, "Grève")
    assert _posted(empty_session) == [("cancelled", NOW + SECOND_THOUGHTS)] * 2


def test_a_cancellation_taken_back_at_once_is_never_told(
    empty_session: Session, staff: User
) -> None:
    day = make_day(empty_session, state=DayState.CLOSED)
    make_attendee(empty_session, make_participant(empty_session, day))
    cancel_day(empty_session, day, reason="Erreur", person=staff, now=NOW)
    assert restore_day(empty_session, day, person=staff, now=NOW) is False
    assert (day.state, day.cancelled_reason) == (DayState.CLOSED, "")
    assert _posted(empty_session) == []


def test_a_cancellation_that_was_told_is_taken_back_by_a_mail(
    empty_session: Session, staff: User
) -> None:
    day = make_day(empty_session)
    make_attendee(empty_session, make_participant(empty_session, day))
    cancel_day(empty_session, day, reason="Grève", person=staff, now=NOW)
    for message in empty_session.scalars(select(OutboxMessage)):
        message.done_at = NOW + SECOND_THOUGHTS
    later = NOW + timedelta(hours=1)
    assert restore_day(empty_session, day, person=staff, now=later) is True
    assert ("restored", later) in _posted(empty_session)


def test_a_cancellation_wants_a_reason(empty_session: Session, staff: User) -> None:
    day = make_day(empty_session)
    with pytest.raises(RuleViolation) as refusal:
        cancel_day(empty_session, day, reason="  ", person=staff, now=NOW)
    assert (refusal.value.field, day.state) == ("reason", DayState.OPEN)


def test_a_draft_goes_with_all_it_holds_and_a_public_day_stays(
    empty_session: Session, staff: User
) -> None:
    draft = make_day(empty_session, "Brouillon", state=DayState.DRAFT)
    slots = make_slots(empty_session, draft, 1)
    tables = make_tables(empty_session, draft, 1)
    people = [
        make_participant(empty_session, draft, "A"),
        make_participant(empty_session, draft, "B", side=Side.TERRITORY),
    ]
    publish_meetings(empty_session, draft, [(slots[0], tables[0], people)])
    public = make_day(empty_session, "Publique")
    empty_session.commit()
    with pytest.raises(RuleViolation):
        delete_draft(empty_session, public, person=staff, now=NOW)
    delete_draft(empty_session, draft, person=staff, now=NOW)
    assert empty_session.scalar(select(func.count(MeetupDay.id))) == 1
