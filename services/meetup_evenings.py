"""The evening of a meetup day: the questions about its meetings are written down, then asked.

What came of each meeting is asked of every participant at the end of the day, then 30, 90 and
180 days later, all the meetings of a participant in one mail to each of its people.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload

from models.account import User
from models.meetup import MeetupDay, MeetupSlot
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import MeetingInquiry, MeetingSeat, MeetupMeeting, PlannedMeeting
from services.outbox import post_message
from vocabulary.exchanges import OutcomeStage
from vocabulary.meetups import DayState
from vocabulary.periods import paris_day

EVENING: Final = "meetups.evening"
MEETING_ASK: Final = "meetups.ask"
# Days after the meeting; 0 is the evening itself.
ASKED_AFTER: Final = (0, 30, 90, 180)
# By the clocks of the place: when the later questions leave.
ASKED_AT: Final = time(8)
# Nothing more is asked of what came to an end, unless the accounts differ.
FINAL_STAGES: Final = frozenset({OutcomeStage.CONTRACT, OutcomeStage.NO_FOLLOW_UP})


def plan_evenings(session: Session, *, now: datetime) -> None:
    """Put the end of each day held around now into the calendar; safe to call every morning."""
    around = paris_day(now)
    wanted = select(MeetupDay).where(
        MeetupDay.held_on.between(around - timedelta(days=1), around + timedelta(days=1)),
        MeetupDay.state.not_in((DayState.DRAFT, DayState.CANCELLED)),
    )
    for day in session.scalars(wanted.order_by(MeetupDay.id)).all():
        plan_evening(session, day, now=now)


def plan_evening(session: Session, day: MeetupDay, *, now: datetime) -> None:
    """Put the end of ``day`` into the calendar, unless it has no slot."""
    end = day_end(session, day)
    if end is not None:
        post_message(session, EVENING, {"day_id": day.id}, now=now, due_at=max(end, now))


def day_end(session: Session, day: MeetupDay) -> datetime | None:
    """Return the end of the last slot, nothing for a day without slots."""
    wanted = select(MeetupSlot.ends_at).where(MeetupSlot.day_id == day.id)
    return session.scalar(wanted.order_by(MeetupSlot.ends_at.desc()).limit(1))


def follow_evening(session: Session, day_id: int, *, now: datetime) -> None:
    """Write down the questions once the day is over; its slots may have moved meanwhile."""
    day = session.get(MeetupDay, day_id)
    if day is None or day.state == DayState.CANCELLED:
        return
    end = day_end(session, day)
    if end is None:
        return
    if end > now:
        post_message(session, EVENING, {"day_id": day.id}, now=now, due_at=end)
        return
    close_day(session, day, now=now)


def close_day(session: Session, day: MeetupDay, *, now: datetime) -> int:
    """Write down what is to be asked of the published meetings; return how many questions.

    Called again it adds only what is missing. Meetings of somebody who did not come are marked as
    not held, and nobody is asked about them.
    """
    if day.published_plan_id is None or day.state is DayState.CANCELLED:
        return 0
    # Kept: two closings at once would write each question twice.
    session.execute(select(MeetupDay.id).where(MeetupDay.id == day.id).with_for_update())
    meetings = _published(session, day.published_plan_id)
    known = _known(session, [meeting.id for meeting in meetings])
    added = [
        inquiry
        for meeting in meetings
        for inquiry in _inquiries(day, meeting, now)
        if (inquiry.meeting_id, inquiry.participant_id, inquiry.days_after) not in known
    ]
    session.add_all(added)
    session.flush()
    for due_at in sorted({inquiry.due_at for inquiry in added}):
        post_message(session, MEETING_ASK, {"day_id": day.id}, now=now, due_at=due_at)
    return len(added)


def _published(session: Session, plan_id: int) -> Sequence[MeetupMeeting]:
    return session.scalars(
        select(MeetupMeeting)
        .join(PlannedMeeting, PlannedMeeting.meeting_id == MeetupMeeting.id)
        .where(PlannedMeeting.plan_id == plan_id)
        .options(selectinload(MeetupMeeting.seats).joinedload(MeetingSeat.participant))
        .order_by(MeetupMeeting.id)
    ).all()


def _known(session: Session, meetings: Sequence[int]) -> frozenset[tuple[int, int, int]]:
    rows = session.execute(
        select(
            MeetingInquiry.meeting_id, MeetingInquiry.participant_id, MeetingInquiry.days_after
        ).where(MeetingInquiry.meeting_id.in_(meetings))
    )
    return frozenset((row[0], row[1], row[2]) for row in rows)


def _inquiries(day: MeetupDay, meeting: MeetupMeeting, now: datetime) -> Iterable[MeetingInquiry]:
    people = [seat.participant for seat in meeting.seats]
    present = [one for one in people if one.absent_at is None]
    is_short = len(present) < len(people) if meeting.group_id is None else len(present) <= 1
    if is_short:
        meeting.is_held = False
    if meeting.is_held is False:
        return
    for days in _asked_about(meeting):
        for participant in present:
            yield MeetingInquiry(
                meeting_id=meeting.id,
                participant_id=participant.id,
                days_after=days,
                due_at=_due_at(day, days, now),
            )


def _asked_about(meeting: MeetupMeeting) -> tuple[int, ...]:
    """Return when a meeting is asked about: of a group, whether it was held, and no more."""
    return ASKED_AFTER if meeting.group_id is None else ASKED_AFTER[:1]


def _due_at(day: MeetupDay, days: int, now: datetime) -> datetime:
    if days == 0:
        return now
    return datetime.combine(day.held_on + timedelta(days=days), ASKED_AT, tzinfo=day.zone)


@dataclass(frozen=True, slots=True)
class DueMail:
    """What one person is asked: all the meetings of the participant it came for, in one mail."""

    attendee: MeetupAttendee
    participant: MeetupParticipant
    meetings: int
    days_after: int


def ask_what_is_due(session: Session, day_id: int, *, now: datetime) -> list[DueMail]:
    """Mark every question due and not yet asked as asked; return one mail for each person.

    Called again, or by a second worker, it finds nothing left.
    """
    waiting = session.scalars(
        select(MeetingInquiry)
        .join(MeetingInquiry.meeting)
        .where(MeetupMeeting.day_id == day_id, MeetingInquiry.asked_at.is_(None), still_open(now))
        .options(
            joinedload(MeetingInquiry.participant).selectinload(MeetupParticipant.attendees),
            joinedload(MeetingInquiry.participant).joinedload(MeetupParticipant.day),
        )
        .order_by(MeetingInquiry.id)
        .with_for_update(of=MeetingInquiry, skip_locked=True)
    ).all()
    asked: dict[int, list[MeetingInquiry]] = {}
    for inquiry in waiting:
        inquiry.asked_at = now
        asked.setdefault(inquiry.participant_id, []).append(inquiry)
    return [
        DueMail(
            attendee=attendee,
            participant=inquiries[0].participant,
            meetings=len({inquiry.meeting_id for inquiry in inquiries}),
            days_after=max(inquiry.days_after for inquiry in inquiries),
        )
        for inquiries in asked.values()
        for attendee in inquiries[0].participant.attendees
        if attendee.email
    ]


@dataclass(frozen=True, slots=True)
class DueDay:
    """The meetings of one participant that wait for an answer of its people."""

    participant: MeetupParticipant
    meetings: int


def due_days(session: Session, own: Select[Any], person: User, *, now: datetime) -> list[DueDay]:
    """Return what is asked of ``person`` and of the organisations ``own``, oldest day first."""
    count = func.count(MeetingInquiry.meeting_id.distinct())
    rows = session.execute(
        select(MeetupParticipant, count)
        .join(MeetupParticipant.day)
        .join(MeetingInquiry, MeetingInquiry.participant_id == MeetupParticipant.id)
        .join(MeetingInquiry.meeting)
        .where(_of_person(own, person), still_open(now))
        .options(contains_eager(MeetupParticipant.day))
        .group_by(MeetupParticipant.id, MeetupDay.id)
        .order_by(MeetupDay.held_on, MeetupParticipant.name)
    )
    return [DueDay(participant, meetings) for participant, meetings in rows]


def due_participants(own: Select[Any], person: User, now: datetime) -> Select[int]:
    """Select the participants, of ``own`` or sent ``person``, with a question that waits."""
    return (
        select(MeetingInquiry.participant_id)
        .join(MeetingInquiry.meeting)
        .join(MeetingInquiry.participant)
        .where(still_open(now), _of_person(own, person))
        .distinct()
    )


def _of_person(own: Select[Any], person: User) -> ColumnElement[bool]:
    attends = select(MeetupAttendee.participant_id).where(MeetupAttendee.user_id == person.id)
    return or_(MeetupParticipant.organization_id.in_(own), MeetupParticipant.id.in_(attends))


def still_open(now: datetime) -> ColumnElement[bool]:
    """Return the condition on a question, joined to its meeting: due, and worth asking.

    What came to an end is asked of each side until it has said so itself.
    """
    said = aliased(MeetingInquiry)
    has_said_it = (
        select(said.id)
        .where(
            said.meeting_id == MeetingInquiry.meeting_id,
            said.participant_id == MeetingInquiry.participant_id,
            said.stage == MeetupMeeting.stage,
        )
        .exists()
    )
    return (
        MeetingInquiry.answered_at.is_(None)
        & (MeetingInquiry.due_at <= now)
        & or_(MeetupMeeting.is_held.is_(None), MeetupMeeting.is_held.is_(True))
        & or_(
            MeetupMeeting.stage.is_(None),
            MeetupMeeting.stage.not_in(FINAL_STAGES),
            MeetupMeeting.is_disputed,
            ~has_said_it,
        )
    )
