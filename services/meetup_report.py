"""The figures of meetup days: who came, what was held, how useful it was, what came of it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean, median
from typing import Any, Final

from sqlalchemy import Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from models.meetup import MeetupDay
from models.meetup_participant import MeetupAttendee, MeetupParticipant
from models.meetup_plan import (
    MeetingInquiry,
    MeetingSeat,
    MeetupMeeting,
    MeetupPlan,
    PlannedMeeting,
    PlannedSeat,
)
from models.partnership import Partnership, PartnershipMember
from vocabulary.exchanges import InvitationState, OutcomeStage
from vocabulary.meetups import DayState, ParticipantState, PlanOrigin

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

    invited: int = 0
    """Participants that were invited or asked to come, whatever they answered."""
    expected: int = 0
    """Participants confirmed, walk-ins apart."""
    walk_ins: int = 0
    arrived: int = 0
    absent: int = 0
    people_expected: int = 0
    people_arrived: int = 0
    wished: int | None = None
    placed: int | None = None
    planned: int = 0
    groups: int = 0
    held: int = 0
    not_held: int = 0
    disputed: int = 0
    repairs: int = 0
    per_participant: tuple[int, ...] = ()
    """Published meetings of each participant that has one."""
    asked: int = 0
    """Questions of the evening."""
    answered: int = 0
    marks: Mapping[int, int] = field(default_factory=dict)
    """How many found their meeting how useful, 1 to 5."""
    stages: Mapping[OutcomeStage, int] = field(default_factory=dict)
    introductions: int = 0
    partnerships: int = 0

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
    def least_meetings(self) -> int | None:
        """Return the fewest meetings of a participant that has one."""
        return min(self.per_participant, default=None)

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
    """Return the figures by number of the day, in eight queries however many days."""
    found = {day.id: DayFigures() for day in days}
    keys = list(found)
    _count_participants(session, keys, found)
    _count_people(session, keys, found)
    _count_plans(session, keys, found)
    _count_meetings(session, keys, found)
    _count_seats(session, keys, found)
    _count_answers(session, keys, found)
    _count_partnerships(session, days, found)
    return found


def earlier_days(session: Session, day: MeetupDay) -> list[MeetupDay]:
    """Return the last public days held before ``day``, the most recent first."""
    wanted = (
        MeetupDay.before_day(day.held_on)
        .where(MeetupDay.state != DayState.CANCELLED, MeetupDay.id != day.id)
        .limit(COMPARED)
    )
    return list(session.scalars(wanted))


def _count_participants(
    session: Session, keys: Iterable[int], found: Mapping[int, DayFigures]
) -> None:
    one = MeetupParticipant
    is_in = one.state == ParticipantState.CONFIRMED
    rows = session.execute(
        select(
            one.day_id,
            func.count(),
            _sum(and_(is_in, one.is_walk_in.is_(False))),
            _sum(and_(is_in, one.is_walk_in)),
            _sum(and_(is_in, one.arrived_at.is_not(None))),
            _sum(and_(is_in, one.absent_at.is_not(None))),
        )
        .where(one.day_id.in_(keys))
        .group_by(one.day_id)
    )
    for key, invited, expected, walk_ins, arrived, absent in rows:
        day = found[key]
        day.invited, day.expected, day.walk_ins = invited, expected, walk_ins
        day.arrived, day.absent = arrived, absent


def _count_people(session: Session, keys: Iterable[int], found: Mapping[int, DayFigures]) -> None:
    rows = session.execute(
        select(
            MeetupAttendee.day_id,
            func.count(),
            _sum(MeetupAttendee.arrived_at.is_not(None)),
        )
        .join(MeetupAttendee.participant)
        .where(
            MeetupAttendee.day_id.in_(keys), MeetupParticipant.state == ParticipantState.CONFIRMED
        )
        .group_by(MeetupAttendee.day_id)
    )
    for key, expected, arrived in rows:
        found[key].people_expected, found[key].people_arrived = expected, arrived


def _count_plans(session: Session, keys: Iterable[int], found: Mapping[int, DayFigures]) -> None:
    is_shown = MeetupDay.published_plan_id == MeetupPlan.id
    rows = session.execute(
        select(MeetupPlan.day_id, MeetupPlan.origin, MeetupPlan.wished, MeetupPlan.placed, is_shown)
        .join(MeetupDay, MeetupDay.id == MeetupPlan.day_id)
        .where(MeetupPlan.day_id.in_(keys), MeetupPlan.published_at.is_not(None))
    )
    for key, origin, wished, placed, shown in rows:
        found[key].repairs += origin is PlanOrigin.REPAIR
        if shown:
            found[key].wished, found[key].placed = wished, placed


def _published(*columns: Any) -> Select[Any]:  # noqa: ANN401 - any column of a meeting
    return (
        select(*columns)
        .select_from(MeetupMeeting)
        .join(PlannedMeeting, PlannedMeeting.meeting_id == MeetupMeeting.id)
        .join(MeetupDay, MeetupDay.published_plan_id == PlannedMeeting.plan_id)
    )


def _count_meetings(session: Session, keys: Iterable[int], found: Mapping[int, DayFigures]) -> None:
    one = MeetupMeeting
    what = (one.is_held, one.is_disputed, one.stage, one.group_id.is_not(None))
    rows = session.execute(
        _published(one.day_id, *what, func.count(), func.count(one.introduction_id))
        .where(one.day_id.in_(keys))
        .group_by(one.day_id, *what)
    )
    stages: dict[int, Counter[OutcomeStage]] = {}
    for key, held, disputed, stage, is_group, count, landed in rows:
        day = found[key]
        day.planned += count
        day.groups += count if is_group else 0
        day.held += count if held else 0
        day.not_held += count if held is False else 0
        day.disputed += count if disputed else 0
        day.introductions += landed
        if stage is not None:
            stages.setdefault(key, Counter())[stage] += count
    for key, counts in stages.items():
        found[key].stages = counts


def _count_seats(session: Session, keys: Iterable[int], found: Mapping[int, DayFigures]) -> None:
    rows = session.execute(
        select(MeetupDay.id, func.count())
        .join(PlannedSeat, PlannedSeat.plan_id == MeetupDay.published_plan_id)
        .where(MeetupDay.id.in_(keys))
        .group_by(MeetupDay.id, PlannedSeat.participant_id)
        .order_by(MeetupDay.id, func.count())
    )
    counts: dict[int, list[int]] = {}
    for key, count in rows:
        counts.setdefault(key, []).append(count)
    for key, each in counts.items():
        found[key].per_participant = tuple(each)


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


def _count_partnerships(
    session: Session, days: Sequence[MeetupDay], found: Mapping[int, DayFigures]
) -> None:
    for key, count in session.execute(
        born_partnerships([day.id for day in days])
        .with_only_columns(MeetupDay.id, func.count(Partnership.id.distinct()))
        .group_by(MeetupDay.id)
    ):
        found[key].partnerships = count


def born_partnerships(days: Iterable[int]) -> Select[int, Partnership]:
    """Select, by day, the partnerships begun since in which two that met that day take part."""
    seats = aliased(MeetingSeat), aliased(MeetingSeat)
    bodies = aliased(MeetupParticipant), aliased(MeetupParticipant)
    members = aliased(PartnershipMember), aliased(PartnershipMember)
    wanted = (
        select(MeetupDay.id, Partnership)
        .join(MeetupMeeting, MeetupMeeting.day_id == MeetupDay.id)
        .where(MeetupDay.id.in_(list(days)), MeetupMeeting.is_held.is_(True))
    )
    for seat, body, member in zip(seats, bodies, members, strict=True):
        wanted = (
            wanted.join(seat, seat.meeting_id == MeetupMeeting.id)
            .join(body, body.id == seat.participant_id)
            .join(member, member.organization_id == body.organization_id)
            .where(member.state == InvitationState.ACCEPTED)
        )
    return wanted.join(Partnership, Partnership.id == members[0].partnership_id).where(
        members[1].partnership_id == Partnership.id,
        seats[0].participant_id < seats[1].participant_id,
        func.date(Partnership.created_at) >= MeetupDay.held_on,
    )


def _sum(condition: Any) -> Any:  # noqa: ANN401 - SQL expressions
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)
