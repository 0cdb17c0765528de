"""Slots, rooms, programme: never over each other, on instants; what plans hold stays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.account import User
from models.meetup import MeetupDay, MeetupSession
from models.meetup_plan import MeetupPlan
from services.errors import Conflict, RuleViolation
from services.meetup_availability import session_during
from services.meetup_clock import instant_at_place
from services.meetup_programme import SessionContent, programme_of, remove_session, save_session
from services.meetup_rooms import (
    RoomContent,
    TableContent,
    TablesWanted,
    add_room,
    add_tables,
    remove_room,
    save_room,
)
from services.meetup_slots import Rhythm, SlotRow, generate_slots, lay_out, save_slots
from services.meetup_timeline import timeline_of
from tests.factories.accounts import make_user
from tests.factories.meetups import (
    NOW,
    make_day,
    make_participant,
    make_session,
    make_slots,
    make_tables,
    publish_meetings,
)
from vocabulary.exchanges import Side
from vocabulary.kinds import UserRole
from vocabulary.meetups import SessionKind

FORWARD, BACK = date(2027, 3, 28), date(2027, 10, 31)


@pytest.fixture
def staff(empty_session: Session) -> User:
    return make_user(empty_session, role=UserRole.STAFF)


@pytest.fixture
def day(empty_session: Session) -> MeetupDay:
    return make_day(empty_session)


def clock(day: MeetupDay, instant: datetime) -> str:
    return f"{instant.astimezone(day.zone):%H:%M}"


def test_a_rhythm_leaves_breaks_and_shared_parts_free(
    empty_session: Session, day: MeetupDay
) -> None:
    make_session(empty_session, day, "Plénière", first=time(11), minutes=30)
    rhythm = Rhythm(time(9), time(12, 30), 20, 5, breaks=((time(10), time(10, 15)),))
    found = [clock(day, slot.starts_at) for slot in lay_out(day, rhythm)]
    assert found == ["09:00", "09:25", "10:15", "10:40", "11:30", "11:55"]


@pytest.mark.parametrize(("held_on", "count"), [(FORWARD, 6), (BACK, 10), (date(2027, 4, 4), 8)])
def test_no_slot_is_missing_nor_doubled_when_clocks_change(
    empty_session: Session, held_on: date, count: int
) -> None:
    """From 0 h 30 to 4 h 30 there are 3, 5 or 4 hours (T1)."""
    day = make_day(empty_session, held_on=held_on)
    found = lay_out(day, Rhythm(time(0, 30), time(4, 30), 25, 5))
    assert len(found) == count
    assert {slot.ends_at - slot.starts_at for slot in found} == {timedelta(minutes=25)}
    steps = {other.starts_at - one.starts_at for one, other in pairwise(found)}
    assert steps == {timedelta(minutes=30)}


def test_an_hour_that_the_place_never_lives_is_refused(empty_session: Session) -> None:
    day = make_day(empty_session, held_on=FORWARD)
    with pytest.raises(RuleViolation, match="n’existe pas ce jour-là") as refusal:
        lay_out(day, Rhythm(time(2, 30), time(5)))
    assert refusal.value.field == "first"


@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Europe/Paris", datetime(2027, 3, 11, 8, tzinfo=UTC)),
        ("Indian/Reunion", datetime(2027, 3, 11, 5, tzinfo=UTC)),
        ("America/Cayenne", datetime(2027, 3, 11, 12, tzinfo=UTC)),
        ("America/Miquelon", datetime(2027, 3, 11, 12, tzinfo=UTC)),
        ("Pacific/Noumea", datetime(2027, 3, 10, 22, tzinfo=UTC)),
    ],
)
def test_hours_are_those_of_the_place(empty_session: Session, zone: str, instant: datetime) -> None:
    """T2: whatever the reader's zone or the server's."""
    day = make_day(empty_session, time_zone=zone)
    assert instant_at_place(day.held_on, time(9), day.zone, field="x") == instant
    assert clock(day, lay_out(day, Rhythm(time(9), time(10)))[0].starts_at) == "09:00"


@pytest.mark.parametrize(
    ("rhythm", "field"),
    [
        (Rhythm(time(12), time(9)), "last"),
        (Rhythm(time(9), time(9, 10)), "last"),
        (Rhythm(time(9), time(12), minutes=4), "minutes"),
        (Rhythm(time(9), time(12), minutes=200), "minutes"),
        (Rhythm(time(9), time(12), pause=-1), "pause"),
        (Rhythm(time(0), time(23), minutes=5, pause=0), "minutes"),
        (Rhythm(time(9), time(12), breaks=((time(11), time(10)),)), "breaks"),
    ],
)
def test_a_rhythm_that_makes_no_sense_names_its_field(
    day: MeetupDay, rhythm: Rhythm, field: str
) -> None:
    with pytest.raises(RuleViolation) as refusal:
        lay_out(day, rhythm)
    assert refusal.value.field == field


def test_overlapping_slots_are_refused_naming_both(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    rows = [SlotRow(None, time(9), time(9, 20)), SlotRow(None, time(9, 10), time(9, 30))]
    with pytest.raises(RuleViolation) as refusal:
        save_slots(empty_session, day, rows, seen=day.lock, person=staff, now=NOW)
    text = str(refusal.value).replace("\u00a0", " ")
    assert text == "Les créneaux de 9 h – 9 h 20 et de 9 h 10 – 9 h 30 se chevauchent."


def test_generated_slots_do_not_lie_over_others(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    make_slots(empty_session, day, 2)
    empty_session.commit()
    rhythm = Rhythm(time(9, 10), time(11))
    with pytest.raises(RuleViolation, match="se chevauchent"):
        generate_slots(empty_session, day, rhythm, person=staff, now=NOW)
    empty_session.rollback()
    count = generate_slots(empty_session, day, rhythm, replaces=True, person=staff, now=NOW)
    assert [clock(day, one.starts_at) for one in day.slots][:1] == ["09:10"]
    assert len(day.slots) == count


def test_slots_swap_their_hours(empty_session: Session, day: MeetupDay, staff: User) -> None:
    first, second = make_slots(empty_session, day, 2, minutes=20, pause=0)
    rows = [
        SlotRow(first.id, time(9, 20), time(9, 40)),
        SlotRow(second.id, time(9), time(9, 20), table_limit=3),
    ]
    save_slots(empty_session, day, rows, seen=day.lock, person=staff, now=NOW)
    found = [(slot.id, clock(day, slot.starts_at), slot.table_limit) for slot in day.slots]
    assert found == [(second.id, "09:00", 3), (first.id, "09:20", None)]


def test_slots_changed_by_somebody_else_are_a_conflict(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    with pytest.raises(Conflict):
        save_slots(empty_session, day, [], seen=day.lock - 1, person=staff, now=NOW)


def _published(session: Session, day: MeetupDay, *, is_published: bool = True) -> None:
    slots, tables = make_slots(session, day, 2), make_tables(session, day, 2)
    people = [
        make_participant(session, day, "A"),
        make_participant(session, day, "B", side=Side.TERRITORY),
    ]
    publish_meetings(session, day, [(slots[0], tables[0], people)])
    if not is_published:
        day.published_plan_id = None
    session.commit()


def test_a_published_slot_stays_and_may_move(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    _published(empty_session, day)
    first, second = day.slots
    with pytest.raises(RuleViolation, match="publié"):
        save_slots(
            empty_session,
            day,
            [SlotRow(second.id, time(10), time(10, 20))],
            seen=day.lock,
            forgets_plans=True,
            person=staff,
            now=NOW,
        )
    empty_session.rollback()
    rows = [SlotRow(first.id, time(15), time(15, 20))]
    save_slots(empty_session, day, rows, seen=day.lock, person=staff, now=NOW)
    assert [clock(day, one.starts_at) for one in day.slots] == ["15:00"]


def test_kept_plans_go_with_a_table_only_when_said_so(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    _published(empty_session, day, is_published=False)
    room = day.rooms[0]
    with pytest.raises(RuleViolation, match="n° 1") as refusal:
        remove_room(empty_session, room, person=staff, now=NOW)
    assert refusal.value.field == "forgets_plans"
    remove_room(empty_session, room, forgets_plans=True, person=staff, now=NOW)
    assert (day.rooms, empty_session.scalar(select(func.count(MeetupPlan.id)))) == ([], 0)


def test_a_published_table_stays(empty_session: Session, day: MeetupDay, staff: User) -> None:
    _published(empty_session, day)
    with pytest.raises(RuleViolation, match="publié"):
        remove_room(empty_session, day.rooms[0], forgets_plans=True, person=staff, now=NOW)


def test_many_tables_at_once_are_numbered_over_the_whole_day(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    hall = add_room(empty_session, day, RoomContent("Halle"), person=staff, now=NOW)
    other = add_room(empty_session, day, RoomContent("Mezzanine"), person=staff, now=NOW)
    add_tables(empty_session, hall, TablesWanted(24), person=staff, now=NOW)
    added = add_tables(empty_session, other, TablesWanted(2, seats=8), person=staff, now=NOW)
    assert ([one.label for one in added], len(hall.tables)) == (["25", "26"], 24)


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (TablesWanted(0), "count"),
        (TablesWanted(500), "count"),
        (TablesWanted(2, seats=1), "seats"),
        (TablesWanted(2, seats=99), "seats"),
    ],
)
def test_tables_that_cannot_be_added(
    empty_session: Session, day: MeetupDay, staff: User, wanted: TablesWanted, field: str
) -> None:
    room = add_room(empty_session, day, RoomContent("Halle"), person=staff, now=NOW)
    with pytest.raises(RuleViolation) as refusal:
        add_tables(empty_session, room, wanted, person=staff, now=NOW)
    assert refusal.value.field == field


def test_two_rooms_do_not_share_a_name(empty_session: Session, day: MeetupDay, staff: User) -> None:
    add_room(empty_session, day, RoomContent("Halle"), person=staff, now=NOW)
    with pytest.raises(RuleViolation, match="porte ce nom"):
        add_room(empty_session, day, RoomContent(" halle "), person=staff, now=NOW)


def test_tables_swap_their_names_and_two_never_share_one(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    first, second = make_tables(empty_session, day, 2)
    room = day.rooms[0]

    def save(*labels: str) -> None:
        contents = [
            TableContent(table.id, label, 4, is_step_free=False, has_hearing_loop=True)
            for table, label in zip((first, second), labels, strict=True)
        ]
        save_room(empty_session, room, RoomContent(room.name), contents, person=staff, now=NOW)

    save("2", "1")
    assert (first.label, second.label, first.has_hearing_loop) == ("2", "1", True)
    with pytest.raises(RuleViolation, match="« A »"):
        save("A", "A")


def _content(**changes: object) -> SessionContent:
    values: dict[str, object] = {
        "kind": SessionKind.WORKSHOP,
        "title": "Atelier",
        "starts": time(11),
        "ends": time(12),
        **changes,
    }
    return SessionContent(**values)  # type: ignore[arg-type]


def test_a_room_holds_one_part_of_the_programme_at_a_time(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    make_tables(empty_session, day, 1)
    room = day.rooms[0]
    make_session(empty_session, day, "Pitchs", kind=SessionKind.PITCHES, room=room)
    with pytest.raises(RuleViolation, match="« Pitchs » occupe déjà") as refusal:
        save_session(empty_session, day, None, _content(room_id=room.id), person=staff, now=NOW)
    assert refusal.value.field == "room_id"
    save_session(empty_session, day, None, _content(), person=staff, now=NOW)
    assert len(day.sessions) == 2


def test_everybody_is_in_one_place(empty_session: Session, day: MeetupDay, staff: User) -> None:
    make_session(empty_session, day, "Plénière")
    with pytest.raises(RuleViolation, match="déjà à « Plénière »"):
        save_session(
            empty_session, day, None, _content(kind=SessionKind.MEAL), person=staff, now=NOW
        )


def test_a_shared_part_does_not_fall_on_published_meetings(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    _published(empty_session, day)
    shared = _content(kind=SessionKind.PLENARY, starts=time(9, 10), ends=time(9, 40))
    with pytest.raises(RuleViolation, match="tient 1 rendez-vous"):
        save_session(empty_session, day, None, shared, person=staff, now=NOW)


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"title": " "}, "title"), ({"ends": time(10)}, "ends"), ({"room_id": 999}, "room_id")],
)
def test_parts_that_make_no_sense_name_their_field(
    empty_session: Session, day: MeetupDay, staff: User, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(RuleViolation) as refusal:
        save_session(empty_session, day, None, _content(**changes), person=staff, now=NOW)
    assert refusal.value.field == field


def test_a_shared_part_takes_its_slots_out_of_the_programme(
    empty_session: Session, day: MeetupDay, staff: User
) -> None:
    slots = make_slots(empty_session, day, 6)
    part = make_session(empty_session, day, "Plénière", first=time(9, 50), minutes=25)
    empty_session.expire(day)
    lines = [
        (line.part.title if line.part else "rendez-vous", len(line.slots))
        for line in programme_of(day)
    ]
    assert lines == [("rendez-vous", 2), ("Plénière", 0), ("rendez-vous", 3)]
    assert session_during(day, slots[2]) is part
    timeline = timeline_of(day)
    assert timeline is not None
    assert [bar.kind.value for bar in timeline.slots].count("taken") == 1
    remove_session(empty_session, part, person=staff, now=NOW)
    assert empty_session.scalar(select(func.count(MeetupSession.id))) == 0
