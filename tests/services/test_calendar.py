"""The days of the product: opened once each, in Paris, whatever stopped or started meanwhile."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.outbox import OutboxMessage
from services.calendar import DAILY_TASK, OPEN_DAY, open_day, start_calendar
from vocabulary.periods import next_opening, paris_day, week_opening

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)  # a Sunday, ten in Paris


def waiting(session: Session, topic: str) -> list[OutboxMessage]:
    found = select(OutboxMessage).where(
        OutboxMessage.topic == topic, OutboxMessage.done_at.is_(None)
    )
    return list(session.scalars(found.order_by(OutboxMessage.id)))


def test_workers_that_start_one_after_the_other_post_one_opening(empty_session: Session) -> None:
    for _ in range(2):
        start_calendar(empty_session, now=NOW)
    opening = waiting(empty_session, OPEN_DAY)
    assert [message.due_at for message in opening] == [datetime(2026, 11, 23, 5, tzinfo=UTC)]


def test_an_opening_given_up_does_not_stop_the_calendar(empty_session: Session) -> None:
    start_calendar(empty_session, now=NOW)
    waiting(empty_session, OPEN_DAY)[0].failed_at = NOW
    start_calendar(empty_session, now=NOW)
    assert len(waiting(empty_session, OPEN_DAY)) == 2


def test_a_day_opens_once_with_its_tasks_and_the_next_opening(empty_session: Session) -> None:
    first = open_day(empty_session, ["a", "b"], now=NOW)
    second = open_day(empty_session, ["a", "b"], now=NOW + timedelta(hours=3))
    assert (first, second) == (True, False)
    assert [m.payload["task"] for m in waiting(empty_session, DAILY_TASK)] == ["a", "b"]
    assert len(waiting(empty_session, OPEN_DAY)) == 1


def test_after_days_of_downtime_the_present_day_opens_once(empty_session: Session) -> None:
    start_calendar(empty_session, now=NOW)
    late = NOW + timedelta(days=9)
    open_day(empty_session, ["a"], now=late)
    assert [m.payload["day"] for m in waiting(empty_session, DAILY_TASK)] == ["2026-12-01"]
    assert waiting(empty_session, OPEN_DAY)[-1].due_at == datetime(2026, 12, 2, 5, tzinfo=UTC)


def test_a_day_opens_at_six_in_paris_in_winter_and_summer() -> None:
    openings = [next_opening(datetime(2027, month, 10, 12, tzinfo=UTC)) for month in (1, 7)]
    assert [opening.astimezone(UTC).hour for opening in openings] == [5, 4]


def test_the_days_around_a_clock_change_each_open_once() -> None:
    instant, opened = datetime(2027, 3, 26, 12, tzinfo=UTC), []
    for _ in range(4):
        instant = next_opening(instant)
        opened.append(instant.astimezone(UTC))
    assert [(day.day, day.hour) for day in opened] == [(27, 5), (28, 4), (29, 4), (30, 4)]


def test_a_week_opens_on_monday_whatever_the_clocks_did() -> None:
    sunday_of_the_change = datetime(2026, 10, 25, 22, 30, tzinfo=UTC)
    monday_early = datetime(2026, 10, 26, 4, 59, tzinfo=UTC)
    monday = datetime(2026, 10, 26, 5, 0, tzinfo=UTC)
    found = [
        week_opening(one).astimezone(UTC) for one in (sunday_of_the_change, monday_early, monday)
    ]
    before = datetime(2026, 10, 19, 4, tzinfo=UTC)
    assert found == [before, before, monday]


def test_a_day_is_that_of_paris() -> None:
    assert paris_day(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)).isoformat() == "2027-01-01"
