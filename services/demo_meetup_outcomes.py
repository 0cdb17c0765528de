"""What came of the meetings of the demonstration's past day: both sides asked, most answered."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.meetup import MeetupDay
from models.meetup_participant import MeetupParticipant
from models.meetup_plan import MeetingInquiry, MeetingSeat, MeetupMeeting, PlannedMeeting
from models.need import Need
from models.offer import Offer
from services.introductions import open_introduction
from services.meetup_evenings import ASKED_AFTER, MEETING_ASK
from services.meetup_landings import bodies_of, land_on_introduction
from services.outbox import post_message
from vocabulary.exchanges import OutcomeStage
from vocabulary.meetups import MeetingReport

# What a meeting led to, by turns: few lead far, as in life.
_STAGES: Final = (
    OutcomeStage.MEETING,
    OutcomeStage.NO_FOLLOW_UP,
    OutcomeStage.MEETING,
    OutcomeStage.EXPERIMENT,
    OutcomeStage.NO_FOLLOW_UP,
    OutcomeStage.MEETING,
    OutcomeStage.NOTHING_YET,
    OutcomeStage.CONTRACT,
)
_DISPUTED: Final = 13
_NOT_HELD: Final = 11
_SILENT: Final = 9


def add_outcomes(session: Session, day: MeetupDay, *, now: datetime) -> None:
    """Write the questions about the published meetings, and the answers to those of the past."""
    meetings = session.scalars(
        select(MeetupMeeting)
        .join(PlannedMeeting, PlannedMeeting.meeting_id == MeetupMeeting.id)
        .where(PlannedMeeting.plan_id == day.published_plan_id)
        .options(
            selectinload(MeetupMeeting.seats)
            .joinedload(MeetingSeat.participant)
            .joinedload(MeetupParticipant.organization),
            joinedload(MeetupMeeting.slot),
        )
        .order_by(MeetupMeeting.id)
    ).all()
    evening = max(slot.ends_at for slot in day.slots)
    for rank, meeting in enumerate(meetings):
        if any(seat.participant.absent_at for seat in meeting.seats):
            meeting.is_held = False
            continue
        session.add_all(_questions(meeting, rank, evening, now))
    _land(session, meetings, now=now)
    waiting = sorted({evening + timedelta(days=days) for days in ASKED_AFTER})
    for due_at in waiting:
        if due_at > now:
            post_message(session, MEETING_ASK, {"day_id": day.id}, now=now, due_at=due_at)


def _land(session: Session, meetings: Sequence[MeetupMeeting], *, now: datetime) -> None:
    """Let the meetings about a need and an offer that go together land on introductions."""
    needs, offers = _needs_by_carrier(session), _offers_by_actor(session)
    for meeting in meetings:
        bodies = bodies_of(meeting) if meeting.is_held else None
        if bodies is None:
            continue
        pair = _related(needs.get(bodies[0].id, ()), offers.get(bodies[1].id, ()))
        if pair is None or open_introduction(session, pair[0].id, pair[1].id) is not None:
            continue
        meeting.need, meeting.offer = pair
        introduction = land_on_introduction(session, meeting, now=now)
        if introduction is not None:
            introduction.stage = meeting.stage


def _related(needs: Sequence[Need], offers: Sequence[Offer]) -> tuple[Need, Offer] | None:
    """Return the first need and offer that have a theme in common."""
    return next(
        ((need, offer) for need in needs for offer in offers if {*need.themes} & {*offer.themes}),
        None,
    )


def _needs_by_carrier(session: Session) -> dict[int, list[Need]]:
    found: dict[int, list[Need]] = {}
    for need in session.scalars(Need.published().where(Need.is_demo).order_by(Need.id)):
        if need.carrier_id is not None:
            found.setdefault(need.carrier_id, []).append(need)
    return found


def _offers_by_actor(session: Session) -> dict[int, list[Offer]]:
    found: dict[int, list[Offer]] = {}
    for offer in session.scalars(Offer.published().where(Offer.is_demo).order_by(Offer.id)):
        found.setdefault(offer.organization_id, []).append(offer)
    return found


def _questions(
    meeting: MeetupMeeting, rank: int, evening: datetime, now: datetime
) -> Sequence[MeetingInquiry]:
    people = sorted(seat.participant_id for seat in meeting.seats)
    reports = _reports(rank)
    meeting.is_held = {True: True, False: None}[len(set(reports)) == 1]
    if set(reports) == {MeetingReport.NOT_HELD}:
        meeting.is_held = False
    meeting.is_disputed = meeting.is_held is None
    stage = _STAGES[rank % len(_STAGES)] if meeting.is_held else None
    meeting.stage = stage
    found = []
    for position, participant_id in enumerate(people):
        is_silent = (rank + position) % _SILENT == 0 and not meeting.is_disputed
        for days in ASKED_AFTER if meeting.is_held else ASKED_AFTER[:1]:
            due_at = evening + timedelta(days=days)
            inquiry = MeetingInquiry(
                meeting_id=meeting.id,
                participant_id=participant_id,
                due_at=due_at,
                days_after=days,
                asked_at=due_at if due_at <= now else None,
            )
            if due_at <= now and not is_silent:
                inquiry.answered_at = due_at + timedelta(hours=3 + rank % 20)
                _answer(inquiry, reports[position % 2], stage, rank)
            found.append(inquiry)
    return found


def _reports(rank: int) -> tuple[MeetingReport, MeetingReport]:
    if rank % _DISPUTED == 6:  # noqa: PLR2004 - a few of all the meetings
        return MeetingReport.HELD, MeetingReport.OTHER_ABSENT
    if rank % _NOT_HELD == 8:  # noqa: PLR2004 - idem
        return MeetingReport.NOT_HELD, MeetingReport.NOT_HELD
    return MeetingReport.HELD, MeetingReport.HELD


def _answer(
    inquiry: MeetingInquiry, report: MeetingReport, stage: OutcomeStage | None, rank: int
) -> None:
    if inquiry.days_after == 0:
        inquiry.report = report
        if report is MeetingReport.HELD:
            inquiry.satisfaction = (4, 5, 3, 4, 5, 2, 4)[(rank + inquiry.participant_id) % 7]
            inquiry.stage = OutcomeStage.MEETING
        return
    inquiry.stage = stage
