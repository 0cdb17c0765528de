"""Versions of the meetings: the number grows where hours, place or people change, only there."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_plan import MeetupMeeting
from services.meetup_calendar import (
    ChangeKind,
    MeetingChange,
    changes_by_participant,
    record_publication,
    refresh_publication,
)
from tests.factories.agendas import PUBLISHED_AT, USUAL, Scene, make_agenda_scene, publish
from vocabulary.meetups import DayState

LATER = PUBLISHED_AT + timedelta(hours=2)


@pytest.fixture
def scene(empty_session: Session) -> Scene:
    return make_agenda_scene(empty_session)


def kinds(changes: tuple[MeetingChange, ...]) -> list[ChangeKind]:
    return [change.kind for change in changes]


def test_first_publication_numbers_every_meeting_zero(empty_session: Session, scene: Scene) -> None:
    changes = publish(empty_session, scene, USUAL)
    assert kinds(changes) == [ChangeKind.NEW] * 3
    assert [(one.sequence, one.changed_at) for one in scene.meetings] == [(0, PUBLISHED_AT)] * 3


def test_same_plan_again_changes_nothing(empty_session: Session, scene: Scene) -> None:
    publish(empty_session, scene, USUAL)
    assert publish(empty_session, scene, USUAL, now=LATER) == ()
    assert [one.changed_at for one in scene.meetings] == [PUBLISHED_AT] * 3


def test_only_the_meeting_that_moves_gets_a_new_number(
    empty_session: Session, scene: Scene
) -> None:
    publish(empty_session, scene, USUAL)
    moved = ((0, 0, (0, 2)), (3, 1, (1, 3)), (2, 0, (0, 3)))
    changes = publish(empty_session, scene, moved, now=LATER)
    assert kinds(changes) == [ChangeKind.MOVED]
    assert [one.sequence for one in scene.meetings] == [0, 1, 0]
    assert changes[0].before is not None
    assert changes[0].before.starts_at == scene.slots[0].starts_at
    assert changes[0].after.starts_at == scene.slots[3].starts_at


def test_another_table_is_a_change(empty_session: Session, scene: Scene) -> None:
    publish(empty_session, scene, ((0, 0, (0, 2)),))
    changes = publish(empty_session, scene, ((0, 1, (0, 2)),), now=LATER)
    assert kinds(changes) == [ChangeKind.MOVED]


def test_dropped_meeting_keeps_its_uid_and_loses_its_slot(
    empty_session: Session, scene: Scene
) -> None:
    publish(empty_session, scene, USUAL)
    dropped, uid = scene.meetings[1], scene.meetings[1].uid
    changes = publish(empty_session, scene, (USUAL[0], USUAL[2]), now=LATER)
    assert kinds(changes) == [ChangeKind.CANCELLED]
    assert (dropped.uid, dropped.sequence, dropped.slot_id, dropped.table_id) == (
        uid,
        1,
        None,
        None,
    )
    assert changes[0].after.starts_at == scene.slots[0].starts_at


def test_meeting_that_comes_back_goes_on_counting(empty_session: Session, scene: Scene) -> None:
    publish(empty_session, scene, USUAL)
    publish(empty_session, scene, (USUAL[0], USUAL[2]), now=LATER)
    changes = publish(empty_session, scene, USUAL, now=LATER)
    assert (kinds(changes), scene.meetings[1].sequence) == ([ChangeKind.NEW], 2)


def test_withdrawn_plan_cancels_every_meeting_once(empty_session: Session, scene: Scene) -> None:
    publish(empty_session, scene, USUAL)
    scene.day.published_plan_id = None
    changes = record_publication(empty_session, scene.day, None, now=LATER)
    assert kinds(changes) == [ChangeKind.CANCELLED] * 3
    assert record_publication(empty_session, scene.day, None, now=LATER) == ()


def test_cancelled_day_cancels_every_meeting(empty_session: Session, scene: Scene) -> None:
    publish(empty_session, scene, USUAL)
    scene.day.state = DayState.CANCELLED
    changes = refresh_publication(empty_session, scene.day, now=LATER)
    assert kinds(changes) == [ChangeKind.CANCELLED] * 3
    scene.day.state = DayState.OPEN
    back = refresh_publication(empty_session, scene.day, now=LATER)
    assert kinds(back) == [ChangeKind.NEW] * 3


def test_hours_of_a_slot_changed_by_staff_are_a_change_of_its_meetings(
    empty_session: Session, scene: Scene
) -> None:
    publish(empty_session, scene, USUAL)
    scene.slots[2].ends_at += timedelta(minutes=5)
    changes = refresh_publication(empty_session, scene.day, now=LATER)
    assert kinds(changes) == [ChangeKind.MOVED]
    assert changes[0].meeting_id == scene.meetings[2].id


def test_group_that_loses_somebody_is_cancelled_for_them_only(
    empty_session: Session, scene: Scene
) -> None:
    publish(empty_session, scene, ((0, 0, (0, 1, 2, 3)),))
    group = scene.meetings[0]
    group.key = "p" + "-".join(str(scene.people[one].id) for one in (0, 1, 2))
    changes = publish(empty_session, scene, ((0, 0, (0, 1, 2)),), now=LATER)
    own = changes_by_participant(changes)
    assert {number: [kind for kind, _ in told] for number, told in own.items()} == {
        scene.people[0].id: [ChangeKind.MOVED],
        scene.people[1].id: [ChangeKind.MOVED],
        scene.people[2].id: [ChangeKind.MOVED],
        scene.people[3].id: [ChangeKind.CANCELLED],
    }


def test_room_renamed_is_a_change_of_place(empty_session: Session, scene: Scene) -> None:
    publish(empty_session, scene, USUAL)
    scene.tables[0].room.name = "Salle haute"
    changes = refresh_publication(empty_session, scene.day, now=LATER)
    assert len(changes) == len(empty_session.query(MeetupMeeting).all())


def test_days_do_not_touch_each_other(empty_session: Session, scene: Scene) -> None:
    publish(empty_session, scene, USUAL)
    other = make_agenda_scene(empty_session, title="Autre journée")
    publish(empty_session, other, USUAL, now=LATER)
    assert isinstance(scene.day, MeetupDay)
    assert {one.sequence for one in scene.meetings} == {0}
