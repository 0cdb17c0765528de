"""The figures of meetup days: who came, what was held, how useful it was, what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from statistics import fmean, median
from typing import Any, Final

from sqlalchemy import Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import (
    MeetingInquiry,
    MeetingSeat,
    MeetupMeeting,
    PlannedMeeting,
    PlannedSeat,
)
from models.partnership import Partnership, PartnershipMember
from vocabulary.exchanges import InvitationState, OutcomeStage
from vocabulary.meetups import DayState, ParticipantState

# Earlier days that a report is set beside.
COMPARED: Final = 3
_REACHED: Final = {
    OutcomeStage.MEETING: 1,
    OutcomeStage.EXPERIMENT: 2,
    OutcomeStage.CONTRACT: 3,
}
_MARKS: Final = range(1, 6)


@dataclass(slots=True)
class DayFigures:
    """What is counted of one day; a rate is empty where there is nothing to divide by."""

    expected: int = 0
    """Participants confirmed, walk-ins apart."""
    walk_ins: int = 0
    arrived: int = 0
    people_arrived: int = 0
    planned: int = 0
    held: int = 0
    not_held: int = 0
    disputed: int = 0
    per_participant: tuple[int, ...] = ()
    """Published meetings of each participant that has one."""
    asked: int = 0
    """Questions of the evening."""
    answered: int = 0
    marks: Mapping[int, int] = field(default_factory=dict)
    """How many found their meeting how useful, 1 to 5."""
    stages: Mapping[OutcomeStage, int] = field(default_factory=dict)
    introductions: int = 0
    born: tuple[Partnership, ...] = ()
    """Partnerships begun since in which two that met that day take part, the oldest first."""

    @property
    def coming(self) -> int:
        """Return how many participants were expected or came unannounced."""
        return self.expected + self.walk_ins

    @property
    def attendance(self) -> float | None:
        """Return the share of them that came."""
        return self.arrived / self.coming if self.coming else None

    @property
    def untold(self) -> int:
        """Return the meetings of which nothing is known."""
        return self.planned - self.held - self.not_held

    @property
    def answer_rate(self) -> float | None:
        """Return the share of the questions of the evening that were answered."""
        return self.answered / self.asked if self.asked else None

    @property
    def satisfaction(self) -> float | None:
        """Return the mean usefulness, 1 to 5."""
        told = [mark for mark, count in self.marks.items() for _one in range(count)]
        return fmean(told) if told else None

    @property
    def median_meetings(self) -> float | None:
        """Return the median number of meetings of a participant."""
        return float(median(self.per_participant)) if self.per_participant else None

    @property
    def experiments(self) -> int:
        """Return the meetings that led to an experiment, or further."""
        return self._reached(2)

    @property
    def contracts(self) -> int:
        """Return the meetings that led to a contract."""
        return self._reached(3)

    def _reached(self, rank: int) -> int:
        return sum(count for stage, count in self.stages.items() if _REACHED.get(stage, 0) >= rank)


def read_figures(session: Session, days: Sequence[MeetupDay]) -> dict[int, DayFigures]:
    """Return the figures by number of the day, in four queries however many days."""
    found = {day.id: DayFigures() for day in days}
    keys = list(found)
    _count_participants(session, keys, found)
    _count_meetings(session, keys, found)
    _count_answers(session, keys, found)
    _find_partnerships(session, days, found)
    return found


def earlier_days(session: Session, day: MeetupDay, *, today: date) -> list[MeetupDay]:
    """Return the last days held before ``day`` and over ``today``, the most recent first.

    A day that was cancelled, or that had no plan, has nothing to be compared with.
    """
    wanted = (
        MeetupDay.before_day(min(day.held_on, today))
        .where(MeetupDay.state != DayState.CANCELLED, MeetupDay.published_plan_id.is_not(None))
        .limit(COMPARED)
    )
    return list(session.scalars(wanted))


def _count_participants(
    session: Session, keys: Sequence[int], found: Mapping[int, DayFigures]
) -> None:
    """Count bodies, people and the meetings of each: one row for each number of meetings."""
    one, people, meetings = MeetupParticipant, _people(keys), _meetings_each(keys)
    is_in = one.state == ParticipantState.CONFIRMED
    rows = session.execute(
        select(
            one.day_id,
            meetings.c.meetings,
            func.count(),
            _sum(and_(is_in, one.is_walk_in.is_(False))),
            _sum(and_(is_in, one.is_walk_in)),
            _sum(and_(is_in, one.arrived_at.is_not(None))),
            func.coalesce(func.sum(case((is_in, people.c.arrived), else_=0)), 0),
        )
        .outerjoin(people, people.c.participant_id == one.id)
        .outerjoin(meetings, meetings.c.participant_id == one.id)
        .where(one.day_id.in_(keys))
        .group_by(one.day_id, meetings.c.meetings)
        .order_by(one.day_id, meetings.c.meetings)
    )
    for key, held, count, expected, walk_ins, arrived, people_arrived in rows:
        day = found[key]
        day.expected += expected
        day.walk_ins += walk_ins
        day.arrived += arrived
        day.people_arrived += people_arrived
        day.per_participant += (held,) * count if held else ()


def _people(keys: Sequence[int]) -> Subquery:
    one = MeetupAttendee
    return (
        select(one.participant_id, _sum(one.arrived_at.is_not(None)).label("arrived"))
        .where(one.day_id.in_(keys))
        .group_by(one.participant_id)
        .subquery()
    )


def _meetings_each(keys: Sequence[int]) -> Subquery:
    return (
        select(PlannedSeat.participant_id, func.count().label("meetings"))
        .join(MeetupDay, MeetupDay.published_plan_id == PlannedSeat.plan_id)
        .where(MeetupDay.id.in_(keys))
        .group_by(PlannedSeat.participant_id)
        .subquery()
    )


def _published(*columns: Any) -> Select[Any]:  # noqa: ANN401 - any column of a meeting
    return (
        select(*columns)
        .select_from(MeetupMeeting)
        .join(PlannedMeeting, PlannedMeeting.meeting_id == MeetupMeeting.id)
        .join(MeetupDay, MeetupDay.published_plan_id == PlannedMeeting.plan_id)
    )


def _count_meetings(session: Session, keys: Iterable[int], found: Mapping[int, DayFigures]) -> None:
    one = MeetupMeeting
    what = (one.is_held, one.is_disputed, one.stage)
    rows = session.execute(
        _published(one.day_id, *what, func.count(), func.count(one.introduction_id))
        .where(one.day_id.in_(keys))
        .group_by(one.day_id, *what)
    )
    stages: dict[int, Counter[OutcomeStage]] = {}
    for key, held, disputed, stage, count, landed in rows:
        day = found[key]
        day.planned += count
        day.held += count if held else 0
        day.not_held += count if held is False else 0
        day.disputed += count if disputed else 0
        day.introductions += landed
        if stage is not None:
            stages.setdefault(key, Counter())[stage] += count
    for key, counts in stages.items():
        found[key].stages = counts


def _count_answers(session: Session, keys: Iterable[int], found: Mapping[int, DayFigures]) -> None:
    asked = MeetingInquiry
    rows = session.execute(
        select(
            MeetupMeeting.day_id,
            asked.satisfaction,
            func.count(),
            func.count(asked.report),
        )
        .join(MeetupMeeting, MeetupMeeting.id == asked.meeting_id)
        .where(MeetupMeeting.day_id.in_(keys), asked.days_after == 0)
        .group_by(MeetupMeeting.day_id, asked.satisfaction)
    )
    marks: dict[int, dict[int, int]] = {}
    for key, mark, count, answered in rows:
        found[key].asked += count
        found[key].answered += answered
        if mark is not None:
            marks.setdefault(key, dict.fromkeys(_MARKS, 0))[mark] += count
    for key, counts in marks.items():
        found[key].marks = counts


def _find_partnerships(
    session: Session, days: Sequence[MeetupDay], found: Mapping[int, DayFigures]
) -> None:
    born = _born(days).subquery()
    rows = session.execute(
        select(born.c.day_id, Partnership)
        .join(Partnership, Partnership.id == born.c.partnership_id)
        .order_by(Partnership.created_at, Partnership.id)
    )
    for key, partnership in rows:
        found[key].born += (partnership,)


def _born(days: Sequence[MeetupDay]) -> Select[int, int]:
    """Select, by day, the partnerships begun since in which two that met that day take part."""
    # Since the place lived the first hour of the day.
    since = [
        and_(MeetupDay.id == day.id, Partnership.created_at >= day.at(time.min)) for day in days
    ]
    seats = aliased(MeetingSeat), aliased(MeetingSeat)
    bodies = aliased(MeetupParticipant), aliased(MeetupParticipant)
    members = aliased(PartnershipMember), aliased(PartnershipMember)
    wanted = (
        select(MeetupDay.id.label("day_id"), Partnership.id.label("partnership_id"))
        .join(MeetupMeeting, MeetupMeeting.day_id == MeetupDay.id)
        .where(MeetupMeeting.is_held.is_(True))
    )
    for seat, body, member in zip(seats, bodies, members, strict=True):
        wanted = (
            wanted.join(seat, seat.meeting_id == MeetupMeeting.id)
            .join(body, body.id == seat.participant_id)
            .join(member, member.organization_id == body.organization_id)
            .where(member.state == InvitationState.ACCEPTED)
        )
    return (
        wanted.join(Partnership, Partnership.id == members[0].partnership_id)
        .where(
            members[1].partnership_id == Partnership.id,
            seats[0].participant_id < seats[1].participant_id,
            or_(*since),
        )
        .distinct()
    )


def _sum(condition: Any) -> Any:  # noqa: ANN401 - SQL expressions
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
