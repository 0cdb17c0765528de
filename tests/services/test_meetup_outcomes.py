"""What came of the meetings of a day: asked when due, weighed, landed on introductions."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.introduction import Introduction, OutcomeInquiry
from models.meetup_plan import MeetingInquiry
from models.outbox import OutboxMessage
from models.register import RegisterEntry
from services.errors import RuleViolation
from services.introductions import open_introduction
from services.meetup_evenings import (
    EVENING,
    MEETING_ASK,
    ask_what_is_due,
    close_day,
    follow_evening,
    plan_evenings,
)
from services.meetup_outcomes import MeetingAnswer, meeting_lines, report_meetings, subjects_of
from services.register import verify_register
from tests.factories.introductions import make_introduction
from tests.factories.meetup_evenings import EVENING_AT, Evening, make_evening
from tests.factories.meetups import (
    HELD_ON,
    make_attendee,
    make_day,
    make_participant,
    publish_meetings,
)
from vocabulary.exchanges import IntroductionState, OutcomeStage, RegisterEvent, Side
from vocabulary.meetups import DayState, MeetingReport

HELD = MeetingAnswer(report=MeetingReport.HELD, satisfaction=4, stage=OutcomeStage.MEETING)


@pytest.fixture
def session(empty_session: Session) -> Session:
    """Return a session over a database without the demonstration's days."""
    return empty_session


@pytest.fixture
def evening(session: Session) -> Evening:
    """Return a day whose plan was published, its only meeting about a need and an offer."""
    return make_evening(session)


def questions(session: Session) -> list[tuple[int, int, datetime]]:
    rows = session.scalars(select(MeetingInquiry).order_by(MeetingInquiry.id))
    return [(one.participant_id, one.days_after, one.due_at) for one in rows]


def test_four_questions_to_both_by_the_clocks_of_the_place(
    session: Session, evening: Evening
) -> None:
    evening.day.time_zone = "Indian/Reunion"
    close_day(session, evening.day, now=EVENING_AT)
    at_eight = time(8)
    zone = evening.day.zone
    dates = [
        datetime.combine(HELD_ON + timedelta(days=days), at_eight, tzinfo=zone).astimezone(UTC)
        for days in (30, 90, 180)
    ]
    expected = [(0, EVENING_AT), *zip((30, 90, 180), dates, strict=True)]
    assert sorted(questions(session)) == sorted(
        (one.id, days, due) for days, due in expected for one in (evening.territory, evening.actor)
    )


def test_closing_twice_asks_once(session: Session, evening: Evening) -> None:
    assert close_day(session, evening.day, now=EVENING_AT) == 8
    assert close_day(session, evening.day, now=EVENING_AT + timedelta(minutes=5)) == 0
    assert len(questions(session)) == 8


def test_nobody_is_asked_about_a_meeting_that_somebody_missed(
    session: Session, evening: Evening
) -> None:
    evening.actor.absent_at = EVENING_AT
    assert close_day(session, evening.day, now=EVENING_AT) == 0
    assert evening.meeting.is_held is False


def test_without_a_published_plan_there_is_nothing_to_ask(
    session: Session, evening: Evening
) -> None:
    evening.day.published_plan_id = None
    assert close_day(session, evening.day, now=EVENING_AT) == 0


def test_an_evening_waits_for_the_last_slot(session: Session, evening: Evening) -> None:
    end = max(slot.ends_at for slot in evening.day.slots)
    follow_evening(session, evening.day.id, now=end - timedelta(minutes=1))
    assert questions(session) == []
    again = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == EVENING)).one()
    assert again.due_at == end
    follow_evening(session, evening.day.id, now=end)
    assert len(questions(session)) == 8


def test_a_cancelled_day_asks_nothing(session: Session, evening: Evening) -> None:
    evening.day.state = DayState.CANCELLED
    follow_evening(session, evening.day.id, now=EVENING_AT)
    assert questions(session) == []


def test_every_morning_the_days_of_today_are_put_in_the_calendar(
    session: Session, evening: Evening
) -> None:
    make_day(session, "Plus tard", held_on=HELD_ON + timedelta(days=20))
    plan_evenings(session, now=datetime(2027, 3, 11, 5, tzinfo=UTC))
    planned = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == EVENING)).all()
    assert [message.payload for message in planned] == [{"day_id": evening.day.id}]


def test_one_mail_for_all_the_meetings_of_a_person(session: Session, evening: Evening) -> None:
    third = make_participant(session, evening.day, "Troisième")
    make_attendee(session, third, email=None)
    slot, table = evening.day.slots[1], evening.day.rooms[0].tables[1]
    publish_meetings(
        session,
        evening.day,
        [
            (evening.day.slots[0], evening.day.rooms[0].tables[0], (evening.actor, third)),
            (slot, table, (evening.territory, third)),
        ],
    )
    close_day(session, evening.day, now=EVENING_AT)
    due = ask_what_is_due(session, evening.day.id, now=EVENING_AT)
    assert [(mail.participant.id, mail.meetings, mail.days_after) for mail in due] == [
        (evening.actor.id, 1, 0),
        (evening.territory.id, 1, 0),
    ]
    assert ask_what_is_due(session, evening.day.id, now=EVENING_AT) == []


def test_the_later_questions_wait_in_the_calendar(session: Session, evening: Evening) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    ask_what_is_due(session, evening.day.id, now=EVENING_AT)
    month = datetime(2027, 4, 10, 12, tzinfo=UTC)
    assert [mail.days_after for mail in ask_what_is_due(session, evening.day.id, now=month)] == [
        30,
        30,
    ]
    waiting = session.scalars(select(OutboxMessage).where(OutboxMessage.topic == MEETING_ASK))
    assert len(waiting.all()) == 4


def test_what_is_over_is_not_asked_about_again(session: Session, evening: Evening) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    ended = MeetingAnswer(report=MeetingReport.HELD, stage=OutcomeStage.NO_FOLLOW_UP)
    evening.answer(session, Side.TERRITORY, ended)
    evening.answer(session, Side.ACTOR, ended)
    month = datetime(2027, 4, 10, 12, tzinfo=UTC)
    assert ask_what_is_due(session, evening.day.id, now=month) == []


@pytest.mark.parametrize(
    ("territory", "actor", "held", "disputed"),
    [
        (MeetingReport.HELD, MeetingReport.HELD, True, False),
        (MeetingReport.HELD, MeetingReport.OTHER_ABSENT, None, True),
        (MeetingReport.OTHER_ABSENT, MeetingReport.SELF_ABSENT, False, False),
        (MeetingReport.NOT_HELD, MeetingReport.NOT_HELD, False, False),
    ],
)
def test_both_accounts_are_weighed(
    session: Session,
    evening: Evening,
    territory: MeetingReport,
    actor: MeetingReport,
    held: bool | None,  # noqa: FBT001 - a parameter of the test
    disputed: bool,  # noqa: FBT001 - as above
) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    for side, report in ((Side.TERRITORY, territory), (Side.ACTOR, actor)):
        stage = OutcomeStage.MEETING if report == MeetingReport.HELD else None
        evening.answer(session, side, MeetingAnswer(report=report, stage=stage))
    assert (evening.meeting.is_held, evening.meeting.is_disputed) == (held, disputed)


def test_accounts_that_differ_on_what_came_of_it_keep_the_lesser(
    session: Session, evening: Evening
) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    evening.answer(session, Side.TERRITORY, HELD)
    contract = MeetingAnswer(report=MeetingReport.HELD, stage=OutcomeStage.CONTRACT)
    evening.answer(session, Side.ACTOR, contract)
    meeting = evening.meeting
    assert (meeting.is_held, meeting.is_disputed, meeting.stage) == (
        True,
        True,
        OutcomeStage.MEETING,
    )


def test_a_meeting_held_lands_on_a_new_introduction(session: Session, evening: Evening) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    evening.answer(session, Side.ACTOR, HELD)
    landed = evening.meeting.introduction
    assert landed is not None
    assert (landed.state, landed.stage, landed.carrier_id, landed.actor_id) == (
        IntroductionState.ACCEPTED,
        OutcomeStage.MEETING,
        evening.table.carrier.id,
        evening.table.actor.id,
    )
    assert landed.contact_of(Side.TERRITORY) is None
    events = session.scalars(
        select(RegisterEntry.event).where(RegisterEntry.need_id == evening.table.need.id)
    ).all()
    assert events[-2:] == [RegisterEvent.MEETING, RegisterEvent.OUTCOME]
    assert verify_register(session, evening.table.need.id) == []


def test_the_contract_reported_at_ninety_days_is_on_the_introduction(
    session: Session, evening: Evening
) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    evening.answer(session, Side.ACTOR, HELD)
    later = EVENING_AT + timedelta(days=91)
    contract = MeetingAnswer(stage=OutcomeStage.CONTRACT, note="Marché signé en juin.")
    evening.answer(session, Side.TERRITORY, contract, at=later)
    evening.answer(session, Side.ACTOR, contract, at=later)
    assert evening.meeting.stage is OutcomeStage.CONTRACT
    landed = evening.meeting.introduction
    assert landed is not None
    assert (landed.stage, landed.is_disputed) == (OutcomeStage.CONTRACT, False)


def test_a_request_under_way_is_taken_up_and_asks_nothing_of_its_own(
    session: Session, evening: Evening
) -> None:
    running = make_introduction(session, evening.table, accepted=True)
    close_day(session, evening.day, now=EVENING_AT)
    evening.answer(session, Side.TERRITORY, HELD)
    assert evening.meeting.introduction_id == running.id
    waiting = select(OutcomeInquiry).where(
        OutcomeInquiry.introduction_id == running.id, OutcomeInquiry.answered_at.is_(None)
    )
    assert session.scalars(waiting).all() == []
    of_need = select(Introduction.id).where(Introduction.need_id == evening.table.need.id)
    assert session.scalars(of_need).all() == [running.id]


def test_a_meeting_that_was_not_held_lands_nowhere(session: Session, evening: Evening) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    missed = MeetingAnswer(report=MeetingReport.OTHER_ABSENT)
    evening.answer(session, Side.TERRITORY, missed)
    assert evening.meeting.introduction_id is None


def test_the_territory_says_what_was_talked_about(session: Session, evening: Evening) -> None:
    evening.meeting.need = evening.meeting.offer = None
    close_day(session, evening.day, now=EVENING_AT)
    lines = meeting_lines(session, evening.territory, now=EVENING_AT)
    choices = subjects_of(session, lines, evening.territory)[evening.meeting.id]
    assert (choices.needs, choices.offers) == ((evening.table.need,), (evening.table.offer,))
    of_actor = meeting_lines(session, evening.actor, now=EVENING_AT)
    assert subjects_of(session, of_actor, evening.actor) == {}
    subject = (evening.table.need, evening.table.offer)
    answer = MeetingAnswer(
        report=MeetingReport.HELD, stage=OutcomeStage.EXPERIMENT, subject=subject
    )
    evening.answer(session, Side.TERRITORY, answer)
    landed = open_introduction(session, evening.table.need.id, evening.table.offer.id)
    assert landed is not None
    assert landed.stage is OutcomeStage.EXPERIMENT


def test_a_body_outside_the_directory_answers_all_the_same(
    session: Session, evening: Evening
) -> None:
    evening.actor.organization_id = None
    session.flush()
    session.expire(evening.actor)
    close_day(session, evening.day, now=EVENING_AT)
    evening.answer(session, Side.ACTOR, HELD)
    assert (evening.meeting.is_held, evening.meeting.introduction_id) == (True, None)


def test_an_empty_answer_is_refused(session: Session, evening: Evening) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    lines = meeting_lines(session, evening.actor, now=EVENING_AT)
    with pytest.raises(RuleViolation):
        report_meetings(session, lines, {}, person=None, now=EVENING_AT)


def test_a_contract_told_by_one_side_is_still_asked_of_the_other(
    session: Session, evening: Evening
) -> None:
    close_day(session, evening.day, now=EVENING_AT)
    evening.answer(session, Side.ACTOR, HELD)
    evening.answer(session, Side.TERRITORY, HELD)
    later = EVENING_AT + timedelta(days=91)
    evening.answer(session, Side.ACTOR, MeetingAnswer(stage=OutcomeStage.CONTRACT), at=later)
    assert evening.meeting.stage is OutcomeStage.CONTRACT
    asked = ask_what_is_due(session, evening.day.id, now=later)
    assert [one.participant.id for one in asked] == [evening.territory.id]
    (line,) = meeting_lines(session, evening.territory, now=later)
    assert bool(line.due) is True
    evening.answer(session, Side.TERRITORY, MeetingAnswer(stage=OutcomeStage.CONTRACT), at=later)
    end = later + timedelta(days=90)
    assert ask_what_is_due(session, evening.day.id, now=end) == []
