"""The demonstration’s meetup days: ready to plan, held today, past; removable."""

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import MeetingInquiry, MeetupMeeting, MeetupPlan, PlannedMeeting
from models.meetup_wish import MeetupWish
from services.demo_data import DEMO_DOMAIN, remove_demo
from services.demo_meetups import seed_demo_meetups
from services.meetup_plans import check_still_possible
from tests.factories.meetups import NOW
from vocabulary.exchanges import Side
from vocabulary.meetups import DayState, WishState

ACCOUNTS = [f"{name}@{DEMO_DOMAIN}" for name in ("innovateur", "collectivite", "tablee")]
STAFF = f"equipe@{DEMO_DOMAIN}"
TODAY = "rencontre-du-jour"


def day_of(session: Session, slug: str) -> MeetupDay:
    return session.scalars(select(MeetupDay).where(MeetupDay.slug == slug)).one()


def test_one_day_is_ready_to_plan(session: Session) -> None:
    day = day_of(session, "saint-etienne-janvier-2027")
    tables = sum(len(room.tables) for room in day.rooms)
    sides = [one.side for one in day.participants]
    assert (day.held_on, day.state) == (date(2027, 1, 21), DayState.OPEN)
    assert (tables, len(day.slots), day.published_plan_id) == (24, 12, None)
    assert (sides.count(Side.TERRITORY), sides.count(Side.ACTOR)) == (24, 36)
    wishes = session.scalar(select(func.count(MeetupWish.id)).where(MeetupWish.day_id == day.id))
    assert 300 <= (wishes or 0) <= 500


@pytest.mark.parametrize("slug", ["saint-etienne-janvier-2027", TODAY, "roubaix-juin-2026"])
def test_the_demo_accounts_take_part(session: Session, slug: str) -> None:
    day = day_of(session, slug)
    addresses = session.scalars(
        select(MeetupAttendee.email).where(
            MeetupAttendee.day_id == day.id, MeetupAttendee.user_id.is_not(None)
        )
    ).all()
    assert set(addresses) == set(ACCOUNTS)
    assert len(addresses) == len(ACCOUNTS)


def test_addresses_are_reserved_ones(session: Session) -> None:
    found = session.scalars(select(MeetupAttendee.email)).all()
    assert [address for address in found if not str(address).endswith(".example")] == []


def test_nobody_holds_more_than_the_day_allows(session: Session) -> None:
    accepted = session.execute(
        select(MeetupWish.wisher_id, func.count())
        .where(MeetupWish.state == WishState.ACCEPTED)
        .group_by(MeetupWish.wisher_id)
    ).all()
    assert [count for _wisher, count in accepted if count > 10] == []


def test_the_day_of_today_is_planned_and_people_arrive(session: Session) -> None:
    day = day_of(session, TODAY)
    plan = session.get_one(MeetupPlan, day.published_plan_id)
    check_still_possible(session, day, plan)
    assert plan.guarantees["is_score_proven"]
    arrived = [one for one in day.participants if one.arrived_at]
    assert 0 < len(arrived) < len(day.participants)
    assert {one.agenda_told_at is None for one in day.participants} == {False}


def test_the_past_day_has_its_outcomes(session: Session) -> None:
    day = day_of(session, "roubaix-juin-2026")
    meetings = session.scalars(select(MeetupMeeting).where(MeetupMeeting.day_id == day.id)).all()
    held = [one.is_held for one in meetings]
    assert {True, False, None} == set(held)
    assert held.count(True) > len(held) / 2
    waiting = session.scalar(
        select(func.count(MeetingInquiry.id))
        .join(MeetupMeeting)
        .where(
            MeetupMeeting.day_id == day.id,
            MeetingInquiry.asked_at.is_(None),
            MeetingInquiry.due_at <= datetime(2026, 11, 20, tzinfo=UTC),
        )
    )
    assert waiting == 0


@pytest.mark.parametrize(
    "moment",
    [
        *(datetime(2026, 11, 24, hour, 40, tzinfo=UTC) for hour in (0, 3, 9, 14, 23)),
        # The evenings of the days on which clocks change.
        datetime(2027, 3, 28, 21, 10, tzinfo=UTC),
        datetime(2026, 10, 25, 22, 10, tzinfo=UTC),
    ],
)
def test_the_slots_of_today_stay_on_their_date_around_the_hour(
    empty_session: Session, moment: datetime
) -> None:
    seed_demo_meetups(empty_session, accounts=[], staff_email=STAFF, now=moment)
    day = day_of(empty_session, TODAY)
    assert day.held_on == moment.astimezone(day.zone).date()
    instants = [
        *(one for slot in day.slots for one in (slot.starts_at, slot.ends_at)),
        *(one for part in day.sessions for one in (part.starts_at, part.ends_at)),
    ]
    assert {one.astimezone(day.zone).date() for one in instants} == {day.held_on}
    assert day.slots[0].starts_at <= moment <= day.slots[-1].ends_at


def test_an_older_today_makes_room_and_nothing_else_changes(session: Session) -> None:
    before = session.scalar(select(func.count(MeetupParticipant.id)))
    seed_demo_meetups(session, accounts=ACCOUNTS, staff_email=STAFF, now=NOW.replace(year=2027))
    day = day_of(session, TODAY)
    assert day.held_on == date(2027, 11, 22)
    assert session.scalar(select(func.count(MeetupParticipant.id))) == before
    assert day.slots[0].starts_at.astimezone(day.zone).time() >= time(0)


def test_removing_the_demonstration_leaves_nothing(session: Session, tmp_path: Path) -> None:
    remove_demo(session, uploads_dir=tmp_path, now=NOW)
    models = (MeetupDay, MeetupParticipant, MeetupWish, MeetupPlan, PlannedMeeting, MeetupMeeting)
    counts = [session.scalar(select(func.count()).select_from(model)) for model in models]
    assert counts == [0] * len(models)
